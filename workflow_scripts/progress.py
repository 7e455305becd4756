"""Progress of long work: a bar on a terminal, one line a minute in a log file."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def track(items: Iterable[T], what: str, *, unit: str, total: int | None = None) -> Iterator[T]:
    """Pass items on and show rate and time left on standard error."""
    terminal = sys.stderr.isatty()
    yield from tqdm(
        items,
        desc=what,
        unit=f" {unit}",
        total=total,
        mininterval=0.5 if terminal else 60,
        maxinterval=10 if terminal else 60,
        dynamic_ncols=terminal,
        leave=not terminal,
    )


def say(message: str) -> None:
    """One line for people, at once."""
    print(message, file=sys.stderr, flush=True)

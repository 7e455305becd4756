"""Progress of long work: a bar on a terminal, one line a minute in a log file."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


class Progress(tqdm):
    """How much is done, its rate and the time left, on standard error; call `update(n)` for n more."""

    def __init__(self, what: str, *, unit: str, total: int | None = None):
        terminal = sys.stderr.isatty()
        super().__init__(
            desc=what,
            unit=f" {unit}",
            total=total,
            mininterval=0.5 if terminal else 60,
            maxinterval=10 if terminal else 60,
            dynamic_ncols=terminal,
            leave=not terminal,
        )


def track(items: Iterable[T], what: str, *, unit: str, total: int | None = None) -> Iterator[T]:
    """Pass items on and show progress."""
    if total is None and hasattr(items, "__len__"):
        total = len(items)
    with Progress(what, unit=unit, total=total) as progress:
        for item in items:
            yield item
            progress.update()


def say(message: str) -> None:
    """One line for people, at once."""
    print(message, file=sys.stderr, flush=True)

"""How far a long file is: bytes, rate and time left; a bar on a terminal, a line a minute in a log."""

import sys
import time
from types import TracebackType

from tqdm import tqdm

from workflow_scripts.progress import say

SAY_EVERY_S = 60


class Meter:
    """Shows a position that moves from `start` to `total`, both in bytes."""

    def __init__(self, name: str, *, start: int = 0, total: int | None = None):
        terminal = sys.stderr.isatty()
        self._name, self._start, self._total = name, start, total
        self._bar = tqdm(
            desc=name, initial=start, total=total, unit="B", unit_scale=True, leave=False, disable=not terminal
        )
        self._began = self._said = time.monotonic()

    def at(self, position: int) -> None:
        """The file is done up to this byte."""
        if not self._bar.disable:
            self._bar.update(position - self._bar.n)
            return
        now = time.monotonic()
        if now - self._said < SAY_EVERY_S:
            return
        self._said = now
        shown = {"ncols": 0, "prefix": self._name, "unit": "B", "unit_scale": True, "initial": self._start}
        say(tqdm.format_meter(position, self._total, now - self._began, **shown))

    def __enter__(self) -> "Meter":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.close()

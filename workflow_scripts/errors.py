"""Errors people can act on: what is wrong, in which file and record, what to do."""

from pathlib import Path


class BadInput(Exception):
    """Something given to the workflow is wrong.

    problem: what was found and what was expected; file, record: where; fix: what to do about it.
    """

    def __init__(
        self, problem: str, *, file: Path | str | None = None, record: str | None = None, fix: str | None = None
    ):
        self.problem, self.file, self.record, self.fix = problem, file, record, fix
        super().__init__(problem)

    def __str__(self) -> str:
        lines = [self.problem]
        if self.file is not None:
            lines.append(f"  file:   {self.file}")
        if self.record is not None:
            lines.append(f"  record: {self.record}")
        if self.fix is not None:
            lines.append(f"  to do:  {self.fix}")
        return "\n".join(lines)


class BadData(BadInput):
    """A file or record of a dataset, or a file between two stages, is wrong."""


class BadConfig(BadInput):
    """The configuration or an instruction file is wrong; `problem` lists everything found, a line each."""

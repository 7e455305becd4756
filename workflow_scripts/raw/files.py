"""What a dataset says of the files it needs, and what was found of them."""

from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.files import sha256


@dataclass(frozen=True)
class File:
    """One file as its publisher offers it: an archive, or a plain file."""

    name: str  # the official name
    urls: tuple[str, ...] = ()  # tried in order
    bytes: int | None = None  # None: unknown, not checked
    sha256: str | None = None  # lower-case hexadecimal; None: unknown, not checked
    into: str = "."  # folder below the dataset's root where it unpacks
    strip: int = 0  # leading path components dropped when unpacking ("nlvr-master/": 1)
    keep: tuple[str, ...] = ()  # only members whose path, after stripping, starts with one of these; empty: all
    page: str | None = None  # it can only be fetched by hand, from this page


@dataclass(frozen=True, slots=True)
class Member:
    """A file as it lies on disk; `path` is relative, with "/" on every system."""

    path: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path, *, below: Path) -> "Member":
        return cls(path.relative_to(below).as_posix(), path.stat().st_size, sha256(path))

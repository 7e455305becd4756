"""What a dataset says of the files it needs, and what was found of them."""

from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.files import sha256

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")


@dataclass(frozen=True)
class File:
    """One file as its publisher offers it: an archive, told by its name's ending, or a plain file."""

    name: str  # the official name
    urls: tuple[str, ...] = ()  # tried in order
    bytes: int | None = None  # None: unknown, the lock's holds
    sha256: str | None = None  # lower-case hexadecimal; None: unknown, the lock's holds
    into: str = "."  # folder below the dataset's root where it unpacks, or where a plain file is placed under its name
    strip: int = 0  # leading path components dropped when unpacking ("nlvr-master/": 1)
    keep: tuple[str, ...] = ()  # only members whose path, after stripping, starts with one of these; empty: all
    page: str | None = None  # it can only be fetched by hand, from this page
    mb: int | None = None  # about how many megabytes, for people; not checked

    @property
    def megabytes(self) -> float | None:
        """Its size, about; None: unknown."""
        return self.mb if self.bytes is None else self.bytes / 1e6

    @property
    def plain(self) -> bool:
        """Whether it is used as it is, not unpacked."""
        return not self.name.lower().endswith(ARCHIVES)

    @property
    def content(self) -> tuple:
        """What the unpacked folder depends on: not from where the file comes."""
        return self.name, self.bytes, self.sha256, self.into, self.strip, self.keep


@dataclass(frozen=True, slots=True)
class Member:
    """A file as it lies on disk; `path` is relative, with "/" on every system."""

    path: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path, *, below: Path) -> "Member":
        return cls(path.relative_to(below).as_posix(), path.stat().st_size, sha256(path))


@dataclass(frozen=True, slots=True)
class Expected:
    """The bytes that a file has to have, as far as they are known."""

    bytes: int | None
    sha256: str | None
    by: str  # who says so: "declared in ..." or "recorded in ..."

    def mismatch(self, path: Path) -> str | None:
        """How the file at `path` differs."""
        size = path.stat().st_size
        if self.bytes is not None and size != self.bytes:
            return f"{size} bytes found, {self.bytes} expected ({self.by})"
        if self.sha256 is not None and (found := sha256(path)) != self.sha256:
            return f"SHA-256 {found} found, {self.sha256} expected ({self.by})"
        return None

"""Stands in for archives that were removed once unpacked: while their files lie there, they are not fetched again."""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.files import write_text
from workflow_scripts.raw.files import File, Member
from workflow_scripts.raw.manifest import BadField, member_from, named, typed

NAME = "unpacked.json"


@dataclass(frozen=True)
class Receipt:
    """What was declared, what archives were unpacked, and how much lies in the folder since."""

    declared: str
    archives: tuple[Member, ...]
    files: int
    bytes: int

    @classmethod
    def of(cls, declared: Iterable[File], archives: Iterable[Member], root: Path, manifest: Path) -> "Receipt":
        """root: the folder that holds what they held; its manifest comes and goes and does not count."""
        sizes = [path.stat().st_size for path in root.rglob("*") if path != manifest and path.is_file()]
        return cls(repr([file.content for file in declared]), tuple(archives), len(sizes), sum(sizes))

    def write(self, path: Path) -> None:
        archives = [named(member, "name") for member in self.archives]
        content = {"declared": self.declared, "archives": archives, "files": self.files, "bytes": self.bytes}
        write_text(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Receipt | None":
        """None if there is none, or nothing that can be relied on."""
        with contextlib.suppress(FileNotFoundError, ValueError, BadField):
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                typed(content, "declared", str),
                tuple(member_from(fields, "name") for fields in typed(content, "archives", list)),
                typed(content, "files", int),
                typed(content, "bytes", int),
            )
        return None

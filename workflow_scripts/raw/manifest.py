"""The manifest of a dataset's root: which bytes all that follows was made from."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from workflow_scripts.errors import BadData
from workflow_scripts.files import write_text
from workflow_scripts.raw.files import Member

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """Archives that were unpacked; for a folder used in place, the annotation files that are listed instead."""

    dataset: str
    archives: tuple[Member, ...] = ()  # path: the official name
    files: tuple[Member, ...] = ()  # path: below the dataset's root
    root: str = ""  # the folder used in place; empty: the folder of the manifest

    def write(self, path: Path) -> None:
        """Write JSON that is the same for the same content."""
        content = {
            "format": FORMAT,
            "dataset": self.dataset,
            "root": self.root,
            "archives": [named(m, "name") for m in sorted(self.archives, key=lambda m: m.path)],
            "files": [named(m, "path") for m in sorted(self.files, key=lambda m: m.path)],
        }
        write_text(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read what `write` wrote; anything else is BadData."""
        fix = "delete it and run the same command again"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BadData("the manifest is missing", file=path, fix="run the rule that makes raw data") from None
        except ValueError as error:
            raise BadData(f"not a manifest: {error}", file=path, fix=fix) from error
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            found = content.get("format") if isinstance(content, dict) else type(content).__name__
            raise BadData(f"format is {found!r}, {FORMAT} is expected", file=path, record="field format", fix=fix)
        try:
            return cls(
                dataset=typed(content, "dataset", str),
                archives=tuple(member_from(m, "name") for m in typed(content, "archives", list)),
                files=tuple(member_from(m, "path") for m in typed(content, "files", list)),
                root=typed(content, "root", str),
            )
        except BadField as error:
            raise BadData(error.args[0], file=path, record=f"field {error.args[1]}", fix=fix) from None


class BadField(Exception):
    """What is wrong, and with which field."""


def named(member: Member, key: str) -> dict:
    """As JSON holds it; `key` is what the path is called there."""
    fields = asdict(member)
    return {key: fields.pop("path")} | fields


def member_from(fields: object, key: str) -> Member:
    """What `named` made of it. Raises BadField."""
    return Member(typed(fields, key, str), typed(fields, "bytes", int), typed(fields, "sha256", str))


def typed(fields: object, key: str, kind: type):
    """The field of that name, which has to be of that type."""
    if not isinstance(fields, dict) or key not in fields:
        raise BadField(f"missing in {str(fields)[:80]}", key)
    if not isinstance(fields[key], kind):
        raise BadField(f"is {fields[key]!r}, expected {kind.__name__}", key)
    return fields[key]

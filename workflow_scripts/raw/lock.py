"""A lock file: what was fetched first, where the publisher states no checksum; what is fetched later must agree."""

import json
from dataclasses import dataclass
from pathlib import Path

from workflow_scripts.errors import BadData
from workflow_scripts.files import write_text
from workflow_scripts.raw.files import Member
from workflow_scripts.raw.manifest import BadField, member_from, named, typed

FORMAT = 1


@dataclass(frozen=True)
class Lock:
    """JSON with name, size and SHA-256 of each file of one dataset and source; kept and shared as a package lock is."""

    path: Path

    def get(self, name: str) -> Member | None:
        """What was recorded of a file."""
        return self._read().get(name)

    def record(self, found: Member) -> None:
        """Write down a file that is not yet recorded."""
        recorded = self._read()
        if found.path in recorded:
            return
        recorded[found.path] = found
        files = [named(recorded[name], "name") for name in sorted(recorded)]
        content = {"format": FORMAT, "files": files}
        write_text(self.path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")

    def _read(self) -> dict[str, Member]:
        fix = "mend it, or delete it to record anew what is fetched next"
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if (found := typed(content, "format", int)) != FORMAT:
                raise BadField(f"is {found}, {FORMAT} is expected", "format")
            members = [member_from(fields, "name") for fields in typed(content, "files", list)]
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise BadData(f"not a lock file: {error}", file=self.path, fix=fix) from error
        except BadField as error:
            raise BadData(error.args[0], file=self.path, record=f"field {error.args[1]}", fix=fix) from None
        return {member.path: member for member in members}

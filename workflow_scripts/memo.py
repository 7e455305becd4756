"""The memo: outputs of stages, kept under a key of everything they depend on.

Snakemake has no early cut-off within one run: once a job runs, all jobs below it run. So each stage looks here first.
Key = stage, digest of code and libraries, settings, and path and content of every input; where an entry has that key,
its files are put in place before anything heavy is imported. Deleted results, switched branches and fresh clones then
cost seconds.

The folder is config `memo.folder`, or the environment's MULTIINSTRUCT_MEMO; several working copies may share one.

    python -m workflow_scripts.memo size               how many entries, how many bytes
    python -m workflow_scripts.memo prune --max-gb 5   remove those used longest ago until 5 GB are left
"""

import argparse
import contextlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from workflow_scripts.files import replacing, sha256
from workflow_scripts.progress import say
from workflow_scripts.provenance import digest_of

VARIABLE = "MULTIINSTRUCT_MEMO"
UNFINISHED_S = 86_400  # an entry that has been in the making for longer is nobody's
_ENTRY = "entry.json"
CODES = "codes.sqlite"  # tokens.code_cache keeps pictures' codes beside the entries


class Memo:
    """Stored outputs in a folder; a folder of None remembers nothing."""

    def __init__(self, folder: Path | None):
        self._folder = folder

    @classmethod
    def from_environment(cls) -> "Memo":
        folder = os.environ.get(VARIABLE)
        return cls(Path(folder) if folder else None)

    @staticmethod
    def key(stage: str, code: str, settings: Mapping, inputs: Mapping[str, Sequence[str]]) -> str:
        """inputs: path and content digest of each input, by parameter name, in order."""
        return digest_of([stage, code, settings, inputs])

    @property
    def folder(self) -> Path | None:
        return self._folder

    def _entry(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def fetch(self, key: str, outputs: Sequence[Path]) -> bool:
        """Put the entry's files at `outputs`; False if there is none or it is damaged (then it is removed)."""
        if self._folder is None:
            return False
        entry = self._entry(key)
        try:
            note = (entry / _ENTRY).read_text()
        except OSError:  # none, or one of somebody else's that may not be read
            return False
        try:
            digests = json.loads(note)["sha256"]
            if len(digests) != len(outputs):
                raise ValueError(f"{len(digests)} files, expected {len(outputs)}")
            for number, (path, digest) in enumerate(zip(outputs, digests)):
                with replacing(path) as part:
                    shutil.copyfile(entry / str(number), part)
                    if sha256(part) != digest:
                        raise ValueError(f"file {number} has changed since it was stored")
        except (FileNotFoundError, ValueError, KeyError, TypeError) as damage:
            say(f"memo: entry {key} is damaged ({damage}); making it again")
            shutil.rmtree(entry, ignore_errors=True)
            return False
        with contextlib.suppress(OSError):  # somebody else's
            os.utime(entry / _ENTRY)  # when it was last used, for `prune`
        return True

    def store(self, key: str, outputs: Sequence[Path]) -> None:
        if self._folder is None:
            return
        entry = self._entry(key)
        entry.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=".making-", dir=self._folder))
        try:
            for number, path in enumerate(outputs):
                shutil.copyfile(path, making / str(number))
            digests = [sha256(making / str(number)) for number in range(len(outputs))]
            (making / _ENTRY).write_text(json.dumps({"sha256": digests, "names": [p.name for p in outputs]}))
            making.chmod(0o755)  # mkdtemp makes folders for oneself alone; a memo may be shared
            if entry.exists() and not (entry / _ENTRY).exists():
                shutil.rmtree(entry)  # what a killed `prune` left
            os.rename(making, entry)
        except FileExistsError:
            pass  # another job stored the same in the meantime
        except OSError as error:
            if not entry.exists():
                say(f"memo: could not store {key} ({error}); going on without")
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def entries(self) -> list[tuple[float, int, Path]]:
        """(time of last use, bytes, path) of every entry and of the pictures' codes, longest unused first."""
        found = []
        for note in self._folder.glob(f"??/*/{_ENTRY}") if self._folder else ():
            files = list(note.parent.iterdir())
            found.append((note.stat().st_mtime, sum(f.stat().st_size for f in files), note.parent))
        if self._folder and (codes := self._folder / CODES).exists():
            found.append((codes.stat().st_mtime, codes.stat().st_size, codes))
        return sorted(found)

    def prune(self, max_bytes: int) -> int:
        """Remove entries, longest unused first, until at most max_bytes are left; returns how many went."""
        for left in self._folder.glob(".making-*") if self._folder else ():
            if time.time() - left.stat().st_mtime > UNFINISHED_S:
                shutil.rmtree(left)  # a killed job's
        entries = self.entries()
        total, removed = sum(size for _, size, _ in entries), 0
        for _, size, path in entries:
            if total <= max_bytes:
                break
            path.unlink() if path.name == CODES else shutil.rmtree(path)
            total, removed = total - size, removed + 1
        return removed


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m workflow_scripts.memo", description="The memo's size, and pruning."
    )
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get(VARIABLE, ".memo")))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("size", help="how many entries, how many bytes")
    prune = commands.add_parser("prune", help="remove what was used longest ago")
    prune.add_argument("--max-gb", type=float, required=True, help="how much may stay")
    args = parser.parse_args()
    memo = Memo(args.folder)
    if args.command == "prune":
        print(f"removed {memo.prune(int(args.max_gb * 1e9))} entries")
    entries = memo.entries()
    print(f"{len(entries)} entries, {sum(size for _, size, _ in entries) / 1e6:.1f} MB in {args.folder}")


if __name__ == "__main__":
    main()

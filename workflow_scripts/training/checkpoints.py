"""Checkpoints of an unfinished run: whole ones only, and only of the very same run."""

import contextlib
import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError

from workflow_scripts.errors import BadData
from workflow_scripts.progress import say
from workflow_scripts.training import processes

_MAKING = ".making"


class Checkpoints:
    """What a run of this key has saved below a folder of its own.

    key: a digest of all that the result depends on. What was saved under another is of no use and is removed.
    A checkpoint is made under another name and gets its own, checkpoint-<updates>, when it is whole.
    """

    def __init__(self, folder: Path, key: str, *, keep: int):
        self._all, self.folder, self._keep = folder, folder / key, keep

    @property
    def making(self) -> Path:
        """Where the trainer writes one."""
        return self.folder / _MAKING

    @property
    def log(self) -> Path:
        """The lines logged so far."""
        return self.folder / "log.jsonl"

    def latest(self) -> Path | None:
        """The last whole one; what cannot be used is removed before."""
        if processes.rank() == 0:
            for other in self._all.glob("*"):
                if other != self.folder:
                    say(f"not resumed, of other settings, data, base or code: {other}")
                    shutil.rmtree(other)
            shutil.rmtree(self.making, ignore_errors=True)
            self.folder.mkdir(parents=True, exist_ok=True)
        processes.wait()
        found = self._whole()
        return found[-1] if found else None

    @contextlib.contextmanager
    def whole(self, name: str) -> Iterator[None]:
        """What is written to `making` under that name gets it afterwards, and older ones are removed.

        All processes call it. After an error nothing of it is left.
        """
        try:
            yield
            processes.wait()
            if processes.rank() == 0:
                shutil.rmtree(self.folder / name, ignore_errors=True)
                (self.making / name).rename(self.folder / name)
                for old in self._whole()[: -self._keep]:
                    shutil.rmtree(old)
        finally:
            if processes.rank() == 0:
                shutil.rmtree(self.making, ignore_errors=True)
        processes.wait()

    def _whole(self) -> list[Path]:
        return sorted(self.folder.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))


@contextlib.contextmanager
def needing_space(folder: Path) -> Iterator[None]:
    """Turn the several errors of a full disk into one."""
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        if not _is_full(error):
            raise
        fix = "make room and run the same command again: training goes on from its last whole checkpoint"
        raise BadData(f"no space left on the disk ({error})", file=folder, fix=fix) from error


def _is_full(error: Exception) -> bool:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if isinstance(error, SafetensorError):
        return "os error 28" in str(error)
    return "inline_container" in str(error)  # torch.save's writer, which does not say why it could not write

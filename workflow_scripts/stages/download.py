"""Fetch, verify and unpack a dataset's files; or note where a folder used in place lies."""

import dataclasses
import shutil
import time
from pathlib import Path

from workflow_scripts.datasets.base import Dataset
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData
from workflow_scripts.raw.fetch import check_by_hand, fetch, place
from workflow_scripts.raw.files import Member
from workflow_scripts.raw.lock import Lock
from workflow_scripts.raw.manifest import Manifest
from workflow_scripts.raw.receipt import NAME as RECEIPT
from workflow_scripts.raw.receipt import Receipt
from workflow_scripts.raw.unpack import unpack
from workflow_scripts.stages.entry import Out, Place, run_stage


def main(
    *,
    dataset: str,
    native_splits: list[str],
    archives: Place,
    mirror: str | None = None,
    in_place: str | None = None,
    lock: Place | None = None,
    max_hours: float = 24.0,
    keep_archives: int = 1,
    as_declared: int = 1,
    out: Out,
) -> str:
    """Bring the dataset's files to the folder of the manifest `out`.

    archives: folder that keeps what was fetched, and into which files are put that can only be fetched by hand. mirror:
    prefix of a URL, or a folder, in place of the official ones. in_place: a folder that holds the dataset already;
    nothing is fetched, copied or written there. lock: file that remembers what was fetched first; must agree from then
    on. max_hours: for fetching all of it. keep_archives: 0 removes what was fetched once its files are unpacked.
    as_declared: 0 for a mirror whose files bear the official names and hold something else, as the miniature world's.
    """
    declared = load_dataset(dataset)
    if not as_declared:
        files = tuple(dataclasses.replace(file, bytes=None, sha256=None) for file in declared.files)
        declared = dataclasses.replace(declared, files=files)
    out.unlink(missing_ok=True)  # from here until the end the folder is not to be trusted
    if in_place is not None:
        root = Path(in_place)
        files = [Member.of(_annotation(root / p), below=root) for p in declared.annotation_files(native_splits, root)]
        Manifest(dataset, files=tuple(files), root=in_place).write(out)
        return f"{dataset} is used in place: {in_place}"
    lock, folder = lock and Lock(lock), None
    if mirror is not None and "://" not in mirror:
        folder, mirror = Path(mirror) / dataset, Path(mirror).resolve().as_uri()
    receipt = None if folder else _still_unpacked(declared, archives, lock, out)
    if receipt:
        done = "unpacked before"
    else:
        if folder:
            _remove_copies(declared, archives, folder)
        receipt = _bring(declared, archives, mirror, lock, time.monotonic() + 3600 * max_hours, out)
        done = f"{len(receipt.archives)} archives"
    Manifest(dataset, archives=receipt.archives).write(out)
    if not keep_archives:
        receipt.write(archives / RECEIPT)
        _remove_fetched(declared, archives, mirror)
    return f"{dataset}: {done}, {receipt.files} files"


def _still_unpacked(declared: Dataset, archives: Path, lock: Lock | None, out: Path) -> Receipt | None:
    """The receipt for archives that were removed, if their files are there and are what is wanted now."""
    receipt = Receipt.read(archives / RECEIPT)
    if receipt is None or receipt != Receipt.of(declared.files, receipt.archives, out.parent, out):
        return None
    return receipt if lock is None or all(lock.get(a.path) in (None, a) for a in receipt.archives) else None


def _bring(
    declared: Dataset, archives: Path, mirror: str | None, lock: Lock | None, deadline: float, out: Path
) -> Receipt:  # fmt: skip
    """Fetch and unpack everything into the folder of `out`, which is emptied first."""
    if mirror is None:
        check_by_hand(declared.files, archives, dataset=declared.id, lock=lock)
    (archives / RECEIPT).unlink(missing_ok=True)
    shutil.rmtree(out.parent, ignore_errors=True)
    out.parent.mkdir(parents=True)
    fetched = []
    for file in declared.files:
        path = fetch(file, archives, mirror=mirror, dataset=declared.id, lock=lock, deadline=deadline)
        fetched.append(Member.of(path, below=archives))
        if file.plain:
            place(path, out.parent / file.into / file.name)
        else:
            unpack(path, out.parent / file.into, strip=file.strip, keep=file.keep)
        if out.exists():
            out.unlink()  # it must not be taken for ours
            raise BadData(f"it holds a file {out.name}, as the manifest is named", file=path, fix="unpack it below")
        if lock and file.sha256 is None:
            lock.record(fetched[-1])  # only now: what is cut short must not become what is expected
    return Receipt.of(declared.files, fetched, out.parent, out)


def _remove_copies(declared: Dataset, archives: Path, originals: Path) -> None:
    """Forget what was copied from a folder: it may hold something else by now."""
    for file in declared.files:
        copy, original = archives / file.name, originals / file.name
        if copy.exists() and original.exists() and not copy.samefile(original):
            copy.unlink()


def _remove_fetched(declared: Dataset, archives: Path, mirror: str | None) -> None:
    """Remove what can be fetched again by itself: from a mirror, all of it."""
    for file in declared.files:
        if mirror or not file.page:
            (archives / file.name).unlink(missing_ok=True)


def _annotation(path: Path) -> Path:
    if not path.is_file():
        fix = "put it there, choose another split with datasets.<name>.splits, or leave the dataset out"
        raise BadData("annotation file is missing", file=path, fix=fix)
    return path


if __name__ == "__main__":
    run_stage(main, memo=False)  # archives can be huge, and their checksums are a memo already

"""Fetch, verify and unpack a dataset's archives; or note where a folder used in place lies."""

import shutil
from pathlib import Path

from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData
from workflow_scripts.raw.fetch import fetch
from workflow_scripts.raw.files import Member
from workflow_scripts.raw.manifest import Manifest
from workflow_scripts.raw.unpack import unpack
from workflow_scripts.stages.entry import Out, Place, run_stage


def main(
    *,
    dataset: str,
    native_splits: list[str],
    archives: Place,
    mirror: str | None = None,
    in_place: str | None = None,
    out: Out,
) -> str:
    """Bring the dataset's files to the folder of the manifest `out`.

    archives: folder that keeps what was fetched. mirror: prefix of a URL, or a folder, in place of the official ones.
    in_place: a folder that holds the dataset already; nothing is fetched, copied or written there.
    """
    declared = load_dataset(dataset)
    out.unlink(missing_ok=True)  # from here until the end the folder is not to be trusted
    if in_place is not None:
        root = Path(in_place)
        files = [Member.of(_annotation(root / p), below=root) for p in declared.annotation_files(native_splits, root)]
        Manifest(dataset, files=tuple(files), root=in_place).write(out)
        return f"{dataset} is used in place: {in_place}"
    shutil.rmtree(out.parent, ignore_errors=True)
    address = mirror
    if mirror is not None and "://" not in mirror:
        address = Path(mirror).resolve().as_uri()
        shutil.rmtree(archives, ignore_errors=True)  # copies of what lies there, perhaps of an older state of it
    out.parent.mkdir(parents=True)
    fetched, unpacked = [], 0
    for file in declared.files:
        path = fetch(file, archives, mirror=address, dataset=dataset)
        fetched.append(Member.of(path, below=archives))
        unpacked += len(unpack(path, out.parent / file.into, strip=file.strip, keep=file.keep))
    Manifest(dataset, archives=tuple(fetched)).write(out)
    return f"{dataset}: {len(fetched)} archives, {unpacked} files"


def _annotation(path: Path) -> Path:
    if not path.is_file():
        fix = "put it there, choose another split with datasets.<name>.splits, or leave the dataset out"
        raise BadData("annotation file is missing", file=path, fix=fix)
    return path


if __name__ == "__main__":
    run_stage(main, memo=False)  # archives can be huge, and their checksums are a memo already

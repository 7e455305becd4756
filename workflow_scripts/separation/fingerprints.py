"""How a photograph is recognised wherever it occurs: by the numbers that datasets know it by, and by its hash."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.pictures import locate
from workflow_scripts.progress import track
from workflow_scripts.separation.picture_hash import picture_hash


def fingerprints(records: Iterable[Path], roots: Mapping[str, Path]) -> Iterator[dict]:
    """Rows of schemas.FINGERPRINTS of every picture that records name, by name.

    records: <dataset>/<split>.parquet. roots: where the files of the datasets lie that pictures are of.
    """
    ids: dict[str, set[str]] = {}
    for path in records:
        for image in schemas.leaves(path, "image"):
            if image is not None:
                ids.setdefault(image, set())
        for image, known in _numbered(path):
            ids[image] |= known
    for image in track(sorted(ids), "fingerprint", unit="pictures", total=len(ids)):
        yield {"image": image, "ids": sorted(ids[image]), "hash": picture_hash(locate(image, roots))}


def _numbered(records: Path) -> Iterator[tuple[str, set[str]]]:
    """The pictures of records whose dataset knows them by numbers, with these: coco:9, vg:1, flickr:123."""
    columns = load_dataset(records.parent.name).photo_ids
    if not columns:
        return
    table = schemas.columns(records, ["image", *columns.values()])
    for image, *values in zip(*(table.column(i).to_pylist() for i in range(table.num_columns))):
        yield image, {f"{kind}:{value}" for kind, value in zip(columns, values) if value is not None}


def read(paths: Iterable[Path], images: Iterable[str] | None = None) -> dict[str, Mapping]:
    """Fingerprints by picture; of these pictures alone, if they are given."""
    wanted = None if images is None else pa.array(sorted(set(images)), pa.string())
    found = {}
    for path in paths:
        table = schemas.open_table(path, schemas.FINGERPRINTS).read()
        if wanted is not None:
            table = table.filter(pc.is_in(table.column("image"), value_set=wanted))
        found |= {row["image"]: row for row in table.to_pylist()}
    return found

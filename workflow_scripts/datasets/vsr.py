"""VSR: true and false statements of how two things in a COCO photo lie to each other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.datasets.json_files import Int
from workflow_scripts.datasets.photographs import coco_2017_picture
from workflow_scripts.raw.files import File


@dataclass(frozen=True)
class Statement:
    """One statement about one picture."""

    VERSION: ClassVar[int] = 2
    record_id: str  # "<native split>/<line>": the lines have no id of their own
    image: str
    width: int
    height: int
    statement: str
    label: bool
    coco_id: int


class _Row(msgspec.Struct):
    image: str
    caption: str
    label: Int


def read(source: Source) -> Iterator[tuple[str, Statement]]:
    """Yield the statements of the wanted splits, in file order."""
    for split, native in source.splits.items():
        file = f"data/splits/{native}.jsonl"
        for at, row in source.lines(file, _Row, split=split):
            with source.record(split, file, at, f"statement about {row.image}"):
                yield split, _statement(source, f"{native}/{at.removeprefix('line ')}", row)


def _statement(source: Source, record_id: str, row: _Row) -> Statement:
    if row.label not in (0, 1):
        raise BadRecord(f"label is {row.label}, expected 0 or 1")
    coco_id = _coco_id(row.image)
    return Statement(
        record_id=record_id,
        **_picture(source, row.image, coco_id),
        statement=text_of(row.caption, "caption"),
        label=row.label == 1,
        coco_id=coco_id,
    )


def _coco_id(name: str) -> int:
    """Of a picture's name in MS COCO 2017."""
    if not re.fullmatch(r"\d{12}\.jpg", name):
        raise BadRecord(f"image is {name!r}, expected twelve digits and .jpg")
    return int(name.removesuffix(".jpg"))


def _picture(source: Source, name: str, coco_id: int) -> dict[str, Any]:
    """The picture of a name in MS COCO 2017.

    Of the dataset's own folders, if somebody has put pictures there, else MS COCO 2014's.
    """
    own = (f"data/trainval2017/{name}", f"data/images/{name}")
    if any(map(source.has_picture, own)):
        return source.picture(*own)
    return coco_2017_picture(source, coco_id)


_REPOSITORY = "https://raw.githubusercontent.com/cambridgeltl/visual-spatial-reasoning"
_COMMIT = "b27a0af0ee1462d2b6b92c8c83e869d9254a241a"
DATASET = Dataset(
    title="VSR",
    home="https://github.com/cambridgeltl/visual-spatial-reasoning",
    licence="Apache-2.0; the photographs are MS COCO's",
    citation="Liu, Emerson and Collier, Visual Spatial Reasoning, arXiv 2205.00363",
    folder="visual_spatial_reasoning/visual-spatial-reasoning",
    files=(
        File(
            "test.jsonl",
            urls=(f"{_REPOSITORY}/{_COMMIT}/data/splits/zeroshot/test.jsonl",),
            bytes=380380,
            sha256="914d9156723b912d8f794b179248af865a68c5f81c9d8e3a21d007778cacaad4",
            into="data/splits/zeroshot",
        ),
    ),
    annotations=("data/splits/{split}.jsonl",),
    splits={"test": "zeroshot/test"},
    record=Statement,
    read=read,
    pictures_of=("mscoco",),
    photo_ids={"coco": "coco_id"},
)

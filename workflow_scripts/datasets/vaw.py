"""VAW: attributes that objects of Visual Genome's photos have, and such that they have not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, region_of, text_of
from workflow_scripts.datasets.json_files import WHOLE, Int, document
from workflow_scripts.datasets.photographs import visual_genome_picture
from workflow_scripts.raw.files import File
from workflow_scripts.regions import Region

TYPES = "attribute_types.json"


@dataclass(frozen=True)
class Attribute:
    name: str
    type: str | None  # color, material, pose ...; None: the file of types does not list it


@dataclass(frozen=True)
class Instance:
    """One object in a picture. Whether it has an attribute that is in neither list is not known."""

    VERSION: ClassVar[int] = 1
    record_id: str  # VAW's instance id
    image: str
    width: int
    height: int
    region: Region
    object_name: str
    positive: tuple[Attribute, ...]  # may be empty; so may the other
    negative: tuple[Attribute, ...]


class _Row(msgspec.Struct):
    image_id: Int | str  # text in the files, whole numbers in their description; so the other
    instance_id: Int | str
    instance_bbox: tuple[float, float, float, float]  # x, y, width, height
    object_name: str
    positive_attributes: list[str]
    negative_attributes: list[str]


def read(source: Source) -> Iterator[tuple[str, Instance]]:
    """Yield the instances of the wanted splits, in file order; train is in two files."""
    types: dict[str, str] = {}
    for kind, names in document(source.root / TYPES, dict[str, list[str]]).items():
        for name in names:
            types.setdefault(name, kind)
    for split, native in source.splits.items():
        first = source.find(f"{native}.json", f"{native}_part1.json")
        second = source.find(f"{native}_part2.json", f"{native}.json")
        for file in dict.fromkeys((first, second)):
            for at, row in source.stream(file, WHOLE, _Row, split=split):
                with source.record(split, file, at, f"instance {row.instance_id}"):
                    yield split, _instance(source, row, types)


def _instance(source: Source, row: _Row, types: dict[str, str]) -> Instance:
    positive, negative = (
        dict.fromkeys(text_of(name, field) for name in names)
        for field, names in (
            ("positive_attributes", row.positive_attributes),
            ("negative_attributes", row.negative_attributes),
        )
    )
    if both := [name for name in positive if name in negative]:
        raise BadRecord(f"{both[0]!r} is among both the positive and the negative attributes")
    picture = visual_genome_picture(source, row.image_id)
    return Instance(
        record_id=str(row.instance_id),
        **picture,
        region=region_of(*row.instance_bbox, picture["width"], picture["height"]),
        object_name=text_of(row.object_name, "object_name"),
        positive=tuple(Attribute(name, types.get(name)) for name in positive),
        negative=tuple(Attribute(name, types.get(name)) for name in negative),
    )


_DATA = "https://raw.githubusercontent.com/adobe-research/vaw_dataset/3a4ebffc5e8194d19a77f51d846c2cd47c477d13/data"
DATASET = Dataset(
    title="VAW",
    home="https://github.com/adobe-research/vaw_dataset",
    licence="Adobe Research License: non-commercial research only",
    citation="Pham et al., Learning to Predict Visual Attributes in the Wild, CVPR 2021 (arXiv 2106.09707)",
    folder="VAW/vaw_dataset/data",
    files=(
        *(File(name, urls=(f"{_DATA}/{name}",)) for name in ("train_part1.json", "train_part2.json", "val.json")),
        File(
            TYPES,
            urls=(f"{_DATA}/{TYPES}",),
            bytes=13_822,
            sha256="c0c0cf3b3833a0d1bbfdbac0bff5120917ea946547cee1c2519cf2a49d7451ac",
        ),
    ),
    annotations=(TYPES, "{split}.json|{split}_part1.json", "{split}_part2.json|{split}.json"),
    splits={"train": "train", "validation": "val"},
    record=Instance,
    read=read,
    pictures_of=("visual_genome",),
)

"""COCO-Text: the writing in COCO photos, with what kind of writing it is and what it says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, region_of
from workflow_scripts.datasets.json_files import Int
from workflow_scripts.raw.files import File
from workflow_scripts.regions import Region

FILE = "COCO_Text.json"


@dataclass(frozen=True)
class Text:
    """One piece of writing, mostly a word."""

    text_id: int
    region: Region
    legible: bool
    kind: str  # machine printed, handwritten or others
    language: str  # english, not english or na
    string: str | None  # what it says; None: illegible, or not transcribed


@dataclass(frozen=True)
class Photo:
    """One picture with all writing in it."""

    VERSION: ClassVar[int] = 1
    record_id: str  # COCO's image id
    image: str
    width: int
    height: int
    texts: tuple[Text, ...]  # may be empty


class _Image(msgspec.Struct):
    id: Int
    file_name: str
    set: str
    width: Int
    height: Int


class _Annotation(msgspec.Struct, gc=False):
    id: Int
    image_id: Int
    bbox: tuple[float, float, float, float]  # x, y, width, height
    legibility: Literal["legible", "illegible"]
    kind: Literal["machine printed", "handwritten", "others"] = msgspec.field(name="class")
    language: Literal["english", "not english", "na"]
    utf8_string: str | None = None


def read(source: Source) -> Iterator[tuple[str, Photo]]:
    """Yield the photos of the wanted splits, in file order.

    Annotations stand in no order of pictures, so those of the wanted splits are held: some 400 bytes each.
    """
    images = {image.id: (at, image) for at, _, image in source.members(FILE, "imgs", _Image)}
    written: dict[int, list[tuple[str, _Annotation]]] = {}
    for at, _, annotation in source.members(FILE, "anns", _Annotation):
        if annotation.image_id not in images:
            with source.record(next(iter(source.splits)), FILE, at, f"annotation {annotation.id}"):
                raise BadRecord(f"image_id {annotation.image_id} is none of the file's {len(images)} images")
        elif source.ours(images[annotation.image_id][1].set):
            written.setdefault(annotation.image_id, []).append((at, annotation))
    for at, image in images.values():
        for split in source.ours(image.set):
            with source.record(split, FILE, at, f"image {image.id}"):
                # all of them are of train2014, whatever their set
                picture = source.picture(f"train2014/{image.file_name}", of="mscoco", size=(image.width, image.height))
                texts = _texts(source, split, image, written.get(image.id, []))
                yield split, Photo(str(image.id), **picture, texts=texts)


def _texts(source: Source, split: str, image: _Image, written: list[tuple[str, _Annotation]]) -> tuple[Text, ...]:
    texts = []
    for at, a in written:
        with source.record(split, FILE, at, f"annotation {a.id}"):
            region = region_of(*a.bbox, image.width, image.height)
            string = " ".join((a.utf8_string or "").split()) or None
            texts.append(Text(a.id, region, a.legibility == "legible", a.kind, a.language, string))
    return tuple(texts)


DATASET = Dataset(
    title="COCO-Text",
    home="https://vision.cornell.edu/se3/coco-text-2/",
    licence="CC BY 4.0",
    citation="Veit et al., COCO-Text: Dataset and Benchmark for Text Detection and Recognition in Natural Images, "
    "arXiv 1601.07140",
    folder="coco_text",
    files=(
        File(
            "COCO_Text.zip",
            urls=("https://vision.cornell.edu/se3/wp-content/uploads/2019/05/COCO_Text.zip",),
            mb=13,
        ),
    ),
    annotations=(FILE,),
    splits={"train": "train", "validation": "val"},
    record=Photo,
    read=read,
    pictures_of=("mscoco",),
)

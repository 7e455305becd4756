"""Visual Genome: photos with described regions, relationships between objects, questions and answers."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, get_type_hints

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from workflow_scripts import schemas
from workflow_scripts.datasets.base import BadRecord, Dataset, Source, repeated
from workflow_scripts.datasets.columns import (
    Reasons,
    boxes_of,
    good_rows,
    grouped,
    region_array,
    regions_of,
    texts_of,
)
from workflow_scripts.datasets.json_files import WHOLE, Int
from workflow_scripts.randomness import keyed_number
from workflow_scripts.raw.files import File
from workflow_scripts.regions import Region


@dataclass(frozen=True)
class DescribedRegion:
    region_id: int
    region: Region
    phrase: str


@dataclass(frozen=True)
class Thing:
    name: str
    region: Region


@dataclass(frozen=True)
class Relationship:
    relationship_id: int
    predicate: str  # lower case
    subject: Thing
    object: Thing


@dataclass(frozen=True)
class Question:
    question_id: int
    question: str
    answer: str  # without its closing period


@dataclass(frozen=True)
class Photo:
    """One picture with all that is annotated on it."""

    VERSION: ClassVar[int] = 2
    record_id: str  # Visual Genome's image id
    image: str
    width: int
    height: int
    coco_id: int | None  # the same photograph in MS COCO
    regions: tuple[DescribedRegion, ...]
    relationships: tuple[Relationship, ...]
    questions: tuple[Question, ...]
    flickr_id: str | None = None


def split_of(image_id: int) -> str:
    """Visual Genome has no official splits: 80 % train, 10 % validation, 10 % test, drawn by the image's id."""
    tenth = keyed_number("visual_genome split", image_id) % 10
    return {8: "validation", 9: "test"}.get(tenth, "train")


class _Image(msgspec.Struct):
    image_id: Int
    url: str
    width: Int
    height: Int
    coco_id: Int | None = None
    flickr_id: Int | None = None


class _Region(msgspec.Struct, gc=False):
    x: float
    y: float
    width: float
    height: float
    phrase: str
    region_id: Int | None = None
    id: Int | None = None  # region_id in older versions; so below


class _Thing(msgspec.Struct, gc=False):
    x: float
    y: float
    w: float
    h: float
    name: str | None = None
    names: tuple[str, ...] = ()


class _Relationship(msgspec.Struct, gc=False):
    predicate: str
    subject: _Thing
    object: _Thing
    relationship_id: Int | None = None
    id: Int | None = None


class _Question(msgspec.Struct, gc=False):
    qa_id: Int
    question: str
    answer: str


class _Regions(msgspec.Struct):
    regions: list[_Region]
    id: Int | None = None
    image_id: Int | None = None  # either is the image's, by file and version; so below


class _Relationships(msgspec.Struct):
    relationships: list[_Relationship]
    id: Int | None = None
    image_id: Int | None = None


class _Questions(msgspec.Struct):
    qas: list[_Question]
    id: Int | None = None
    image_id: Int | None = None


class _Walk:
    """One file's annotations by image, read as far as asked for: the files list the images in the same order.

    What is passed over on the way to an image is held until it is asked for: packed, since a file that lacks an image
    is passed over whole.
    """

    def __init__(self, source: Source, file: str, key: str, shape: type):
        self.source, self.file, self.key = source, file, key
        self._images = source.stream(file, WHOLE, shape)
        self._passed: dict[int, tuple[str, bytes]] = {}
        self._packed = msgspec.msgpack.Decoder(get_type_hints(shape)[key])

    def of(self, image_id: int) -> tuple[str, list]:
        """(position of the list, the image's annotations); none if the file does not have the image."""
        if image_id in self._passed:
            at, packed = self._passed.pop(image_id)
            return at, self._packed.decode(zlib.decompress(packed))
        for at, image in self._images:
            found, annotations = _own(image.image_id, image.id), getattr(image, self.key)
            if found == image_id:
                return f"{at}.{self.key}", annotations
            self._passed[found] = f"{at}.{self.key}", zlib.compress(msgspec.msgpack.encode(annotations), 1)
        return "", []

    def left(self) -> Iterator[tuple[int, str]]:
        """The images that were never asked for, with their positions."""
        yield from ((image_id, at.rpartition(".")[0]) for image_id, (at, _) in self._passed.items())
        yield from ((_own(image.image_id, image.id), at) for at, image in self._images)


def _own(*ids: int | None) -> int:
    """An id under whichever of its names the version of the file has; -1: under none."""
    return next((i for i in ids if i is not None), -1)


def read(source: Source) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield the photos of the wanted splits in the order of image_data.json; all files are walked side by side."""
    regions = _Walk(source, "region_descriptions.json", "regions", _Regions)
    relationships = _Walk(source, "relationships.json", "relationships", _Relationships)
    questions = _Walk(source, "question_answers.json", "qas", _Questions)
    walks = (regions, relationships, questions)
    waiting: dict[str, list[_Annotated]] = {split: [] for split in source.splits}
    seen: set[int] = set()
    for at, image in source.stream("image_data.json", WHOLE, _Image):
        split = split_of(image.image_id)
        annotated = [walk.of(image.image_id) for walk in walks if image.image_id not in seen]
        if split not in source.splits:
            continue
        with source.record(split, "image_data.json", at, f"image {image.image_id}"):
            if image.image_id in seen:
                raise repeated(str(image.image_id))
            seen.add(image.image_id)
            path = "/".join(image.url.split("/")[-2:])  # VG_100K/1.jpg
            picture = source.picture(path, size=(image.width, image.height))
            waiting[split].append(_Annotated(image, picture, *annotated))
        if len(waiting[split]) == schemas.ROWS_PER_GROUP:
            yield split, _batch(source, split, waiting[split])
            waiting[split] = []
    for split, photos in waiting.items():
        if photos:
            yield split, _batch(source, split, photos)
    for walk in walks:
        for image_id, at in walk.left():
            if (split := split_of(image_id)) in source.splits:
                with source.record(split, walk.file, at, f"image {image_id}"):
                    raise BadRecord("image_data.json lists no such image")


class _Annotated(NamedTuple):
    """A picture with what the files say of it: the position of each list and its elements."""

    image: _Image
    picture: dict
    regions: tuple[str, list[_Region]]
    relationships: tuple[str, list[_Relationship]]
    questions: tuple[str, list[_Question]]


def _batch(source: Source, split: str, photos: list[_Annotated]) -> pa.RecordBatch:
    """The records of these photos, as columns."""
    schema = schemas.of_records(Photo)
    sizes = np.array([(p.picture["width"], p.picture["height"]) for p in photos])
    columns = {
        "record_id": pa.array([str(p.image.image_id) for p in photos]),
        **{name: pa.array([p.picture[name] for p in photos]) for name in ("image", "width", "height")},
        "coco_id": pa.array([p.image.coco_id for p in photos], pa.int64()),
        "flickr_id": pa.array([p.image.flickr_id for p in photos], pa.int64()).cast(pa.string()),
        "regions": _regions(_Lists(source, split, "region_descriptions.json", [p.regions for p in photos]), sizes),
        "relationships": _relationships(
            _Lists(source, split, "relationships.json", [p.relationships for p in photos]), sizes
        ),
        "questions": _questions(_Lists(source, split, "question_answers.json", [p.questions for p in photos])),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


class _Lists:
    """One kind of annotation of many photos, end to end; bad ones are taken out of the columns made of them."""

    def __init__(self, source: Source, split: str, file: str, lists: list[tuple[str, list]]):
        self._source, self._split, self._file = source, split, file
        self._lists = lists
        self._counts = np.array([len(items) for _, items in lists], np.int64)
        self.items = [item for _, items in lists for item in items]
        self.photo = np.repeat(np.arange(len(lists)), self._counts)

    def good(self, names: Callable[[int], str], *faults: Reasons) -> np.ndarray:
        """Rows of the good items; the others are quarantined, each with its first fault."""
        bad = {row: reason for found in reversed(faults) for row, reason in found.items()}
        starts = np.cumsum(self._counts) - self._counts
        where = []
        for row in sorted(bad):
            photo = int(self.photo[row])
            where.append((f"{self._lists[photo][0]}[{row - starts[photo]}]", names(row), bad[row]))
        at = next((at for at, items in self._lists if items), "")
        self._source.looked_at(self._split, self._file, f"{at}[0]", len(self.items), where)
        return good_rows(len(self.items), bad)

    def grouped(self, good: np.ndarray, columns: list[pa.Array], field: str) -> pa.ListArray:
        """The good items' columns as one list of structs per photo."""
        kind = schemas.of_records(Photo).field(field).type
        items = pa.StructArray.from_arrays(columns, fields=[*kind.value_type])
        return grouped(items, np.bincount(self.photo[good], minlength=len(self._lists)), kind)


def _ids(ids: list[int | None]) -> tuple[np.ndarray, Reasons]:
    if None not in ids:
        return np.array(ids, np.int64), {}
    return np.array([-1 if i is None else i for i in ids]), {row: "no id" for row, i in enumerate(ids) if i is None}


def _regions(lists: _Lists, sizes: np.ndarray) -> pa.ListArray:
    items = lists.items
    boxes = boxes_of(items, "x", "y", "width", "height")
    ids, nameless = _ids([r.id if r.region_id is None else r.region_id for r in items])
    phrases, empty = texts_of([r.phrase for r in items], "phrase")
    regions, outside = regions_of(boxes, sizes[lists.photo])
    good = lists.good(lambda row: f"region {ids[row]}", nameless, outside, empty)
    columns = [pa.array(ids[good]), region_array(regions[good]), phrases.take(pa.array(good))]
    return lists.grouped(good, columns, "regions")


def _relationships(lists: _Lists, sizes: np.ndarray) -> pa.ListArray:
    items = lists.items
    ids, nameless = _ids([r.id if r.relationship_id is None else r.relationship_id for r in items])
    predicates, empty = texts_of([r.predicate for r in items], "predicate")
    faults, ends = [nameless, empty], []
    for things in ([r.subject for r in items], [r.object for r in items]):
        names, unnamed = texts_of([t.names[0] if t.names else t.name or "" for t in things], "name")
        boxes = boxes_of(things, "x", "y", "w", "h")
        regions, outside = regions_of(boxes, sizes[lists.photo])
        faults += [unnamed, outside]
        ends.append((names, regions))
    good = lists.good(lambda row: f"relationship {ids[row]}", *faults)
    thing = schemas.of_records(Photo).field("relationships").type.value_type.field("subject").type
    columns = [pa.array(ids[good]), pc.utf8_lower(predicates.take(pa.array(good)))]
    for names, regions in ends:
        parts = [names.take(pa.array(good)), region_array(regions[good])]
        columns.append(pa.StructArray.from_arrays(parts, fields=[*thing]))
    return lists.grouped(good, columns, "relationships")


def _questions(lists: _Lists) -> pa.ListArray:
    items = lists.items
    questions, unasked = texts_of([q.question for q in items], "question")
    answers, unanswered = texts_of([q.answer.strip().removesuffix(".") for q in items], "answer")
    good = lists.good(lambda row: f"question {items[row].qa_id}", unasked, unanswered)
    columns = [
        pa.array([items[i].qa_id for i in good], pa.int64()),
        questions.take(pa.array(good)),
        answers.take(pa.array(good)),
    ]
    return lists.grouped(good, columns, "questions")


_PICTURES = "https://cs.stanford.edu/people/rak248/VG_100K_2"
_DATA = (  # where it lies now, and the address in its first publications
    "https://homes.cs.washington.edu/~ranjay/visualgenome/data/dataset",
    "https://visualgenome.org/static/data/dataset",
)
_ANNOTATIONS = {  # name -> approximate size in MB
    "image_data.json": 2,
    "region_descriptions.json": 127,
    "relationships.json": 78,
    "question_answers.json": 25,
}
DATASET = Dataset(
    title="Visual Genome",
    home="https://homes.cs.washington.edu/~ranjay/visualgenome",
    licence="CC BY 4.0",
    citation="Krishna et al., Visual Genome, arXiv 1602.07332",
    folder="visual_genome",
    files=(
        File("images.zip", urls=(f"{_PICTURES}/images.zip",), mb=9_732),
        File("images2.zip", urls=(f"{_PICTURES}/images2.zip",), mb=5_472),
        *(
            File(f"{name}.zip", urls=tuple(f"{site}/{name}.zip" for site in _DATA), mb=mb)
            for name, mb in _ANNOTATIONS.items()
        ),
    ),
    annotations=tuple(_ANNOTATIONS),
    splits={"train": "train", "validation": "validation", "test": "test"},
    record=Photo,
    read=read,
    photo_ids={"vg": "record_id", "coco": "coco_id", "flickr": "flickr_id"},
)

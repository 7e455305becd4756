"""MS COCO 2014: photos with their captions and boxed, named objects."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec
import numpy as np
import pyarrow as pa

from workflow_scripts import schemas
from workflow_scripts.datasets.base import Dataset, Source, repeated
from workflow_scripts.datasets.columns import Reasons, good_rows, grouped, region_array, regions_of, texts_of
from workflow_scripts.datasets.json_files import Chunk, Int, chunks, position
from workflow_scripts.datasets.photographs import flickr_id
from workflow_scripts.raw.files import File
from workflow_scripts.regions import Region


@dataclass(frozen=True)
class Object:
    object_id: int
    name: str  # one of the 80 category names
    region: Region
    crowd: bool  # the box covers a group, not a single object


@dataclass(frozen=True)
class Photo:
    """One picture with all that is annotated on it."""

    VERSION: ClassVar[int] = 2
    record_id: str  # COCO's image id
    image: str
    width: int
    height: int
    objects: tuple[Object, ...]  # may be empty
    captions: tuple[str, ...]  # may be empty
    flickr_id: str | None = None


class _Image(msgspec.Struct):
    id: Int
    file_name: str
    width: Int
    height: Int
    flickr_url: str | None = None


class Category(msgspec.Struct):
    """Of an instances file, whose form RefCOCO's have, too; so below."""

    id: Int
    name: str


class Instance(msgspec.Struct, gc=False):
    id: Int
    image_id: Int
    category_id: Int
    bbox: tuple[float, float, float, float]  # x, y, width, height
    iscrowd: Int


class _Caption(msgspec.Struct, gc=False):
    id: Int
    image_id: Int
    caption: str


def read(source: Source) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield the photos of the wanted splits, in file order.

    Annotations stand in no order of pictures, so those of a split are held until its file ends: as columns, some 60
    bytes an object and 120 a caption. Outlines, nine tenths of the file, are passed over.
    """
    for split, native in source.splits.items():
        instances, captions = (f"annotations/{kind}_{native}.json" for kind in ("instances", "captions"))
        images, names = {}, {}
        boxed, captioned = _Annotations(source, split, instances), _Annotations(source, split, captions)
        shapes = {"images": list[_Image], "categories": list[Category], "annotations": list[Instance]}
        for chunk in chunks(source.root / instances, shapes):
            source.refuse(chunk.unfit, instances, split)
            if chunk.key == "images":
                for at, _, image in chunk:
                    if images.setdefault(image.id, (at, image))[0] != at:
                        with source.record(split, instances, at, f"image {image.id}"):
                            raise repeated(str(image.id))
            elif chunk.key == "categories":
                names |= {category.id: category.name for category in chunk.items}
            else:
                boxes = np.array([a.bbox for a in chunk.items], np.float64).reshape(-1, 4)
                categories = np.array([(a.category_id, a.iscrowd) for a in chunk.items], np.int64).reshape(-1, 2)
                boxed.add(chunk, boxes, categories)
        for chunk in chunks(source.root / captions, {"annotations": list[_Caption]}):
            source.refuse(chunk.unfit, captions, split)
            captioned.add(chunk, np.array([a.caption for a in chunk.items], object))
        photos = _photos(source, split, native, images)
        columns = [
            *(photos[name] for name in ("record_id", "image", "width", "height")),
            _objects(boxed, photos, names),
            _captions(captioned, photos),
            photos["flickr_id"],
        ]
        table = pa.Table.from_arrays(columns, schema=schemas.of_records(Photo))
        yield from ((split, batch) for batch in table.to_batches(schemas.ROWS_PER_GROUP))


def _photos(source: Source, split: str, native: str, images: dict[int, tuple[str, _Image]]) -> dict[str, list]:
    """The columns of the pictures that are there, and under "unusable" the ids of the others."""
    photos = {name: [] for name in ("record_id", "image", "width", "height", "flickr_id", "id", "unusable")}
    for at, image in images.values():
        with source.record(split, f"annotations/instances_{native}.json", at, f"image {image.id}"):
            picture = source.picture(f"{native}/{image.file_name}", size=(image.width, image.height))
            ids = {"record_id": str(image.id), "flickr_id": flickr_id(image.flickr_url), "id": image.id}
            for name, value in {**ids, **picture}.items():
                photos[name].append(value)
    photos["unusable"] = list(images.keys() - set(photos["id"]))
    return photos


class _Annotations:
    """Columns of one file's annotations, whatever they annotate with."""

    def __init__(self, source: Source, split: str, file: str):
        self._source, self._split, self._file = source, split, file
        self._columns: list[tuple[np.ndarray, ...]] = []

    def add(self, chunk: Chunk, *values: np.ndarray) -> None:
        ids = np.array([(a.id, a.image_id) for a in chunk.items], np.int64).reshape(-1, 2)
        self._columns.append((np.array(chunk.places, np.int64), *ids.T, *values))

    def of(self, photos: dict[str, list]) -> list[np.ndarray]:
        """Row of the photo, index in the file, id and the values of each annotation of a usable photo.

        In the file's order; those of pictures that the file does not list are quarantined.
        """
        places, ids, image_ids, *values = (np.concatenate(c) for c in zip(*self._columns))
        known = np.array([*photos["id"], *photos["unusable"]], np.int64)
        listed, order = np.isin(image_ids, known), np.argsort(known)
        rows = np.zeros(len(image_ids), np.int64)
        rows[listed] = order[np.searchsorted(known, image_ids[listed], sorter=order)]
        strange = np.flatnonzero(~listed)
        reason = "image_id {} is none of the file's {} images"
        self.refuse(len(strange), places, ids, {r: reason.format(image_ids[r], len(known)) for r in strange.tolist()})
        usable = listed & (rows < len(photos["id"]))
        return [column[usable] for column in (rows, places, ids, *values)]

    def refuse(self, seen: int, places: np.ndarray, ids: np.ndarray, bad: Reasons) -> None:
        named = (
            (position("annotations", places[row]), f"annotation {ids[row]}", reason)
            for row, reason in sorted(bad.items())
        )
        self._source.looked_at(self._split, self._file, position("annotations", 0), seen, named)


def _objects(boxed: _Annotations, photos: dict[str, list], names: dict[int, str]) -> pa.ListArray:
    rows, places, ids, boxes, categories = boxed.of(photos)
    sizes = np.array([photos["width"], photos["height"]]).T.reshape(-1, 2)
    regions, bad = regions_of(boxes, sizes[rows])  # COCO's x, y, width, height ends on this line
    for row in np.flatnonzero(~np.isin(categories[:, 0], list(names))).tolist():
        bad[row] = f"category_id is {categories[row, 0]}, the file lists {len(names)} others"
    boxed.refuse(len(rows), places, ids, bad)
    order, counts = _by_photo(rows, bad, len(photos["id"]))
    kind = schemas.of_records(Photo).field("objects").type
    known = np.array(sorted(names), np.int64)
    which = np.searchsorted(known, categories[order, 0])
    columns = [
        pa.array(ids[order]),
        pa.array([names[c] for c in known.tolist()], pa.string()).take(pa.array(which)),
        region_array(regions[order]),
        pa.array(categories[order, 1] != 0),
    ]
    objects = pa.StructArray.from_arrays(columns, fields=[*kind.value_type])
    return grouped(objects, counts, kind)


def _captions(captioned: _Annotations, photos: dict[str, list]) -> pa.ListArray:
    rows, places, ids, captions = captioned.of(photos)
    texts, bad = texts_of(captions.tolist(), "caption")
    captioned.refuse(len(rows), places, ids, bad)
    order, counts = _by_photo(rows, bad, len(photos["id"]))
    kind = schemas.of_records(Photo).field("captions").type
    return grouped(texts.take(pa.array(order)), counts, kind)


def _by_photo(rows: np.ndarray, bad: Reasons, photos: int) -> tuple[np.ndarray, np.ndarray]:
    """The good annotations in the order of their photos, and how many each photo has."""
    good = good_rows(len(rows), bad)
    return good[np.argsort(rows[good], kind="stable")], np.bincount(rows[good], minlength=photos)


_SITE = "http://images.cocodataset.org"
DATASET = Dataset(
    title="MS COCO 2014",
    home="https://cocodataset.org",
    licence="annotations CC BY 4.0; photographs under the Flickr licence that each names",
    citation="Lin et al., Microsoft COCO: Common Objects in Context, arXiv 1405.0312",
    folder="MSCOCO2014",
    files=(
        File(
            "train2014.zip",
            urls=(f"{_SITE}/zips/train2014.zip",),
            bytes=13_510_573_713,
            sha256="ede4087e640bddba550e090eae701092534b554b42b05ac33f0300b984b31775",
        ),
        File(
            "val2014.zip",
            urls=(f"{_SITE}/zips/val2014.zip",),
            bytes=6_645_013_297,
            sha256="fe9be816052049c34717e077d9e34aa60814a55679f804cd043e3cbee3b9fde0",
        ),
        File(
            "annotations_trainval2014.zip",
            urls=(f"{_SITE}/annotations/annotations_trainval2014.zip",),
            bytes=252_872_794,
            sha256="031296bbc80c45a1d1f76bf9a90ead27e94e99ec629208449507a4917a3bf009",
        ),
    ),
    annotations=("annotations/instances_{split}.json", "annotations/captions_{split}.json"),
    splits={"train": "train2014", "validation": "val2014"},
    record=Photo,
    read=read,
    photo_ids={"coco": "record_id", "flickr": "flickr_id"},
)

"""MS COCO 2014: photos with their captions and boxed, named objects."""

import functools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, region_of, text_of
from workflow_scripts.datasets.json_files import stream
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

    VERSION: ClassVar[int] = 1
    record_id: str  # COCO's image id
    image: str
    width: int
    height: int
    objects: tuple[Object, ...]  # may be empty
    captions: tuple[str, ...]  # may be empty


def read(source: Source) -> Iterator[tuple[str, Photo]]:
    """Yield the photos of the wanted splits, in file order."""
    for split, native in source.splits.items():
        instances = f"annotations/instances_{native}.json"
        captions = f"annotations/captions_{native}.json"
        names = {c["id"]: c["name"] for c in stream(source.root / instances, "categories.item")}
        images = {i["id"]: i for i in stream(source.root / instances, "images.item")}
        annotated = _by_image(source, split, instances, images)
        captioned = _by_image(source, split, captions, images)
        for image_id, image in images.items():
            with source.record(split, instances, f"image {image_id}"):
                picture = source.picture(f"{native}/{image['file_name']}")
                make = functools.partial(_object, names=names, width=picture["width"], height=picture["height"])
                where = {"split": split, "what": "annotation", "key": "id"}
                photo = Photo(
                    record_id=str(image_id),
                    **picture,
                    objects=source.each(annotated[image_id], make, file=instances, **where),
                    captions=source.each(captioned[image_id], _caption, file=captions, **where),
                )
                yield split, photo


def _object(annotation: dict, *, names: dict[int, str], width: int, height: int) -> Object:
    category = annotation["category_id"]
    if category not in names:
        raise BadRecord(f"category_id is {category}, the file lists {len(names)} others")
    x, y, w, h = annotation["bbox"]  # COCO's x, y, width, height ends on this line
    region = region_of(x, y, w, h, width, height)
    return Object(annotation["id"], names[category], region, crowd=bool(annotation["iscrowd"]))


def _caption(annotation: dict) -> str:
    return text_of(annotation["caption"], "caption")


def _by_image(source: Source, split: str, file: str, images: dict) -> defaultdict[int, list[dict]]:
    """A file's annotations by image id; those of no listed image are quarantined. Outlines are left behind."""
    found = defaultdict(list)
    for annotation in stream(source.root / file, "annotations.item"):
        with source.record(split, file, f"annotation {annotation.get('id')}"):
            if annotation["image_id"] not in images:
                raise BadRecord(f"image_id {annotation['image_id']} is none of the file's {len(images)} images")
            annotation.pop("segmentation", None)
            found[annotation["image_id"]].append(annotation)
    return found


_ZIPS = "http://images.cocodataset.org/zips"
DATASET = Dataset(
    title="MS COCO 2014",
    home="https://cocodataset.org",
    licence="annotations CC BY 4.0; photographs under the Flickr licence that each names",
    citation="Lin et al., Microsoft COCO: Common Objects in Context, arXiv 1405.0312",
    folder="MSCOCO2014",
    files=(
        File("train2014.zip", urls=(f"{_ZIPS}/train2014.zip",)),
        File("val2014.zip", urls=(f"{_ZIPS}/val2014.zip",)),
        File(
            "annotations_trainval2014.zip",
            urls=("http://images.cocodataset.org/annotations/annotations_trainval2014.zip",),
        ),
    ),
    annotations=("annotations/instances_{split}.json", "annotations/captions_{split}.json"),
    splits={"train": "train2014", "validation": "val2014"},
    record=Photo,
    read=read,
)

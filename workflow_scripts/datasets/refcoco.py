"""RefCOCO, RefCOCO+ and RefCOCOg: expressions that each refer to one object of a COCO photo."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from workflow_scripts.datasets import pickles
from workflow_scripts.datasets.base import BadRecord, Dataset, Source, region_of, text_of
from workflow_scripts.datasets.json_files import Int, Unfit
from workflow_scripts.datasets.mscoco import Category, Instance, Object
from workflow_scripts.datasets.photographs import coco_picture
from workflow_scripts.errors import BadData
from workflow_scripts.raw.files import File

# Whose partition of the photos is read. Mixing partitions of one dataset would put photos in two splits.
REFS = {"refcoco": "refs(unc).p", "refcoco+": "refs(unc).p", "refcocog": "refs(umd).p"}
TRAIN = "train"  # the native split


@dataclass(frozen=True)
class Reference:
    """An object and what people called it."""

    ref_id: int  # unique within one of the three datasets
    object_id: int  # of the photo's objects
    sentences: tuple[str, ...]  # in their tidy form, each once


@dataclass(frozen=True)
class Photo:
    """One picture with all its objects and with the references that one of the three datasets makes to them."""

    VERSION: ClassVar[int] = 2
    record_id: str  # "<refcoco, refcoco+ or refcocog>/<COCO's image id>"
    image: str
    width: int
    height: int
    objects: tuple[Object, ...]
    references: tuple[Reference, ...]
    held_out: bool  # it is in the native split train, but another of the three datasets has it in another split


class _Sentence(msgspec.Struct):
    sent_id: Int
    sent: str


class _Ref(msgspec.Struct):
    ref_id: Int
    ann_id: Int
    image_id: Int
    split: str
    sentences: list[_Sentence]


class _Placed(msgspec.Struct):
    """A reference, for the split of its photo alone."""

    image_id: Int
    split: str


class _Image(msgspec.Struct):
    id: Int
    width: Int
    height: Int


def read(source: Source) -> Iterator[tuple[str, Photo]]:
    """Yield the photos of the wanted splits, one dataset after the other, in the order of the references.

    A copy may hold only some of the three datasets. Of one at a time are held: the references of all splits, since a
    pickle can only be read whole, and the boxes of the photos in the wanted ones. Before that, all
    pickles are read once for the splits of the photos, since each dataset partitions the same ones differently.
    """
    present = [name for name, refs in REFS.items() if (source.root / name / refs).exists()]
    if not present:
        looked = ", ".join(f"{name}/{refs}" for name, refs in REFS.items())
        raise BadData(f"no file of references; looked for {looked}", file=source.root, fix="fetch the dataset anew")
    not_only_trained_on = _not_only_trained_on(source, present)
    for name in present:
        yield from _photos(source, name, not_only_trained_on)


def _not_only_trained_on(source: Source, names: list[str]) -> set[int]:
    """Image ids of what is in another native split than train in any of the datasets."""
    found = set()
    for name in names:
        for _, ref in pickles.elements(source.root / name / REFS[name], _Placed):
            if not isinstance(ref, Unfit) and ref.split != TRAIN:
                found.add(ref.image_id)
    return found


def _photos(source: Source, name: str, not_only_trained_on: set[int]) -> Iterator[tuple[str, Photo]]:
    file = f"{name}/instances.json"
    references = _references(source, f"{name}/{REFS[name]}")
    wanted = {image_id for _, image_id in references}
    images = {image.id: (at, image) for at, image in source.stream(file, "images", _Image) if image.id in wanted}
    instances: dict[int, list[tuple[str, Instance]]] = {image_id: [] for image_id in wanted}
    for at, instance in source.stream(file, "annotations", Instance):
        if instance.image_id in wanted:
            instances[instance.image_id].append((at, instance))
    categories = {c.id: c.name for _, c in source.stream(file, "categories", Category)}
    for (split, image_id), refs in references.items():
        if image_id not in images:
            for at, ref in refs:
                with source.record(split, f"{name}/{REFS[name]}", at, f"ref {ref.ref_id}"):
                    raise BadRecord(f"image_id is {image_id}, {file} lists no such image")
            continue
        at, image = images[image_id]
        with source.record(split, file, at, f"image {image_id}"):
            # by id: the refs' own file_name has a suffix that no picture has
            picture = coco_picture(source, "train2014", image_id, size=(image.width, image.height))
            objects = _objects(source, split, file, image, instances[image_id], categories)
            made = _made(source, split, f"{name}/{REFS[name]}", refs, {o.object_id for o in objects})
            held_out = source.splits[split] == TRAIN and image_id in not_only_trained_on
            yield split, Photo(f"{name}/{image_id}", **picture, objects=objects, references=made, held_out=held_out)


def _references(source: Source, file: str) -> dict[tuple[str, int], list[tuple[str, _Ref]]]:
    """The references of the wanted splits with their positions, by split and image id."""
    found: dict[tuple[str, int], list[tuple[str, _Ref]]] = {}
    for at, ref in pickles.elements(source.root / file, _Ref):
        if isinstance(ref, Unfit):
            source.refuse([ref], file)
            continue
        for split in source.ours(ref.split):
            found.setdefault((split, ref.image_id), []).append((at, ref))
    return found


def _objects(
    source: Source,
    split: str,
    file: str,
    image: _Image,
    instances: list[tuple[str, Instance]],
    categories: dict[int, str],
) -> tuple[Object, ...]:
    objects = []
    for at, instance in instances:
        with source.record(split, file, at, f"annotation {instance.id}"):
            if instance.category_id not in categories:
                raise BadRecord(f"category_id is {instance.category_id}, the file lists {len(categories)} others")
            region = region_of(*instance.bbox, image.width, image.height)
            objects.append(Object(instance.id, categories[instance.category_id], region, bool(instance.iscrowd)))
    return tuple(objects)


def _made(
    source: Source, split: str, file: str, refs: list[tuple[str, _Ref]], object_ids: set[int]
) -> tuple[Reference, ...]:  # fmt: skip
    references = []
    for at, ref in refs:
        with source.record(split, file, at, f"ref {ref.ref_id}"):
            if ref.ann_id not in object_ids:
                raise BadRecord(f"ann_id is {ref.ann_id}, which is none of the {len(object_ids)} objects of its photo")
            sentences = source.each(
                ref.sentences,
                lambda s: text_of(s.sent, "sent"),
                split=split,
                file=file,
                at=f"{at}.sentences",
                name=lambda s: f"sentence {s.sent_id}",
            )
            if not sentences:
                raise BadRecord("none of its sentences can be used")
            references.append(Reference(ref.ref_id, ref.ann_id, tuple(dict.fromkeys(sentences))))
    return tuple(references)


_DATA = "https://bvisionweb1.cs.unc.edu/licheng/referit/data"
_ARCHIVED = {"refcoco": "20220413011718", "refcoco+": "20220413011656", "refcocog": "20220413012904"}
DATASET = Dataset(
    title="RefCOCO, RefCOCO+, RefCOCOg",
    home="https://github.com/lichengunc/refer",
    licence="toolkit Apache-2.0; boxes are MS COCO's, CC BY 4.0",
    citation="Yu et al., Modeling Context in Referring Expressions, ECCV 2016 (arXiv 1608.00272); "
    "Kazemzadeh et al., ReferItGame, EMNLP 2014; Mao et al., Generation and Comprehension of Unambiguous Object "
    "Descriptions, CVPR 2016 (arXiv 1511.02283)",
    folder="refcoco",
    files=tuple(
        File(
            f"{name}.zip",
            # the university's server is often down; "id_" asks the archive for the bytes as they were
            urls=(f"{_DATA}/{name}.zip", f"https://web.archive.org/web/{taken}id_/{_DATA}/{name}.zip"),
            mb=43,
        )
        for name, taken in _ARCHIVED.items()
    ),
    # patterns, not names, since a copy may hold only some of the three
    annotations=("refcoco*/instances.json", "refcoco*/refs(unc).p", "refcocog*/refs(umd).p"),
    splits={"train": TRAIN, "validation": "val"},
    record=Photo,
    read=read,
    pictures_of=("mscoco",),
)

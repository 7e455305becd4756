"""Visual Genome: photos with described regions, relationships between objects, questions and answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, region_of, text_of
from workflow_scripts.datasets.json_files import stream
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

    VERSION: ClassVar[int] = 1
    record_id: str  # Visual Genome's image id
    image: str
    width: int
    height: int
    coco_id: int | None  # the same photograph in MS COCO
    regions: tuple[DescribedRegion, ...]
    relationships: tuple[Relationship, ...]
    questions: tuple[Question, ...]


def split_of(image_id: int) -> str:
    """Visual Genome has no official splits: 80 % train, 10 % validation, 10 % test, drawn by the image's id."""
    tenth = keyed_number("visual_genome split", image_id) % 10
    return {8: "validation", 9: "test"}.get(tenth, "train")


def read(source: Source) -> Iterator[tuple[str, Photo]]:
    """Yield the photos of the wanted splits in the order of image_data.json; all files are walked side by side."""
    regions = _Walk(source.root, "region_descriptions.json", "regions")
    relationships = _Walk(source.root, "relationships.json", "relationships")
    questions = _Walk(source.root, "question_answers.json", "qas")
    for image in stream(source.root / "image_data.json", "item"):
        image_id = _id(image)
        split = split_of(image_id)
        annotated = {walk.file: walk.of(image_id) for walk in (regions, relationships, questions)}
        if split not in source.splits:
            continue
        with source.record(split, "image_data.json", f"image {image_id}"):
            picture = source.picture("/".join(urlsplit(image["url"]).path.split("/")[-2:]))  # VG_100K/1.jpg

            def each(walk: _Walk, make, key, split=split, picture=picture, annotated=annotated):
                make_sized = lambda item: make(item, picture["width"], picture["height"])  # noqa: E731
                items = annotated[walk.file]
                return source.each(items, make_sized, split=split, file=walk.file, what=walk.key, key=key)

            photo = Photo(
                record_id=str(image_id),
                **picture,
                coco_id=image.get("coco_id"),
                regions=each(regions, _region, "region_id"),
                relationships=each(relationships, _relationship, "relationship_id"),
                questions=each(questions, _question, "qa_id"),
            )
            yield split, photo
    for walk in (regions, relationships, questions):
        for image_id in walk.left():
            if (split := split_of(image_id)) in source.splits:
                with source.record(split, walk.file, f"image {image_id}"):
                    raise BadRecord("image_data.json lists no such image")


class _Walk:
    """A file's annotations by image, read as far as asked for: the files list the images in the same order."""

    def __init__(self, root: Path, file: str, key: str):
        self.file, self.key = file, key
        self._images = stream(root / file, "item")
        self._passed: dict[int, list] = {}

    def of(self, image_id: int) -> list:
        while image_id not in self._passed:
            image = next(self._images, None)
            if image is None:
                return []
            self._passed[_id(image)] = image[self.key]
        return self._passed.pop(image_id)

    def left(self) -> Iterator[int]:
        """The images that were never asked for."""
        yield from self._passed
        yield from map(_id, self._images)


def _id(image: dict) -> int:
    """The image's id: "image_id" in some files and versions, "id" in others."""
    return image["image_id"] if "image_id" in image else image["id"]


def _own_id(item: dict, key: str) -> int:
    """Under its own key, or under "id" as in older versions."""
    return int(item[key] if key in item else item["id"])


def _region(r: dict, width: int, height: int) -> DescribedRegion:
    region = region_of(r["x"], r["y"], r["width"], r["height"], width, height)
    return DescribedRegion(_own_id(r, "region_id"), region, text_of(r["phrase"], "phrase"))


def _thing(o: dict, width: int, height: int) -> Thing:
    names = o["names"] if "names" in o else [o["name"]]
    if not names:
        raise BadRecord("names is empty")
    return Thing(text_of(names[0], "name"), region_of(o["x"], o["y"], o["w"], o["h"], width, height))


def _relationship(r: dict, width: int, height: int) -> Relationship:
    return Relationship(
        _own_id(r, "relationship_id"),
        text_of(r["predicate"], "predicate").lower(),
        _thing(r["subject"], width, height),
        _thing(r["object"], width, height),
    )


def _question(q: dict, width: int, height: int) -> Question:
    answer = text_of(q["answer"], "answer").removesuffix(".")
    return Question(_own_id(q, "qa_id"), text_of(q["question"], "question"), text_of(answer, "answer"))


_IMAGES = "https://cs.stanford.edu/people/rak248/VG_100K_2"
_DATA = "https://visualgenome.org/static/data/dataset"
_ANNOTATIONS = ("image_data.json", "region_descriptions.json", "relationships.json", "question_answers.json")
DATASET = Dataset(
    title="Visual Genome",
    home="https://visualgenome.org",
    licence="CC BY 4.0",
    citation="Krishna et al., Visual Genome, arXiv 1602.07332",
    folder="visual_genome",
    files=(
        File("images.zip", urls=(f"{_IMAGES}/images.zip",)),
        File("images2.zip", urls=(f"{_IMAGES}/images2.zip",)),
        *(File(f"{name}.zip", urls=(f"{_DATA}/{name}.zip",)) for name in _ANNOTATIONS),
    ),
    annotations=_ANNOTATIONS,
    splits={"train": "train", "validation": "validation", "test": "test"},
    record=Photo,
    read=read,
)

"""Visual7W: multiple-choice questions about photos, answered by a text (telling) or by a box (pointing)."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, region_of, text_of
from workflow_scripts.datasets.json_files import Int
from workflow_scripts.raw.files import File
from workflow_scripts.regions import Region

TELLING, POINTING = "dataset_v7w_telling.json", "dataset_v7w_pointing.json"
WRONG_CHOICES = 3


@dataclass(frozen=True)
class Question:
    """One question with its right answer and three wrong choices: texts if telling, regions if pointing."""

    question_id: int
    question: str
    answer: str | None
    choices: tuple[str, ...]
    answer_region: Region | None
    choice_regions: tuple[Region, ...]


@dataclass(frozen=True)
class Photo:
    """One picture with its questions of one kind; a picture with both kinds is two records."""

    VERSION: ClassVar[int] = 2
    record_id: str  # "<kind>/<image id>"
    image: str
    width: int
    height: int
    kind: str  # telling or pointing
    in_pointing_test: bool  # the picture is in the test split of the pointing file
    questions: tuple[Question, ...]
    visual_genome_id: int  # the same photograph there


class _Box(msgspec.Struct):
    box_id: Int
    x: float  # may be -1
    y: float
    width: float
    height: float


class _Telling(msgspec.Struct):
    qa_id: Int
    question: str
    answer: str
    multiple_choices: list[str]


class _Pointing(msgspec.Struct):
    qa_id: Int
    question: str
    answer: Int  # a box's id
    multiple_choices: list[Int]


class _Image(msgspec.Struct):
    image_id: Int
    filename: str
    split: str


class _ToldImage(_Image):
    qa_pairs: list[_Telling]


class _PointedImage(_Image):
    qa_pairs: list[_Pointing]


def read(source: Source) -> Iterator[tuple[str, Photo]]:
    """Yield the photos of the wanted splits: those with telling questions, then those with pointing questions."""
    boxes = {box.box_id: box for _, box in source.stream(POINTING, "boxes", _Box)}
    test = source.splits.get("test", "test")
    tests = {image.image_id for _, image in source.stream(POINTING, "images", _Image) if image.split == test}

    def pointing(q: _Pointing, picture: dict) -> Question:
        def region(box_id: int) -> Region:
            if box_id not in boxes:
                raise BadRecord(f"box {box_id} is none of the file's {len(boxes)} boxes")
            box = boxes[box_id]
            return region_of(box.x, box.y, box.width, box.height, picture["width"], picture["height"])

        choices = tuple(map(region, _three(q.multiple_choices)))
        return Question(q.qa_id, text_of(q.question, "question"), None, (), region(q.answer), choices)

    kinds = (("telling", TELLING, _ToldImage, _telling), ("pointing", POINTING, _PointedImage, pointing))
    for kind, file, shape, make in kinds:
        for at, image in source.stream(file, "images", shape):
            for split in source.ours(image.split):
                with source.record(split, file, at, f"image {image.image_id}"):
                    picture = source.picture(f"images/{image.filename}")
                    photo = Photo(
                        record_id=f"{kind}/{image.image_id}",
                        **picture,
                        kind=kind,
                        in_pointing_test=image.image_id in tests,
                        questions=source.each(
                            image.qa_pairs,
                            functools.partial(make, picture=picture),
                            split=split,
                            file=file,
                            at=f"{at}.qa_pairs",
                            name=lambda q: f"question {q.qa_id}",
                        ),
                        visual_genome_id=image.image_id,
                    )
                    yield split, photo


def _telling(q: _Telling, picture: dict) -> Question:
    choices = tuple(text_of(c, "multiple_choices") for c in _three(q.multiple_choices))
    return Question(q.qa_id, text_of(q.question, "question"), text_of(q.answer, "answer"), choices, None, ())


def _three(choices: list) -> list:
    if len(choices) != WRONG_CHOICES:
        raise BadRecord(f"{len(choices)} multiple_choices, expected {WRONG_CHOICES}")
    return choices


_RESOURCES = "https://ai.stanford.edu/~yukez/papers/resources"
DATASET = Dataset(
    title="Visual7W",
    home="https://ai.stanford.edu/~yukez/visual7w",
    licence="toolkit MIT; photographs are COCO's",
    citation="Zhu et al., Visual7W: Grounded Question Answering in Images, arXiv 1511.03416",
    folder="visual7w",
    files=(
        File("visual7w_images.zip", urls=("http://vision.stanford.edu/yukezhu/visual7w_images.zip",), mb=1_700),
        File("dataset_v7w_telling.zip", urls=(f"{_RESOURCES}/dataset_v7w_telling.zip",), mb=10),
        File("dataset_v7w_pointing.zip", urls=(f"{_RESOURCES}/dataset_v7w_pointing.zip",), mb=20),
    ),
    annotations=(TELLING, POINTING),
    splits={"train": "train", "validation": "val", "test": "test"},
    record=Photo,
    read=read,
    photo_ids={"vg": "visual_genome_id"},
)

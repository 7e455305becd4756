"""Visual7W: multiple-choice questions about photos, answered by a text (telling) or by a box (pointing)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, region_of, text_of
from workflow_scripts.datasets.json_files import stream
from workflow_scripts.raw.files import File
from workflow_scripts.regions import Region

TELLING, POINTING = "dataset_v7w_telling.json", "dataset_v7w_pointing.json"


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

    VERSION: ClassVar[int] = 1
    record_id: str  # "<kind>/<image id>"
    image: str
    width: int
    height: int
    kind: str  # telling or pointing
    in_pointing_test: bool  # the picture is in the test split of the pointing file
    questions: tuple[Question, ...]


def read(source: Source) -> Iterator[tuple[str, Photo]]:
    """Yield the photos of the wanted splits: those with telling questions, then those with pointing questions."""
    pointing = source.root / POINTING
    boxes = {b["box_id"]: (b["x"], b["y"], b["width"], b["height"]) for b in stream(pointing, "boxes.item")}
    tests = {i["image_id"] for i in stream(pointing, "images.item") if i["split"] == source.splits.get("test", "test")}
    ours = {native: split for split, native in source.splits.items()}
    for kind, file in (("telling", TELLING), ("pointing", POINTING)):
        for image in stream(source.root / file, "images.item"):
            split = ours.get(image.get("split"))
            if split is None:
                continue
            with source.record(split, file, f"image {image.get('image_id')}"):
                picture = source.picture(f"images/{image['filename']}")

                def question(q: dict, kind: str = kind, picture: dict = picture) -> Question:
                    return (
                        _telling(q) if kind == "telling" else _pointing(q, boxes, picture["width"], picture["height"])
                    )

                photo = Photo(
                    record_id=f"{kind}/{image['image_id']}",
                    **picture,
                    kind=kind,
                    in_pointing_test=image["image_id"] in tests,
                    questions=source.each(
                        image["qa_pairs"], question, split=split, file=file, what="question", key="qa_id"
                    ),
                )
                yield split, photo


def _telling(q: dict) -> Question:
    choices = tuple(text_of(c, "multiple_choices") for c in q["multiple_choices"])
    answer = text_of(q["answer"], "answer")
    return Question(q["qa_id"], text_of(q["question"], "question"), answer, choices, None, ())


def _pointing(q: dict, boxes: dict, width: int, height: int) -> Question:
    def region(box_id: int) -> Region:
        if box_id not in boxes:
            raise BadRecord(f"box {box_id} is none of the file's {len(boxes)} boxes")
        return region_of(*boxes[box_id], width, height)  # corner and size in pixels; x and y may be -1

    choices = tuple(map(region, q["multiple_choices"]))
    return Question(q["qa_id"], text_of(q["question"], "question"), None, (), region(q["answer"]), choices)


_RESOURCES = "https://ai.stanford.edu/~yukez/papers/resources"
DATASET = Dataset(
    title="Visual7W",
    home="https://ai.stanford.edu/~yukez/visual7w",
    licence="toolkit MIT; photographs are COCO's",
    citation="Zhu et al., Visual7W: Grounded Question Answering in Images, arXiv 1511.03416",
    folder="visual7w",
    files=(
        File("visual7w_images.zip", urls=("http://vision.stanford.edu/yukezhu/visual7w_images.zip",)),
        File("dataset_v7w_telling.zip", urls=(f"{_RESOURCES}/dataset_v7w_telling.zip",)),
        File("dataset_v7w_pointing.zip", urls=(f"{_RESOURCES}/dataset_v7w_pointing.zip",)),
    ),
    annotations=(TELLING, POINTING),
    splits={"train": "train", "validation": "val", "test": "test"},
    record=Photo,
    read=read,
)

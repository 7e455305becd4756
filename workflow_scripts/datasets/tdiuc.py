"""TDIUC: questions about COCO photos in twelve types, each with one answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.datasets.json_files import stream
from workflow_scripts.raw.files import File


@dataclass(frozen=True)
class Question:
    """One question about one picture."""

    VERSION: ClassVar[int] = 1
    record_id: str  # TDIUC's question id
    image: str
    width: int
    height: int
    question_type: str  # color, counting, object_presence ...
    question: str
    answer: str  # lower case


def read(source: Source) -> Iterator[tuple[str, Question]]:
    """Yield the questions of the wanted splits, in the order of the question file; answers are joined by id."""
    for split, native in source.splits.items():
        questions = f"Questions/OpenEnded_mscoco_{native}_questions.json"
        annotations = f"Annotations/mscoco_{native}_annotations.json"
        answers = {a["question_id"]: a for a in stream(source.root / annotations, "annotations.item")}
        for asked in stream(source.root / questions, "questions.item"):
            with source.record(split, questions, f"question {asked.get('question_id')}"):
                yield split, _question(source, native, asked, answers)
        for question_id in answers:
            with source.record(split, annotations, f"annotation of question {question_id}"):
                raise BadRecord("no question has its question_id")


def _question(source: Source, native: str, asked: dict, answers: dict) -> Question:
    answered = answers.pop(asked["question_id"], None)
    if answered is None:
        raise BadRecord("no annotation has its question_id")
    if answered["image_id"] != asked["image_id"]:
        raise BadRecord(f"image_id is {asked['image_id']}, its annotation says {answered['image_id']}")
    return Question(
        record_id=str(asked["question_id"]),
        **source.picture(f"{native}/COCO_{native}_{asked['image_id']:012d}.jpg", of="mscoco"),
        question_type=text_of(answered["question_type"], "question_type"),
        question=text_of(asked["question"], "question"),
        answer=text_of(answered["answers"][0]["answer"], "answer").lower(),
    )


DATASET = Dataset(
    title="TDIUC",
    home="https://kushalkafle.com/projects/tdiuc.html",
    licence="not stated; research use",
    citation="Kafle and Kanan, An Analysis of Visual Question Answering Algorithms, arXiv 1703.09684",
    folder="TDIUC",
    files=(File("TDIUC.zip", urls=("https://kushalkafle.com/data/TDIUC.zip",)),),
    annotations=(
        "Questions/OpenEnded_mscoco_{split}_questions.json",
        "Annotations/mscoco_{split}_annotations.json",
    ),
    splits={"train": "train2014", "validation": "val2014"},
    record=Question,
    read=read,
    pictures_of=("mscoco",),
)

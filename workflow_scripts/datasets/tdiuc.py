"""TDIUC: questions about COCO photos in twelve types, each with one answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.datasets.json_files import Int
from workflow_scripts.datasets.photographs import coco_picture
from workflow_scripts.datasets.question_files import Asked, answered
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


_QUESTIONS = "Questions/OpenEnded_mscoco_{split}_questions.json"
_ANNOTATIONS = "Annotations/mscoco_{split}_annotations.json"


class _Answer(msgspec.Struct):
    answer: str


class _Annotation(msgspec.Struct):
    question_id: Int
    image_id: Int
    question_type: str
    answers: list[_Answer]


def read(source: Source) -> Iterator[tuple[str, Question]]:
    """Yield the questions of the wanted splits, in the order of the question file."""
    for split, native in source.splits.items():
        questions, annotations = (
            source.find(path, f"TDIUC/{path}") for path in (f.format(split=native) for f in (_QUESTIONS, _ANNOTATIONS))
        )
        for at, asked, annotation in answered(source, split, questions, annotations, _Annotation):
            with source.record(split, questions, at, f"question {asked.question_id}"):
                yield split, _question(source, native, asked, annotation)


def _question(source: Source, native: str, asked: Asked, annotation: _Annotation) -> Question:
    if len(annotation.answers) != 1:
        raise BadRecord(f"{len(annotation.answers)} answers, expected one")
    return Question(
        record_id=str(asked.question_id),
        **coco_picture(source, native, asked.image_id),
        question_type=text_of(annotation.question_type, "question_type"),
        question=text_of(asked.question, "question"),
        answer=text_of(annotation.answers[0].answer, "answer").lower(),
    )


DATASET = Dataset(
    title="TDIUC",
    home="https://kushalkafle.com/projects/tdiuc.html",
    licence="not stated; research use",
    citation="Kafle and Kanan, An Analysis of Visual Question Answering Algorithms, arXiv 1703.09684",
    folder="TDIUC",
    files=(File("TDIUC.zip", urls=("https://kushalkafle.com/data/TDIUC.zip",), mb=70),),
    annotations=(
        f"{_QUESTIONS}|TDIUC/{_QUESTIONS}",  # some copies of the archive hold a folder of their own
        f"{_ANNOTATIONS}|TDIUC/{_ANNOTATIONS}",
    ),
    splits={"train": "train2014", "validation": "val2014"},
    record=Question,
    read=read,
    pictures_of=("mscoco",),
)

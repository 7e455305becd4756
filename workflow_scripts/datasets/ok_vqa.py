"""OK-VQA: questions about COCO photos that take knowledge from outside the picture, with ten answers each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from workflow_scripts.datasets.base import Dataset, Source, text_of
from workflow_scripts.datasets.json_files import Int
from workflow_scripts.datasets.photographs import coco_picture
from workflow_scripts.datasets.question_files import Answer, Asked, answered, ten_answers
from workflow_scripts.raw.files import File


@dataclass(frozen=True)
class Question:
    """One question about one picture."""

    VERSION: ClassVar[int] = 1
    record_id: str  # OK-VQA's question id
    image: str
    width: int
    height: int
    question: str
    answers: tuple[str, ...]  # ten, in file order: of five people, each twice; OK-VQA's normal forms


class _Annotation(msgspec.Struct):
    question_id: Int
    image_id: Int
    answers: list[Answer]


def read(source: Source) -> Iterator[tuple[str, Question]]:
    """Yield the questions of the wanted splits, each as soon as its annotation is met."""
    for split, native in source.splits.items():
        questions = f"{native}/OpenEnded_mscoco_{native}2014_questions.json"
        annotations = f"{native}/mscoco_{native}2014_annotations.json"
        for at, asked, annotation in answered(source, split, questions, annotations, _Annotation):
            with source.record(split, questions, at, f"question {asked.question_id}"):
                yield split, _question(source, native, asked, annotation)


def _question(source: Source, native: str, asked: Asked, annotation: _Annotation) -> Question:
    return Question(
        record_id=str(asked.question_id),
        **coco_picture(source, f"{native}2014", asked.image_id),
        question=text_of(asked.question, "question"),
        answers=ten_answers([a.answer for a in annotation.answers]),
    )


def _files(native: str) -> tuple[File, ...]:
    names = (f"OpenEnded_mscoco_{native}2014_questions", f"mscoco_{native}2014_annotations")
    site = "https://okvqa.allenai.org/static/data"
    return tuple(File(f"{n}.json.zip", urls=(f"{site}/{n}.json.zip",), into=native, mb=1) for n in names)


DATASET = Dataset(
    title="OK-VQA",
    home="https://okvqa.allenai.org",
    licence="not stated on the files; CC BY 4.0 by common account",
    citation="Marino et al., OK-VQA: A Visual Question Answering Benchmark Requiring External Knowledge, "
    "arXiv 1906.00067",
    folder="OK-VQA",
    files=(*_files("train"), *_files("val")),
    annotations=(
        "{split}/OpenEnded_mscoco_{split}2014_questions.json",
        "{split}/mscoco_{split}2014_annotations.json",
    ),
    splits={"train": "train", "validation": "val"},
    record=Question,
    read=read,
    pictures_of=("mscoco",),
)

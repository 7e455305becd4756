"""GQA: questions about Visual Genome's photos, each made from a program over what is in the picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from workflow_scripts.datasets.base import Dataset, Source, text_of
from workflow_scripts.datasets.json_files import WHOLE
from workflow_scripts.datasets.photographs import visual_genome_picture
from workflow_scripts.raw.files import File


@dataclass(frozen=True)
class Question:
    """One question about one picture."""

    VERSION: ClassVar[int] = 1
    record_id: str  # GQA's question id
    image: str
    width: int
    height: int
    structure: str  # what the program does in the end: verify, query, choose, logical or compare
    question: str
    answer: str  # in short; GQA has a whole sentence, too


class _Types(msgspec.Struct):
    structural: str


class _Question(msgspec.Struct):
    image_id: str = msgspec.field(name="imageId")
    question: str
    answer: str
    types: _Types


def read(source: Source) -> Iterator[tuple[str, Question]]:
    """Yield the questions of the wanted splits, in file order."""
    for split, native in source.splits.items():
        file = f"{native}_questions.json"
        for at, question_id, q in source.members(file, WHOLE, _Question, split=split):
            with source.record(split, file, at, f"question {question_id}"):
                yield (
                    split,
                    Question(
                        record_id=question_id,
                        **_picture(source, q.image_id),
                        structure=text_of(q.types.structural, "types.structural"),
                        question=text_of(q.question, "question"),
                        answer=text_of(q.answer, "answer"),
                    ),
                )


def _picture(source: Source, image_id: str) -> dict[str, Any]:
    """Of GQA's own folder, if somebody has unpacked its pictures; those of train and val are Visual Genome's."""
    if source.has_picture(own := f"images/{image_id}.jpg"):
        return source.picture(own)
    return visual_genome_picture(source, image_id)


DATASET = Dataset(
    title="GQA",
    home="https://cs.stanford.edu/people/dorarad/gqa",
    licence="CC BY 4.0",
    citation="Hudson and Manning, GQA: A New Dataset for Real-World Visual Reasoning and Compositional Question "
    "Answering, arXiv 1902.09506",
    folder="GQA",
    files=(
        File(
            "questions1.2.zip",
            urls=("https://downloads.cs.stanford.edu/nlp/data/gqa/questions1.2.zip",),
            keep=("train_balanced_questions.json", "val_balanced_questions.json"),  # the others are many times larger
            mb=1400,
        ),
    ),
    annotations=("{split}_questions.json",),
    splits={"train": "train_balanced", "validation": "val_balanced"},
    record=Question,
    read=read,
    pictures_of=("visual_genome",),
)

"""VQAv2: free questions about COCO photos, each answered by ten people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from workflow_scripts import schemas
from workflow_scripts.datasets.base import Dataset, Source, text_of
from workflow_scripts.datasets.json_files import Int
from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.datasets.photographs import coco_picture
from workflow_scripts.datasets.question_files import Answer, Asked, answered, ten_answers
from workflow_scripts.errors import BadData
from workflow_scripts.raw.files import File


@dataclass(frozen=True)
class Question:
    """One question about one picture."""

    VERSION: ClassVar[int] = 1
    record_id: str  # VQAv2's question id
    image: str
    width: int
    height: int
    question: str
    answer: str  # the most frequent of the answers, as VQAv2 counts
    answers: tuple[str, ...]  # ten, in file order
    objects: tuple[str, ...]  # names of the MS COCO categories that have a box in the picture, by alphabet


class _Annotation(msgspec.Struct):
    question_id: Int
    image_id: Int
    multiple_choice_answer: str
    answers: list[Answer]


def read(source: Source) -> Iterator[tuple[str, Question]]:
    """Yield the questions of the wanted splits, each as soon as its annotation is met."""
    for split, native in source.splits.items():
        questions = f"v2_OpenEnded_mscoco_{native}_questions.json"
        annotations = f"v2_mscoco_{native}_annotations.json"
        objects = _objects(source, native)
        for at, asked, annotation in answered(source, split, questions, annotations, _Annotation):
            with source.record(split, questions, at, f"question {asked.question_id}"):
                yield split, _question(source, native, asked, annotation, objects.get(str(asked.image_id), ()))


def _objects(source: Source, native: str) -> dict[str, tuple[str, ...]]:
    """COCO's image id -> what is in the picture; held whole, one small tuple a picture of a native split of COCO.

    A question that asks for something else cannot be answered from the picture. Raises BadData if no record is of the
    native split: each of its pictures would seem to show nothing.
    """
    found = {}
    for path in source.others.values():
        for photo in schemas.records(path, Photo):
            if photo.image.startswith(f"mscoco/{native}/"):
                found[photo.record_id] = tuple(sorted({o.name for o in photo.objects}))
    if not found:
        fix = "let datasets.mscoco.splits and datasets.vqa_v2.splits of the config name the same splits"
        raise BadData(f"no record of mscoco is of {native}", file=", ".join(map(str, source.others.values())), fix=fix)
    return found


def _question(
    source: Source, native: str, asked: Asked, annotation: _Annotation, objects: tuple[str, ...]
) -> Question:  # fmt: skip
    return Question(
        record_id=str(asked.question_id),
        **coco_picture(source, native, asked.image_id),
        question=text_of(asked.question, "question"),
        answer=text_of(annotation.multiple_choice_answer, "multiple_choice_answer"),
        answers=ten_answers([a.answer for a in annotation.answers]),
        objects=objects,
    )


_S3 = "https://s3.amazonaws.com/cvmlp/vqa/mscoco/vqa"
_FILES = {  # size in MB, SHA-256
    "v2_Questions_Train_mscoco.zip": (7, "05a64b6e2582d06d7585f5429674a9a33851878be1bff9f8668cdcf792df611e"),
    "v2_Questions_Val_mscoco.zip": (3, "e71f6c5c3e97a51d050f28243e262b28cd0c48d11a6b4632d769d30d3f93222a"),
    "v2_Annotations_Train_mscoco.zip": (22, "fb101bcefe91422c543c2bb6d70af11eb3119d0ff745ae283d09acdf66250853"),
    "v2_Annotations_Val_mscoco.zip": (11, "0caae7c8d1dafd852727f5ac046bc1efca9b72026bd6ffa34fc489f3a7b3291e"),
}
DATASET = Dataset(
    title="VQAv2",
    home="https://visualqa.org",
    licence="CC BY 4.0",
    citation="Goyal et al., Making the V in VQA Matter, arXiv 1612.00837",
    folder="VQA_V2",
    files=tuple(File(name, urls=(f"{_S3}/{name}",), sha256=sha256, mb=mb) for name, (mb, sha256) in _FILES.items()),
    annotations=("v2_OpenEnded_mscoco_{split}_questions.json", "v2_mscoco_{split}_annotations.json"),
    splits={"train": "train2014", "validation": "val2014"},
    record=Question,
    read=read,
    pictures_of=("mscoco",),
    records_of=("mscoco",),
)

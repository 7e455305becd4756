"""Questions and annotations in two files, as VQAv2 published them and OK-VQA and TDIUC after it."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import msgspec

from workflow_scripts.datasets.base import BadRecord, Source, text_of
from workflow_scripts.datasets.json_files import Int

PEOPLE = 10  # whose answers VQAv2, OK-VQA and TextVQA hold to each question


class Asked(msgspec.Struct):
    question_id: Int
    image_id: Int
    question: str


class Answer(msgspec.Struct):
    answer: str


def answered(
    source: Source, split: str, questions: str, annotations: str, shape: type[msgspec.Struct]
) -> Iterator[tuple[str, Asked, Any]]:  # fmt: skip
    """(position of the question, question, annotation) of each question of a split, joined by question_id.

    shape: of an annotation; it has question_id and image_id. Both files are walked side by side: only what the other
    file has not come to yet is held. What stays alone, and a pair that disagrees on its picture, is quarantined.
    """
    asked: dict[int, tuple[str, Asked]] = {}
    noted: dict[int, tuple[str, Any]] = {}
    left = source.stream(questions, "questions", Asked, split=split)
    right = source.stream(annotations, "annotations", shape, split=split)
    for pair in zip_longest(left, right):
        for (at, item), own, other in _sides(pair, asked, noted):
            if item.question_id not in other:
                own[item.question_id] = at, item
                continue
            met = other.pop(item.question_id)
            (at, question), (_, annotation) = (met, (at, item)) if own is noted else ((at, item), met)
            if question.image_id == annotation.image_id:
                yield at, question, annotation
                continue
            with source.record(split, questions, at, f"question {question.question_id}"):
                said = annotation.image_id
                raise BadRecord(f"image_id is {question.image_id}, its annotation says {said}")
    for waiting, file, kind, other in (
        (asked, questions, "question", "annotation"),
        (noted, annotations, "annotation of question", "question"),
    ):
        for question_id, (at, _) in waiting.items():
            with source.record(split, file, at, f"{kind} {question_id}"):
                raise BadRecord(f"no {other} has its question_id")


def _sides(pair: tuple, asked: dict, noted: dict) -> Iterator[tuple]:
    for found, own, other in zip(pair, (asked, noted), (noted, asked)):
        if found is not None:
            yield found, own, other


def ten_answers(answers: list[str]) -> tuple[str, ...]:
    """Tidied, in file order. Raises BadRecord if there are more or fewer than ten or one is empty."""
    if len(answers) != PEOPLE:
        raise BadRecord(f"{len(answers)} answers, expected {PEOPLE}")
    return tuple(text_of(answer, "answer") for answer in answers)

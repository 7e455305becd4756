"""VCR: questions about film stills, four answers and four rationales to each; people and things are named by boxes."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.datasets.json_files import Int, document
from workflow_scripts.errors import BadData
from workflow_scripts.raw.files import File
from workflow_scripts.regions import Region, area, clip

CHOICES = 4  # answers and rationales to choose from, each
_METADATA_KEPT = 64  # files; the questions about a still are neighbours, or nearly


@dataclass(frozen=True)
class Object:
    name: str  # a category of MS COCO; a still may have many of one name
    region: Region


@dataclass(frozen=True)
class Token:
    """A word or a punctuation mark, or a mention of objects that are seen."""

    word: str | None  # None: a mention
    objects: tuple[int, ...]  # indexes into the record's objects, in the order of the mention; empty for a word


@dataclass(frozen=True)
class Question:
    """One question about one still, the answers to choose from, and why the right one is right."""

    VERSION: ClassVar[int] = 1
    record_id: str  # VCR's annotation id
    image: str
    width: int
    height: int
    objects: tuple[Object, ...]  # in the order of detection
    question: tuple[Token, ...]
    answers: tuple[tuple[Token, ...], ...]  # four
    answer: int  # index of the right one
    rationales: tuple[tuple[Token, ...], ...]  # four, to the right answer
    rationale: int  # index of the right one


_Text = list[str | list[Int]]


class _Question(msgspec.Struct):
    annot_id: str
    img_fn: str
    metadata_fn: str
    objects: list[str]
    question: _Text
    answer_choices: list[_Text]
    answer_label: Int
    rationale_choices: list[_Text]
    rationale_label: Int


class _Metadata(msgspec.Struct):
    boxes: list[tuple[float, float, float, float, float]]  # x0, y0, x1, y1, and how sure the detector was
    width: Int
    height: Int


def read(source: Source) -> Iterator[tuple[str, Question]]:
    """Yield the questions of the wanted splits, in file order. The published test split has no right answers."""

    @functools.lru_cache(_METADATA_KEPT)
    def metadata(path: str) -> _Metadata:
        return document(source.root / path, _Metadata)

    for split, native in source.splits.items():
        file = f"{native}.jsonl"
        for at, q in source.lines(file, _Question, split=split):
            with source.record(split, file, at, f"question {q.annot_id}"):
                yield split, _question(source, q, metadata)


def _question(source: Source, q: _Question, metadata: Callable[[str], _Metadata]) -> Question:
    path = f"vcr1images/{q.metadata_fn}"
    if not source.has_picture(path):
        raise BadRecord(f"metadata file is missing: {source.root / path}")
    try:
        known = metadata(path)
    except BadData as error:
        raise BadRecord(f"{error.problem}: {error.file}") from error
    if len(known.boxes) != len(q.objects):
        raise BadRecord(f"{len(q.objects)} objects, {q.metadata_fn} has {len(known.boxes)} boxes")
    return Question(
        record_id=q.annot_id,
        **source.picture(f"vcr1images/{q.img_fn}", size=(known.width, known.height)),
        objects=tuple(_object(i, name, known) for i, name in enumerate(q.objects)),
        question=_tokens(q.question, q.objects, "question"),
        answers=_choices(q.answer_choices, q.objects, "answer_choices"),
        answer=_label(q.answer_label, "answer_label"),
        rationales=_choices(q.rationale_choices, q.objects, "rationale_choices"),
        rationale=_label(q.rationale_label, "rationale_label"),
    )


def _object(index: int, name: str, known: _Metadata) -> Object:
    """Raises BadRecord if nothing of its box lies in the picture: without it, the others would change their indexes."""
    region = clip(known.boxes[index][:4], known.width, known.height)
    if area(region) <= 0:
        box, size = known.boxes[index][:4], f"{known.width} x {known.height}"
        raise BadRecord(f"objects[{index}] has the box {box}, none of it in the picture of {size} pixels")
    return Object(text_of(name, f"objects[{index}]"), tuple(map(float, region)))


def _choices(texts: list[_Text], objects: list[str], field: str) -> tuple[tuple[Token, ...], ...]:
    if len(texts) != CHOICES:
        raise BadRecord(f"{len(texts)} {field}, expected {CHOICES}")
    return tuple(_tokens(text, objects, f"{field}[{number}]") for number, text in enumerate(texts))


def _tokens(text: _Text, objects: list[str], field: str) -> tuple[Token, ...]:
    """Raises BadRecord if nothing is said, or if an object is mentioned that there is not."""
    tokens = []
    for token in text:
        if isinstance(token, str):
            if word := token.strip():
                tokens.append(Token(word, ()))
            continue
        if not token or not all(0 <= index < len(objects) for index in token):
            raise BadRecord(f"{field} mentions {token}, expected some of 0 to {len(objects) - 1}")
        tokens.append(Token(None, tuple(token)))
    if not tokens:
        raise BadRecord(f"{field} is {text}, expected some words")
    return tuple(tokens)


def _label(label: int, field: str) -> int:
    if not 0 <= label < CHOICES:
        raise BadRecord(f"{field} is {label}, expected 0 to {CHOICES - 1}")
    return label


_PAGE = "https://visualcommonsense.com/download/"
DATASET = Dataset(
    title="VCR",
    home="https://visualcommonsense.com",
    licence="VCR's own, for research only, to be agreed to on its page",
    citation="Zellers et al., From Recognition to Cognition: Visual Commonsense Reasoning, arXiv 1811.10830",
    folder="VCR",
    files=(
        File("vcr1annots.zip", page=_PAGE, mb=70),
        File("vcr1images.zip", page=_PAGE, mb=42000),
    ),
    # The metadata beside each still counts as a part of it: a folder used in place is not searched for 110,000 of them
    annotations=("{split}.jsonl",),
    splits={"train": "train", "validation": "val", "test": "val"},
    record=Question,
    read=read,
)

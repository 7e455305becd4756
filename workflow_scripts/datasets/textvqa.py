"""TextVQA: questions that are answered by reading a photo, and the words that an OCR system read in it."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from workflow_scripts.datasets.base import Dataset, Source, region_of, text_of
from workflow_scripts.datasets.json_files import Int
from workflow_scripts.datasets.photographs import flickr_id
from workflow_scripts.datasets.question_files import ten_answers
from workflow_scripts.raw.files import File
from workflow_scripts.regions import Region

FOLDER = "train_val"


@dataclass(frozen=True)
class Question:
    question_id: int
    question: str
    answers: tuple[str, ...]  # ten, in file order


@dataclass(frozen=True)
class Word:
    """What OCR took for a word; it may be misread."""

    word: str
    region: Region
    rotation: float  # the file's number, 0 if the word stands upright


@dataclass(frozen=True)
class Photo:
    """One picture with its questions and words."""

    VERSION: ClassVar[int] = 2
    record_id: str  # TextVQA's image id
    image: str
    width: int
    height: int
    questions: tuple[Question, ...]  # may be empty
    words: tuple[Word, ...]  # may be empty; so if the OCR file was not fetched
    flickr_id: str | None = None


class _Question(msgspec.Struct):
    question_id: Int
    image_id: str
    question: str
    answers: list[str]
    flickr_original_url: str | None = None


class _Box(msgspec.Struct):
    top_left_x: float  # these four in shares of the picture; may lie somewhat outside of it
    top_left_y: float
    width: float
    height: float
    rotation: float = 0.0


class _Word(msgspec.Struct):
    word: str
    bounding_box: _Box


class _Scanned(msgspec.Struct):
    image_id: str
    ocr_info: list[_Word]


def read(source: Source) -> Iterator[tuple[str, Photo]]:
    """Yield the photos of the wanted splits in the order of the OCR file, then those that it lacks.

    A split's questions are held until their photo is met: some 35,000 short texts in train.
    """
    for split, native in source.splits.items():
        file, ocr = f"{FOLDER}/TextVQA_0.5.1_{native}.json", f"{FOLDER}/TextVQA_Rosetta_OCR_v0.2_{native}.json"
        asked: dict[str, list[Question]] = {}
        places: dict[str, str] = {}  # of each photo's first question
        flickr_ids: dict[str, str | None] = {}
        for at, q in source.stream(file, "data", _Question, split=split):
            with source.record(split, file, at, f"question {q.question_id}"):
                question = Question(q.question_id, text_of(q.question, "question"), ten_answers(q.answers))
                asked.setdefault(q.image_id, []).append(question)
                places.setdefault(q.image_id, at)
                flickr_ids.setdefault(q.image_id, flickr_id(q.flickr_original_url))
        if (source.root / ocr).exists():
            for at, scanned in source.stream(ocr, "data", _Scanned, split=split):
                with source.record(split, ocr, at, f"image {scanned.image_id}"):
                    questions = asked.pop(scanned.image_id, [])
                    picture = _picture(source, scanned.image_id)
                    words = source.each(
                        scanned.ocr_info,
                        functools.partial(_word, picture=picture),
                        split=split,
                        file=ocr,
                        at=f"{at}.ocr_info",
                        name=lambda w: f"word {w.word!r}",
                    )
                    flickr = flickr_ids.get(scanned.image_id)
                    yield (
                        split,
                        Photo(scanned.image_id, **picture, questions=tuple(questions), words=words, flickr_id=flickr),
                    )
        for image_id, questions in asked.items():
            with source.record(split, file, places[image_id], f"image {image_id}"):
                picture, flickr = _picture(source, image_id), flickr_ids[image_id]
                yield split, Photo(image_id, **picture, questions=tuple(questions), words=(), flickr_id=flickr)


def _picture(source: Source, image_id: str) -> dict[str, Any]:
    """The question file tells sizes, too; the picture's own is what regions are measured by."""
    return source.picture(f"{FOLDER}/train_images/{image_id}.jpg")  # val's lie there as well


def _word(scanned: _Word, picture: dict[str, Any]) -> Word:
    box, width, height = scanned.bounding_box, picture["width"], picture["height"]
    x, y, w, h = box.top_left_x * width, box.top_left_y * height, box.width * width, box.height * height
    return Word(text_of(scanned.word, "word"), region_of(x, y, w, h, width, height), box.rotation)


_SITE = "https://dl.fbaipublicfiles.com/textvqa"
_SIZES_MB = {
    "data/TextVQA_0.5.1_train.json": 22,
    "data/TextVQA_0.5.1_val.json": 3,
    "data/TextVQA_Rosetta_OCR_v0.2_train.json": 66,
    "data/TextVQA_Rosetta_OCR_v0.2_val.json": 10,
    "images/train_val_images.zip": 7072,
}
DATASET = Dataset(
    title="TextVQA",
    home="https://textvqa.org",
    licence="CC BY 4.0",
    citation="Singh et al., Towards VQA Models That Can Read, arXiv 1904.08920",
    folder="TextVQA",
    files=tuple(
        File(path.rpartition("/")[-1], urls=(f"{_SITE}/{path}",), into=FOLDER, mb=mb) for path, mb in _SIZES_MB.items()
    ),
    annotations=(
        f"{FOLDER}/TextVQA_0.5.1_{{split}}.json",
        f"{FOLDER}/TextVQA_Rosetta_OCR_v0.2*_{{split}}.json",  # may be absent: the questions need no words
    ),
    splits={"train": "train", "validation": "val", "test": "val"},  # of the published test split there are no answers
    record=Photo,
    read=read,
    photo_ids={"flickr": "flickr_id"},
)

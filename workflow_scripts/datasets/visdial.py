"""VisDial 1.0: dialogues about a photo, between somebody who asks without seeing it and somebody who sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.datasets.json_files import Int, Unfit, document, fit, position
from workflow_scripts.raw.files import File


@dataclass(frozen=True)
class Round:
    question: str  # lower case, without a question mark
    answer: str


@dataclass(frozen=True)
class Dialogue:
    """One picture and what was said about it, in order: a round is understood by those before it."""

    VERSION: ClassVar[int] = 1
    record_id: str  # the picture's id
    image: str
    width: int
    height: int
    caption: str  # the asker was shown it
    rounds: tuple[Round, ...]  # ten


class _Round(msgspec.Struct):
    question: Int  # index into data.questions
    answer: Int  # index into data.answers


class _Dialogue(msgspec.Struct):
    image_id: Int
    caption: str
    dialog: list[_Round]


class _Data(msgspec.Struct):
    questions: list[str]
    answers: list[str]
    dialogs: list[Any]  # each has to be a _Dialogue; one that is not must not spoil the others


class _File(msgspec.Struct):
    data: _Data


def read(source: Source) -> Iterator[tuple[str, Dialogue]]:
    """Yield the dialogues of the wanted splits, in file order.

    The file of val, 20 MB, is held as a whole: some 120 MB of memory.
    """
    for split, native in source.splits.items():
        file = f"visdial_1.0_{native}.json"
        data = document(source.root / file, _File).data
        for index, item in enumerate(data.dialogs):
            at = position("data.dialogs", index)
            found = fit(at, item, _Dialogue)
            if isinstance(found, Unfit):
                source.refuse([found], file, split)
                continue
            with source.record(split, file, at, f"dialogue of image {found.image_id}"):
                yield split, _dialogue(source, native, found, data)


def _dialogue(source: Source, native: str, found: _Dialogue, data: _Data) -> Dialogue:
    """A dialogue with a bad round is bad as a whole: the rounds after it build on it."""
    if not found.dialog:
        raise BadRecord("dialog is empty, expected some rounds")
    pictures = f"VisualDialog_{native}2018"
    return Dialogue(
        record_id=str(found.image_id),
        **source.picture(f"{pictures}/{pictures}_{found.image_id:012d}.jpg"),
        caption=text_of(found.caption, "caption"),
        rounds=tuple(
            Round(
                question=_text(data.questions, r.question, f"dialog[{number}].question"),
                answer=_text(data.answers, r.answer, f"dialog[{number}].answer"),
            )
            for number, r in enumerate(found.dialog)
        ),
    )


def _text(texts: list[str], index: int, field: str) -> str:
    if not 0 <= index < len(texts):
        raise BadRecord(f"{field} is {index}, the file has texts 0 to {len(texts) - 1} for it")
    return text_of(texts[index], f"{field}, text {index},")


_DROPBOX = "https://www.dropbox.com/s"
DATASET = Dataset(
    title="VisDial 1.0",
    home="https://visualdialog.org",
    licence="annotations CC BY 4.0; photographs under the Flickr licence of each",
    citation="Das et al., Visual Dialog, arXiv 1611.08669",
    folder="visdial",
    files=(
        File("visdial_1.0_val.zip", urls=(f"{_DROPBOX}/ibs3a0zhw74zisc/visdial_1.0_val.zip?dl=1",), mb=9),
        File("VisualDialog_val2018.zip", urls=(f"{_DROPBOX}/twmtutniktom7tu/VisualDialog_val2018.zip?dl=1",), mb=331),
    ),
    annotations=("visdial_1.0_{split}.json",),
    splits={"test": "val"},
    record=Dialogue,
    read=read,
)

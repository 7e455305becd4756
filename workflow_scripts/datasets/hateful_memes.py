"""Hateful Memes: pictures with words on them, the words transcribed, some pictures labelled as hateful.

Copies of the archive differ: in some everything lies below a folder, and older ones are encrypted. Unpack such a one by
hand, with the publisher's password, and use it in place: its folder is config raw.hateful_memes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.datasets.json_files import Int
from workflow_scripts.raw.files import File

FOLDERS = ("", "data/", "hateful_memes/")  # in which an archive's files may lie


@dataclass(frozen=True)
class Meme:
    """One picture."""

    VERSION: ClassVar[int] = 1
    record_id: str
    image: str
    width: int
    height: int
    text: str  # what is written on it, in lower case, line after line
    hateful: bool | None  # None: not published


class _Row(msgspec.Struct):
    id: Int
    img: str
    text: str
    label: Int | None = None


def read(source: Source) -> Iterator[tuple[str, Meme]]:
    """Yield the memes of the wanted splits, in file order."""
    for split, native in source.splits.items():
        file = source.find(*(f"{folder}{native}.jsonl" for folder in FOLDERS))
        for at, row in source.lines(file, _Row, split=split):
            with source.record(split, file, at, f"id {row.id}"):
                yield split, _meme(source, file, row)


def _meme(source: Source, file: str, row: _Row) -> Meme:
    if row.label not in (0, 1, None):
        raise BadRecord(f"label is {row.label}, expected 0 or 1")
    return Meme(
        record_id=str(row.id),
        **source.picture(str(PurePosixPath(file).parent / row.img)),
        text=text_of(row.text, "text"),
        hateful=None if row.label is None else row.label == 1,
    )


DATASET = Dataset(
    title="Hateful Memes",
    home="https://hatefulmemeschallenge.com",
    licence="Hateful Memes Dataset License Agreement: research use, no redistribution",
    citation="Kiela et al., The Hateful Memes Challenge, arXiv 2005.04790",
    folder="hateful_memes",
    files=(
        File(
            "hateful_memes.zip",
            page="https://www.drivendata.org/competitions/70/hateful-memes-phase-2/",
            mb=4000,
        ),
    ),
    annotations=("|".join(f"{folder}{{split}}.jsonl" for folder in FOLDERS),),
    splits={"train": "train", "validation": "dev_unseen", "test": "test_unseen"},
    record=Meme,
    read=read,
)

"""NLVR (version 1): true and false statements about rendered pictures of three boxes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.raw.files import File


@dataclass(frozen=True)
class Statement:
    """One statement about one picture; of its six pictures (orders of the boxes) permutation 0 is taken."""

    VERSION: ClassVar[int] = 1
    record_id: str  # "<presentation>-<number>"
    image: str
    width: int
    height: int
    sentence: str
    label: bool


class _Row(msgspec.Struct):
    identifier: str
    directory: str
    sentence: str
    label: str


def read(source: Source) -> Iterator[tuple[str, Statement]]:
    """Yield the statements of the wanted splits, in file order."""
    for split, native in source.splits.items():
        file = f"nlvr/{native}/{native}.json"
        for at, row in source.lines(file, _Row, split=split):
            with source.record(split, file, at, f"identifier {row.identifier}"):
                yield split, _statement(source, native, row)


def _statement(source: Source, native: str, row: _Row) -> Statement:
    if row.label not in ("true", "false"):
        raise BadRecord(f"label is {row.label!r}, expected 'true' or 'false'")
    return Statement(
        record_id=row.identifier,
        **source.picture(f"nlvr/{native}/images/{row.directory}/{native}-{row.identifier}-0.png"),
        sentence=text_of(row.sentence, "sentence"),
        label=row.label == "true",
    )


DATASET = Dataset(
    title="NLVR",
    home="https://lil.nlp.cornell.edu/nlvr/",
    licence="CC BY 4.0",
    citation="Suhr et al., A Corpus of Natural Language for Visual Reasoning, ACL 2017",
    folder="nlvr/nlvr",
    files=(
        File(
            "nlvr-master.zip",
            urls=("https://github.com/lil-lab/nlvr/archive/18924841aa96d519cfb8584f0945350f07a6d860.zip",),
            mb=1_700,
            strip=1,
            keep=("nlvr/",),
        ),
    ),
    annotations=("nlvr/{split}/{split}.json",),
    splits={"train": "train", "validation": "dev", "test": "test"},
    record=Statement,
    read=read,
)

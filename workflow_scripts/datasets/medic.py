"""MEDIC: photographs from disasters and other news, with labels for what happened, how bad it is and who can use it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from workflow_scripts.datasets.base import BadRecord, Dataset, Source
from workflow_scripts.raw.files import File

LABELS = {  # by column, as the file spells them
    "disaster_types": (
        *("earthquake", "fire", "flood", "hurricane", "landslide"),
        *("not_disaster", "other_disaster"),
    ),
    "damage_severity": ("little_or_none", "mild", "severe"),
    "informative": ("informative", "not_informative"),
}


@dataclass(frozen=True)
class Photo:
    """One photograph; of its labels the underscores are blanks."""

    VERSION: ClassVar[int] = 1
    record_id: str  # its path: image ids are those of several sources
    image: str
    width: int
    height: int
    disaster_type: str
    damage_severity: str
    informative: str


def read(source: Source) -> Iterator[tuple[str, Photo]]:
    """Yield the photographs of the wanted splits, in file order."""
    for split, native in source.splits.items():
        file = f"MEDIC_{native}.tsv"
        for at, row in source.rows(file, ("image_id", "image_path", *LABELS), delimiter="\t", split=split):
            with source.record(split, file, at, f"image_id {row['image_id']}"):
                yield split, _photo(source, row)


def _photo(source: Source, row: dict[str, str]) -> Photo:
    return Photo(
        record_id=row["image_path"],
        **source.picture(row["image_path"]),
        disaster_type=_label(row, "disaster_types"),
        damage_severity=_label(row, "damage_severity"),
        informative=_label(row, "informative"),
    )


def _label(row: dict[str, str], column: str) -> str:
    if row[column] not in LABELS[column]:
        raise BadRecord(f"{column} is {row[column]!r}, expected one of {', '.join(LABELS[column])}")
    return row[column].replace("_", " ")


DATASET = Dataset(
    title="MEDIC",
    home="https://crisisnlp.qcri.org/medic/",
    licence="CC BY-NC-SA 4.0",
    citation="Alam et al., MEDIC: A Multi-Task Learning Dataset for Disaster Image Classification, arXiv 2108.12828",
    folder="MEDIC",
    files=(File("MEDIC.tar.gz", urls=("https://crisisnlp.qcri.org/data/medic/MEDIC.tar.gz",)),),
    annotations=("MEDIC_{split}.tsv",),
    splits={"train": "train", "validation": "dev", "test": "test"},
    record=Photo,
    read=read,
)

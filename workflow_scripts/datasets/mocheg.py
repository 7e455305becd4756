"""MOCHEG: claims that fact-checkers looked into, with texts and pictures as evidence."""

import html
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from workflow_scripts.datasets.base import BadRecord, Dataset, Source, text_of
from workflow_scripts.raw.files import File

COLUMNS = ("claim_id", "Claim", "Evidence", "cleaned_truthfulness")
LABELS = ("supported", "refuted", "NEI")
FOLDERS = ("", "mocheg/")  # in which the splits may lie
_TAG = re.compile(r"</?[A-Za-z][^>]*>")
_PROOF = re.compile(r"(\d+)-proof-")


@dataclass(frozen=True)
class Claim:
    """One claim with its evidence, but without the fact-checkers' ruling and article, which tell the label."""

    VERSION: ClassVar[int] = 1
    record_id: str
    image: str | None  # the first of its pictures by name; None: it has none
    width: int | None
    height: int | None
    claim: str
    evidence: tuple[str, ...]  # each text once, in file order, without tags; may be empty
    label: str  # supported, refuted or NEI (not enough information)


@dataclass
class _Held:
    """What the rows of one claim said so far."""

    claim: str
    label: str
    evidence: dict[str, None]  # as a set that keeps the order


def read(source: Source) -> Iterator[tuple[str, Claim]]:
    """Yield the claims of the wanted splits, in the order of their first rows."""
    for split, native in source.splits.items():
        file = source.find(*(f"{folder}{native}/Corpus2.csv" for folder in FOLDERS))
        pictures = _pictures(source, f"{PurePosixPath(file).parent}/images")
        for claim_id, held in _claims(source, split, file).items():
            with source.record(split, file, f"claims[{claim_id}]", f"claim {claim_id}"):
                yield split, _claim(source, claim_id, held, pictures.get(claim_id))


def _claims(source: Source, split: str, file: str) -> dict[int, _Held]:
    """A split's claims with their evidence; held whole, tens of megabytes, since a claim's rows may lie apart."""
    claims: dict[int, _Held] = {}
    for at, row in source.rows(file, COLUMNS, split=split):
        with source.record(split, file, at, f"claim {row['claim_id']}"):
            _add(claims, row)
    return claims


def _add(claims: dict[int, _Held], row: dict[str, str]) -> None:
    if not row["claim_id"].isdecimal():
        raise BadRecord(f"claim_id is {row['claim_id']!r}, expected a number")
    said = text_of(row["Claim"], "Claim"), row["cleaned_truthfulness"]
    if said[1] not in LABELS:
        raise BadRecord(f"cleaned_truthfulness is {said[1]!r}, expected one of {', '.join(LABELS)}")
    held = claims.setdefault(int(row["claim_id"]), _Held(*said, evidence={}))
    for column, own, other in zip(("Claim", "cleaned_truthfulness"), said, (held.claim, held.label)):
        if own != other:
            raise BadRecord(f"{column} is {own!r}, in an earlier row of the claim {other!r}")
    if evidence := _plain(row["Evidence"]):
        held.evidence[evidence] = None


def _plain(text: str) -> str:
    """A text without tags, entities and blanks that mean nothing.

    >>> _plain("<p>Bread &amp; butter,</p><p>5 < 6</p>")
    'Bread & butter, 5 < 6'
    """
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def _pictures(source: Source, folder: str) -> dict[int, str]:
    """Claim id -> its first picture by name; held whole. Names begin with the id, which may have zeros in front."""
    found: dict[int, str] = {}
    path = source.root / folder
    for name in sorted(os.listdir(path) if path.is_dir() else ()):
        if proof := _PROOF.match(name):
            found.setdefault(int(proof[1]), f"{folder}/{name}")
    return found


def _claim(source: Source, claim_id: int, held: _Held, picture: str | None) -> Claim:
    nothing = {"image": None, "width": None, "height": None}
    return Claim(
        record_id=str(claim_id),
        **(source.picture(picture) if picture else nothing),
        claim=held.claim,
        evidence=tuple(held.evidence),
        label=held.label,
    )


DATASET = Dataset(
    title="MOCHEG",
    home="https://github.com/VT-NLP/Mocheg",
    licence="CC BY 4.0",
    citation="Yao et al., End-to-End Multimodal Fact-Checking and Explanation Generation, arXiv 2205.12487",
    folder="mocheg",
    files=(
        File(
            "mocheg.tar.gz",
            page="https://docs.google.com/forms/d/e/1FAIpQLScAGehM6X9ARZWW3Fgt7fWMhc_Cec6iiAAN4Rn1BHAk6KOfbw/viewform",
            keep=tuple(f"{folder}{split}/" for folder in FOLDERS for split in ("train", "val", "test")),
        ),
    ),
    annotations=("|".join(f"{folder}{{split}}/Corpus2.csv" for folder in FOLDERS),),
    splits={"train": "train", "validation": "val"},
    record=Claim,
    read=read,
)

"""MOCHEG in miniature: the native table, and labels that evidence and picture decide."""

import csv
import io
import itertools
import re
import tarfile
from collections import Counter

import pytest

from tests.conftest import load_config
from workflow_scripts.miniature import mocheg
from workflow_scripts.miniature.kinds import KINDS
from workflow_scripts.miniature.scenes import scene


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    """Every member of the archive, by its name."""
    folder = tmp_path_factory.mktemp("mocheg")
    mocheg.write(0, load_config()["miniature"], folder)
    with tarfile.open(folder / "mocheg.tar.gz") as archive:
        return {m.name: archive.extractfile(m).read() for m in archive}


@pytest.fixture(scope="module")
def tables(files) -> dict[str, list[dict]]:
    return {
        split: list(csv.DictReader(io.StringIO(files[f"mocheg/{split}/Corpus2.csv"].decode(), newline="")))
        for split in ("train", "val", "test")
    }


def test_variants_that_the_original_has(files, tables):
    found = tables["train"]
    ids = [row["claim_id"] for row in found]
    assert max(Counter(ids).values()) > 1
    assert sum(a != b for a, b in itertools.pairwise(ids)) + 1 > len(set(ids))  # a claim's rows lie apart
    assert any(not row["Evidence"] for row in found)
    assert all(re.fullmatch("<p>.+</p>|", row["Evidence"]) for row in found)
    assert all("\n" in row["Origin"] and "We rate this claim" in row["ruling_outline"] for row in found)
    pictures = Counter(name.split("/")[3].split("-")[0] for name in files if name.startswith("mocheg/train/images/"))
    assert {len(digits) for digits in pictures} == {5}
    assert set(pictures.values()) == {1, 2}
    assert {int(digits) for digits in pictures} < set(map(int, ids))


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_labels_are_balanced(tables, split):
    labels = {row["claim_id"]: row["cleaned_truthfulness"] for row in tables[split]}
    counts = Counter(labels.values())
    assert set(counts) == set(mocheg.LABELS)
    assert max(counts.values()) - min(counts.values()) <= 1


def test_evidence_names_no_rating(tables):
    said = " ".join(row["Claim"] + row["Evidence"] for split in tables.values() for row in split)
    for rating in (*mocheg.LABELS, *sum(mocheg.RATINGS.values(), ())):
        assert not re.search(rf"\b{rating}\b", said, re.IGNORECASE), rating


def test_labels_agree_with_the_scenes(tables):
    """What is claimed of a thing's colour is so if it is supported, and otherwise not."""
    checked = Counter()
    for row in (row for split in tables.values() for row in split):
        shown = scene(0, f"mocheg {int(row['claim_id']) // mocheg.ID_STEP}", 0)
        if claimed := re.match(r"An? (\w+) (.+) was seen", row["Claim"]):
            colour, category = claimed.groups()
            if category in KINDS:
                seen = {t.colour for t in shown.of(category)}
                label = "NEI" if not seen else "supported" if colour in seen else "refuted"
                assert row["cleaned_truthfulness"] == label
                checked[label] += 1
    assert min(checked[label] for label in mocheg.LABELS) > 10

"""MOCHEG: rows gathered to claims with their pictures; rows that cannot be used are quarantined."""

import pytest

from tests.datasets.test_readers import rows
from workflow_scripts.datasets.tables import rows as table_rows

TABLE = "mocheg/train/Corpus2.csv"


def claims(raw) -> dict[str, dict]:
    return {r["record_id"]: r for r in rows(raw, "mocheg", "train")}


@pytest.mark.parametrize(
    ("old", "new", "record", "reason", "left"),
    [
        ("200345,A cat can bark.", "200345, ", "claim 200345", "Claim is ' ', expected some text", ["17", "9", "31"]),
        (
            ",refuted,",
            ",False,",
            "claim 200345",
            "cleaned_truthfulness is 'False', expected one of supported, refuted, NEI",
            ["17", "9", "31"],
        ),
        ("200345,", "n/a,", "claim n/a", "claim_id is 'n/a', expected a number", ["17", "9", "31"]),
        (
            "4,supported,",
            "4,refuted,",
            "claim 17",
            "cleaned_truthfulness is 'refuted', in an earlier row of the claim 'supported'",
            ["17", "200345", "9", "31"],
        ),
        (
            "9,Nobody knows.,,",
            "9,Nobody knows.,",
            "claim_id 9",
            "8 fields, the header has 9",
            ["17", "200345", "31"],
        ),
    ],
)
def test_bad_row_is_quarantined_with_its_reason(raw, old, new, record, reason, left):
    path = raw.roots["mocheg"] / TABLE
    path.write_text(path.read_text().replace(old, new, 1))
    assert [(b["record"], b["reason"]) for b in raw.read("mocheg")] == [(record, reason)]
    assert list(claims(raw)) == left


def test_claim_with_a_broken_picture(raw):
    (raw.roots["mocheg"] / "mocheg/train/images/00017-proof-01-a.png").write_bytes(b"<html>")
    [bad] = raw.read("mocheg")
    assert (bad["file"], bad["record"]) == (TABLE, "claim 17")
    assert bad["reason"].startswith("picture does not decode")


def test_picture_is_the_first_of_the_claim_by_number_not_by_prefix(native):
    pictures = {claim_id: claim["image"] for claim_id, claim in claims(native).items()}
    folder = "mocheg/mocheg/train/images"
    assert pictures == {
        "17": f"{folder}/00017-proof-01-a.png",
        "200345": f"{folder}/200345-proof-06-860df3d307141fc0.jpg",
        "9": None,
        "31": f"{folder}/00031-proof-01-c.jpg",
    }


def test_splits_may_lie_at_the_top(raw):
    root = raw.roots["mocheg"]
    (root / "mocheg/train").rename(root / "train")
    assert raw.read("mocheg", max_bad_share=0) == []
    assert claims(raw)["17"]["image"] == "mocheg/train/images/00017-proof-01-a.png"


def test_no_folder_of_pictures(raw):
    (raw.roots["mocheg"] / "mocheg/train/images").rename(raw.folder / "elsewhere")
    assert raw.read("mocheg", max_bad_share=0) == []
    assert {c["image"] for c in claims(raw).values()} == {None}


def test_table_that_the_authors_derived(real):
    """Real texts with commas and emoji within quoted fields, under other columns than ours."""
    [path] = real.roots["mocheg"].glob("example_generation/*.csv")
    columns = ("truth_claim_evidence", "cleaned_ruling_outline", "cleaned_truthfulness", "Evidence")
    found = [row for _, row in table_rows(path, columns)]
    assert len(found) == 48
    assert {r["cleaned_truthfulness"] for r in found} == {"supported", "NEI"}
    assert all(r["truth_claim_evidence"].startswith(f"{r['cleaned_truthfulness']} </s> ") for r in found)
    texts = "".join(text for r in found for text in r.values())
    assert texts.count("\N{FIRE}") == 4
    assert texts.count(",") > 100

"""VSR: where its pictures are looked for, and what is set aside."""

import json

import pytest

from tests.conftest import REAL
from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset

ZEROSHOT = "data/splits/zeroshot/test.jsonl"


def statements(raw, split: str = "test") -> list[dict]:
    return list(schemas.read(raw.records("vsr", split), schemas.of_records(load_dataset("vsr").record)))


def spoil(raw, **fields) -> list[dict]:
    """What is quarantined when fields of the second statement are changed."""
    path = raw.roots["vsr"] / ZEROSHOT
    first, second, *rest = path.read_text().splitlines()
    changed = {key: value for key, value in {**json.loads(second), **fields}.items() if value is not None}
    path.write_text("\n".join([first, json.dumps(changed), *rest]))
    return raw.read("vsr")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"label": 2}, "label is 2, expected 0 or 1"),
        ({"label": "1"}, "Expected `int`, got `str` - at `$.label`"),
        ({"label": None}, "Object missing required field `label`"),
        ({"caption": " "}, "caption is ' ', expected some text"),
        ({"image": "../30.jpg"}, "image is '../30.jpg', expected twelve digits and .jpg"),
    ],
)
def test_bad_statement(raw, fields, reason):
    [bad] = spoil(raw, **fields)
    assert (bad["file"], bad["position"], bad["reason"]) == (ZEROSHOT, "line 2", reason)
    assert [s["record_id"] for s in statements(raw)] == ["zeroshot/test/1", "zeroshot/test/3"]


def test_missing_picture(raw):
    [bad] = spoil(raw, image="000000000031.jpg")
    assert bad["record"] == "statement about 000000000031.jpg"
    assert bad["reason"].startswith("picture file is missing: ")
    assert bad["reason"].endswith("mscoco/train2014/COCO_train2014_000000000031.jpg")


def test_picture_of_val2014(raw):
    coco = raw.roots["mscoco"]
    (coco / "val2014").mkdir()
    (coco / "train2014/COCO_train2014_000000000030.jpg").rename(coco / "val2014/COCO_val2014_000000000030.jpg")
    assert raw.read("vsr") == []
    assert statements(raw)[1]["image"] == "mscoco/val2014/COCO_val2014_000000000030.jpg"


def test_sample(real):
    bad = real.read("vsr", {"test": "zeroshot/test", "train": "zeroshot/train", "validation": "random/train"})
    root = REAL / load_dataset("vsr").folder / "data"
    pictures = {p.name for p in root.glob("trainval2017/*")}
    pictures |= {p.name[-16:] for p in REAL.glob("MSCOCO2014/*/*.jpg")}
    assert all(b["reason"].startswith("picture file is missing") for b in bad)
    for split, native, lines in (
        ("test", "zeroshot/test", 1222), ("train", "zeroshot/train", 209), ("validation", "random/train", 15)
    ):  # fmt: skip
        rows = [json.loads(line) for line in (root / f"splits/{native}.jsonl").open()]
        assert len(rows) == lines
        there = [row for row in rows if row["image"] in pictures]
        found = statements(real, split)
        assert [(s["statement"], s["label"]) for s in found] == [(row["caption"], row["label"] == 1) for row in there]
        assert len(found) + sum(b["split"] == split for b in bad) == lines
    assert len(statements(real, "validation")) == 15

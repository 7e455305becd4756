"""VizWiz image quality: where the votes may lie, and which are set aside."""

import json

import pytest

from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset

RECORD = schemas.of_records(load_dataset("vizwiz_image_quality").record)
SPLITS = {"train": "train", "validation": "val"}


def photos(raw, split: str = "train") -> list[str]:
    return [row["record_id"] for row in schemas.read(raw.records("vizwiz_image_quality", split), RECORD)]


@pytest.mark.parametrize(
    ("change", "record", "reason"),
    [
        (
            lambda row: row["flaws"].update(BLR=6),
            "without an id",
            "Expected `int` <= 5 - at `$.flaws.BLR`",
        ),
        (
            lambda row: row["flaws"].update(BLR="4"),
            "without an id",
            "Expected `int`, got `str` - at `$.flaws.BLR`",
        ),
        (lambda row: row["flaws"].pop("ROT"), "without an id", "Object missing required field `ROT` - at `$.flaws`"),
        (lambda row: row.pop("flaws"), "without an id", "Object missing required field `flaws`"),
        (lambda row: row.update(image="gone.jpg"), "image gone.jpg", "picture file is missing: "),
    ],
)
def test_bad_votes(raw, change, record, reason):
    raw.edit("vizwiz_image_quality", "train.json", lambda content: change(content[0]))
    [bad] = raw.read("vizwiz_image_quality")
    assert (bad["split"], bad["file"], bad["position"], bad["record"]) == ("train", "train.json", "[0]", record)
    assert bad["reason"].startswith(reason)
    assert photos(raw) == ["VizWiz_train_00000008", "VizWiz_train_00000010"]


def test_votes_may_lie_in_a_folder_of_their_own(raw):
    root = raw.roots["vizwiz_image_quality"]
    (root / "annotations").mkdir()
    for name in ("train.json", "val.json"):
        (root / name).rename(root / "annotations" / name)
    assert raw.read("vizwiz_image_quality") == []
    assert photos(raw, "validation") == ["VizWiz_val_00000003"]
    manifest = json.loads(raw.manifest("vizwiz_image_quality", ["train"]).read_text())
    assert [file["path"] for file in manifest["files"]] == ["annotations/train.json"]


def test_sample_whose_pictures_are_missing(real):
    bad = real.read("vizwiz_image_quality", SPLITS)
    assert [sum(b["split"] == split for b in bad) for split in SPLITS] == [800, 400]
    assert all(b["reason"].startswith("picture file is missing: ") for b in bad)

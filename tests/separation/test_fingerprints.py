"""By which numbers the pictures of each dataset are known."""

import dataclasses
from pathlib import PurePosixPath

import pytest
from PIL import Image

from tests.conftest import FIXTURES
from workflow_scripts import schemas
from workflow_scripts.datasets.registry import dataset_ids, load_dataset
from workflow_scripts.separation.fingerprints import fingerprints, read

NUMBERS = {  # of the fixtures' pictures; of all others none
    "mscoco": {"9": ["coco:9", "flickr:8119368305"], "25": ["coco:25"]},
    "snli_ve": {"2000000001": ["flickr:2000000001"], "30000002": ["flickr:30000002"]},
    "textvqa": {"00aa11bb22cc33dd": ["flickr:5620759429"]},
    "visual7w": {"v7w_7": ["vg:7"], "v7w_8": ["vg:8"]},
    "visual_genome": {"1": ["vg:1"], "2": ["coco:25", "flickr:77", "vg:2"], "6": ["vg:6"]},
    "vsr": {"9": ["coco:9"], "30": ["coco:30"], "901": ["coco:901"]},
}


def of_fixture(raw, dataset: str) -> dict[str, list[str]]:
    """The numbers of each picture, by the part of its file's name that is its own."""
    records = [raw.records(dataset, split) for split in FIXTURES[dataset]["splits"]]
    rows = fingerprints(records, raw.roots)
    return {PurePosixPath(row["image"]).stem.removeprefix("COCO_train2014_").lstrip("0"): row["ids"] for row in rows}


@pytest.mark.parametrize("dataset", dataset_ids())
def test_numbers(dataset, native):
    found = of_fixture(native, dataset)
    expected = NUMBERS.get(dataset, {})
    assert {name: found[name.lstrip("0")] for name in expected} == expected
    if not load_dataset(dataset).photo_ids:
        assert not any(found.values())
    assert bool(found) == load_dataset(dataset).pictures


@pytest.mark.parametrize("dataset", dataset_ids())
def test_columns_of_numbers_are_there(dataset):
    declared = load_dataset(dataset)
    assert set(declared.photo_ids.values()) <= {field.name for field in dataclasses.fields(declared.record)}


def test_every_picture_of_a_record_counts(native):
    """Also those of parts of a record, as of WikiHow's steps."""
    records = native.records("wikihow", "train")
    articles = schemas.records(records, load_dataset("wikihow").record)
    pictures = {step.image for a in articles for method in a.methods for step in method.steps} - {None}
    assert pictures
    assert {row["image"] for row in fingerprints([records], native.roots)} == pictures


def test_a_picture_of_its_own_of_a_dataset_that_names_anothers(raw, tmp_path):
    """VSR's photographs are MS COCO's, unless its own folder holds them."""
    own = raw.roots["vsr"] / "data/trainval2017/000000000009.jpg"
    own.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 48), "grey").save(own)
    raw.read("vsr")
    schemas.write(fingerprints([raw.records("vsr", "test")], raw.roots), schemas.FINGERPRINTS, tmp_path / "vsr.parquet")
    found = read([tmp_path / "vsr.parquet"])
    assert found["vsr/data/trainval2017/000000000009.jpg"]["ids"] == ["coco:9"]
    assert any(image.startswith("mscoco/") for image in found)
    some = read([tmp_path / "vsr.parquet"], ["vsr/data/trainval2017/000000000009.jpg", "nlvr/x.png"])
    assert list(some) == ["vsr/data/trainval2017/000000000009.jpg"]

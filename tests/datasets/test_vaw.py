"""VAW: files, ids of both kinds, and which instances are set aside."""

import shutil

import pytest

from tests.conftest import TESTS
from workflow_scripts import schemas
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData

FILE = "train_part1.json"
RECORD = schemas.of_records(load_dataset("vaw").record)


def instances(raw, split: str = "train") -> list[str]:
    return [row["record_id"] for row in schemas.read(raw.records("vaw", split), RECORD)]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"instance_bbox": [10, 20, 0, 60]}, "box x=10.0 y=20.0 w=0.0 h=60.0 has no area or a negative side"),
        ({"object_name": "  "}, "object_name is '  ', expected some text"),
        ({"positive_attributes": ["red", ""]}, "positive_attributes is '', expected some text"),
        ({"negative_attributes": ["red"], "positive_attributes": ["red"]}, "'red' is among both the positive and the"),
        ({"image_id": "77"}, "picture file is missing: "),
        ({"image_id": 1.5}, "Expected `int | str`, got `float` - at `$.image_id`"),
        ({"negative_attributes": "broken"}, "Expected `array`, got `str` - at `$.negative_attributes`"),
        ({"instance_bbox": [1, 2, 3]}, "Expected `array` of length 4, got 3 - at `$.instance_bbox`"),
    ],
)
def test_bad_instance(raw, fields, reason):
    raw.edit("vaw", FILE, lambda content: content[0].update(fields))
    [bad] = raw.read("vaw")
    assert (bad["split"], bad["file"], bad["position"]) == ("train", FILE, "[0]")
    assert bad["record"] in ("instance 1001", "instance_id 1001")
    assert bad["reason"].startswith(reason)
    assert instances(raw) == ["2001", "2002"]


def test_train_is_both_parts_or_one_file(raw):
    root = raw.roots["vaw"]
    (root / "train_part2.json").rename(root / "train.json")
    (root / FILE).unlink()
    assert raw.read("vaw") == []
    assert instances(raw) == ["2002"]


@pytest.mark.parametrize("file", [FILE, "train_part2.json", "val.json", "attribute_types.json"])
def test_missing_file(raw, file):
    (raw.roots["vaw"] / file).unlink()
    with pytest.raises(BadData, match="annotation file is missing"):
        raw.read("vaw")


def test_sample_whose_picture_is_missing(real, tmp_path):
    """The sample has no file of types: it gets the fixture's."""
    root = tmp_path / "vaw"
    shutil.copytree(real.roots["vaw"], root)
    shutil.copy(TESTS / "fixtures/vaw/attribute_types.json", root)
    real.roots["vaw"] = root
    [bad] = real.read("vaw", {"validation": "val"})
    assert (bad["file"], bad["record"]) == ("val.json", "instance 2373241004")
    assert bad["reason"].startswith("picture file is missing: ")
    assert bad["reason"].endswith("VG_100K/2373241.jpg")

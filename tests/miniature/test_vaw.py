"""The miniature VAW: native form, ids of both kinds, and attributes that are true, or not, of the scenes."""

import json
from collections import Counter

import pytest

from tests.conftest import load_config
from workflow_scripts.miniature import vaw
from workflow_scripts.miniature.universes import visual_genome_pictures

SIZES = load_config()["miniature"]
FILES = ("train_part1", "train_part2", "val")


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("vaw")
    vaw.write(0, SIZES, folder)
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in (*FILES, "attribute_types")}


def test_native_form(content):
    kinds = Counter()
    for name in FILES:
        kind = int if name == "train_part2" else str
        assert len({row["instance_id"] for row in content[name]}) == len(content[name])
        for row in content[name]:
            assert list(row)[:3] == ["image_id", "instance_id", "instance_bbox"]
            assert isinstance(row["image_id"], kind)
            assert isinstance(row["instance_id"], kind)
            kinds["polygon" if row["instance_polygon"] else "no polygon"] += 1
            for lists in ("positive_attributes", "negative_attributes"):
                assert len(set(row[lists])) == len(row[lists])
                kinds[lists, bool(row[lists])] += 1
            assert not set(row["positive_attributes"]) & set(row["negative_attributes"])
    assert min(kinds.values()) >= 10
    assert len(kinds) == 6
    assert len(content["val"]) > 100


def test_attributes_are_true_or_not_as_said(content):
    scenes = {p.image_id: p.scene for p in visual_genome_pictures(0, SIZES)}
    type_of = {name: kind for kind, names in content["attribute_types"].items() for name in names}
    checked = Counter()
    for row in (row for name in FILES for row in content[name]):
        box = tuple(row["instance_bbox"])
        for thing in scenes[int(row["image_id"])].things:
            x0, y0, x1, y1 = thing.box
            if box != (x0, y0, x1 - x0, y1 - y0) or row["object_name"] != thing.category:
                continue
            looks = {"size": thing.size, "mood": thing.mood, "pose": thing.pose, "pattern": thing.pattern}
            looks |= {"shape": thing.kind.shape, "color": thing.colour}
            for name in row["positive_attributes"]:
                assert name == vaw.UNTYPED or name == looks[type_of[name]], row
            for name in row["negative_attributes"]:
                assert name != looks[type_of[name]], row
                checked[type_of[name]] += 1
            assert thing.category != "person" or "color" not in {
                type_of.get(n) for n in row["positive_attributes"] + row["negative_attributes"]
            }
    assert set(checked) == set(content["attribute_types"])

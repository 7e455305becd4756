"""VSR in miniature: the native form, balance, and truth that boxes bear out."""

import json
from collections import Counter, defaultdict

import pytest

from tests.conftest import load_config
from workflow_scripts.miniature import vsr
from workflow_scripts.miniature.universes import COCO_SIZES, coco_pictures

SIZES = load_config()["miniature"]
KEYS = (
    *("image", "image_link", "caption", "label", "relation", "subj", "obj"),
    *("annotator_id", "vote_true_validator_id", "vote_false_validator_id"),
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory) -> list[dict]:
    folder = tmp_path_factory.mktemp("vsr")
    vsr.write(0, SIZES, folder)
    return [json.loads(line) for line in (folder / "test.jsonl").open()]


def test_native_form(rows):
    assert len(rows) == SIZES["vsr"]
    coco = {
        f"{p.image_id:012d}.jpg" for split, size in COCO_SIZES.items() for p in coco_pictures(0, split, SIZES[size])
    }
    for row in rows:
        assert tuple(row) == KEYS
        assert row["image"] in coco
        assert row["image_link"].endswith(f"2017/{row['image']}")
        assert row["relation"] in row["caption"]
        true, false = (json.loads(row[f"vote_{side}_validator_id"]) for side in ("true", "false"))
        assert (len(true) > len(false)) == bool(row["label"])
    assert any(f" {row['subj']} " not in row["caption"] for row in rows)
    assert len({tuple(row.values()) for row in rows}) == len(rows)


def test_every_two_things_are_said_to_lie_so_and_otherwise(rows):
    assert Counter(row["label"] for row in rows) == {0: 60, 1: 60}
    labels = defaultdict(list)
    for row in rows:
        labels[row["image"], *row["caption"].split(f" is {row['relation']} ")].append(row["label"])
    assert all(sorted(both) == [0, 1] for both in labels.values())


def test_directions_are_those_of_the_boxes(rows):
    scenes = {p.image_id: p.scene for split, size in COCO_SIZES.items() for p in coco_pictures(0, split, SIZES[size])}
    sides = {"left": (0, 1), "right": (0, -1), "above": (1, 1), "over": (1, 1), "below": (1, -1), "under": (1, -1)}
    checked = 0
    for row in rows:
        side = next((word for word in sides if word in row["relation"]), None)
        if side:
            things = {t.category: t for t in scenes[int(row["image"][:12])].things}
            axis, sign = sides[side]
            subject = row["caption"].removeprefix("The ").partition(" is ")[0]
            holds = sign * (things[row["obj"]].centre[axis] - things[subject].centre[axis]) > 0
            assert holds == bool(row["label"])
            checked += 1
    assert checked > 50

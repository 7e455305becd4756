"""What is wrong with a photo, and which attribute an object has."""

import json
from collections import Counter

import pytest

from tests.tasks.derivation import derived, records
from workflow_scripts.datasets import vaw, vizwiz_image_quality
from workflow_scripts.datasets.vizwiz_image_quality import FLAWS, Flaw
from workflow_scripts.instructions.templates import load_templates
from workflow_scripts.tasks.alike import alike
from workflow_scripts.tasks.image_understanding import image_quality
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tasks.visual_relationship import grounded_image_attribute_identification as attributes


def photo(**votes: int) -> vizwiz_image_quality.Photo:
    """A photo with these votes, by the file's codes."""
    flaws = tuple(Flaw(name, votes.get(code, 0)) for code, name in FLAWS.items())
    return vizwiz_image_quality.Photo("1", "vizwiz/1.jpg", 100, 100, flaws, 0)


@pytest.mark.parametrize(
    ("votes", "target"),
    [
        ({"BLR": 4, "FRM": 2}, "blur"),
        ({"NON": 5}, "no flaws"),
        ({"NON": 3, "ROT": 1, "FRM": 1}, "no flaws"),
        ({"OTH": 3, "NON": 0}, "other"),
        ({"BLR": 3, "FRM": 3}, None),
        ({"ROT": 4, "FRM": 3}, None),
        ({}, None),
    ],
)
def test_flaw_has_two_votes_more_than_any_other(votes, target):
    found = derived(image_quality.derive, photo(**votes))
    assert [(i.target, i.options) for i in found] == ([(target, tuple(FLAWS.values()))] if target else [])


def test_photos_without_flaws_do_not_contradict_the_instructions():
    """Those that speak of something wrong leave open that there is nothing."""
    for template in load_templates(load_task("image_quality")):
        if any(word in template for word in ("defect", "problem", "spoilt")):
            assert any(word in template for word in ("if ", "good")), template


def test_real_votes(real):
    """Most of the photos have a flaw that is clear, or clearly none; the order of flaws in the file decides nothing."""
    rows = json.loads((real.roots["vizwiz_image_quality"] / "train.json").read_text())
    targets = Counter()
    for row in rows:
        ranked = sorted(row["flaws"].values(), reverse=True)
        found = derived(image_quality.derive, photo(**row["flaws"]))
        assert len(found) == (ranked[0] - ranked[1] >= 2)
        for i in found:
            assert [FLAWS[code] for code, votes in row["flaws"].items() if votes == ranked[0]] == [i.target]
            targets[i.target] += 1
    assert targets.total() > len(rows) / 3
    assert targets.keys() >= {"no flaws", "blur", "bad framing", "rotation"}


def thing(positive: str, negative: str, *, name: str = "bench", box: tuple = (0, 0, 50, 50)) -> vaw.Instance:
    """An object with attributes, each written as type:name."""
    lists = (
        [vaw.Attribute(a, kind or None) for kind, a in (x.split(":") for x in xs.split(", ") if x)]
        for xs in (positive, negative)
    )
    return vaw.Instance("1", "visual_genome/1.jpg", 100, 100, box, name, *map(tuple, lists))


def options(one: vaw.Instance, seeds: int = 10) -> set[frozenset[str]]:
    return {frozenset(i.options) for seed in range(seeds) for i in derived(attributes.derive, one, seed=seed)}


def test_four_options_those_of_the_same_type_first():
    one = thing("color:red", "state:wet, color:blue, material:wooden, color:green, :old")
    found = options(one)
    assert len(found) > 1
    assert all({"red", "blue", "green"} < o and len(o) == 4 for o in found)
    assert options(thing(":drawn", ":old, :wet, color:blue, :big, color:green"), 30) > {
        frozenset(["drawn", "old", "wet", "blue"])
    }  # two that the file of types does not list are not of one type


@pytest.mark.parametrize(
    ("positive", "negative"),
    [
        ("color:dark blue", "color:blue, color:red, color:green"),
        ("material:wooden, color:gray", "color:silver, color:red, color:green"),
        ("color:red", "color:blue, color:green"),
        ("", "color:blue, color:green, color:red"),
        ("color:red", ""),
    ],
)
def test_without_three_that_are_surely_wrong_there_is_no_instance(positive, negative):
    assert options(thing(positive, negative)) == set()


def test_attributes_in_the_name_are_not_asked_for():
    negative = "color:blue, color:green, color:red"
    assert options(thing("state:potted", negative, name="potted plant")) == set()
    found = [
        i
        for seed in range(10)
        for i in derived(attributes.derive, thing("state:potted, size:tall", negative, name="potted plant"), seed=seed)
    ]
    assert {i.target for i in found} == {"tall"}


def test_small_objects_are_left_out():
    negative = "color:blue, color:green, color:white"
    assert options(thing("color:red", negative, box=(0, 0, 5, 5))) == set()


def test_options_are_what_was_annotated(world):
    made = 0
    for one in records(world, "vaw"):
        for i in derived(attributes.derive, one):
            made += 1
            assert i.target in {a.name for a in one.positive}
            assert set(i.options) - {i.target} <= {a.name for a in one.negative}
            assert not any(alike(o, a.name) for o in set(i.options) - {i.target} for a in one.positive)
            assert (i.text, i.regions) == (one.object_name, (one.region,))
    assert made > 20


def test_real_attributes(real):
    [row] = json.loads((real.roots["vaw"] / "val.json").read_text())
    positive, negative = (", ".join(f"any:{a}" for a in row[f"{kind}_attributes"]) for kind in ("positive", "negative"))
    found = options(thing(positive, negative, name=row["object_name"]))
    assert len(found) > 1
    assert all(len(o & set(row["positive_attributes"])) == 1 for o in found)

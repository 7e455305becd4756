"""GQA in miniature: the native form, answers that are true of the scenes, yes and no in balance."""

import json
import zipfile
from collections import Counter
from itertools import islice

import pytest

from tests.conftest import load_config
from workflow_scripts.miniature import gqa
from workflow_scripts.miniature.language import name, spoken
from workflow_scripts.miniature.relations import squarely
from workflow_scripts.miniature.universes import visual_genome_pictures

SIZES = load_config()["miniature"]
KEYS = [
    *("semantic", "entailed", "equivalent", "question", "imageId", "isBalanced", "groups", "answer", "semanticStr"),
    *("annotations", "types", "fullAnswer"),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, dict[str, dict]]:
    """The archive's members, by their names."""
    folder = tmp_path_factory.mktemp("gqa")
    gqa.write(0, SIZES, folder)
    archive = zipfile.ZipFile(folder / "questions1.2.zip")
    return {member: json.loads(archive.read(member)) for member in archive.namelist()}


@pytest.fixture(scope="module")
def train(files) -> list[dict]:
    return list(files["train_balanced_questions.json"].values())


@pytest.fixture(scope="module")
def scenes() -> dict[str, gqa.Scene]:
    return {str(p.image_id): p.scene for p in islice(visual_genome_pictures(0, SIZES), SIZES["gqa"])}


def test_native_form(files):
    assert set(files) == {f"{name}_questions.json" for name in ("train_balanced", "val_balanced", "val_all")}
    for questions in files.values():
        for question_id, q in questions.items():
            assert list(q) == KEYS
            assert question_id.isdigit()
            assert question_id in q["equivalent"]
            assert q["types"]["structural"] in ("verify", "query", "choose", "logical", "compare")
            assert q["types"]["semantic"] in ("obj", "attr", "rel", "cat", "global")
            for number, step in enumerate(q["semantic"]):
                assert set(step) == {"operation", "dependencies", "argument"}
                assert all(earlier < number for earlier in step["dependencies"])
    assert all(q["isBalanced"] for q in files["val_balanced_questions.json"].values())
    assert files["val_balanced_questions.json"].items() < files["val_all_questions.json"].items()


def test_groups_may_be_null(train):
    assert 0 < sum(q["groups"]["global"] is None for q in train) < len(train)


def test_splits_share_no_picture(files):
    train, val = ({q["imageId"] for q in files[f"{s}_balanced_questions.json"].values()} for s in ("train", "val"))
    assert not train & val
    assert len(val) > 50


def test_every_structure_and_as_many_yes_as_no(train):
    structures = Counter(q["types"]["structural"] for q in train)
    assert min(structures[s] for s in ("verify", "query", "choose", "logical", "compare")) > 0.03 * len(train)
    answers = Counter(q["answer"] for q in train)
    assert 0.8 < answers["yes"] / answers["no"] < 1.25
    assert len(answers) > 40


def test_colours_are_those_of_the_scenes(train, scenes):
    asked = [q for q in train if q["types"]["detailed"] == "directOf"]
    assert asked
    for q in asked:
        category = q["question"].removeprefix("What color is the ").removesuffix("?")
        [thing] = scenes[q["imageId"]].of(category)
        assert thing.colour == q["answer"]


def test_sides_are_those_of_the_scenes(train, scenes):
    asked = [q for q in train if q["types"]["detailed"] == "relVerify"]
    assert len({q["answer"] for q in asked}) == 2
    for q in asked:
        scene = scenes[q["imageId"]]
        true = {
            f"Is the {name(a, scene)} {spoken(side)} the {name(b, scene)}?"
            for side in gqa.OPPOSITE
            for a in scene.things
            for b in scene.things
            if a is not b and squarely(a, side, b)
        }
        assert (q["question"] in true) == (q["answer"] == "yes")


def test_presence_and_what_is_joined_of_it(train, scenes):
    for q in train:
        if q["types"]["semantic"] == "obj":
            seen = [
                s["argument"] in scenes[q["imageId"]].categories for s in q["semantic"] if s["operation"] == "select"
            ]
            holds = any(seen) if "either" in q["question"] else all(seen)
            assert holds == (q["answer"] == "yes")

"""OK-VQA in miniature: the native form, and knowledge of what the scenes hold."""

import json
import zipfile
from collections import Counter

import pytest

from tests.conftest import load_config
from workflow_scripts.miniature import ok_vqa
from workflow_scripts.miniature.kinds import KINDS, PLACES
from workflow_scripts.miniature.universes import coco_pictures

SIZES = load_config()["miniature"]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, dict]:
    """Every archive's one member, by its name."""
    folder = tmp_path_factory.mktemp("ok_vqa")
    ok_vqa.write(0, SIZES, folder)
    return {p.stem: json.loads(zipfile.ZipFile(p).read(p.stem)) for p in folder.iterdir()}


@pytest.fixture(scope="module")
def pairs(files) -> list[tuple[dict, dict]]:
    """(question, annotation) of all train questions."""
    asked = files["OpenEnded_mscoco_train2014_questions.json"]["questions"]
    annotations = files["mscoco_train2014_annotations.json"]["annotations"]
    assert [q["question_id"] for q in asked] != [a["question_id"] for a in annotations]
    by_id = {a["question_id"]: a for a in annotations}
    assert len(by_id) == len(asked)
    return [(q, by_id[q["question_id"]]) for q in asked]


def test_native_form(files, pairs):
    types = files["mscoco_train2014_annotations.json"]["question_types"]
    for q, a in pairs:
        assert set(q) == {"image_id", "question", "question_id"}
        assert set(a) == {"image_id", "answer_type", "question_type", "question_id", "answers", "confidence"}
        assert q["question_id"] // 10 == q["image_id"] == a["image_id"]
        assert a["question_type"] in types
        assert [n["answer_id"] for n in a["answers"]] == list(range(1, 11))
        said = [n["answer"] for n in a["answers"]]
        assert said[::2] == said[1::2]  # five people, each twice
        assert all(n["raw_answer"].strip().lower() == n["answer"] for n in a["answers"])
    assert {a["question_type"] for _, a in pairs} == set(types)


def test_some_pictures_have_two_questions_and_some_questions_two_answers_as_frequent(pairs):
    assert max(Counter(q["image_id"] for q, _ in pairs).values()) > 1
    ties = 0
    for _, a in pairs:
        [(_, most), *others] = Counter(n["answer"] for n in a["answers"]).most_common()
        ties += bool(others) and others[0][1] == most
    assert ties > 10


def test_answers_are_known_of_the_very_thing_that_is_asked_about(pairs):
    scenes = {p.image_id: p.scene for p in coco_pictures(0, "train2014", SIZES["ok_vqa"])}
    asked = 0
    for q, a in pairs:
        table = ok_vqa.USES if "used for" in q["question"] else ok_vqa.MATERIALS if "made of" in q["question"] else None
        if table:
            asked += 1
            [thing] = [t for t in scenes[q["image_id"]].things if t.colour == q["question"].split()[3]]
            assert {n["answer"] for n in a["answers"]} <= {*table[thing.category], "not sure"}
    assert asked > 0.3 * len(pairs)


def test_something_is_known_of_every_kind_and_place():
    assert set(ok_vqa.USES) == set(KINDS) - {"person"}
    assert set(ok_vqa.ANIMALS) == set(PLACES)

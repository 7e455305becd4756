"""VQAv2 in miniature: the native form, and answers that are true of the pictures."""

import json
import zipfile
from collections import Counter

import pytest

from tests.conftest import load_config
from workflow_scripts.miniature import vqa_v2
from workflow_scripts.miniature.universes import coco_pictures

SIZES = load_config()["miniature"]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, dict]:
    """Every member of the archives, by its name."""
    folder = tmp_path_factory.mktemp("vqa_v2")
    vqa_v2.write(0, SIZES, folder)
    archives = [zipfile.ZipFile(path) for path in sorted(folder.iterdir())]
    return {name: json.loads(archive.read(name)) for archive in archives for name in archive.namelist()}


@pytest.fixture(scope="module")
def pairs(files) -> list[tuple[dict, dict]]:
    """(question, annotation) of all train questions."""
    asked = files["v2_OpenEnded_mscoco_train2014_questions.json"]["questions"]
    annotations = files["v2_mscoco_train2014_annotations.json"]["annotations"]
    assert [q["question_id"] for q in asked] != [a["question_id"] for a in annotations]
    by_id = {a["question_id"]: a for a in annotations}
    assert len(by_id) == len(asked)
    return [(q, by_id[q["question_id"]]) for q in asked]


def test_native_form(files, pairs):
    splits = ("train2014", "val2014")
    assert set(files) == {
        *(f"v2_OpenEnded_mscoco_{split}_questions.json" for split in splits),
        *(f"v2_mscoco_{split}_annotations.json" for split in splits),
    }
    for q, a in pairs:
        assert set(q) == {"image_id", "question", "question_id"}
        keys = {"question_type", "multiple_choice_answer", "answers", "image_id", "answer_type", "question_id"}
        assert set(a) == keys
        assert q["question_id"] // 1000 == q["image_id"] == a["image_id"]
        assert a["question_type"] == "none of the above" or q["question"].lower().startswith(a["question_type"])
        assert [n["answer_id"] for n in a["answers"]] == list(range(1, 11))
        assert {n["answer_confidence"] for n in a["answers"]} <= {"yes", "maybe", "no"}


def test_most_people_say_the_right_answer_and_some_are_divided(pairs):
    shares = Counter()
    for _, annotation in pairs:
        times = Counter(n["answer"] for n in annotation["answers"])
        assert times[annotation["multiple_choice_answer"]] == max(times.values())
        shares["tie"] += list(times.values()) == [5, 5]
        shares["one voice"] += len(times) == 1
    assert shares["tie"] > 10
    assert 0.2 < shares["one voice"] / len(pairs) < 0.8


def test_kinds_of_answers(pairs):
    kinds = Counter(a["answer_type"] for _, a in pairs)
    assert min(kinds[kind] for kind in ("yes/no", "number", "other")) > 0.05 * len(pairs)
    presence = [a["multiple_choice_answer"] for q, a in pairs if q["question"].startswith(("Is there", "Can you see"))]
    assert 0.3 < presence.count("yes") / len(presence) < 0.7


def test_counts_are_those_of_the_scenes(pairs):
    scenes = {p.image_id: p.scene for p in coco_pictures(0, "train2014", SIZES["vqa_v2"])}
    counted = [(q, a) for q, a in pairs if q["question"].startswith("How many chairs")]
    assert counted
    for q, a in counted:
        assert int(a["multiple_choice_answer"]) == len(scenes[q["image_id"]].of("chair"))

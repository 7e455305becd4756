"""VisDial in miniature: the native form, and dialogues that are true of the scenes."""

import json
import zipfile
from collections import Counter

import pytest

from workflow_scripts.miniature import visdial
from workflow_scripts.miniature.kinds import KINDS
from workflow_scripts.miniature.language import plural
from workflow_scripts.miniature.scenes import scene

COUNT = 60


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("visdial")
    visdial.write(0, {"visdial": COUNT}, folder)
    whole = json.loads(zipfile.ZipFile(folder / "visdial_1.0_val.zip").read("visdial_1.0_val.json"))
    pictures = zipfile.ZipFile(folder / "VisualDialog_val2018.zip").namelist()
    ids = [d["image_id"] for d in whole["data"]["dialogs"]]
    assert pictures == [f"VisualDialog_val2018/VisualDialog_val2018_{i:012d}.jpg" for i in ids]
    assert (whole["version"], whole["split"]) == ("1.0", "val2018")
    return whole["data"]


def said(data: dict) -> list[list[tuple[str, str]]]:
    return [
        [(data["questions"][r["question"]], data["answers"][r["answer"]]) for r in dialogue["dialog"]]
        for dialogue in data["dialogs"]
    ]


def test_native_form(data):
    assert len(data["dialogs"]) == COUNT
    for texts in (data["questions"], data["answers"]):
        assert len(set(texts)) == len(texts)
        assert all(text == text.lower().strip() and "?" not in text for text in texts)
    for dialogue in data["dialogs"]:
        assert set(dialogue) == {"image_id", "dialog", "caption"}
        assert len(dialogue["dialog"]) == 10
        for r in dialogue["dialog"]:
            assert len(set(r["answer_options"])) == len(r["answer_options"]) == 100
            assert r["answer_options"][r["gt_index"]] == r["answer"]
            assert all(0 <= option < len(data["answers"]) for option in r["answer_options"])


def test_texts_are_shared_and_some_questions_need_those_before(data):
    questions = Counter(question for rounds in said(data) for question, _ in rounds)
    assert questions["what color is it"] > 20
    assert len(questions) < 0.5 * questions.total()


def test_answers_are_true(data):
    checked = Counter()
    for index, rounds in enumerate(said(data)):
        shown, topic = scene(0, "visdial", index), None
        for question, answer in rounds:
            named = [c for c in KINDS if question.endswith((f" {c}", f" {plural(c)}"))]
            if question.startswith(("is there", "do you see", "are there")):
                [topic] = named
                assert answer == ("yes, 1" if topic in shown.categories else "no")
            elif question.startswith("how many"):
                [topic] = [c for c in KINDS if question == f"how many {plural(c)} are there"]
                assert answer == str(len(shown.of(topic)))
            elif question in ("what color is it", "what color is the shirt"):
                assert [answer] == [t.colour for t in shown.of(topic)]
            elif question == "what are they doing":
                assert [answer] == [t.pose for t in shown.of(topic)]
            checked[question.split()[0]] += 1
    assert all(checked[word] > 10 for word in ("is", "are", "how", "what")), checked

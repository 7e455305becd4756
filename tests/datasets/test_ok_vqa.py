"""OK-VQA: a folder for each split, ten answers a question; what cannot be used is quarantined with its reason."""

import pytest

from tests.datasets.test_readers import rows
from workflow_scripts.errors import BadData

QUESTIONS = "train/OpenEnded_mscoco_train2014_questions.json"
ANNOTATIONS = "train/mscoco_train2014_annotations.json"


def test_files_are_joined_by_id_and_two_questions_share_a_picture(native):
    found = {r["record_id"]: (r["image"][-8:-4], r["question"]) for r in rows(native, "ok_vqa", "train")}
    assert found == {
        "95": ("0009", "Which wild animal is this pet's ancestor?"),
        "96": ("0009", "What are these animals known to chase?"),
        "255": ("0025", "What is the vehicle's top speed?"),
    }


def test_answers_are_the_normal_forms_in_file_order(native):
    answers = {r["record_id"]: r["answers"] for r in rows(native, "ok_vqa", "train")}
    assert answers["95"] == ["wolf"] * 10
    assert answers["96"] == ["cat"] * 6 + ["car"] * 2 + ["chase car"] * 2


@pytest.mark.parametrize(
    ("file", "change", "record", "reason"),
    [
        (QUESTIONS, {"question": ""}, "question 95", "question is '', expected some text"),
        (QUESTIONS, {"image_id": 25}, "question 95", "image_id is 25, its annotation says 9"),
        (ANNOTATIONS, {"answers": []}, "question 255", "0 answers, expected 10"),
        (ANNOTATIONS, {"answers": [{"answer": " "}] * 10}, "question 255", "answer is ' ', expected some text"),
        (
            ANNOTATIONS,
            {"answers": "wolf"},
            "question_id 255",
            "Expected `array`, got `str` - at `$.answers`",
        ),
    ],
)
def test_bad_record_is_quarantined_with_its_reason(raw, file, change, record, reason):
    key = "questions" if file == QUESTIONS else "annotations"
    raw.edit("ok_vqa", file, lambda content: content[key][0].update(change))
    bad = [b for b in raw.read("ok_vqa") if not b["reason"].startswith("no annotation has")]
    assert [(b["record"], b["reason"]) for b in bad] == [(record, reason)]
    assert len(rows(raw, "ok_vqa", "train")) == 2


def test_sample_has_questions_but_no_annotation_file(real):
    with pytest.raises(BadData, match="annotation file is missing") as caught:
        real.read("ok_vqa", {"train": "train"})
    assert caught.value.file == real.roots["ok_vqa"] / ANNOTATIONS
    assert "put it there" in caught.value.fix

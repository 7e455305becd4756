"""VQAv2: questions and annotations joined by id; what is wrong with either is quarantined."""

import pytest

from tests.datasets.test_readers import rows
from workflow_scripts.datasets.base import Source
from workflow_scripts.datasets.vqa_v2 import read
from workflow_scripts.errors import BadData

QUESTIONS = "v2_OpenEnded_mscoco_train2014_questions.json"
ANNOTATIONS = "v2_mscoco_train2014_annotations.json"


def test_files_are_joined_by_id_and_not_by_order(native):
    assert {r["record_id"]: (r["image"][-8:-4], r["answer"]) for r in rows(native, "vqa_v2", "train")} == {
        "9000": ("0009", "brown"),
        "9001": ("0009", "2"),
        "25000": ("0025", "at car"),
        "30000": ("0030", "yes"),
        "36000": ("0036", "no"),
        "49000": ("0049", "helmet"),
    }


def test_ten_answers_in_file_order(native):
    answers = {r["record_id"]: r["answers"] for r in rows(native, "vqa_v2", "train")}
    assert answers["9000"] == ["brown", "tan"] * 5
    assert answers["9001"] == ["2"] * 5 + ["two"] * 3 + ["2", "3"]


def test_objects_are_those_of_coco_each_named_once(native):
    objects = {r["record_id"]: r["objects"] for r in rows(native, "vqa_v2", "train")}
    assert objects == {
        "9000": ["car", "dog", "sheep"],
        "9001": ["car", "dog", "sheep"],
        "25000": ["car", "person"],
        "30000": [],
        "36000": ["book", "bottle", "cat", "cup", "dining table", "person"],
        "49000": ["person"],
    }


def test_objects_are_looked_up_in_cocos_split_of_the_same_name(native):
    other = native.records("mscoco", "train")
    source = Source("vqa_v2", native.roots, {"validation": "train2014"}, others={("mscoco", "train"): other})
    assert next(question.objects for _, question in read(source)) == ("car", "dog", "sheep")
    source = Source("vqa_v2", native.roots, {"train": "val2014"}, others={("mscoco", "train"): other})
    with pytest.raises(BadData, match="no record of mscoco is of val2014"):
        next(read(source))


@pytest.mark.parametrize(
    ("file", "change", "record", "reason"),
    [
        (QUESTIONS, {"question": " "}, "question 9000", "question is ' ', expected some text"),
        (QUESTIONS, {"image_id": 25}, "question 9000", "image_id is 25, its annotation says 9"),
        (ANNOTATIONS, {"answers": []}, "question 9001", "0 answers, expected 10"),
        (ANNOTATIONS, {"answers": [{"answer": ""}] * 10}, "question 9001", "answer is '', expected some text"),
        (
            ANNOTATIONS,
            {"multiple_choice_answer": ""},
            "question 9001",
            "multiple_choice_answer is '', expected some text",
        ),
        (
            ANNOTATIONS,
            {"multiple_choice_answer": 2},
            "question_id 9001",
            "Expected `str`, got `int` - at `$.multiple_choice_answer`",
        ),
    ],
)
def test_bad_record_is_quarantined_with_its_reason(raw, file, change, record, reason):
    key = "questions" if file == QUESTIONS else "annotations"
    raw.edit("vqa_v2", file, lambda content: content[key][0].update(change))
    bad = [b for b in raw.read("vqa_v2") if not b["reason"].startswith("no annotation has")]
    assert [(b["record"], b["reason"]) for b in bad] == [(record, reason)]
    assert len(rows(raw, "vqa_v2", "train")) == 5


def test_question_whose_picture_coco_lacks(raw):
    (raw.roots["mscoco"] / "train2014/COCO_train2014_000000000030.jpg").unlink()
    [bad] = raw.read("vqa_v2")
    assert bad["record"] == "question 30000"
    assert bad["reason"].startswith("picture file is missing")


def test_sample(real):
    assert real.read("vqa_v2", {"train": "train2014"}, max_bad_share=0) == []
    questions = rows(real, "vqa_v2", "train")
    assert len(questions) == 42
    assert len({q["image"] for q in questions}) == 26
    assert all(len(q["answers"]) == 10 for q in questions)
    assert "banana" in next(q["objects"] for q in questions if q["record_id"] == "100667000")

"""GQA: one object of questions by id; pictures of its own folder or Visual Genome's."""

import pytest

from tests.datasets.test_readers import rows

QUESTIONS = "train_balanced_questions.json"


@pytest.mark.parametrize(
    ("change", "record", "reason"),
    [
        ({"question": " "}, "question 00100", "question is ' ', expected some text"),
        ({"answer": ""}, "question 00100", "answer is '', expected some text"),
        ({"types": {"structural": ""}}, "question 00100", "types.structural is '', expected some text"),
        ({"types": {}}, "without an id", "Object missing required field `structural` - at `$.types`"),
        ({"answer": None}, "without an id", "Expected `str`, got `null` - at `$.answer`"),
    ],
)
def test_bad_question_is_quarantined_with_its_reason(raw, change, record, reason):
    raw.edit("gqa", QUESTIONS, lambda content: content["00100"].update(change))
    [bad] = raw.read("gqa")
    assert (bad["position"], bad["record"], bad["reason"]) == ("[00100]", record, reason)
    assert [r["record_id"] for r in rows(raw, "gqa", "train")] == ["00101", "00200"]


def test_picture_is_looked_for_in_both_folders_of_visual_genome(native):
    images = {r["record_id"]: r["image"] for r in rows(native, "gqa", "train")}
    assert images["00101"] == "visual_genome/VG_100K_2/1.jpg"
    assert images["00200"] == "visual_genome/VG_100K/2.jpg"


def test_picture_that_is_nowhere(raw):
    raw.edit("gqa", QUESTIONS, lambda content: content["00100"].update(imageId="3"))
    [bad] = raw.read("gqa")
    assert bad["reason"] == f"picture file is missing: {raw.roots['visual_genome']}/VG_100K/3.jpg"


def test_own_picture_is_taken_before_visual_genome_s(raw):
    images = raw.roots["gqa"] / "images"
    (images / "n5.jpg").rename(images / "2.jpg")
    [lost] = raw.read("gqa")
    assert (lost["split"], lost["record"]) == ("test", "question 20200")
    assert rows(raw, "gqa", "train")[-1]["image"] == "gqa/images/2.jpg"


def test_sample(real):
    [lost] = real.read("gqa", {"train": "train_balanced", "test": "testdev_balanced"})
    assert (lost["split"], lost["record"]) == ("train", "question 18905191")
    assert "picture file is missing" in lost["reason"]
    assert [(r["image"], r["answer"]) for r in rows(real, "gqa", "test")] == [("gqa/images/n578564.jpg", "picture")]


def test_sample_of_all_questions_has_a_null_group(real):
    assert real.read("gqa", {"test": "testdev_all"}, max_bad_share=0) == []
    assert [r["structure"] for r in rows(real, "gqa", "test")] == ["query", "logical"]

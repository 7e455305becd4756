"""TextVQA: photos with questions and words, joined by picture; words need not be there."""

import pytest

from tests.datasets.test_readers import rows

QUESTIONS = "train_val/TextVQA_0.5.1_train.json"
OCR = "train_val/TextVQA_Rosetta_OCR_v0.2_train.json"
LABEL, WATCH = "00aa11bb22cc33dd", "0123456789abcdef"


def photos(raw, split: str = "train") -> dict[str, dict]:
    return {r["record_id"]: r for r in rows(raw, "textvqa", split)}


def test_questions_of_a_photo_are_gathered(native):
    asked = {i: [q["question_id"] for q in p["questions"]] for i, p in photos(native).items()}
    assert asked == {WATCH: [1], "0f0f0f0f0f0f0f0f": [], LABEL: [0, 2], "fedcba9876543210": [3]}


def test_boxes_become_pixels_inside_of_the_picture(native):
    words = {w["word"]: w for p in photos(native).values() for w in p["words"]}
    assert words["QUARTZ"]["region"] == pytest.approx([5, 40, 25, 48])
    assert words["QUARTZ"]["rotation"] == -12.5
    assert words["ACME"]["region"] == pytest.approx([0, 20, 50, 60])  # begins left of the picture
    assert words["1984"]["region"] == pytest.approx([150, 90, 200, 100])


@pytest.mark.parametrize(
    ("change", "record", "reason"),
    [
        ({"question": ""}, "question 0", "question is '', expected some text"),
        ({"answers": ["acme"] * 9}, "question 0", "9 answers, expected 10"),
        ({"answers": ["acme"] * 9 + [" "]}, "question 0", "answer is ' ', expected some text"),
        (
            {"answers": [{"answer": "acme"}] * 10},
            "question_id 0",
            "Expected `str`, got `object` - at `$.answers[0]`",
        ),
    ],
)
def test_bad_question_costs_its_photo_nothing_else(raw, change, record, reason):
    raw.edit("textvqa", QUESTIONS, lambda content: content["data"][0].update(change))
    [bad] = raw.read("textvqa")
    assert (bad["file"], bad["record"], bad["reason"]) == (QUESTIONS, record, reason)
    photo = photos(raw)[LABEL]
    assert [q["question_id"] for q in photo["questions"]] == [2]
    assert len(photo["words"]) == 2


@pytest.mark.parametrize(
    ("change", "record", "reason"),
    [
        ({"word": " "}, "word ' '", "word is ' ', expected some text"),
        (
            {"bounding_box": {"top_left_x": 0.5, "top_left_y": 0.5, "width": 0, "height": 0.25}},
            "word 'ACME'",
            "box x=100.0 y=50.0 w=0.0 h=25.0 has no area or a negative side",
        ),
        (
            {"bounding_box": {"top_left_x": 1.25, "top_left_y": 0.5, "width": 0.5, "height": 0.25}},
            "word 'ACME'",
            "box x=250.0 y=50.0 w=100.0 h=25.0 lies outside its picture of 200 x 100 pixels",
        ),
        ({"bounding_box": None}, "without an id", "Expected `object`, got `null` - at `$.bounding_box`"),
    ],
)
def test_bad_word_costs_its_photo_nothing_else(raw, change, record, reason):
    raw.edit("textvqa", OCR, lambda content: content["data"][2]["ocr_info"][0].update(change))
    [bad] = raw.read("textvqa")
    assert (bad["position"], bad["record"]) == ("data[2].ocr_info[0]", record)
    assert bad["reason"] == reason
    photo = photos(raw)[LABEL]
    assert [w["word"] for w in photo["words"]] == ["1984"]
    assert len(photo["questions"]) == 2


@pytest.mark.parametrize(("image", "file"), [(LABEL, OCR), ("fedcba9876543210", QUESTIONS)])
def test_missing_picture_is_quarantined_once(raw, image, file):
    (raw.roots["textvqa"] / f"train_val/train_images/{image}.jpg").unlink()
    [bad] = raw.read("textvqa")
    assert (bad["file"], bad["record"]) == (file, f"image {image}")
    assert bad["reason"].startswith("picture file is missing")


def test_without_ocr_file_photos_have_no_words(raw):
    (raw.roots["textvqa"] / OCR).unlink()
    assert raw.read("textvqa") == []
    assert [(p["record_id"], len(p["questions"]), p["words"]) for p in rows(raw, "textvqa", "train")] == [
        (LABEL, 2, []),
        (WATCH, 1, []),
        ("fedcba9876543210", 1, []),
    ]


def test_sample(real):
    assert real.read("textvqa", {"train": "train", "test": "val"}, max_bad_share=0) == []
    train, test = photos(real), photos(real, "test")
    assert (len(train), len(test)) == (3, 4)
    assert [sum(len(p["questions"]) for p in split.values()) for split in (train, test)] == [5, 5]
    assert [q["answers"][0] for q in test["831bcec304a17054"]["questions"]] == ["bowmore", "10 years"]

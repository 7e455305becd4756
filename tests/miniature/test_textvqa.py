"""TextVQA in miniature: the native form, words where the pictures have them, answers that can be read there."""

import io
import itertools
import json
import zipfile
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from tests.conftest import load_config
from workflow_scripts.miniature import textvqa
from workflow_scripts.miniature.kinds import COLOURS
from workflow_scripts.miniature.signs import sign_picture

SIZE = load_config()["miniature"]["textvqa"]
PICTURES = [sign_picture(0, "textvqa", index) for index in range(SIZE)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("textvqa")
    textvqa.write(0, {"textvqa": SIZE}, folder)
    return folder


@pytest.fixture(scope="module")
def questions(folder) -> dict[str, list[dict]]:
    return {s: json.loads((folder / f"TextVQA_0.5.1_{s}.json").read_text())["data"] for s in textvqa.SPLITS}


@pytest.fixture(scope="module")
def scans(folder) -> dict[str, dict]:
    """What was read in each picture of both splits."""
    files = (folder / f"TextVQA_Rosetta_OCR_v0.2_{split}.json" for split in textvqa.SPLITS)
    return {entry["image_id"]: entry for file in files for entry in json.loads(file.read_text())["data"]}


@pytest.fixture(scope="module")
def images(folder) -> dict[str, Image.Image]:
    archive = zipfile.ZipFile(folder / "train_val_images.zip")
    return {name[13:-4]: Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()}


def test_native_form(questions, scans, images):
    keys = {
        *("question", "image_id", "image_classes", "flickr_original_url", "flickr_300k_url", "image_width"),
        *("image_height", "answers", "question_tokens", "question_id", "set_name"),
    }
    assert set(scans) == set(images)
    assert all(len(image_id) == 16 for image_id in images)
    asked = [q for split in questions.values() for q in split]
    assert len({q["question_id"] for q in asked}) == len(asked)
    for q in asked:
        assert set(q) == keys
        assert len(q["answers"]) == 10
        assert images[q["image_id"]].size == (q["image_width"], q["image_height"])
    assert not {q["image_id"] for q in questions["train"]} & {q["image_id"] for q in questions["val"]}
    box = {"top_left_x", "top_left_y", "width", "height", "rotation", "roll", "pitch", "yaw"}
    for entry in scans.values():
        assert [w["word"] for w in entry["ocr_info"]] == entry["ocr_tokens"]
        assert all(set(w) == {"word", "bounding_box"} and set(w["bounding_box"]) == box for w in entry["ocr_info"])


def test_oddities_occur(questions, scans):
    answers = [q["answers"] for q in questions["val"]]
    assert any(sorted(Counter(given).values()) == [5, 5] for given in answers)
    assert any(a.endswith(" ") for given in answers for a in given)
    assert any(set(given) >= {textvqa.UNANSWERABLE} for given in answers)
    assert any(w["bounding_box"]["rotation"] for entry in scans.values() for w in entry["ocr_info"])
    assert any(not entry["ocr_info"] for entry in scans.values())


def test_some_words_are_large_for_their_length(scans, images):
    large = 0
    for image_id, entry in scans.items():
        width, height = images[image_id].size
        for w in entry["ocr_info"]:
            area = w["bounding_box"]["width"] * width * w["bounding_box"]["height"] * height
            large += area > 6000 * len(w["word"])
    assert large > SIZE / 4


def test_a_word_is_painted_where_its_box_says(scans, images):
    for index, picture in enumerate(PICTURES[:20]):
        image_id = textvqa.image_id_of(index)
        pixels = np.asarray(images[image_id], int)
        for sign, scanned in zip(picture.signs, scans[image_id]["ocr_info"], strict=True):
            box, (height, width) = scanned["bounding_box"], pixels.shape[:2]
            x0, y0 = round(box["top_left_x"] * width), round(box["top_left_y"] * height)
            x1, y1 = x0 + round(box["width"] * width), y0 + round(box["height"] * height)
            ink = np.array(COLOURS["black" if sign.colour in ("orange", "yellow", "pink", "white") else "white"])
            inked = np.abs(pixels[y0:y1, x0:x1] - ink).sum(2) < 90
            assert inked.mean() > 0.2
            assert all(edge.any() for edge in (inked[:3], inked[-3:], inked[:, :3], inked[:, -3:]))


def test_signs_stay_in_their_pictures_and_apart():
    for picture in PICTURES:
        boxes = [sign.text_box for sign in picture.signs]
        assert all(0 < x0 < x1 < picture.background.width for x0, _, x1, _ in boxes)
        assert all(upper[3] < lower[1] for upper, lower in itertools.pairwise(boxes))
        assert all(y1 < picture.background.height for *_, y1 in boxes)


def test_most_people_say_what_the_sign_says(questions, scans):
    asked = [q for q in questions["val"] if q["question"].startswith("what is written on the ")]
    assert len(asked) > 10
    for q in asked:
        words = [token.lower() for token in scans[q["image_id"]]["ocr_tokens"]]
        word = words[0] if "top" in q["question"] else words[-1]
        times = Counter(a.strip() for a in q["answers"])
        assert times[word] == max(times.values())

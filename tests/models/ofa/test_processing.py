"""Pictures, texts and boxes to the model's inputs and back, against the original's pipeline."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from workflow_scripts.errors import BadData
from workflow_scripts.models.batches import normalised
from workflow_scripts.models.ofa import prompts
from workflow_scripts.models.ofa.processing import OFAProcessor
from workflow_scripts.pictures import square
from workflow_scripts.regions import clamped_bins, from_bins
from workflow_scripts.tokens.bpe import train
from workflow_scripts.tokens.ofa_tokenizer import OFATokenizer

from .parity import arrays, entries, needs_fixtures

IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
ANSWERS = {"entailment": "yes", "neutral": "maybe", "contradiction": "no"}


@pytest.fixture(scope="module")
def released(released_bpe) -> OFAProcessor:
    return OFAProcessor(OFATokenizer.from_files(released_bpe), size=512)


@pytest.fixture
def small(tmp_path) -> OFAProcessor:
    train(["what does the image describe? a red dog"] * 9, symbols=280, folder=tmp_path / "bpe")
    return OFAProcessor.from_pretrained(tmp_path / "bpe", size=32, max_image_size=32)


# --- texts


def asked(name: str, row: list[str]) -> str:
    """The prompt of a sample's row, in the columns of the original's files."""
    if name.startswith("vqa"):
        return prompts.answer(row[2], [o for o in row[4].split("&&") if o])
    if name.startswith("snli_ve"):
        return prompts.entail(row[2], row[3])
    if name == "refcoco":
        return prompts.ground(row[2])
    if name == "image_gen":
        return prompts.draw(row[1])
    return prompts.summarise(row[0]) if name == "gigaword" else prompts.caption()


def replied(name: str, row: list[str]) -> str | None:
    """The target's text, where the original makes no more of it than a text."""
    if name.startswith("vqa"):
        return " " + max(row[3].split("&&"), key=lambda a: float(a.split("|!+")[0])).split("|!+")[1]
    if name.startswith("snli_ve"):
        return " " + ANSWERS[row[4]]
    return {"gigaword": row[1], "image_classify": f" {row[1]}"}.get(name)


@needs_fixtures
def test_samples_of_every_task_have_the_original_ids(released):
    samples = entries("tokenizer/task_samples.json")
    assert len(samples) == 12
    for name, sample in samples.items():
        texts = [asked(name, row) for row in sample["rows"]]
        batch = released(texts)
        wanted = [item["source"] for item in sample["items"]]
        assert [ids[mask.bool()].tolist() for ids, mask in zip(batch["input_ids"], batch["attention_mask"])] == wanted
        assert batch["input_ids"].tolist() == sample["batch"]["src_tokens"], name
        for row, item in zip(sample["rows"], sample["items"]):
            if (reply := replied(name, row)) is not None:
                ids = released.tokenizer(reply, add_special_tokens=False)["input_ids"]
                assert item["target"][-len(ids) - 1 :] == [*ids, 2], name
            if name == "refcoco":
                boxes = released.spell(item["region_coord"], (80, 60))
                assert released.tokenizer(boxes, add_special_tokens=False)["input_ids"] == item["target"][:-1]


@needs_fixtures
def test_texts_are_cleaned_as_by_the_original():
    for case in entries("tokenizer/strings.json")["strings"]:
        text = case["text"]
        assert prompts.cleaned(text, 80) == case["pre_question_max80"]
        assert prompts.cleaned(text) == case["pre_question_nomax"]
        assert prompts.cleaned_caption(text, 80) == case["pre_caption_max80"]
        assert prompts.cleaned_caption(text, 5) == case["pre_caption_max5"]


def test_a_long_text_is_cut_and_counted(small):
    small.max_length = 8
    with pytest.warns(UserWarning, match="1 of 2 texts were cut to 8 tokens"):
        batch = small(["a dog", "a red dog " * 9])
    assert batch["input_ids"].shape == (2, 8)
    assert batch["input_ids"][1, -1] == 2
    assert batch["attention_mask"].sum(1).tolist()[1] == 8


# --- pictures


@needs_fixtures
def test_pictures_become_the_original_numbers():
    stored = arrays("image/transforms.npz")
    names = [key.split("/")[1] for key in stored if key.startswith("input/")]
    assert len(names) == 4
    for name in names:
        picture = Image.fromarray(stored[f"input/{name}"].numpy())
        for kind, size, how in (
            ("square64_half", 64, {}), ("square48_half", 48, {}), ("refcoco64", 64, {}),
            ("square64_imagenet", 64, IMAGENET), ("square48_imagenet", 48, IMAGENET),
        ):  # fmt: skip
            if f"{kind}/{name}" in stored:
                ours = normalised(square(picture, size), **how)
                assert (ours - stored[f"{kind}/{name}"]).abs().max() < 1e-6, (kind, name)


@needs_fixtures
def test_large_pictures_become_the_original_numbers():
    picture = Image.fromarray(arrays("image/transforms.npz")["input/smooth_71x53"].numpy())
    summaries = [v for k, v in entries("image/boxes.json").items() if k != "box_examples"]
    [found] = [s for s in summaries if isinstance(s, dict)]
    sizes = [key for key in found if key.isdigit()]
    assert len(sizes) == 5
    for size in sizes:
        ours = normalised(square(picture, int(size)))
        assert ours.mean().item() == pytest.approx(found[size]["mean"], abs=1e-5)
        assert ours.std().item() == pytest.approx(found[size]["std"], abs=1e-5)


def test_a_missing_picture_is_black_and_hidden(small):
    white = Image.new("L", (5, 9), 255)
    batch = small(["a dog", "a dog"], [white, None])
    assert batch["patch_masks"].tolist() == [True, False]
    assert batch["pixel_values"].shape == (2, 3, 32, 32)
    assert batch["pixel_values"].flatten(1).mean(1).tolist() == [1, -1]
    assert "pixel_values" not in small("a dog")
    with pytest.raises(ValueError, match="2 texts and 1 images"):
        small(["a", "b"], [white])
    assert torch.equal(small(text="a", images=white, return_tensors="pt")["input_ids"], small("a")["input_ids"])
    with pytest.raises(ValueError, match="return_tensors='np'"):
        small("a", return_tensors="np")


# --- boxes


@needs_fixtures
def test_boxes_have_the_original_bins_and_back(released):
    examples = entries("image/boxes.json")["box_examples"]
    assert len(examples) == 18
    outside = 0
    for case in examples:
        size, scale = (case["image_w"], case["image_h"]), case["patch_image_size"] / case["max_image_size"]
        bins, out = clamped_bins(case["box_xyxy"], *size, scale=scale)
        known = [i - 58457 if i != 3 else None for i in case["target_ids"][:-1]]
        assert out == (None in known)
        outside += out
        assert [b for b, k in zip(bins, known) if k is not None] == [k for k in known if k is not None]
        if not out:
            assert from_bins(bins, *size, scale=scale) == pytest.approx(case["dequantised_box_xyxy"], abs=1e-3)
    assert outside == 2


def test_a_box_outside_is_clamped_and_reported(small):
    with pytest.warns(
        UserWarning, match=r"region \(-5, 0, 10, 20\) leaves its picture of 10 x 20 pixels; it was clamped"
    ):
        assert small.spell((-5, 0, 10, 20), (10, 20)) == "<bin_0> <bin_0> <bin_999> <bin_999>"


def test_a_box_outside_is_clamped_to_its_picture_below_the_last_bin(small):
    """At 480 of 512 the picture ends at bin 937."""
    usual = OFAProcessor(small.tokenizer)
    with pytest.warns(UserWarning, match="leaves its picture of 640 x 480 pixels"):
        assert usual.spell((0, 0, 670, 480), (640, 480)) == "<bin_0> <bin_0> <bin_937> <bin_937>"


def test_boxes_come_back_in_pixels(small):
    half = OFAProcessor(small.tokenizer, size=16, max_image_size=32)  # pictures at half the checkpoint's size
    picture = Image.new("RGB", (200, 100))
    spelt = half.spell((20, 10, 100, 60), picture)
    assert spelt == "<bin_50> <bin_50> <bin_250> <bin_300>"
    [region] = half.regions(f"a dog {spelt}", picture)
    assert region == pytest.approx((20, 10, 100, 60), abs=0.2)
    with pytest.raises(ValueError, match="size=64 is above max_image_size=32"):
        OFAProcessor(small.tokenizer, size=64, max_image_size=32)


# --- files


def test_saved_and_loaded_it_stays_the_same(small, tmp_path):
    small.save_pretrained(tmp_path / "saved")
    again = OFAProcessor.from_pretrained(tmp_path / "saved")
    assert (again.size, again.max_image_size, again.mean) == (32, 32, (0.5, 0.5, 0.5))
    picture = Image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 10, 3))
    ours, theirs = small.caption([picture, picture]), again.caption([picture, picture])
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    assert again.batch_decode(theirs["input_ids"]) == ["what does the image describe?"] * 2
    for content in ("{", '{"sise": 3}'):
        (tmp_path / "saved/processor_config.json").write_text(content)
        with pytest.raises(BadData, match="not a processor's settings"):
            OFAProcessor.from_pretrained(tmp_path / "saved")
    assert json.loads((tmp_path / "saved/tokenizer_config.json").read_text())["tokenizer_class"].startswith(
        "OFATokenizer"
    )

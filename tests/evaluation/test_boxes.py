"""Boxes in the spelling of other models, and back."""

import pytest

from workflow_scripts.evaluation.boxes import BOXES, EXPLAINED
from workflow_scripts.regions import parse, spell

WIDTH, HEIGHT = 640, 480


def test_every_spelling_is_explained():
    assert EXPLAINED.keys() == BOXES.keys()


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("bins", "<bin_250> <bin_0> <bin_999> <bin_500>"),
        ("thousandths", "[250, 0, 1000, 501]"),
        ("pixels", "[160, 0, 640, 240]"),
        ("unit", "[0.250, 0.000, 1.000, 0.501]"),
        ("qwen", "<|box_start|>(250,0),(1000,501)<|box_end|>"),
    ],
)
def test_a_box_by_hand(name, spelt):
    # 250 / 999 of 640 is 160.2, 500 / 999 is 0.5005
    prompt = f"In {spell((160, 0, 640, 240), WIDTH, HEIGHT)}||||or what?"
    assert BOXES[name].into_prompt(prompt, WIDTH, HEIGHT, scale=1) == f"In {spelt}||||or what?"
    [back] = parse(BOXES[name].out_of_answer(f"It is {spelt}.", WIDTH, HEIGHT, scale=1))
    assert back == pytest.approx((250, 0, 999, 500), abs=1)


@pytest.mark.parametrize("name", list(BOXES))
@pytest.mark.parametrize("scale", [1.0, 0.75])
def test_boxes_come_back(name, scale):
    box = (100.0, 50.0, 400.0, 300.0)
    tokens = spell(box, WIDTH, HEIGHT, scale=scale)
    spelt = BOXES[name].into_prompt(f"{tokens}||||{tokens}", WIDTH, HEIGHT, scale=scale)
    back = parse(BOXES[name].out_of_answer(spelt, WIDTH, HEIGHT, scale=scale))
    assert len(back) == 2
    for found in back:
        assert found == pytest.approx(parse(tokens)[0], abs=1)


@pytest.mark.parametrize(
    ("name", "said", "text"),
    [
        ("pixels", '{"bbox_2d": [0, 0, 320, 240]}', '{"bbox_2d": <bin_0> <bin_0> <bin_500> <bin_500>'),
        ("pixels", "[0, 0, 900, 480]", "<bin_0> <bin_0> <bin_999> <bin_999>"),  # ends at the picture's edge
        ("unit", "0.0, 0.0, 0.5, 0.5", "<bin_0> <bin_0> <bin_500> <bin_500>"),
        ("qwen", "(0,0),(500,500)", "<bin_0> <bin_0> <bin_500> <bin_500>"),  # without its special tokens
        ("qwen", "[0, 0, 500, 500]", "[0, 0, 500, 500]"),  # another model's
        ("thousandths", "the left one", "the left one"),
    ],
)
def test_what_models_say(name, said, text):
    assert BOXES[name].out_of_answer(said, WIDTH, HEIGHT, scale=1) == text

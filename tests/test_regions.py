"""Boxes, and their way to location tokens and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_scripts.regions import (
    BINS,
    clip,
    from_bins,
    intersection,
    iou,
    is_usable,
    parse,
    spell,
    spell_all,
    to_bins,
)

SIZE = st.integers(1, 4000)
SCALE = st.sampled_from([1.0, 0.75, 0.25])


@st.composite
def placed(draw):
    """A picture's size and a region in it."""
    width, height = draw(SIZE), draw(SIZE)
    xs = sorted(draw(st.tuples(*[st.floats(0, width)] * 2)))
    ys = sorted(draw(st.tuples(*[st.floats(0, height)] * 2)))
    return (xs[0], ys[0], xs[1], ys[1]), width, height


@given(placed(), SCALE)
def test_bins_and_back_is_at_most_half_a_bin_off(case, scale):
    region, width, height = case
    bins = to_bins(region, width, height, scale=scale)
    assert all(0 <= b < BINS for b in bins)
    back = from_bins(bins, width, height, scale=scale)
    for there, here, size in zip(region, back, (width, height, width, height)):
        assert abs(there - here) <= 0.5 * size / (BINS - 1) / scale * (1 + 1e-9)


@given(placed(), SCALE)
def test_bins_of_what_bins_stand_for(case, scale):
    region, width, height = case
    bins = to_bins(region, width, height, scale=scale)
    assert to_bins(from_bins(bins, width, height, scale=scale), width, height, scale=scale) == bins


@given(st.lists(placed(), max_size=3))
def test_what_is_spelt_is_parsed(cases):
    text = "||||".join(spell(*case) for case in cases)
    bins = [to_bins(*case) for case in cases]
    assert parse(text) == [b for b in bins if b[0] < b[2] and b[1] < b[3]]


@given(placed(), placed())
def test_iou_is_symmetric_and_at_most_one(a, b):
    (a, _, _), (b, _, _) = a, b
    assert iou(a, b) == pytest.approx(iou(b, a))
    assert 0 <= iou(a, b) <= 1 + 1e-9


def test_values_done_by_hand():
    assert to_bins((0, 0, 640, 240), 640, 480) == (0, 0, 999, 500)  # 499.5 rounds to the even 500
    assert to_bins((0, 0, 640, 480), 640, 480, scale=0.25) == (0, 0, 250, 250)
    assert spell_all([(0, 0, 1, 1), (0, 0, 2, 2)], 2, 2) == (
        "<bin_0> <bin_0> <bin_500> <bin_500>||||<bin_0> <bin_0> <bin_999> <bin_999>"
    )
    assert iou((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0
    assert intersection((0, 0, 10, 10), (10, 0, 20, 10)) == 0
    assert clip((-5, 2, 20, 30), 10, 20) == (0, 2, 10, 20)


@pytest.mark.parametrize("region", [(-10, 0, 5, 5), (0, 0, 641, 10)])
def test_region_outside_its_picture_is_refused(region):
    with pytest.raises(ValueError, match="leaves its picture of 640 x 480 pixels"):
        to_bins(region, 640, 480)


@pytest.mark.parametrize(
    ("region", "usable"),
    [((0, 0, 16, 16), True), ((0, 0, 15, 400), False), ((0, 0, 15, 1000), True), ((5, 5, 5, 50), False)],
)
def test_usable_sizes(region, usable):
    assert is_usable(region, 1000, 1000) == usable  # 1 % of it are 10,000 square pixels


@pytest.mark.parametrize(
    ("text", "boxes"),
    [
        ("", []),
        ("the region", []),
        ("<bin_1> <bin_2> <bin_3>", []),
        ("<bin_1><bin_2><bin_3><bin_4>", [(1, 2, 3, 4)]),
        ("at <bin_1> <bin_2> <bin_3> <bin_4> and <bin_5> <bin_6> <bin_7> <bin_8>", [(1, 2, 3, 4), (5, 6, 7, 8)]),
        ("<bin_30> <bin_2> <bin_3> <bin_40>", []),  # turned inside out
        ("<bin_1> <bin_2> <bin_3> <bin_1000>", []),
        ("<bin_1> <bin_2>||||<bin_3> <bin_4>", []),
    ],
)
def test_parse(text, boxes):
    assert parse(text) == boxes


def test_bins_are_those_of_the_original(ofa_fixtures):
    cases = json.loads((ofa_fixtures / "image/boxes.json").read_text())["box_examples"]
    compared = 0
    for case in cases:
        box, width, height = case["box_xyxy"], case["image_w"], case["image_h"]
        if clip(box, width, height) != tuple(box) or case["num_bins"] != BINS:
            continue  # the original lets boxes leave their picture
        resized_height, resized_width = case["resized_hw"]
        assert resized_height == resized_width
        scale = resized_width / case["max_image_size"]
        assert list(to_bins(box, width, height, scale=scale)) == case["bins"], case
        assert from_bins(case["bins"], width, height, scale=scale) == pytest.approx(
            case["dequantised_box_xyxy"], rel=1e-5
        )
        compared += 1
    assert compared >= 10

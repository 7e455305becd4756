"""Outputs to answers to scores, against values done by hand."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_scripts.evaluation.metrics import (
    METRICS,
    NO_OPTION,
    Judged,
    answer_of,
    is_off,
    nearest,
    rouge_l,
    shares,
    vqa_accuracy,
    vqa_accuracy_of,
)


def judged(output: str, references, options=(), *, kind: str = "text") -> Judged:
    return Judged(answer_of(output, options, kind), output, references, options)


def box(*bins: int) -> str:
    return " ".join(f"<bin_{b}>" for b in bins)


LEFT, RIGHT, BOTTOM = box(0, 0, 100, 100), box(100, 0, 200, 100), box(0, 200, 100, 300)


@pytest.mark.parametrize(
    ("output", "references", "score"),
    [
        ("yes", ["yes"], 1),
        (" Yes. ", ["yes"], 1),
        ("the dog", ["a cat", "Dog"], 1),
        ("no", ["yes"], 0),
        ("yes yes", ["yes"], 0),
        ("", ["yes"], 0),
        (" . ", ["."], 0),
    ],
)
def test_accuracy(output, references, score):
    assert METRICS["accuracy"](judged(output, references)) == score


@pytest.mark.parametrize(
    ("output", "answer"),
    [("The  Dog. ", "dog"), ("none of them", "none of them"), ("", None), ("...", None)],
)
def test_text_answers(output, answer):
    assert answer_of(output, ["dog", "cat"], "choice") == answer


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        (LEFT, LEFT),
        (box(60, 0, 160, 100), RIGHT),  # IoU 40/160 with the left one, 60/140 with the right one
        (box(40, 0, 140, 100), LEFT),
        (box(50, 0, 150, 100), LEFT),  # equally near to both: the first option
        (box(0, 0, 100, 999), LEFT),  # as far over BOTTOM as over LEFT
        (box(500, 500, 600, 600), NO_OPTION),
        (box(100, 100, 0, 0), None),  # turned inside out
        ("left", None),
        ("<bin_1> <bin_2> <bin_3>", None),
        ("", None),
        (f"{RIGHT} {LEFT}", RIGHT),  # several: the first
        (f"it is {BOTTOM}||||{LEFT}", BOTTOM),
    ],
)
def test_region_is_taken_for_the_option_it_overlaps_most(output, answer):
    assert answer_of(output, [LEFT, RIGHT, BOTTOM], "region_choice") == answer


def test_best_option_is_by_iou_and_not_by_shared_area():
    small, large = box(0, 0, 100, 100), box(0, 0, 999, 999)
    assert answer_of(box(0, 0, 120, 120), [large, small], "region_choice") == small


def test_option_without_area_is_no_answer():
    assert answer_of(LEFT, [box(5, 5, 5, 50), LEFT], "region_choice") == LEFT
    assert answer_of(RIGHT, [box(5, 5, 5, 50)], "region_choice") == NO_OPTION


def test_wrong_region_scores_nothing():
    far = box(500, 500, 600, 600)
    scores = [
        METRICS["accuracy"](judged(output, [LEFT], [LEFT, RIGHT], kind="region_choice"))
        for output in (LEFT, far, "left")
    ]
    assert scores == [1, 0, 0]


@pytest.mark.parametrize(
    ("output", "options", "kind", "off"),
    [
        ("The dog.", ["dog", "cat"], "choice", False),
        ("dogs", ["dog", "cat"], "choice", True),
        ("", ["dog", "cat"], "choice", False),  # unparsed, and counted as that
        (LEFT, [LEFT, RIGHT], "region_choice", False),
        (box(500, 500, 600, 600), [LEFT, RIGHT], "region_choice", True),
        ("cat, dog", ["dog", "cat", "hat"], "multi_choice", False),
        ("cat, cow", ["dog", "cat", "hat"], "multi_choice", True),
    ],
)
def test_answers_outside_the_options(output, options, kind, off):
    assert is_off(answer_of(output, options, kind), options, kind) == off


@pytest.mark.parametrize(
    ("output", "option"),
    [
        ("a red dog", "red dog"),  # F 4/5, with "dog" 1/2
        ("cat dog", "dog"),  # the first of equals
        ("hat", None),
    ],
)
def test_option_that_the_output_is_most_like(output, option):
    options = ["dog", "cat", "red dog"]
    assert nearest(output, options) == option
    scores = [METRICS["nearest_option"](judged(output, [o], options)) for o in options]
    assert scores == [o == option for o in options]


def test_rouge_takes_the_best_reference():
    assert rouge_l(judged("red dog", ["blue cat", "red dog", "red"])) == 1


TEN = ["stop"] * 6 + ["halt"] * 3 + ["unanswerable"]


@pytest.mark.parametrize(
    ("answer", "score"),
    [
        ("stop", 1),  # 5 or 6 among the nine others
        ("The halt.", 0.9),  # 3 of 10 leave one of the three out: 2/3 there, 1 elsewhere
        ("unanswerable", 0.3),  # 9 of 10 leave another out: 1/3
        ("go", 0),
        ("", 0),
    ],
)
def test_soft_accuracy_of_ten_answers(answer, score):
    assert vqa_accuracy(judged(answer, TEN)) == pytest.approx(score)


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=10), st.sampled_from("abcd"))
def test_soft_accuracy_is_the_mean_over_all_choices_of_all_but_one(answers, answer):
    chosen = [min(others.count(answer) / 3, 1) for others in combinations(answers, len(answers) - 1)]
    assert vqa_accuracy_of(answer, answers) == pytest.approx(sum(chosen) / len(chosen))


def test_a_single_answer_is_right_or_wrong():
    assert [vqa_accuracy_of(answer, ["yes"]) for answer in ("yes", "no")] == [1, 0]


def test_rouge_weighs_the_answers_of_ten_people():
    assert rouge_l(judged("stop", TEN)) == 1
    assert rouge_l(judged("unanswerable", TEN)) == pytest.approx(0.3)
    assert rouge_l(judged("stop sign", TEN)) == pytest.approx(2 / 3)  # one of two words, of one: F = 2 * 1 / (2 + 1)
    half = ["a dog"] * 2 + ["cat", "cow", "hat", "bat", "man", "car", "bus", "van"]
    assert shares(tuple(half))["cat"] == pytest.approx(0.5)  # 0.3 over the 0.6 of the commonest
    assert set(shares(tuple("abcdefghij")).values()) == {1}  # all differ
    assert shares(("yes", "yes", "no")) == {"yes": 1, "no": 1}  # not ten people's


TEXT = st.sampled_from(["yes", "no", "a, b", "b, a", "", ".", LEFT, RIGHT, f"{LEFT}||||{RIGHT}", "red dog"])
FULL = TEXT.filter(lambda text: text.strip(" ."))
KINDS = st.sampled_from(["text", "choice", "multi_choice", "region_choice"])


@settings(deadline=None)
@given(TEXT, st.lists(FULL, min_size=1, max_size=10), st.lists(FULL, min_size=1, max_size=4), KINDS, st.data())
def test_scores_are_fractions_and_references_have_no_order(output, references, options, kind, data):
    permuted = data.draw(st.permutations(references))
    for metric in METRICS.values():
        score = metric(judged(output, references, options, kind=kind))
        assert 0 <= score <= 1
        assert metric(judged(output, permuted, options, kind=kind)) == score

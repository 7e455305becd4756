"""Outputs to answers to scores, against values done by hand and the official ROUGE."""

import pytest
from rouge_score import rouge_scorer

from workflow_scripts.evaluation.metrics import METRICS, NO_OPTION, accuracy, answer_of, rouge_l


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
    assert accuracy(answer_of(output, [], "choice"), output, references) == score


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
    score = METRICS["accuracy"]
    assert score(answer_of(LEFT, [LEFT, RIGHT], "region_choice"), LEFT, [LEFT]) == 1
    far = box(500, 500, 600, 600)
    assert score(answer_of(far, [LEFT, RIGHT], "region_choice"), far, [LEFT]) == 0
    assert score(answer_of("left", [LEFT, RIGHT], "region_choice"), "left", [LEFT]) == 0


@pytest.mark.parametrize(
    ("output", "reference"),
    [
        ("a dog runs on the grass", "dogs running over green grass"),
        ("yes", "yes"),
        ("", "something"),
        ("one two three", "three two one"),
        ("The dog's bowl", "the dog bowl!"),
    ],
)
def test_rouge_is_the_official_one(output, reference):
    official = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True).score(reference, output)["rougeL"].fmeasure
    assert rouge_l(None, output, [reference]) == official


def test_rouge_done_by_hand():
    # longest common subsequence "the cat on mat": 4 of 5 words here, 4 of 6 there: F = 2 * 4 / (5 + 6)
    assert rouge_l(None, "the cat on a mat", ["the cat sat on the mat"]) == pytest.approx(8 / 11)


def test_rouge_takes_the_best_reference():
    assert rouge_l(None, "red dog", ["blue cat", "red dog", "red"]) == 1

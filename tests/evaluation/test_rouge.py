"""ROUGE-L is rouge-score's, number by number."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from workflow_scripts.evaluation.rouge import rouge_l_of

OFFICIAL = RougeScorer(["rougeL"], use_stemmer=True)
WORDS = st.sampled_from(["the", "The", "dogs", "dog's", "running", "runs", "a-b", "42", "é", "<bin_7>", "||||", "."])
TEXTS = st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=30)


def official(output: str, reference: str) -> float:
    return OFFICIAL.score(reference, output)["rougeL"].fmeasure


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_it_is_the_official_one(output, reference):
    assert rouge_l_of(output, reference) == official(output, reference)


@pytest.mark.parametrize(
    ("output", "reference"),
    [
        ("a dog runs on the grass", "dogs running over green grass"),
        ("yes", "yes"),
        ("", "something"),
        ("one two three", "three two one"),
        ("The dog's bowl", "the dog bowl!"),
        ("word " * 200, "word other " * 90),  # longer than a machine word
    ],
)
def test_chosen_cases(output, reference):
    assert rouge_l_of(output, reference) == official(output, reference)


def test_done_by_hand():
    # longest common subsequence "the cat on mat": 4 of 5 words here, 4 of 6 there: F = 2 * 4 / (5 + 6)
    assert rouge_l_of("the cat on a mat", "the cat sat on the mat") == pytest.approx(8 / 11)

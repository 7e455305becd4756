"""Tasks of TDIUC's questions."""

import pytest

from tests.tasks.derivation import derived
from workflow_scripts.datasets.tdiuc import Question
from workflow_scripts.tasks.image_understanding import tdiuc


def question(answer: str, number: int = 1) -> Question:
    return Question(str(number), "mscoco/x.jpg", 10, 10, "counting", "How many?", answer)


@pytest.mark.parametrize("answer", tdiuc.NUMBERS)
def test_wrong_numbers_are_near_and_are_not_the_answer(answer):
    for seed in range(10):
        [instance] = derived(tdiuc.derive, question(answer), (), seed=seed)
        wrong = [o for o in instance.options if o != answer]
        assert len(set(wrong)) == 3 == len(instance.options) - 1
        assert all(abs(tdiuc.NUMBERS.index(w) - tdiuc.NUMBERS.index(answer)) <= 4 for w in wrong)


def test_wrong_answers_are_neither_in_the_right_one_nor_hold_it():
    answers = ("red", "dark red", "blue", "green", "white", "red and blue")
    for seed in range(10):
        [instance] = derived(tdiuc.derive, question("red"), answers, seed=seed)
        assert set(instance.options) == {"red", "blue", "green", "white"}
    assert derived(tdiuc.derive, question("red"), answers[:4]) == []


def test_yes_and_no_are_their_own_options():
    for answer in ("yes", "no"):
        [instance] = derived(tdiuc.derive, question(answer), ("red", "blue", "white"))
        assert (instance.options, instance.target) == (("yes", "no"), answer)


def test_survey_of_answers_leaves_out_numbers_and_sorts_by_frequency():
    asked = [question(a, n) for n, a in enumerate(["red", "blue", "two", "blue", "yes", "amber"])]
    assert tdiuc.survey(asked) == ("blue", "amber", "red")
    assert tdiuc.survey(reversed(asked)) == ("blue", "amber", "red")

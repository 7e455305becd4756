"""Tasks beyond the paper's that come from the unseen tasks' datasets."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tasks.derivation import derived, records
from workflow_scripts.datasets import hateful_memes, textvqa
from workflow_scripts.tasks.beyond_the_paper import hateful_content_detection, region_ocr, visual_answer_justification
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tasks.vcr_names import names_of, sentence


@pytest.mark.parametrize(
    ("task_id", "options"),
    [
        ("disaster_damage_severity", ("little or none", "mild", "severe")),
        ("disaster_informativeness", ("informative", "not informative")),
        ("hateful_content_detection", ("yes", "no")),
    ],
)
def test_own_labels_in_one_order_and_equally_frequent(task_id, options, world):
    task = load_task(task_id)
    found = records(world, task.dataset)
    times = task.survey(found)
    assert task.survey(reversed(found)) == times
    kept = [i for seed in range(20) for record in found for i in derived(task.derive, record, times, seed=seed)]
    assert {i.options for i in kept} == {options}
    answers = Counter(i.target for i in kept)
    assert set(answers) == set(options)
    rarest = 20 * min(times.values())
    assert all(0.7 * rarest < answers[label] < 1.3 * rarest for label in options)


def test_meme_without_a_published_label_is_left_out():
    memes = [hateful_memes.Meme(str(n), "x", 9, 9, "boo", hateful) for n, hateful in enumerate((True, False, None))]
    times = hateful_content_detection.survey(memes)
    assert times == {True: 1, False: 1}
    found = [derived(hateful_content_detection.derive, meme, times) for meme in memes]
    assert [[i.target for i in one] for one in found] == [["yes"], ["no"], []]


@pytest.mark.parametrize(
    ("task_id", "unseen"), [("region_ocr", "text_vqa"), ("visual_answer_justification", "commonsense_vqa")]
)
def test_no_picture_of_the_unseen_task_is_used(task_id, unseen, world):
    task = load_task(task_id)
    assert task.splits == ("train",)
    assert task.dataset == load_task(unseen).dataset
    used = {r.image for r in records(world, task.dataset, "train")}
    assert used.isdisjoint(r.image for r in records(world, task.dataset, "test"))


def test_right_answer_is_given_and_the_right_rationale_asked_for(world):
    for question in records(world, "vcr"):
        [instance] = derived(visual_answer_justification.derive, question)
        names = names_of(question.objects)
        assert instance.answer == sentence(question.answers[question.answer], names)
        assert instance.target == sentence(question.rationales[question.rationale], names)
        assert sorted(instance.options) == sorted(sentence(r, names) for r in question.rationales)


def photo(*words: textvqa.Word, size: int = 1000) -> textvqa.Photo:
    return textvqa.Photo("x", "textvqa/x.jpg", size, size, (), words)


def word(text: str, x: float, *, width: float = 200.0, rotation: float = 0.0) -> textvqa.Word:
    """100 pixels high."""
    return textvqa.Word(text, (x, 0.0, x + width, 100.0), rotation)


READ = word("ab", 0)


@pytest.mark.parametrize(
    ("other", "targets"),
    [
        (word("cd", 300), {"ab", "cd"}),
        (word("cd", 300, rotation=-11.0), {"ab"}),  # leans too much for an upright box
        (word("cd", 300, rotation=180.0), {"ab"}),
        (word("cdefg", 300), {"ab"}),  # too small for so many letters
        (word("||", 300), {"ab"}),  # no letter, no digit
        (word("cd", 100), set()),  # each holds half of the other
        (word("b", 170, width=30.0), set()),  # read twice, once in part
        (word("cd", 170), {"ab", "cd"}),
    ],
)
def test_words_that_can_be_read_and_stand_alone(other, targets):
    found = derived(region_ocr.derive, photo(READ, other))
    assert {i.target for i in found} == targets


@given(share=st.floats(0.001, 0.9), size=st.integers(100, 4000), letters=st.integers(1, 12))
def test_what_is_large_enough_is_the_same_share_of_every_picture(share, size, letters):
    one = textvqa.Word("a" * letters, (0.0, 0.0, float(size), share * size), 0.0)
    assert bool(derived(region_ocr.derive, photo(one, size=size))) == (share > letters * region_ocr.AREA_PER_LETTER)

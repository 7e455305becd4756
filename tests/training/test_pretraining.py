"""Samples of OFA's pre-training tasks."""

import random
from collections import Counter
from pathlib import Path

import pytest

from workflow_scripts.instructions.templates import SLOT, load_templates
from workflow_scripts.regions import parse
from workflow_scripts.tasks.registry import load_tasks
from workflow_scripts.training.pretraining import MASKED, infilling, picture, strings, text_samples

SEED = 3
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def drawn():
    return [picture(SEED, index)[1] for index in range(48)]


def test_golden(drawn, golden):
    """The samples of a disaster, a scene and signs, and random texts, as text."""
    samples = [*(s for index in (0, 1, 7) for s in drawn[index].samples), *strings(SEED, ["kite", "two", "is"], 4)]
    lines = [f"{s.task}: {s.source + s.named!r} -> {s.target!r}" for s in samples]
    golden(HERE / "pretraining.txt", "\n".join(lines) + "\n")


def test_all_of_ofas_tasks_occur_and_a_picture_is_the_same_whenever_it_is_drawn(drawn):
    tasks = {sample.task for one in drawn for sample in one.samples}
    assert tasks == {
        *("captioning", "grounded captioning", "grounding", "matching"),
        *("vqa", "detection", "image infilling", "text infilling"),
    }
    again, samples = picture(SEED, 5)
    assert samples == drawn[5]
    assert again.tobytes() == picture(SEED, 5)[0].tobytes() != picture(SEED + 1, 5)[0].tobytes()


def test_no_instruction_occurs(drawn):
    """What the base has seen of MULTIINSTRUCT would count as its own."""
    said = " ".join(sample.source for one in drawn for sample in one.samples).lower()
    texts = " ".join(sample.source for sample in text_samples(SEED, 200)).lower()
    for task in load_tasks().values():
        for template in () if task.own_instruction else load_templates(task):
            longest = max(SLOT.split(template), key=len).strip().lower()
            assert longest not in said + texts, template


def test_regions_are_in_the_picture_and_statements_are_balanced(drawn):
    answers = Counter()
    for one in drawn:
        for sample in one.samples:
            if sample.task == "grounding":
                assert len(parse(sample.target)) == 1
            if sample.task == "matching":
                answers[sample.target] += 1
            if sample.mask is not None:
                assert 0 < sample.mask[0] < sample.mask[2] < one.size[0]
    assert set(answers) == {"yes", "no"}
    assert 0.4 < answers["yes"] / answers.total() < 0.6


def test_what_is_named_holds_the_answer_once(drawn):
    samples = [*(s for one in drawn for s in one.samples), *strings(SEED, [f"w{i}" for i in range(500)], 100)]
    named = [s for s in samples if s.named or " or " in s.source]
    assert {s.task for s in named} == {"captioning", "grounded captioning", "grounding", "text infilling", "vqa"}
    for sample in named:
        listed = sample.named or sample.source.rpartition('"')[2]
        options = listed.lower().removesuffix("?").replace(" or ", ", ")
        assert options.count(f", {sample.target.lower()}") == 1


@pytest.mark.parametrize("length", [1, 2, 10, 40])
def test_infilling_hides_at_least_the_share_and_keeps_the_rest_in_order(length):
    mask, ids = -1, list(range(length))
    for seed in range(50):
        left = infilling(ids, mask, random.Random(seed))
        kept = [i for i in left if i != mask]
        assert mask in left
        assert kept == sorted(kept)
        assert length - len(kept) >= min(length, max(1, MASKED * length))

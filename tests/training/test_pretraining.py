"""Samples of OFA's pre-training tasks."""

import random
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from workflow_scripts.instructions.templates import SLOT, load_templates
from workflow_scripts.models.ofa import prompts
from workflow_scripts.models.released import NANO_BPE, SHIPPED
from workflow_scripts.regions import parse
from workflow_scripts.tasks.registry import load_tasks
from workflow_scripts.tokens.bpe import TextTokenizer
from workflow_scripts.training.pretraining import (
    COURSES,
    MASKED,
    begun_strings,
    infilling,
    picture,
    source_ids,
    strings,
    text_samples,
)

SEED = 3
HERE = Path(__file__).parent
PICTURES = 48
WORDS = [f"w{i}" for i in range(500)]


@pytest.fixture(scope="module", params=COURSES)
def drawn(request):
    return [picture(SEED, index, COURSES[request.param])[1] for index in range(PICTURES)]


def test_golden(golden):
    """The samples of a disaster, a scene and signs in both courses, and random texts, as text."""
    lines = []
    for name, course in COURSES.items():
        lines += [f"# {name}", *(told(s) for index in (0, 1, 7) for s in picture(SEED, index, course)[1].samples)]
    words = ["kite", "two", "is"]
    lines += ["# copying", *map(told, islice(strings(SEED, words), 4))]
    lines += ["# picking", *map(told, islice(begun_strings(SEED, words), 6))]
    golden(HERE / "pretraining.txt", "\n".join(lines) + "\n")


def told(sample):
    begun = f" ({sample.begun} tokens are left)" if sample.begun else ""
    return f"{sample.task}: {sample.source + sample.named!r}{begun} -> {sample.target!r}"


def test_all_of_ofas_tasks_occur(drawn):
    tasks = {sample.task for one in drawn for sample in one.samples}
    assert tasks == {
        *("captioning", "grounded captioning", "grounding", "matching"),
        *("vqa", "detection", "image infilling", "text infilling"),
    }


def test_a_picture_is_the_same_whenever_it_is_drawn_in_both_courses():
    first, samples = picture(SEED, 5)
    again, same = picture(SEED, 5)
    assert first.tobytes() == again.tobytes() == picture(SEED, 5, COURSES["further"])[0].tobytes()
    assert samples == same
    assert first.tobytes() != picture(SEED + 1, 5)[0].tobytes()


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
    samples = [*(s for one in drawn for s in one.samples), *islice(strings(SEED, WORDS), 100)]
    samples += islice(begun_strings(SEED, WORDS), 100)
    named = [s for s in samples if s.named or " or " in s.source]
    assert {s.task for s in named} == {"captioning", "grounded captioning", "grounding", "text infilling", "vqa"}
    for sample in named:
        listed = sample.named or sample.source.rpartition('"')[2]
        options = listed.lower().removesuffix("?").replace(" or ", ", ") + ", "
        assert options.count(f", {sample.target.lower()}, ") == 1


@pytest.mark.parametrize("length", [1, 2, 10, 40])
def test_infilling_hides_at_least_the_share_and_keeps_the_rest_in_order(length):
    mask, ids = -1, list(range(length))
    for seed in range(50):
        left = infilling(ids, mask, random.Random(seed))
        kept = [i for i in left if i != mask]
        assert mask in left
        assert kept == sorted(kept)
        assert length - len(kept) >= min(length, max(1, MASKED * length))


def test_of_a_begun_string_the_beginning_is_left_and_all_else_hidden():
    text = TextTokenizer(SHIPPED / NANO_BPE)
    begun = [s for s in islice(begun_strings(SEED, WORDS), 50) if s.begun]
    assert {s.begun for s in begun} == {1, 2}
    before, after = prompts.complete_text("\n").split("\n")
    for sample in begun:
        left = [*text.encode(sample.target)[: sample.begun], text.vocabulary.mask]
        named = text.encode(after.rstrip("?") + sample.named)
        assert source_ids(sample, text, random.Random(0)) == [*text.encode(before), *left, *named]

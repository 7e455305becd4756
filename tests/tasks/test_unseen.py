"""Tasks that are never trained on."""

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tasks.derivation import derived, records
from workflow_scripts.dataclass_columns import as_row
from workflow_scripts.datasets import medic, textvqa, vcr, visdial, visual7w
from workflow_scripts.evaluation.metrics import answer_of
from workflow_scripts.instructions.render import examples
from workflow_scripts.instructions.templates import load_templates
from workflow_scripts.regions import spell
from workflow_scripts.tasks.commonsense_reasoning import commonsense_vqa
from workflow_scripts.tasks.miscellaneous import visual_dialogue, visual_text_extraction
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tasks.vcr_names import names_of, sentence
from workflow_scripts.tasks.vqa import grounded_vqa, text_vqa


def prompts(task_id: str, instance) -> list[str]:
    """The instance under each of the task's instructions."""
    return [e["prompt"] for e in examples(as_row(instance), load_templates(load_task(task_id)), scale=1.0)]


# The whole split


@pytest.mark.parametrize(
    ("task_id", "asked"),
    [
        ("text_vqa", lambda photo: len(photo.questions)),
        ("visual_dialogue", lambda dialogue: len(dialogue.rounds)),
        ("commonsense_vqa", lambda question: 1),
        ("visual_entailment", lambda hypothesis: 1),
        ("visual_spatial_reasoning", lambda statement: 1),
        ("natural_language_for_visual_reasoning", lambda statement: 1),
        ("visual_text_extraction", lambda meme: 1),
        ("disaster_type_classification", lambda photo: 1),
    ],
)
def test_every_question_of_the_split_is_asked(task_id, asked, world):
    task = load_task(task_id)
    assert task.survey is None
    for record in records(world, task.dataset, "test"):
        assert len(derived(task.derive, record)) == asked(record)


@pytest.mark.parametrize(
    ("task_id", "column", "answers"),
    [
        ("visual_entailment", "label", {"entailment": "yes", "contradiction": "no", "neutral": "not sure"}),
        ("visual_spatial_reasoning", "label", {True: "yes", False: "no"}),
        ("natural_language_for_visual_reasoning", "label", {True: "yes", False: "no"}),
        ("disaster_type_classification", "disaster_type", None),
    ],
)
def test_labels_and_what_they_mean(task_id, column, answers, world):
    task = load_task(task_id)
    found = records(world, task.dataset, "test")
    labels = {getattr(record, column) for record in found}
    answers = answers or {label: label for label in labels}
    assert labels == set(answers)
    for record in found:
        [instance] = derived(task.derive, record)
        assert instance.target == answers[getattr(record, column)]
        assert set(instance.options) == set(answers.values())


@pytest.mark.parametrize(
    ("dataset", "task_id", "split"),
    [
        ("textvqa", "text_vqa", "val"),
        ("vsr", "visual_spatial_reasoning", "zeroshot/test"),
        ("nlvr", "natural_language_for_visual_reasoning", "dev"),
        ("snli_ve", "visual_entailment", "dev"),
    ],
)
def test_sample(real, dataset, task_id, split):
    """Every record of the sample that has its picture can be asked about."""
    real.read(dataset, {"test": split})
    task, sample = load_task(task_id), records(real, dataset, "test")
    assert sample
    for record in sample:
        found = derived(task.derive, record)
        assert found
        for instance in found:
            assert instance.target in instance.references
            assert len(set(prompts(task_id, instance))) == 5


# Grounded VQA


def pointing(*regions) -> visual7w.Photo:
    asked = visual7w.Question(1, "Which?", None, (), regions[0], tuple(regions[1:]))
    return visual7w.Photo("pointing/1", "visual7w/x.jpg", 100, 100, "pointing", True, (asked,), 1)


APART = [(0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (40.0, 0.0, 50.0, 10.0), (60.0, 0.0, 70.0, 10.0)]


@pytest.mark.parametrize(
    ("regions", "times"),
    [
        (APART, 1),
        ([*APART[:3], (20.0, 0.0, 30.0, 10.1)], 0),  # nearly the second
        ([*APART[:3], (60.0, 0.0, 60.01, 10.0)], 0),  # without width, once spelt in bins
    ],
)
def test_options_that_cannot_be_told_apart_are_not_asked_about(regions, times):
    assert len(derived(grounded_vqa.derive, pointing(*regions), scale=1.0)) == times


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_right_region_is_what_its_own_spelling_is_taken_for(world, scale):
    found = [
        i
        for photo in records(world, "visual7w", "test")
        if photo.kind == "pointing"
        for i in derived(grounded_vqa.derive, photo, scale=scale)
    ]
    assert found
    for i in found:
        [target, *options] = [spell(r, i.width, i.height, scale=scale) for r in (*i.target_regions, *i.option_regions)]
        assert answer_of(target, options, "region_choice") == target


# Text VQA


@pytest.mark.parametrize(
    ("answers", "target"),
    [
        (["c"] * 2 + ["b", "a"] * 4, "b"),  # a tie: what was said first
        (["a"] * 3 + ["b"] * 4 + ["c"] * 3, "b"),
        (["unanswerable"] * 2 + ["acme"] * 7 + ["acne"], "acme"),
        (list("jihgfedcba"), "j"),
    ],
)
def test_majority_of_ten_answers(answers, target):
    asked = textvqa.Question(1, "what?", tuple(answers))
    [instance] = derived(text_vqa.derive, textvqa.Photo("x", "textvqa/x.jpg", 9, 9, (asked,), ()))
    assert (instance.target, instance.references) == (target, tuple(answers))


# Commonsense VQA


def tokens(text: str) -> tuple[vcr.Token, ...]:
    """Words between blanks; [0,2] is a mention."""
    mentions = (re.fullmatch(r"\[([\d,]+)\]", word) for word in text.split())
    return tuple(
        vcr.Token(None, tuple(map(int, m[1].split(",")))) if m else vcr.Token(word, ())
        for word, m in zip(text.split(), mentions)
    )


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("How is [0] feeling ?", "How is person 1 feeling?"),
        ("[0,2] are here , and [1] too .", "person 1 and person 2 are here, and dining table 1 too."),
        ("[0,2,3] want [2,2] .", "person 1, person 2 and person 3 want person 2."),
        ("It is [0] ' s cup .", "It is person 1's cup."),
        ("It is [0] 's cup .", "It is person 1's cup."),
        ("She does n't , I ca n't .", "She doesn't, I can't."),
        ("He don ' t know .", "He don't know."),
        ('He says " stop ! " to [2] .', 'He says "stop!" to person 2.'),
        ("She thinks ' oh no , it ' s [0] ' .", "She thinks 'oh no, it's person 1'."),
        ("The boys ' room ( upstairs ) .", "The boys' room (upstairs)."),
        ("A well - made t - shirt / coat ...", "A well-made t-shirt/coat..."),
        ("It costs $ 5 ; why ?", "It costs $5; why?"),
    ],
)
def test_tokens_become_what_people_write(said, written):
    names = names_of(vcr.Object(n, (0.0, 0.0, 9.0, 9.0)) for n in ("person", "diningtable", "person", "person"))
    assert sentence(tokens(said), names) == written


WORDS = ("The", "boys", "do", "n't", "'", "s", '"', "-", "/", ",", "(", ")", "$", "?", "...", "well")


@given(st.lists(st.one_of(st.sampled_from(WORDS), st.integers(0, 11)), min_size=1))
def test_joining_loses_no_word_and_no_name(said):
    names = [f"person {n + 1}" for n in range(12)]
    written = sentence([vcr.Token(t, ()) if isinstance(t, str) else vcr.Token(None, (t,)) for t in said], names)
    whole = "".join(t if isinstance(t, str) else names[t] for t in said)
    assert written.replace(" ", "") == whole.replace(" ", "")
    assert "  " not in written
    mentioned = [names[t] for t in said if not isinstance(t, str)]
    assert re.findall(r"person \d+", written) == mentioned


STILL = vcr.Question(
    record_id="val-0",
    image="vcr/x.jpg",
    width=100,
    height=100,
    objects=tuple(vcr.Object("person", (float(n), 0.0, n + 5.0, 50.0)) for n in range(12)),
    question=tokens("Who is [9] ?"),
    answers=tuple(map(tokens, ("A friend of [0] .", "Nobody .", "A cook .", "A guest ."))),
    answer=2,
    rationales=tuple(map(tokens, ("R .", "S .", "T .", "U ."))),
    rationale=0,
)


def test_names_that_begin_alike_keep_their_own_regions():
    [instance] = derived(commonsense_vqa.derive, STILL)
    assert instance.region_names == ("person 1", "person 10")
    for prompt in prompts("commonsense_vqa", instance):
        assert "Who is person 10?" in prompt
        assert "person 1 <bin_0> <bin_0> <bin_50> <bin_500>||||person 10 <bin_90> <bin_0> <bin_140> <bin_500>" in prompt
        assert prompt.endswith("||||".join(instance.options))
    assert instance.target == "A cook."


def test_where_nothing_is_named_all_that_is_seen_is_given():
    asked = dataclasses.replace(STILL, question=tokens("Who ?"), answers=STILL.rationales)
    [instance] = derived(commonsense_vqa.derive, asked)
    assert instance.region_names == tuple(f"person {n}" for n in range(1, 13))


@pytest.mark.parametrize("change", [{"answers": (tokens("Yes ."), tokens("yes"), *STILL.answers[:2])}, {"objects": ()}])
def test_answers_that_read_alike_and_stills_without_objects_are_left_out(change):
    changed = dataclasses.replace(STILL, question=tokens("Who ?"), **change)
    changed = changed if "answers" in change else dataclasses.replace(changed, answers=STILL.rationales)
    assert derived(commonsense_vqa.derive, changed) == []


@pytest.mark.parametrize(
    ("task_id", "split"), [("commonsense_vqa", "test"), ("visual_answer_justification", "train")]
)  # fmt: skip
def test_every_name_has_its_region_in_every_prompt(task_id, split, world):
    for question in records(world, "vcr", split):
        region_of = dict(zip(names_of(question.objects), (o.region for o in question.objects)))
        for instance in derived(load_task(task_id).derive, question):
            texts = (instance.text, instance.answer or "", *instance.options)
            named = {name for text in texts for name in re.findall(r"\bperson \d+", text)}
            assert named == set(instance.region_names)
            for name in named:
                bound = f"{name} {spell(region_of[name], instance.width, instance.height)}"
                assert all(prompt.count(bound) == 1 for prompt in prompts(task_id, instance))


# Visual Dialogue

GARDEN = visdial.Dialogue(
    record_id="7",
    image="visdial/x.jpg",
    width=9,
    height=9,
    caption="a garden",
    rounds=(
        visdial.Round("any people", "2 men."),
        visdial.Round("are they old?", "no"),
        visdial.Round("what else", "a dog!"),
    ),
)


def test_each_round_is_asked_after_the_caption_and_all_before_it():
    found = {i.instance_id: (i.context, i.text, i.target) for i in derived(visual_dialogue.derive, GARDEN)}
    first = "Caption: a garden."
    second = f"{first} Q: any people? A: 2 men."
    third = f"{second} Q: are they old? A: no."
    assert found == {
        "7/1": (first, "any people?", "2 men."),
        "7/2": (second, "are they old?", "no"),
        "7/3": (third, "what else?", "a dog!"),
    }


def test_history_stands_in_every_prompt():
    for instance in derived(visual_dialogue.derive, GARDEN):
        assert all(
            p.count(instance.context) == p.count(instance.text) == 1 for p in prompts("visual_dialogue", instance)
        )


# Visual Text Extraction, Disaster Type Classification


def test_whether_a_meme_is_hateful_changes_nothing(world):
    for meme in records(world, "hateful_memes", "test"):
        other = dataclasses.replace(meme, hateful=not meme.hateful)
        [instance] = derived(visual_text_extraction.derive, meme)
        assert derived(visual_text_extraction.derive, other) == [instance]
        assert not any(meme.text in prompt for prompt in prompts("visual_text_extraction", instance))


def test_only_types_of_disaster_are_offered_and_no_path_is_told():
    path = "data/some_flood_mild_im_1.jpg"
    photo = medic.Photo(path, f"medic/{path}", 9, 9, "flood", "mild", "informative")
    [instance] = derived(load_task("disaster_type_classification").derive, photo)
    types = ("earthquake", "fire", "flood", "hurricane", "landslide", "not disaster", "other disaster")
    assert (instance.options, instance.target) == (types, "flood")
    for prompt in prompts("disaster_type_classification", instance):
        assert prompt.endswith(f" [Options]: {'||||'.join(types)}")
        assert "mild" not in prompt

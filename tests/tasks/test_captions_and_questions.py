"""Tasks of captions and of free questions: what is right of a picture, what is surely wrong, what a text tells."""

import dataclasses
import re

import pytest

from tests.tasks.derivation import derived, records
from workflow_scripts.datasets import gqa, mscoco, ok_vqa, visual7w, visual_genome, vqa_v2
from workflow_scripts.instructions.templates import SLOT, load_templates
from workflow_scripts.miniature.kinds import KINDS
from workflow_scripts.miniature.language import plural
from workflow_scripts.randomness import Draw
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.image_text_matching import (
    captions,
    image_text_matching,
    image_text_selection,
    mentions,
    question_image_matching,
)
from workflow_scripts.tasks.image_text_matching.foreign import Described, Text, own_and_foreign
from workflow_scripts.tasks.image_text_matching.mentions import named, presumed, told
from workflow_scripts.tasks.miscellaneous import image_captioning
from workflow_scripts.tasks.registry import load_tasks
from workflow_scripts.tasks.vqa import (
    compositional_vqa,
    open_domain_vqa,
    outside_knowledge_vqa,
    visual_question_answering,
)

TASKS = load_tasks()
PICTURE = {"image": "mscoco/x.jpg", "width": 10, "height": 10}
BOX = (0.0, 0.0, 5.0, 5.0)


def photo(objects: str, *texts: str, number: int = 1) -> mscoco.Photo:
    """A photo of objects (names, with commas) and captions."""
    found = tuple(mscoco.Object(n, name, BOX, False) for n, name in enumerate(filter(None, objects.split(", "))))
    fields = {**PICTURE, "image": f"mscoco/{number}.jpg", "record_id": str(number), "objects": found}
    return mscoco.Photo(**fields, captions=texts, **unset(mscoco.Photo, {*fields, "captions"}))


def vqa_question(text: str, answers: tuple[str, ...], *, answer: str | None = None, number: int = 1, objects=()):
    return vqa_v2.Question(str(number), **PICTURE, question=text, answer=answer, answers=answers, objects=objects)


def unset(record: type, given: set[str]) -> dict:
    """None for fields that a test does not care for."""
    return {f.name: None for f in dataclasses.fields(record) if f.name not in given}


# Words


@pytest.mark.parametrize(
    ("text", "surely"),
    [
        ("Two puppies chase a seagull", ["dog", "bird"]),
        ("A child's sofa", ["person", "chair or couch"]),
        ("MEN AT A FRIDGE", ["person", "refrigerator"]),
        ("a bike", ["bicycle or motorcycle"]),
        ("knives beside wine glasses", ["knife", "wine glass"]),
        ("a teddy bear eats a hot dog", ["teddy bear", "hot dog or sandwich"]),
        ("an orange carpet, a catalogue and a busy skyline", []),  # no orange, car, cat, bus or skis
        ("a mouse on the table with a glass", []),  # an animal? a desk? spectacles?
        ("a bus stop near the train station, toilet paper in the truck bed", []),
        ("no dogs on a beach without people", []),
        ("", []),
    ],
)
def test_what_a_text_surely_names(text, surely):
    assert [" or ".join(sorted(name)) for name in named(text)] == surely


def test_what_a_text_may_name_excuses_more():
    assert told("a bus stop, an orange, no dogs") == {"bus", "orange", "dog"}
    assert told("A mouse beside a teddy bear") == {"mouse", "teddy bear"}


def test_every_category_is_told_by_its_own_name():
    assert len(mentions.CATEGORIES) == 80
    assert set(KINDS) <= set(mentions.CATEGORIES)
    assert [c for c in mentions.CATEGORIES if c not in told(f"a {c}")] == []


@pytest.mark.parametrize(
    ("question", "surely"),
    [
        ("What color is the dog's collar?", ["dog"]),
        ("Are those ripe bananas?", []),  # no, if there are none
        ("Are those bananas ripe?", ["banana"]),
        ("Is this a dog or a cat?", []),
        ("Is the big brown dog on his bed?", ["dog", "bed or couch"]),
        ("Is there a man on the bus?", []),
        ("How many of the men wear hats?", []),
        ("Do you see the kite?", []),
        ("Are people watching?", []),
        ("Is it daytime?", []),
        ("What color is the wall?", []),
    ],
)
def test_what_a_question_takes_for_granted(question, surely):
    assert [" or ".join(sorted(name)) for name in presumed(question)] == surely


def test_captions_of_real_photos_rarely_name_what_is_neither_boxed_nor_told_otherwise(real):
    """Each against its photo's boxes and other captions: so often would a true text be taken for a wrong one."""
    splits = {"train": "train2014", "validation": "val2014"}
    real.read("mscoco", splits)
    photos = [p for split in splits for p in records(real, "mscoco", split)]
    cases = [
        (Text(caption, named(caption)), {o.name for o in p.objects} | told(" . ".join({*p.captions} - {caption})))
        for p in photos
        for caption in p.captions
    ]
    telling = [(text, known) for text, known in cases if text.named]
    assert len(telling) > 0.85 * len(cases) > 250
    assert sum(text.is_foreign_to(known) for text, known in telling) <= 0.015 * len(telling)


# Wrong texts


def kinds_of(text: str) -> set[str]:
    """Categories of the miniature world that a text spells out, in its own plain words."""
    return {kind for kind in KINDS if re.search(rf"\b({kind}|{plural(kind)})\b", text.lower())}


def test_wrong_captions_name_what_neither_boxes_nor_captions_know(world):
    photos = records(world, "mscoco")
    pool = captions.survey(photos)
    of_caption = {c: p for p in photos for c in p.captions}
    answers = []
    for p in photos:
        known = {o.name for o in p.objects} | kinds_of(" . ".join(p.captions))
        for i in derived(image_text_matching.derive, p, pool):
            answers.append(i.target)
            assert (i.text in p.captions) == (i.target == "yes")
            assert (kinds_of(i.text) <= known) == (i.target == "yes")
        for i in derived(image_text_selection.derive, p, pool):
            assert len(i.options) == 5
            assert [o for o in i.options if kinds_of(o) <= known] == [i.target]
            assert len({of_caption[o].record_id for o in i.options}) == 5
            assert i.target in p.captions
    assert set(answers) == {"yes", "no"}


def test_wrong_questions_ask_for_what_is_not_there(world):
    questions = [q for split in ("train", "validation") for q in records(world, "vqa_v2", split)]
    pool = question_image_matching.survey(questions)
    answers = []
    for q in questions:
        for i in (i for seed in range(3) for i in derived(question_image_matching.derive, q, pool, seed=seed)):
            answers.append(i.target)
            assert (i.text == q.question) == (i.target == "yes")
            assert (kinds_of(i.text) <= set(q.objects)) == (i.target == "yes")
            assert presumed(i.text)
            assert not re.match("is there|are there|can you|how many|is it", i.text.lower())
    assert set(answers) == {"yes", "no"}


def texts(derive, record, pool, *, wrong: bool) -> set[str]:
    """Right or wrong texts of some seeds."""
    found = [i for seed in range(200) for i in derived(derive, record, pool, seed=seed)]
    return {i.text for i in found if (i.target == "no") == wrong}


def test_caption_that_may_be_true_is_not_taken_for_a_wrong_one():
    here = photo("dog", "A dog by a parked vehicle.", "The dog wants the sofa.")
    others = [
        photo("car, dog", "A dog in a car.", number=2),  # the vehicle may be a car
        photo("couch", "A couch.", number=3),  # has no box here, but is told of
        photo("dog", "A puppy.", number=4),
        photo("dog, person", "Two dogs and no people.", number=5),  # true of here
        photo("kite", "A kite.", number=6),
    ]
    pool = captions.survey([here, *others])
    assert texts(image_text_matching.derive, here, pool, wrong=True) == {"A kite."}
    assert texts(image_text_matching.derive, here, pool, wrong=False) == set(here.captions)


def test_own_texts_name_an_object_too():
    """Otherwise a text that names nothing would be a right one."""
    pool = captions.survey([photo("kite", "A kite.", number=2)])
    named_once = photo("dog", "What a day!", "A dog.")
    assert texts(image_text_matching.derive, named_once, pool, wrong=False) == {"A dog."}
    assert derived(image_text_matching.derive, photo("dog", "What a day!"), pool) == []
    assert derived(image_text_matching.derive, photo("", "A dog."), pool) == []
    assert derived(image_text_matching.derive, photo("dog"), pool) == []


def test_wrong_captions_are_different_and_of_different_photos():
    here = photo("dog", "A dog.")
    others = [photo("kite", "A kite.", "a kite", number=n) for n in range(2, 9)]
    others += [photo("car", "A car.", "A red car.", "One car.", "Some car.", number=9)]
    pool = captions.survey(others)
    assert [derived(image_text_selection.derive, here, pool, seed=seed) for seed in range(9)] == [[]] * 9
    pool = captions.survey([*others, photo("boat", "A boat.", number=10), photo("bus", "The bus", number=11)])
    found = [i for seed in range(9) for i in derived(image_text_selection.derive, here, pool, seed=seed)]
    assert found
    assert all(len({normal(o) for o in i.options}) == 5 for i in found)


def test_what_is_named_does_not_tell_whether_it_is_right():
    """People are in three of four pictures; a text that names them is right half of the time."""

    def described(number: int) -> Described:
        thing = "kite" if number % 4 == 0 else "person"
        return Described(f"{number}.jpg", frozenset([thing]), (Text(f"A {thing}.", (frozenset([thing]),)),))

    pool = [described(n) for n in range(40)]
    shown = {"A kite.": [], "A person.": []}
    for record in range(4000):
        draw = Draw(0, "task", str(record))
        if found := own_and_foreign(described(record), pool, 1, draw):
            own, [foreign] = found
            right = draw.coin(purpose="matches")
            shown[own if right else foreign].append(right)
    assert min(map(len, shown.values())) > 500
    assert all(abs(sum(right) / len(right) - 0.5) < 0.06 for right in shown.values())


@pytest.mark.parametrize(
    ("survey", "dataset"), [(captions.survey, "mscoco"), (question_image_matching.survey, "vqa_v2")]
)
def test_surveys_do_not_depend_on_order(survey, dataset, world):
    found = records(world, dataset)
    assert survey(found)
    assert survey(found) == survey(reversed(found))


# Captions


def test_every_caption_is_a_reference_once():
    [i] = derived(image_captioning.derive, photo("", "A cat.", "The cat!", "A cat."))
    assert i.references == ("A cat.", "The cat!")
    assert i.target in i.references
    assert derived(image_captioning.derive, photo("cat")) == []


# Answers


def test_ten_answers_are_references_as_often_as_they_were_given():
    answers = ("Two", "2.", "2", "the 2", ".", "two", "two", "3", "2", "2")
    [i] = derived(open_domain_vqa.derive, vqa_question("How many?", answers, answer="2"))
    assert i.target == "2"
    assert i.references == ("two", "2", "2", "2", "two", "two", "3", "2", "2")


def test_answer_that_vqa_counts_is_a_reference_even_if_nobody_spelt_it_so():
    [i] = derived(open_domain_vqa.derive, vqa_question("What?", ("T-shirt",) * 10, answer="t shirt"))
    assert (i.target, i.references[0], len(i.references)) == ("t shirt", "t shirt", 11)


@pytest.mark.parametrize(
    ("answers", "target"),
    [
        (["tan", "brown"] * 5, "tan"),
        (["brown", "tan"] * 5, "brown"),
        (["fast", *["slow", "quick"] * 4, "fast"], "slow"),
        (["dog", *["a dog", "cat", "cat"] * 3], "cat"),
        (["The dog", *["a dog", "cat"] * 4, "cow"], "dog"),
    ],
)
def test_of_equally_frequent_answers_the_first(answers, target):
    question = ok_vqa.Question("7", **PICTURE, question="What?", answers=tuple(answers))
    [i] = derived(outside_knowledge_vqa.derive, question)
    assert i.target == target
    assert len(i.references) == 10


def test_questions_of_one_picture_have_ids_of_their_own():
    questions = [ok_vqa.Question(n, **PICTURE, question="What?", answers=("so",) * 10) for n in ("91", "92")]
    ids = [i.instance_id for q in questions for i in derived(outside_knowledge_vqa.derive, q)]
    assert ids == ["91", "92"]


@pytest.mark.parametrize(
    ("given", "answer"), [("Green.", "green"), ("Green", "green"), ("A dog", "dog"), ("4 p.m", "4 p.m"), (".", None)]
)
def test_answers_of_visual_genome_have_the_form_of_vqa_and_all_their_letters(given, answer):
    question = visual_genome.Question(3, "What?", given)
    fields = {**PICTURE, "record_id": "1", "questions": (question,)}
    record = visual_genome.Photo(**fields, **unset(visual_genome.Photo, set(fields)))
    found = derived(open_domain_vqa.derive_of_photo, record)
    assert [i.target for i in found] == ([answer] if answer else [])


def test_open_domain_takes_turns_between_its_datasets():
    assert TASKS["open_domain_vqa"].datasets == ("vqa_v2", "visual_genome")


def test_gqa_answers_in_short():
    question = gqa.Question("1", **PICTURE, structure="choose", question="Is it red or blue?", answer="Red")
    [i] = derived(compositional_vqa.derive, question)
    assert (i.target, i.references) == ("red", ("red",))


def test_tasks_of_free_questions_are_told_apart_by_name_and_instructions():
    four = [TASKS[f"{kind}_vqa"] for kind in ("open_domain", "compositional", "outside_knowledge")]
    four.append(TASKS["visual_question_answering"])
    wordings = [SLOT.sub("", template) for task in four for template in load_templates(task)]
    assert len({task.name for task in four}) == 4
    assert len(set(wordings)) == 20
    assert all(len(wording.split()) >= 5 for wording in wordings)  # none is the bare question


# Choices


def asked(answer: str, *choices: str, in_test: bool = False) -> visual7w.Photo:
    question = visual7w.Question(5, "What?", answer, choices, None, ())
    fields = {**PICTURE, "record_id": "telling/1", "kind": "telling", "in_pointing_test": in_test}
    fields["questions"] = (question,)
    return visual7w.Photo(**fields, **unset(visual7w.Photo, set(fields)))


def test_choices_in_one_form():
    [i] = derived(visual_question_answering.derive, asked("A bus.", "The  car", "dog.", "Trees."))
    assert sorted(i.options) == ["bus", "car", "dog", "trees"]
    assert i.target == "bus"


@pytest.mark.parametrize("choices", [("a Bus", "car", "dog"), ("car", "The car.", "dog")])
def test_question_with_two_equal_choices_is_left_out(choices):
    assert derived(visual_question_answering.derive, asked("A bus.", *choices)) == []


def test_photos_of_the_unseen_test_split_are_not_trained_on(world):
    telling = [p for p in records(world, "visual7w") if p.kind == "telling"]
    kept = [p for p in telling if derived(visual_question_answering.derive, p)]
    assert kept
    assert not any(p.in_pointing_test for p in kept)
    assert derived(visual_question_answering.derive, asked("bus", "car", "dog", "tree")) != []
    assert derived(visual_question_answering.derive, asked("bus", "car", "dog", "tree", in_test=True)) == []

"""What single derivations promise beyond what all do (test_all_tasks.py)."""

import dataclasses

import pytest

from workflow_scripts import schemas
from workflow_scripts.dataclass_columns import as_row
from workflow_scripts.datasets import mscoco, visual7w, visual_genome
from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.datasets.tdiuc import Question
from workflow_scripts.instructions.render import examples
from workflow_scripts.instructions.templates import load_templates
from workflow_scripts.randomness import Draw
from workflow_scripts.regions import area, intersection, iou, parse
from workflow_scripts.tasks.grounded_matching import object_matching, visual_grounding_selection
from workflow_scripts.tasks.image_text_matching import image_text_matching
from workflow_scripts.tasks.image_understanding import tdiuc
from workflow_scripts.tasks.natural_instructions import text_instance
from workflow_scripts.tasks.region_understanding import most_overlapping_region_selection as most_overlapping
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tasks.visual_relationship import object_relationship
from workflow_scripts.tasks.vqa import grounded_vqa, visual_question_answering


def records(world, dataset: str, split: str = "train") -> list:
    cls = load_dataset(dataset).record
    return list(schemas.records(world.records(dataset, split), cls))


def derived(derive, record, *survey, seed: int = 0) -> list:
    return list(derive(record, Draw(seed, "task", record.record_id), *survey))


def test_most_overlapping_is_so_in_the_bins_that_the_model_reads(world):
    task = load_task("most_overlapping_region_selection")
    templates, checked = load_templates(task), 0
    for photo in records(world, "visual_genome"):
        for instance in derived(most_overlapping.derive, photo):
            [example] = list(examples(as_row(instance), templates, scale=1.0))[:1]
            given, *options = parse(example["prompt"])
            shared = {option: intersection(given, option) for option in options}
            [target] = parse(example["target"])
            assert len(shared) == 4
            second = sorted(shared.values())[-2]
            assert shared[target] - second >= 0.05 * area(given)
            assert shared[target] >= 0.1 * area(given)
            checked += 1
    assert checked > 20


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


def test_matched_objects_are_apart_and_of_one_kind_if_yes(world):
    checked = 0
    for photo in records(world, "mscoco"):
        things = {o.region: o for o in photo.objects}
        for instance in derived(object_matching.derive, photo):
            a, b = (things[r] for r in instance.regions)
            assert instance.target == ("yes" if a.name == b.name else "no")
            assert not a.crowd
            assert not b.crowd
            assert intersection(a.region, b.region) == 0
            checked += 1
    assert checked > 10


def test_foreign_caption_names_what_the_photo_lacks(world):
    photos = records(world, "mscoco")
    pool = image_text_matching.survey(photos)
    answers = set()
    for photo in photos:
        for instance in derived(image_text_matching.derive, photo, pool):
            answers.add(instance.target)
            assert (instance.text in photo.captions) == (instance.target == "yes")
            if instance.target == "no":
                [foreign] = {
                    f for f in pool if f.caption == instance.text and f.named - {o.name for o in photo.objects}
                }
                assert any(name in instance.text.lower() for name in foreign.named)
    assert answers == {"yes", "no"}


def test_survey_of_captions_does_not_depend_on_order(world):
    photos = records(world, "mscoco")
    assert image_text_matching.survey(photos) == image_text_matching.survey(reversed(photos))


def test_photos_of_the_unseen_test_split_are_not_trained_on(world):
    telling = [p for p in records(world, "visual7w") if p.kind == "telling"]
    assert {p.in_pointing_test for p in telling} >= {False}
    kept = [p for p in telling if derived(visual_question_answering.derive, p)]
    assert kept
    assert not any(p.in_pointing_test for p in kept)
    held_back = dataclasses.replace(kept[0], in_pointing_test=True)
    assert derived(visual_question_answering.derive, held_back) == []


def pointing(*regions) -> visual7w.Photo:
    asked = visual7w.Question(1, "Which?", None, (), regions[0], tuple(regions[1:]))
    return visual7w.Photo("pointing/1", "visual7w/x.jpg", 100, 100, "pointing", True, (asked,))


def test_options_that_cannot_be_told_apart_are_not_asked_about():
    apart = [(0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (40.0, 0.0, 50.0, 10.0), (60.0, 0.0, 70.0, 10.0)]
    assert len(derived(grounded_vqa.derive, pointing(*apart))) == 1
    assert derived(grounded_vqa.derive, pointing(*apart[:3])) == []
    assert derived(grounded_vqa.derive, pointing(*apart[:3], (20.0, 0.0, 30.0, 10.1))) == []


def test_grounding_options_lie_apart_and_have_phrases_of_their_own(world):
    checked = 0
    for photo in records(world, "visual_genome"):
        for instance in derived(visual_grounding_selection.derive, photo):
            options = instance.option_regions
            assert all(iou(a, b) < 0.5 for n, a in enumerate(options) for b in options[:n])
            same = [r for r in photo.regions if r.phrase.lower().strip(" .") == instance.text.lower().strip(" .")]
            assert [r.region for r in same] == list(instance.target_regions)
            checked += 1
    assert checked > 20


def test_every_relation_of_a_pair_is_a_right_answer():
    thing, other = visual_genome.Thing("a", (0.0, 0.0, 50.0, 50.0)), visual_genome.Thing("b", (40.0, 0.0, 99.0, 50.0))
    stated = [("on", thing, other), ("beside", thing, other), ("under", other, thing), ("is", thing, thing)]
    related = tuple(visual_genome.Relationship(n, p, s, o) for n, (p, s, o) in enumerate(stated))
    photo = visual_genome.Photo("1", "visual_genome/x.jpg", 100, 100, None, (), related, ())
    found = {i.target: i.references for i in derived(object_relationship.derive, photo)}
    assert found == {"on": ("beside", "on"), "beside": ("beside", "on"), "under": ("under",)}


def test_only_the_official_hundred_of_each_text_task(world):
    instance = records(world, "natural_instructions", "test")[0]
    assert len(derived(text_instance.derive, dataclasses.replace(instance, position=99))) == 1
    assert derived(text_instance.derive, dataclasses.replace(instance, position=100)) == []


def test_crowds_are_not_matched():
    def thing(number, name, x, crowd=False):
        return mscoco.Object(number, name, (x, 0.0, x + 20.0, 20.0), crowd)

    objects = (thing(1, "dog", 0.0), thing(2, "dog", 30.0, crowd=True), thing(3, "cat", 60.0))
    photo = mscoco.Photo("1", "mscoco/x.jpg", 100, 100, objects, ())
    assert derived(object_matching.derive, photo) == []

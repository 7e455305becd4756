"""Tasks of RefCOCO's references and of COCO-Text's writing."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tasks.derivation import derived, records
from workflow_scripts.datasets import coco_text, refcoco
from workflow_scripts.datasets.mscoco import Object
from workflow_scripts.regions import iou
from workflow_scripts.tasks.grounded_generation import (
    referring_expression_generation,
    referring_expression_grounding,
    text_localization,
)
from workflow_scripts.tasks.grounded_matching import referring_expression_selection, region_text_matching
from workflow_scripts.tasks.miscellaneous import text_legibility, text_type_classification
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tasks.sampling import instances
from workflow_scripts.tasks.writing import differ, letters

REFERENCES = (referring_expression_grounding, referring_expression_generation, referring_expression_selection)
each_reference_task = pytest.mark.parametrize("module", REFERENCES, ids=lambda m: m.__name__.rpartition(".")[2])


# References


def thing(object_id: int, x: float, name: str = "dog", side: float = 60, crowd: bool = False) -> Object:
    return Object(object_id, name, (x, 0.0, x + side, side), crowd)


DOGS = tuple(thing(n, 100.0 * n) for n in range(5))


def seen(*said: tuple[int, str], objects=DOGS, held_out: bool = False) -> refcoco.Photo:
    """A photo with one reference for each (object id, sentences joined by a slash)."""
    references = tuple(refcoco.Reference(n, i, tuple(texts.split("/"))) for n, (i, texts) in enumerate(said))
    return refcoco.Photo("refcoco/1", "mscoco/x.jpg", 640, 480, tuple(objects), references, held_out)


@pytest.mark.parametrize(
    ("photo", "askable"),
    [
        pytest.param(seen((0, "left dog/Left dog."), (1, "other dog")), {0: ["left dog"], 1: ["other dog"]}, id="all"),
        pytest.param(seen((0, "big dog/brown"), (1, "the big dog")), {0: ["brown"]}, id="said of two objects"),
        pytest.param(seen((0, "dog"), (1, "a dog/old dog")), {1: ["old dog"]}, id="category that is there twice"),
        pytest.param(seen((0, "cat"), objects=[thing(0, 0.0, "cat"), *DOGS[1:]]), {0: ["cat"]}, id="there once"),
        pytest.param(seen((0, "the one"), (0, "left dog")), {0: ["the one", "left dog"]}, id="two of one object"),
        pytest.param(seen((0, "x"), objects=[thing(0, 0.0, side=12), *DOGS[1:]]), {}, id="too small"),
        pytest.param(seen((0, "x"), objects=[thing(0, 0.0, crowd=True), *DOGS[1:]]), {}, id="crowd"),
        pytest.param(seen((0, "left dog"), held_out=True), {}, id="another dataset's validation"),
    ],
)
def test_what_is_asked(photo, askable):
    found = {i.regions[0]: list(i.references) for i in derived(referring_expression_generation.derive, photo)}
    assert found == {photo.objects[i].region: texts for i, texts in askable.items()}
    grounded = {i.target_regions[0]: i.text for i in derived(referring_expression_grounding.derive, photo)}
    selected = {i.target_regions[0]: i.text for i in derived(referring_expression_selection.derive, photo)}
    assert selected.keys() <= grounded.keys() == found.keys()
    assert all(text in found[region] for region, text in (*grounded.items(), *selected.items()))


def test_a_region_that_two_objects_fill_is_not_described():
    photo = seen((0, "dog in front"), (2, "third dog"), objects=[*DOGS, thing(9, 4.0, "sheep")])
    assert [i.target for i in derived(referring_expression_generation.derive, photo)] == ["third dog"]


@pytest.mark.parametrize(
    ("others", "offered"),
    [
        pytest.param([*DOGS[1:4], thing(8, 500, "cat")], {1, 2, 3}, id="its own category first"),
        pytest.param([DOGS[1], thing(7, 300, "cat"), thing(8, 400, "cat")], {1, 7, 8}, id="then others"),
        pytest.param([thing(n, 100.0 * n, "cat") for n in range(1, 5)], None, id="the category would tell"),
        pytest.param(DOGS[1:3], None, id="too few"),
        pytest.param([*DOGS[1:3], thing(8, 10)], None, id="too much of the target"),
        pytest.param([*DOGS[1:3], thing(8, 210)], None, id="nearly one"),
        pytest.param([*DOGS[1:3], thing(8, 400, crowd=True)], None, id="crowd"),
        pytest.param([*DOGS[1:3], thing(8, 400, side=12)], None, id="too small"),
    ],
)
def test_selected_among(others, offered):
    photo = seen((0, "left dog"), objects=[DOGS[0], *others])
    found = derived(referring_expression_selection.derive, photo)
    assert len(found) == (offered is not None)
    for i in found:
        assert {o.object_id for o in photo.objects if o.region in i.option_regions} == {0, *offered}


@given(
    st.lists(
        st.tuples(*[st.integers(0, 400)] * 2, *[st.integers(1, 200)] * 2, st.sampled_from(["cat", "dog"])), max_size=12
    ),
    st.integers(0, 9),
)
def test_selection_on_any_photo(boxes, seed):
    things = [Object(n, name, (x, y, x + w, y + h), False) for n, (x, y, w, h, name) in enumerate(boxes)]
    photo = seen(*((o.object_id, f"number {o.object_id}") for o in things), objects=things)
    for i in derived(referring_expression_selection.derive, photo, seed=seed):
        options = i.option_regions
        assert len(options) == 4
        assert all(a is b or iou(a, b) < 0.5 for a in options for b in options)
        assert i.target_regions == (things[int(i.text.removeprefix("number "))].region,)
        assert i.target_regions[0] in options


@each_reference_task
def test_no_photo_of_any_validation_is_trained_on(module, world):
    train, validation = (
        {i.image for photo in records(world, "refcoco", split) for i in derived(module.derive, photo)}
        for split in ("train", "validation")
    )
    assert train
    assert validation
    assert train.isdisjoint({photo.image for photo in records(world, "refcoco", "validation")})


@each_reference_task
def test_the_three_datasets_give_about_as_much(module, world):
    task = load_task(module.__name__.rpartition(".")[2])
    found = Counter()
    for seed in range(8):
        path = world.records("refcoco", "train")
        for i in instances(task, {"refcoco": path}, seed=seed, max_instances=1000, max_per_picture=4):
            found[i.instance_id.split("/")[1]] += 1
    assert set(found) == set(refcoco.REFS)
    assert min(found.values()) > 0.2 * found.total()


def test_selection_in_the_miniature_world(world):
    for photo in records(world, "refcoco"):
        objects = {o.region: o for o in photo.objects}
        for i in derived(referring_expression_selection.derive, photo):
            options = [objects[r] for r in i.option_regions]
            [target] = [objects[r] for r in i.target_regions]
            assert not any(o.crowd for o in options)
            assert sum(o.name == target.name for o in options) >= 2
            said = {r.object_id for r in photo.references if i.text in r.sentences}
            assert said == {target.object_id}


# Writing


def text(text_id: int, string: str | None, x: float = 0, y: float = 0, **other) -> coco_text.Text:
    """A text of 120 x 40 pixels, by default apart from those with other ids."""
    region = (x or 10.0, y or 45.0 * text_id, (x or 10.0) + 120, (y or 45.0 * text_id) + 40)
    given_ = {"legible": True, "kind": "machine printed", "language": "english", "string": string}
    return coco_text.Text(text_id, **{"region": region, **given_, **other})


def written(*texts: coco_text.Text) -> coco_text.Photo:
    return coco_text.Photo("1", "mscoco/x.jpg", 640, 480, texts)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("stop", "exit", True),
        ("Stop!", "STOP", False),
        ("stop", "stop here", False),
        ("no parking", "NOPARKING", False),
        ("stop", "shop", False),
        ("stop", "stoop", False),
        ("stop", "tops", True),
        ("stop", "sotp", True),
        ("aa", "aba", False),
        ("12", "21", True),
    ],
)
def test_clearly_different_strings(a, b, expected):
    assert differ(a, b) == differ(b, a) == expected


@given(st.text("ab1", max_size=5), st.text("ab1", max_size=5))
def test_clearly_different_strings_are_two_edits_apart(a, b):
    assert differ(a, b) == (a not in b and b not in a and b not in one_edit(a))


def one_edit(a: str) -> set[str]:
    cuts = [(a[:n], a[n:]) for n in range(len(a) + 1)]
    return {x + new + y[dropped:] for x, y in cuts for new in ("", "a", "b", "1") for dropped in (0, 1)}


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        pytest.param({}, {"stop", "exit", "cafe"}, id="all"),
        pytest.param({"string": "Exit"}, {"cafe"}, id="equal text"),
        pytest.param({"string": "no exit"}, {"cafe"}, id="held by another"),
        pytest.param({"string": "exits"}, {"cafe"}, id="a letter more"),
        pytest.param({"language": "not english"}, {"exit", "cafe"}, id="another language"),
        pytest.param({"string": "antidisestablishmentarian"}, {"exit", "cafe"}, id="letters too small"),
        pytest.param({"region": (10.0, 45.0, 25.0, 60.0)}, set(), id="region too small: two are left"),
        pytest.param({"region": (20.0, 92.0, 120.0, 128.0)}, set(), id="region in another: one is left"),
        pytest.param({"string": None}, set(), id="not transcribed: two are left"),
        pytest.param({"string": "?!"}, set(), id="no letter"),
        pytest.param({"legible": False, "string": None}, set(), id="illegible"),
    ],
)
def test_located_texts(changed, asked):
    photo = written(replace(text(1, "stop"), **changed), text(2, "exit"), text(3, "cafe"))
    assert {i.text for i in derived(text_localization.derive, photo)} == asked


def test_a_text_that_is_there_twice_is_not_located_whoever_is_offered():
    twice = [text(1, "stop"), text(2, "Stop", language="na"), text(3, "exit"), text(4, "cafe")]
    small = text(5, "exit", region=(600.0, 400.0, 612.0, 406.0))
    assert {i.text for i in derived(text_localization.derive, written(*twice, small))} == {"cafe"}


@pytest.mark.parametrize(("other", "possible"), [("exit", True), ("Stop", False), ("shop", False), ("bus stop", False)])
def test_regions_are_matched_where_both_answers_are_possible(other, possible):
    photo = written(text(1, "stop"), text(2, other))
    seen_ = {
        (i.regions[0], i.text, i.target) for s in range(40) for i in derived(region_text_matching.derive, photo, seed=s)
    }
    strings = {t.region: t.string for t in photo.texts}
    assert seen_ == {(r, t, "yes" if strings[r] == t else "no") for r in strings for t in strings.values() if possible}


def test_texts_in_the_miniature_world(world):
    checked = 0
    for split in ("train", "validation"):
        for photo in records(world, "coco_text", split):
            strings = {t.region: t.string for t in photo.texts}
            for i in derived(text_localization.derive, photo):
                assert [letters(strings[r]) for r in i.option_regions].count(letters(i.text)) == 1
                assert strings[i.target_regions[0]] == i.text
                checked += 1
            for i in derived(region_text_matching.derive, photo):
                [region] = i.regions
                assert (letters(strings[region]) == letters(i.text)) == (i.target == "yes")
                checked += 1
    assert checked > 20


@pytest.mark.parametrize("task", [text_legibility.TASK, text_type_classification.TASK], ids=lambda t: t.name)
def test_labels_of_writing_are_equally_frequent(task):
    """Nine in ten are printed, and nine in ten legible."""
    photos = []
    for n in range(900):
        kind = "machine printed" if n % 10 else ("handwritten" if n % 20 else "others")
        one = text(1, "stop", kind=kind, legible=n % 11 > 0)
        photos.append(replace(written(one), record_id=str(n)))
    times = task.survey(photos)
    found = Counter(i.target for photo in photos for i in derived(task.derive, photo, times))
    assert set(found) == set(task.derive.args[1])
    assert max(times.values()) > 8 * min(times.values())
    assert max(found.values()) < 1.6 * min(found.values())


@pytest.mark.parametrize(
    ("one", "legibility", "kind"),
    [
        pytest.param(text(1, "stop", kind="others"), "yes", "others", id="legible"),
        pytest.param(text(1, None, language="na"), "yes", "machine printed", id="not transcribed"),
        pytest.param(text(1, None, legible=False), "no", None, id="illegible: its kind cannot be seen"),
        pytest.param(text(1, "stop", region=(0.0, 0.0, 100.0, 9.0)), None, None, id="too small"),
        pytest.param(text(1, "stop", region=(12.0, 92.0, 90.0, 128.0)), None, None, id="in another's region"),
    ],
)
def test_labels_of_writing(one, legibility, kind):
    photo = written(one, text(2, "exit"))
    for task, expected in ((text_legibility.TASK, legibility), (text_type_classification.TASK, kind)):
        every = Counter(dict.fromkeys(task.derive.args[1], 1))  # as frequent as each other: all are kept
        found = {i.instance_id: i.target for i in derived(task.derive, photo, every)}
        assert found.get("1/1") == expected

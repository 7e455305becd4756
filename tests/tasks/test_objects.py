"""Tasks of MS COCO's objects: each answer is proved again, from all that is annotated on the photo."""

from collections import Counter
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tasks.derivation import derived, records
from workflow_scripts.datasets.mscoco import Object, Photo
from workflow_scripts.instructions.templates import load_templates
from workflow_scripts.regions import area, intersection, iou, is_usable, to_bins
from workflow_scripts.tasks.coco_objects import touch
from workflow_scripts.tasks.grounded_matching.categories_in_regions import inside_and_outside
from workflow_scripts.tasks.registry import load_task


def asked(photo: Photo, instance) -> list[Object]:
    """The objects whose ids are in the instance's."""
    ids = map(int, PurePath(instance.instance_id).name.split("-"))
    return [next(o for o in photo.objects if o.object_id == object_id) for object_id in ids]


def prove_identification(photo, instance):
    [chosen] = asked(photo, instance)
    assert (instance.regions, instance.target) == ((chosen.region,), chosen.name)
    assert all(o.name == chosen.name or iou(o.region, chosen.region) < 0.7 for o in photo.objects)
    return [chosen]


def prove_grounding(photo, instance):
    annotated = [o for o in photo.objects if o.name == instance.text]
    assert instance.target_regions == tuple(sorted(o.region for o in annotated))
    assert 1 <= len(annotated) <= 5
    return annotated


def prove_region_matching(photo, instance):
    [chosen] = asked(photo, instance)
    assert instance.regions == (chosen.region,)
    touching = {o.name for o in photo.objects if intersection(o.region, chosen.region)}
    if instance.target == "yes":
        assert instance.text == chosen.name
    else:
        assert instance.text in {o.name for o in photo.objects} - touching
    return [chosen]


def prove_region_selection(photo, instance):
    [chosen] = asked(photo, instance)
    assert (instance.target_regions, instance.text) == ((chosen.region,), chosen.name)
    assert len(instance.option_regions) == 4
    for region in set(instance.option_regions) - {chosen.region}:
        assert not any(intersection(region, o.region) for o in photo.objects if o.name == instance.text)
        assert all(iou(region, other) < 0.5 for other in instance.option_regions if other != region)
    return [
        chosen,
        *(next(o for o in photo.objects if o.region == r and fit(photo, o)) for r in instance.option_regions),
    ]


def prove_matching(photo, instance):
    a, b = asked(photo, instance)
    assert instance.regions == (a.region, b.region)
    assert instance.target == ("yes" if a.name == b.name else "no")
    assert intersection(a.region, b.region) == 0
    return [a, b]


def prove_categories(photo, instance, *, right_inside: bool):
    a, b = asked(photo, instance)
    assert instance.regions == (a.region, b.region)
    assert intersection(a.region, b.region) == 0
    *categories, none = instance.options
    assert (len(categories), none) == (3, "none")
    right = set()
    for name in categories:
        within = [o for o in photo.objects if o.name == name]
        shares = [intersection(o.region, r) / area(o.region) for o in within for r in instance.regions]
        assert max(shares) >= 0.5 or max(shares) == 0  # nothing in between, and only categories of the photo
        if (max(shares) > 0) == right_inside:
            right.add(name)
    assert instance.target == (", ".join(sorted(right)) or "none")
    return [a, b]


def prove_missing(photo, instance):
    return prove_categories(photo, instance, right_inside=False)


def prove_present(photo, instance):
    return prove_categories(photo, instance, right_inside=True)


PROOFS = {
    "grounded_object_identification": prove_identification,
    "object_grounding": prove_grounding,
    "object_region_matching": prove_region_matching,
    "object_region_selection": prove_region_selection,
    "object_matching": prove_matching,
    "missing_object_selection": prove_missing,
    "region_object_selection": prove_present,
}
each_task = pytest.mark.parametrize("task_id", PROOFS)


def fit(photo: Photo, o: Object) -> bool:
    return not o.crowd and is_usable(o.region, photo.width, photo.height)


def proved(task_id: str, photos: list[Photo], seed: int = 0) -> list:
    """The instances of these photos, each proved; none of them asks about a crowd or something tiny."""
    found = []
    for photo in photos:
        for instance in derived(load_task(task_id).derive, photo, seed=seed):
            assert all(fit(photo, o) for o in PROOFS[task_id](photo, instance))
            found.append(instance)
    return found


def thing(number: int, name: str, x: float, y: float = 0.0, side: float = 20.0, *, crowd: bool = False) -> Object:
    return Object(number, name, (x, y, x + side, y + side), crowd)


def photo_of(*objects: Object) -> Photo:
    return Photo("1", "mscoco/x.jpg", 200, 200, objects, ())


@st.composite
def photos(draw) -> Photo:
    """Few categories on a coarse grid: boxes touch, coincide, hold one another, are crowds or tiny."""
    boxes = draw(st.lists(st.tuples(*[st.integers(0, 9)] * 2, *[st.sampled_from([0.4, 1, 2, 4])] * 2), max_size=14))
    objects = tuple(
        Object(n, draw(st.sampled_from("abcd")), (20.0 * x, 20.0 * y, 20.0 * (x + w), 20.0 * (y + h)), crowd)
        for n, (x, y, w, h) in enumerate(boxes)
        for crowd in [draw(st.integers(0, 7)) == 0]
    )
    return Photo("1", "mscoco/x.jpg", 280, 280, objects, ())


@each_task
@given(photo=photos(), seed=st.integers(0, 99))
def test_every_answer_is_right_whatever_lies_where(task_id, photo, seed):
    assert len(proved(task_id, [photo], seed)) <= 1


@each_task
def test_every_answer_is_right_in_the_miniature_world(task_id, world):
    assert len(proved(task_id, records(world, "mscoco"))) > 10


@each_task
def test_every_answer_is_right_in_the_real_sample(task_id, real):
    assert real.read("mscoco", {"train": "train2014", "validation": "val2014"}, max_bad_share=0) == []
    assert len(proved(task_id, records(real, "mscoco"))) >= 18  # of 34 photos


@given(a=st.tuples(*[st.floats(0, 99)] * 4), b=st.tuples(*[st.floats(0, 99)] * 4), scale=st.floats(0.1, 1))
def test_regions_that_do_not_touch_do_not_touch_as_bins(a, b, scale):
    a, b = ((min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]) + 1, max(r[1], r[3]) + 1) for r in (a, b))
    assert touch(a, b) == (intersection(a, b) > 0)
    if not touch(a, b):
        assert not intersection(*(to_bins(r, 100, 100, scale=scale) for r in (a, b)))


def test_beside_ten_people_a_dog_is_asked_about_half_of_the_time():
    photo = photo_of(*(thing(n, "person", 18.0 * n, side=17.0) for n in range(10)), thing(10, "dog", 0, 100))
    derive = load_task("grounded_object_identification").derive
    found = Counter(i.target for seed in range(400) for i in derived(derive, photo, seed=seed))
    assert found.total() == 400
    assert abs(found["dog"] - 200) < 40  # four standard deviations


@pytest.mark.parametrize(
    ("more", "asked_for"),
    [
        ([], {"dog", "cat"}),
        ([thing(9, "dog", 150, crowd=True)], {"cat"}),
        ([thing(9, "dog", 150, side=5)], {"cat"}),
        ([thing(n, "dog", 20.0 * (n - 9), 150) for n in range(9, 12)], {"dog", "cat"}),
        ([thing(n, "dog", 20.0 * (n - 9), 150) for n in range(9, 13)], {"cat"}),
    ],
    ids=["two", "and a crowd", "and a tiny one", "five", "six"],
)
def test_objects_of_a_category_are_asked_for_if_all_can_be_told(more, asked_for):
    photo = photo_of(thing(1, "dog", 60), thing(2, "dog", 30), thing(3, "cat", 90), *more)
    found = [i for seed in range(40) for i in proved("object_grounding", [photo], seed)]
    assert {i.text for i in found} == asked_for


def test_a_box_around_two_things_is_not_asked_about():
    photo = photo_of(thing(1, "horse", 0, side=100), thing(2, "person", 5, side=95))
    assert derived(load_task("grounded_object_identification").derive, photo) == []


def test_neither_the_photo_nor_the_category_tells_what_a_region_shows():
    photo = photo_of(
        thing(1, "table", 0, side=100), thing(2, "cup", 10), *(thing(n, "dog", 30.0 * n, 150) for n in (3, 4))
    )
    found = [i for seed in range(900) for i in derived(load_task("object_region_matching").derive, photo, seed=seed)]
    answers = Counter((i.text, i.target) for i in found)
    assert answers.total() == 900
    for name in ("table", "cup", "dog"):
        assert abs(answers[name, "yes"] - answers[name, "no"]) < 70  # four standard deviations


@pytest.mark.parametrize("other", [thing(2, "cup", 10), thing(2, "cup", 10, crowd=True), thing(2, "cup", 90, side=20)])
def test_what_a_region_holds_or_cuts_is_not_denied(other):
    photo = photo_of(thing(1, "table", 0, side=100), other)
    assert derived(load_task("object_region_matching").derive, photo) == []


def test_matching_wants_an_object_with_both_kinds_of_partners():
    dogs, cat = (thing(1, "dog", 0), thing(2, "dog", 30)), thing(3, "cat", 60)
    derive = load_task("object_matching").derive
    assert derived(derive, photo_of(*dogs)) == []
    assert derived(derive, photo_of(dogs[0], cat)) == []
    assert derived(derive, photo_of(dogs[0], thing(2, "dog", 30, crowd=True), cat)) == []
    assert derived(derive, photo_of(dogs[0], thing(2, "dog", 10), cat)) == []
    found = Counter(i.target for seed in range(400) for i in derived(derive, photo_of(*dogs, cat), seed=seed))
    assert found.total() == 400
    assert abs(found["yes"] - 200) < 40


def test_region_options_do_not_hold_the_object():
    apart = [thing(n, name, 50.0 * n) for n, name in enumerate(("dog", "cat", "car"))]
    table = Object(7, "table", (0.0, 0.0, 25.0, 100.0), False)  # around the dog
    selection = load_task("object_region_selection").derive
    found = [
        i for seed in range(40) for i in derived(selection, photo_of(*apart, table, thing(8, "cup", 150)), seed=seed)
    ]
    assert {i.text for i in found} == {"dog", "cat", "car", "table", "cup"}
    assert not any(table.region in i.option_regions for i in found if i.text == "dog")


@pytest.mark.parametrize(
    ("others", "inside", "outside"),
    [
        ([], ["cup"], []),
        ([thing(2, "fork", 30, 30, side=10)], ["cup", "fork"], []),
        ([thing(2, "fork", 30, 30, side=2)], ["cup", "fork"], []),
        ([thing(2, "fork", 30, 30, side=10, crowd=True)], ["cup", "fork"], []),
        ([thing(2, "fork", 90, 0)], ["cup", "fork"], []),  # one half
        ([thing(2, "fork", 91, 0)], ["cup"], []),
        ([thing(2, "fork", 91, 0, crowd=True)], ["cup"], []),
        ([thing(2, "fork", 100, 0)], ["cup"], ["fork"]),
        ([thing(2, "fork", 91, 0), thing(3, "fork", 30, 30)], ["cup", "fork"], []),
        ([thing(2, "fork", 91, 0), thing(3, "fork", 150, 30)], ["cup"], []),
        ([thing(2, "table", 0, side=200)], ["cup"], []),
    ],
)
def test_which_categories_are_in_a_region(others, inside, outside):
    photo = photo_of(thing(1, "cup", 0), *others)
    regions = ((0.0, 0.0, 100.0, 100.0), (0.0, 190.0, 10.0, 200.0))
    assert inside_and_outside(photo, regions) == (inside, outside)
    assert inside_and_outside(photo, regions[::-1]) == (inside, outside)


@pytest.mark.parametrize("task_id", ["missing_object_selection", "region_object_selection"])
def test_how_many_options_are_right_varies_and_none_may_be(task_id):
    things = [thing(n, name, 30 + 10 * n, 30, side=8) for n, name in enumerate(("cup", "fork", "knife"), start=3)]
    away = [thing(n, name, 150, 20.0 * n, side=18) for n, name in enumerate(("dog", "cat"), start=6)]
    photo = photo_of(thing(1, "table", 0, 20, side=100), thing(2, "person", 120), *things, *away)
    found = [i for seed in range(60) for i in proved(task_id, [photo], seed)]
    assert {len(i.target.split(", ")) - (i.target == "none") for i in found} == {0, 1, 2, 3}


@pytest.mark.parametrize("task_id", ["missing_object_selection", "region_object_selection"])
def test_every_instruction_says_that_several_or_none_may_be_right(task_id):
    for template in load_templates(load_task(task_id)):
        assert "comma" in template
        assert "none" in template

"""Tasks of Visual Genome's relationships."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tasks.derivation import derived, records
from workflow_scripts import schemas
from workflow_scripts.datasets.visual_genome import Photo, Relationship, Thing
from workflow_scripts.randomness import Draw
from workflow_scripts.regions import iou
from workflow_scripts.tasks.registry import load_task
from workflow_scripts.tasks.visual_relationship.predicates import implied, implied_backwards, key, plain, stemmed
from workflow_scripts.tasks.visual_relationship.relations import LEAST, SAME, Predicates, survey

END_TASKS = {
    "visual_object_identification": "object",
    "visual_subject_identification": "subject",
    "visual_object_localization": "object",
    "visual_subject_localization": "subject",
}
DOG, CAT, RUG, GRASS = (
    Thing(name, (x, 0.0, x + 100.0, 100.0))
    for name, x in (("dog", 0.0), ("cat", 150.0), ("rug", 300.0), ("grass", 450.0))
)
PUPPY = Thing("puppy", (5.0, 5.0, 100.0, 100.0))  # the dog, boxed and named anew
DOG_TOO = Thing("Dogs", (600.0, 0.0, 700.0, 100.0))
SPECK = Thing("speck", (800.0, 0.0, 810.0, 10.0))
Stated = tuple[Thing, str, Thing]


def photo_of(*stated: Stated) -> Photo:
    related = tuple(Relationship(n, predicate, s, o) for n, (s, predicate, o) in enumerate(stated))
    empty = {"coco_id": None, "regions": (), "questions": ()}
    return Photo(record_id="1", image="visual_genome/x.jpg", width=1000, height=800, relationships=related, **empty)


def asked(task_id: str, photo: Photo, predicates: Predicates | None = None) -> list:
    """The task's instances; all predicates are neither rare nor frequent, unless something else is said of them."""
    usual = Predicates(100, {key(r.predicate): 5 for r in photo.relationships})
    return derived(load_task(task_id).derive, photo, predicates or usual)


# Predicates


@pytest.mark.parametrize(
    ("spellings", "other"),
    [
        (("wears", "WEARING", "is wearing a", "wear"), "has"),
        (("on", "are on", "on top of the", "on a."), "in"),
        (("next to", "beside", "near the", "by"), "behind"),
        (("has", "have a", "with"), "of"),
        (("to the left of", "left of"), "right of"),
    ],
)
def test_spellings_of_one_predicate(spellings, other):
    assert len({key(s) for s in spellings}) == 1
    assert key(other) != key(spellings[0])


@pytest.mark.parametrize(
    ("stated", "also", "not_so", "backwards"),
    [
        ("standing on", "on", "standing", "under"),
        ("wearing", "has", "holding", "of"),
        ("near", "beside", "on", "next to"),
        ("in front of", "in front of", "of", "behind"),
    ],
)
def test_what_else_is_said_with_a_predicate(stated, also, not_so, backwards):
    assert key(also) in implied(stated)
    assert key(not_so) not in implied(stated)
    assert key(backwards) in implied_backwards(stated)


def test_rare_predicates_are_dropped_and_frequent_ones_thinned():
    predicates = Predicates(10_000, {("rare",): 9, ("usual",): 900, ("frequent",): 4_000})

    def kept(predicate: str) -> int:
        return sum(predicates.is_kept((predicate,), Draw(0, "task", str(n)), purpose="x") for n in range(2_000))

    assert (kept("unknown"), kept("rare"), kept("usual")) == (0, 0, 2_000)
    assert 420 < kept("frequent") < 580  # a tenth of the photos over four


def test_survey_counts_photos_not_statements():
    photos = [photo_of((DOG, "on", RUG), (CAT, "are on", RUG)), photo_of((DOG, "in", GRASS))]
    assert survey(photos) == Predicates(2, {("on",): 1, ("in",): 1})


# One answer


def test_every_relation_of_a_pair_is_a_right_answer():
    stated = [(DOG, "on", RUG), (PUPPY, "is sitting on the", RUG), (RUG, "under", DOG), (DOG, "is", RUG)]
    found = [(i.regions, i.references) for i in asked("object_relationship", photo_of(*stated))]
    assert sorted(references for _, references in found) == [("on", "sitting on"), ("under",)]
    assert {regions for regions, _ in found} <= {
        (s.region, o.region) for s, o in ((DOG, RUG), (PUPPY, RUG), (RUG, DOG))
    }


@pytest.mark.parametrize("asked_end", ["object", "subject"])
@pytest.mark.parametrize(
    ("stated", "names", "located"),
    [
        pytest.param([("using", DOG)], {("using", ("dog",))}, {"using"}, id="one"),
        pytest.param([("using", DOG), ("uses", CAT)], set(), set(), id="two things"),
        pytest.param([("using", DOG), ("using", DOG_TOO)], {("using", ("dog", "dogs"))}, set(), id="two of one name"),
        pytest.param(
            [("using", DOG), ("using", PUPPY)], {("using", ("dog", "puppy"))}, {"using"}, id="one, named twice"
        ),
        pytest.param(
            [("on", DOG), ("lying on", CAT)], {("lying on", ("cat",))}, {"lying on"}, id="a broader predicate"
        ),
    ],
)
def test_only_what_has_one_answer_is_asked(stated, names, located, asked_end):
    """Of the rug, as subject and as object."""
    facts = [(RUG, p, t) if asked_end == "object" else (t, p, RUG) for p, t in stated]
    found = asked(f"visual_{asked_end}_identification", photo_of(*facts))
    assert {(i.relation, i.references) for i in found} == names
    assert {i.relation for i in asked(f"visual_{asked_end}_localization", photo_of(*facts))} == located


def test_what_is_said_the_other_way_round_is_an_answer_too():
    stated = (DOG, "near", CAT), (RUG, "by", DOG)
    found = asked("visual_object_identification", photo_of(*stated))
    assert {(i.relation, i.target) for i in found} == {("by", "dog")}  # near the dog are the cat and the rug


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param((DOG, "beside", PUPPY), id="regions that are one"),
        pytest.param((DOG, "near", SPECK), id="tiny"),
        pytest.param((DOG, "is", RUG), id="no predicate"),
        pytest.param((DOG, "not on", RUG), id="denied"),
        pytest.param((DOG, "dogs on", RUG), id="names the subject"),
        pytest.param((DOG, "on a rug of", RUG), id="names the object"),
    ],
)
@pytest.mark.parametrize("task_id", ["object_relationship", *END_TASKS])
def test_what_is_never_asked(task_id, stated):
    assert asked(task_id, photo_of(stated)) == []
    assert len(asked(task_id, photo_of((DOG, "on", RUG)))) == 1


def test_a_question_is_asked_once():
    for task_id in ("object_relationship", *END_TASKS):
        assert len(asked(task_id, photo_of((DOG, "on", RUG), (PUPPY, "on", RUG), (DOG, "on top of", RUG)))) == 1


@pytest.mark.parametrize(("task_id", "end"), END_TASKS.items())
def test_the_given_end_is_the_one_that_the_instructions_name(task_id, end):
    other = "subject" if end == "object" else "object"
    assert load_task(task_id).slots == {other.upper(), "RELATION"}
    [instance] = asked(task_id, photo_of((DOG, "on", RUG)))
    things = {"subject": DOG, "object": RUG}
    assert instance.regions == (things[other].region,)
    assert (instance.target or instance.target_regions[0]) in (things[end].name, things[end].region)


def check(photo: Photo, task_id: str, instances: list) -> None:
    """No annotation in the instances' own words has another answer."""
    for instance in instances:
        own = {str(r.relationship_id): r for r in photo.relationships}[instance.instance_id.rpartition("/")[2]]
        for r in photo.relationships:
            ends = (r.subject, r.object) if END_TASKS[task_id] == "object" else (r.object, r.subject)
            if plain(r.predicate) != instance.relation or iou(ends[0].region, instance.regions[0]) < SAME:
                continue
            answer = own.object if END_TASKS[task_id] == "object" else own.subject
            is_one = iou(ends[1].region, answer.region) >= SAME
            assert is_one or (instance.target is not None and stemmed(ends[1].name) == stemmed(answer.name))
            assert instance.target is None or ends[1].name.lower() in instance.references


@pytest.mark.parametrize("task_id", END_TASKS)
def test_no_other_answer_in_the_miniature_world(task_id, world):
    photos = records(world, "visual_genome")
    predicates, made = survey(photos), 0
    for photo in photos:
        instances = asked(task_id, photo, predicates)
        check(photo, task_id, instances)
        made += len(instances)
    assert made > 10


@pytest.mark.parametrize("task_id", END_TASKS)
def test_no_other_answer_in_real_photos(task_id, real):
    real.read("visual_genome")
    photos = list(schemas.records(real.records("visual_genome", "train"), Photo))
    found = {photo.record_id: asked(task_id, photo) for photo in photos}
    for photo in photos:
        check(photo, task_id, found[photo.record_id])
    assert sum(map(len, found.values())) > 5


corners = st.integers(0, 4).map(lambda n: n * 40.0)
things = st.builds(
    lambda name, x, y, w, h: Thing(name, (x, y, x + w, y + h)),
    st.sampled_from(["dog", "dogs", "cat"]),
    *(corners, corners, corners.map(lambda n: n + 80), corners.map(lambda n: n + 80)),
)


@given(st.lists(st.tuples(things, st.sampled_from(["on", "standing on", "near", "has"]), things), max_size=8))
def test_no_other_answer_wherever_things_are(stated):
    photo = photo_of(*stated)
    for task_id in END_TASKS:
        check(photo, task_id, asked(task_id, photo, Predicates(LEAST, {key(p): LEAST for _, p, _ in stated})))

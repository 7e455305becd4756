"""Tasks of Visual Genome's described regions."""

import random
import re
from collections import Counter
from dataclasses import fields
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tasks.derivation import derived, records
from workflow_scripts import schemas
from workflow_scripts.dataclass_columns import as_row
from workflow_scripts.datasets.visual_genome import DescribedRegion, Photo
from workflow_scripts.instructions.render import examples
from workflow_scripts.instructions.templates import load_templates
from workflow_scripts.regions import area, intersection, iou, parse
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.region_phrases import described, told_apart
from workflow_scripts.tasks.registry import load_task

SELECTIONS = ("most_overlapping", "least_overlapping", "overlapping", "non_overlapping")
GEOMETRY = (*(f"{name}_region_selection" for name in SELECTIONS), "region_overlapping_detection", "region_area")
PHRASES = (
    *("grounded_captioning", "visual_grounding", "visual_grounding_selection"),
    *("grounded_caption_selection", "region_caption_matching"),
)
SCALES = (1.0, 480 / 512)


def photo(*regions: tuple, width: int = 1000, height: int = 1000, record_id: str = "1") -> Photo:
    """regions: a box each, or a box and its phrase."""
    pairs = [r if isinstance(r[0], tuple) else (r, f"thing {n}") for n, r in enumerate(regions)]
    found = tuple(DescribedRegion(n, tuple(map(float, box)), phrase) for n, (box, phrase) in enumerate(pairs))
    unused = dict.fromkeys(field.name for field in fields(Photo))
    picture = {"record_id": record_id, "image": "visual_genome/x.jpg", "width": width, "height": height}
    return Photo(**unused | picture | {"regions": found})


def instances(task: str, of: Photo, *, scale: float = 1.0, seed: int = 0) -> list:
    declared = load_task(task)
    return derived(declared.derive, of, seed=seed, **({"scale": scale} if declared.in_bins else {}))


def boxes(instance, task: str, scale: float) -> tuple[list[tuple], str]:
    """The boxes of the prompt as they stand there, and the target's text."""
    example = next(examples(as_row(instance), load_templates(load_task(task)), scale=scale))
    return parse(example["prompt"]), example["target"]


# Geometry, told from the tokens alone


def overlaps(a: tuple, b: tuple) -> bool:
    return intersection(a, b) >= 0.05 * min(area(a), area(b))


def lies_apart(a: tuple, b: tuple) -> bool:
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3]) >= 10


def check(task: str, found: list[tuple], target: str, scale: float) -> None:
    """That the answer is right, and by a margin no other is."""
    first, *others = found
    assert all(iou(a, b) <= 0.9 for n, a in enumerate(found) for b in found[:n])
    if task == "region_area":
        share = area(first) / (999 * scale) ** 2
        assert abs(100 * share - int(target)) <= 0.5
        assert int(target) >= 1
        return
    if task == "region_overlapping_detection":
        assert (overlaps if target == "yes" else lies_apart)(first, *others)
        return
    [right] = parse(target)
    wrong = [o for o in others if o != right]
    assert len(wrong) == 3
    shared = {o: intersection(first, o) for o in others}
    if task == "overlapping_region_selection":
        assert overlaps(first, right)
        assert all(lies_apart(first, o) for o in wrong)
    elif task == "non_overlapping_region_selection":
        assert lies_apart(first, right)
        assert all(overlaps(first, o) for o in wrong)
    else:
        assert all(overlaps(first, o) for o in others)
        sign = 1 if task.startswith("most") else -1
        assert all(sign * (shared[right] - shared[o]) >= 0.05 * area(first) for o in wrong)


@st.composite
def photos(draw) -> Photo:
    """Regions with corners on a coarse grid, some moved by a pixel or two: many touch, coincide or nearly do."""
    width, height = draw(st.integers(100, 2000)), draw(st.integers(100, 2000))
    numbers = random.Random(draw(st.integers(0, 2**32)))

    def side(size: int) -> tuple[int, int]:
        a, b = sorted(numbers.sample(range(9), 2))
        ends = (round(n * size / 8) + numbers.choice((0, 0, 0, -2, 1)) for n in (a, b))
        return tuple(min(max(end, 0), size) for end in ends)

    sides = [(side(width), side(height)) for _ in range(draw(st.integers(0, 25)))]
    return photo(*((x0, y0, x1, y1) for (x0, x1), (y0, y1) in sides), width=width, height=height)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("task", GEOMETRY)
def test_geometry_holds_in_the_tokens_that_the_model_reads(task, scale):
    times = Counter()

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(photos(), st.integers(0, 2**32))
    def holds(of, seed):
        for instance in instances(task, of, scale=scale, seed=seed):
            check(task, *boxes(instance, task, scale), scale)
            times[task] += 1

    holds()
    assert times[task] > 100


@pytest.mark.parametrize("task", GEOMETRY)
def test_geometry_holds_in_the_real_sample(task, real):
    real.read("visual_genome", {"train": "train"})
    for of in schemas.records(real.records("visual_genome", "train"), Photo):
        found = instances(task, of)
        assert len(found) >= 20
        for instance in found:
            check(task, *boxes(instance, task, 1.0), 1.0)


GIVEN = (0, 0, 400, 400)
FAR = [(700, 100 * n, 800, 100 * n + 60) for n in range(4)]
PARTS = [(0, 0, 400, 60), (0, 0, 400, 120), (0, 0, 400, 180), (0, 0, 400, 240)]


def given_first(task: str, *regions: tuple) -> list:
    """The instances in which the first of the regions is given, of any seed."""
    found = [i for seed in range(30) for i in instances(task, photo(*regions), seed=seed)]
    return [i for i in found if i.regions[0] == tuple(map(float, regions[0]))]


@pytest.mark.parametrize(
    ("task", "regions", "asked"),
    [
        ("overlapping_region_selection", [GIVEN, *FAR[:3], (300, 300, 500, 500)], True),
        ("overlapping_region_selection", [GIVEN, *FAR[:3], (399, 300, 500, 500)], False),  # by one pixel
        ("overlapping_region_selection", [GIVEN, *FAR[:3], (400, 300, 500, 500)], False),  # they touch
        ("overlapping_region_selection", [GIVEN, *FAR[:2], (300, 300, 500, 500)], False),  # would be three options
        ("overlapping_region_selection", [GIVEN, *FAR[:3], (0, 0, 400, 398)], False),  # the same region twice
        ("overlapping_region_selection", [GIVEN, *FAR[:3], (0, 0, 600, 600)], True),  # around it
        ("non_overlapping_region_selection", [GIVEN, *PARTS[:3], FAR[0]], True),
        ("non_overlapping_region_selection", [GIVEN, *PARTS[:3], (402, 0, 500, 500)], False),  # hardly apart
        ("most_overlapping_region_selection", [GIVEN, *PARTS], True),
        ("most_overlapping_region_selection", [GIVEN, *PARTS[:3], (160, 0, 400, 180)], True),
        ("most_overlapping_region_selection", [GIVEN, *PARTS[:3], (0, 0, 400, 195)], False),  # no clear winner
        ("most_overlapping_region_selection", [GIVEN, *PARTS[:3], FAR[0]], False),  # an option without overlap
        ("least_overlapping_region_selection", [GIVEN, *PARTS], True),
        ("least_overlapping_region_selection", [GIVEN, *PARTS[:3], (0, 0, 500, 600)], True),  # covers it all
        ("least_overlapping_region_selection", [GIVEN, (0, 0, 400, 70), *PARTS[:3]], False),  # no clear one
        ("least_overlapping_region_selection", [GIVEN, PARTS[0], *FAR[:3]], False),  # only one overlaps
    ],
)
def test_what_is_asked_about(task, regions, asked):
    assert bool(given_first(task, *regions)) == asked


def test_most_means_area_shared_and_not_iou():
    small, large = (0, 0, 200, 400), (0, 0, 1000, 300)  # IoU 0.5, 0.29; shared 0.5, 0.75
    found = given_first("most_overlapping_region_selection", GIVEN, small, large, *PARTS[:2])
    assert {i.target_regions[0] for i in found if {small, large} <= set(i.option_regions)} == {large}


@pytest.mark.parametrize("task", [*GEOMETRY, *PHRASES])
@pytest.mark.parametrize("of", [photo(), photo(((0, 0, 5, 5), "a tiny dot")), photo(((9, 0, 10, 900), "a thin line"))])
def test_photos_with_nothing_to_ask_about(task, of):
    assert instances(task, of) == []


def test_area_is_of_each_percentage_once():
    of = photo((0, 0, 500, 500), (500, 500, 1000, 1000), (0, 0, 100, 100), (0, 0, 50, 50))
    assert sorted(i.target for i in instances("region_area", of)) == ["1", "25"]


# What can be guessed from sizes alone


def scattered(seed: int) -> Photo:
    numbers = random.Random(seed)

    def side() -> tuple[int, int]:
        size = round(1000 * numbers.uniform(0.05, 0.8) ** 1.5)
        at = numbers.randint(0, 1000 - size)
        return at, at + size

    sides = [(side(), side()) for _ in range(50)]
    return photo(*((x0, y0, x1, y1) for (x0, x1), (y0, y1) in sides), record_id=str(seed))


@pytest.mark.parametrize("name", SELECTIONS)
def test_size_does_not_tell_which_option_it_is(name):
    task, ranks = f"{name}_region_selection", Counter()
    for seed in range(60):
        for i in instances(task, scattered(seed)):
            ranks[sorted(i.option_regions, key=area).index(i.target_regions[0])] += 1
    assert ranks.total() > 1000
    assert all(0.2 < ranks[rank] / ranks.total() < 0.3 for rank in range(4))


def test_size_does_not_tell_whether_regions_overlap():
    found = [i for seed in range(60) for i in instances("region_overlapping_detection", scattered(seed))]
    found.sort(key=lambda i: area(i.regions[1]))
    bounds = [n * len(found) // 4 for n in range(5)]
    shares = [sum(i.target == "yes" for i in found[a:b]) / (b - a) for a, b in pairwise(bounds)]
    assert len(found) > 1000
    assert all(0.4 < share < 0.6 for share in shares)


# Phrases

LEFT, MIDDLE, RIGHT = (0, 0, 200, 200), (300, 300, 500, 500), (700, 700, 900, 900)
NEARLY_LEFT = (5, 5, 205, 205)


@pytest.mark.parametrize(
    ("regions", "kept"),
    [
        ([(LEFT, "a brown dog"), (RIGHT, "a white cat")], {0, 1}),
        ([(LEFT, "a brown dog"), (RIGHT, "A  brown dog.")], set()),  # the same phrase twice
        ([(LEFT, "a brown dog"), (RIGHT, "the brown dog on the grass")], {1}),  # the first holds of the second
        ([(LEFT, "a wooden floor"), (RIGHT, "the floor is wooden")], set()),
        ([(LEFT, "a red van"), (RIGHT, "the red trucks")], set()),
        ([(LEFT, "a brown dog"), (RIGHT, "a man beside a brown dog")], {0, 1}),  # the second is a man
        ([(LEFT, "a brown dog"), (NEARLY_LEFT, "brown dog")], {0, 1}),  # one dog, twice
        ([(LEFT, "a brown dog"), ((100, 0, 300, 200), "brown dog")], set()),  # hardly one dog: IoU 1/3
        ([(LEFT, "sky"), (MIDDLE, "a window"), (RIGHT, "this is a keyboard")], set()),  # too short
        ([(LEFT, "this is an outdoor scene"), (RIGHT, "the picture was taken at noon")], set()),  # of the whole
        ([((0, 0, 9, 9), "a brown dog"), (RIGHT, "brown dog asleep")], {1}),  # too small, and still a dog
    ],
)
def test_phrases_that_mean_one_region(regions, kept):
    of = photo(*regions)
    assert {r.region_id for r in told_apart(of)} == kept
    assert {int(i.instance_id.split("/")[1]) for i in instances("visual_grounding", of)} == kept


def test_captions_are_tidy_and_what_is_said_of_the_same_place_is_right_too():
    of = photo(
        (LEFT, "A brown dog."), (NEARLY_LEFT, "dog on grass"), (RIGHT, "a STOP sign"), ((0, 0, 150, 100), "ears")
    )
    found = {i.target: set(i.references) for i in instances("grounded_captioning", of)}
    [dog] = {"a brown dog", "dog on grass"} & set(found)
    assert found == {dog: {"a brown dog", "dog on grass"}, "a STOP sign": {"a STOP sign"}, "ears": {"ears"}}


@pytest.mark.parametrize(
    ("regions", "wrong"),
    [
        ([(LEFT, "blue sky"), (RIGHT, "a parked car")], {"a parked car"}),
        ([(LEFT, "blue sky"), (RIGHT, "sky")], set()),
        ([(LEFT, "a man"), (RIGHT, "woman with a hat")], set()),
        ([(LEFT, "blue sky"), (NEARLY_LEFT, "white clouds")], set()),  # the same place
        ([(LEFT, "a man"), ((50, 50, 90, 90), "a smiling face")], set()),  # within it
        (
            [(LEFT, "a man"), ((50, 50, 90, 90), "red tie"), (RIGHT, "red tie with dots")],
            set(),
        ),  # may be said of a part
        ([(LEFT, "grey road"), (RIGHT, "grey wall")], set()),
        ([(LEFT, "grey road"), (RIGHT, "wall beside a grey lawn")], {"wall beside a grey lawn"}),
    ],
)
def test_a_caption_of_another_region_is_given_only_if_it_is_wrong(regions, wrong):
    first = tuple(map(float, LEFT))
    found = [i for seed in range(20) for i in instances("region_caption_matching", photo(*regions), seed=seed)]
    assert {i.text for i in found if i.regions == (first,) and i.target == "no"} == wrong
    assert {i.text for i in found if i.regions == (first,) and i.target == "yes"} == (
        {regions[0][1]} if wrong else set()
    )


def photos_of(world, real) -> list[Photo]:
    real.read("visual_genome", {"train": "train"})
    return [*records(world, "visual_genome"), *schemas.records(real.records("visual_genome", "train"), Photo)]


def test_wrong_captions_lie_elsewhere_and_are_about_other_things(world, real):
    checked = 0
    for of in photos_of(world, real):
        regions = {r.phrase: [o for o in described(of) if o.phrase == r.phrase] for r in described(of)}
        for instance in instances("grounded_caption_selection", of):
            assert len(instance.options) == 5
            options = [regions[option][0] for option in instance.options]
            assert all(a.head.isdisjoint(b.head) for n, a in enumerate(options) for b in options[:n])
            for wrong in set(instance.options) - {instance.target}:
                assert any(iou(r.region, instance.regions[0]) < 0.1 for r in regions[wrong])
            checked += 1
    assert checked > 20


def test_grounding_options_lie_apart_and_the_phrase_means_one(world, real):
    checked = 0
    for of in photos_of(world, real):
        phrases = {}
        for r in described(of):
            phrases.setdefault(r.region, []).append(r)
        for instance in instances("visual_grounding_selection", of):
            options = instance.option_regions
            assert len(options) == 4
            assert all(iou(a, b) < 0.5 for n, a in enumerate(options) for b in options[:n])
            for other in set(options) - set(instance.target_regions):
                assert normal(instance.text) not in {normal(r.phrase) for r in phrases[other]}
            checked += 1
    assert checked > 20


# Instructions


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("most_overlapping_region_selection", r"\b(area|covers)\b"),
        ("least_overlapping_region_selection", r"\b(area|covers the smallest part)\b"),
        ("least_overlapping_region_selection", r"\b(overlap|overlaps|overlapping|intersect)\b"),
        ("region_area", r"\b[Rr]ound(ed)?\b"),
        ("region_area", r"\b(digits|number)\b"),
        ("region_area", r"\b(percent|percentage|full image is 100)\b"),
    ],
)
def test_every_instruction_says_what_is_measured(task, said):
    assert [t for t in load_templates(load_task(task)) if not re.search(said, t)] == []

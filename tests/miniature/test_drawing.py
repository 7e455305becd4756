"""Pictures show what the scene says: every thing fills its box, in its colour."""

import dataclasses

import numpy as np
import pytest

from workflow_scripts.miniature.drawing import draw, jpeg
from workflow_scripts.miniature.kinds import COLOURS, KINDS, MOODS, POSES, SKIES
from workflow_scripts.miniature.scenes import EMPTY, Scene, Thing, scene

SCENES = [scene(3, "test", index) for index in range(120)]
BOX = (30, 40)  # corner of the lone thing, pixels


def lone(category: str, colour: str = "red", **more) -> Scene:
    """A scene with one large thing in the kitchen."""
    width = round(44 * KINDS[category].aspect ** 0.5)
    height = round(44 / KINDS[category].aspect ** 0.5)
    box = (*BOX, BOX[0] + width, BOX[1] + height)
    person = {"mood": "happy", "pose": "standing"} if category == "person" else {}
    thing = Thing(category, colour, "large", box, **{**person, **more})
    return Scene(140, 150, "kitchen", None, 60, (thing,))


def painted_box(picture: Scene) -> tuple[int, int, int, int]:
    """Where the picture differs from the same one without things: x0, y0, x1, y1 in pixels."""
    bare = dataclasses.replace(picture, things=())
    changed = np.abs(np.asarray(draw(picture), int) - np.asarray(draw(bare), int)).sum(2) > 60
    rows, columns = changed.any(1).nonzero()[0], changed.any(0).nonzero()[0]
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


@pytest.mark.parametrize("category", KINDS)
def test_a_thing_fills_its_box(category):
    picture = lone(category)
    assert np.allclose(painted_box(picture), picture.things[0].box, atol=2.1)


@pytest.mark.parametrize("pose", POSES)
def test_a_person_fills_its_box_in_every_pose(pose):
    picture = lone("person", pose=pose)
    assert np.allclose(painted_box(picture), picture.things[0].box, atol=3.1)


@pytest.mark.parametrize("category", KINDS)
def test_outline_touches_all_sides_of_the_box(category):
    xs, ys = zip(*KINDS[category].outline)
    assert (min(xs), min(ys), max(xs), max(ys)) == (0, 0, 1, 1)


def colour_shares(picture: np.ndarray, box) -> dict[str, float]:
    """For every colour, the share of a box's pixels that are nearest to it and near."""
    x0, y0, x1, y1 = (round(v) for v in box)
    distances = np.stack([np.abs(picture[y0:y1, x0:x1] - np.array(rgb)).sum(2) for rgb in COLOURS.values()])
    nearest = np.where(distances.min(0) < 90, distances.argmin(0), -1)
    return {colour: float((nearest == index).mean()) for index, colour in enumerate(COLOURS)}


def test_every_thing_shows_its_colour_in_its_box():
    """More than the same box of the same picture without things does: there, hardly any pixel has a thing's colour."""
    for one in SCENES[:60]:
        picture = np.asarray(draw(one), int)
        bare = np.asarray(draw(dataclasses.replace(one, things=(), crowds=())), int)
        for thing in one.things:
            before, after = (colour_shares(p, thing.box)[thing.colour] for p in (bare, picture))
            assert after > max(0.08, before if thing.colour != "white" else 0), (thing, one)


def test_a_colour_is_not_where_no_thing_has_it():
    for one in SCENES[:40]:
        bare = np.asarray(draw(dataclasses.replace(one, things=(), crowds=())), int)
        shares = colour_shares(bare, (0, 0, one.width, one.height))
        assert all(share < 0.02 for colour, share in shares.items() if colour != "white"), one


def test_moods_poses_patterns_and_words_change_the_picture():
    people = {draw(lone("person", mood=m, pose=p)).tobytes() for m in MOODS for p in POSES}
    assert len(people) == len(MOODS) * len(POSES)
    vases = {draw(lone("vase", pattern=p)).tobytes() for p in ("plain", "striped", "dotted", "checkered")}
    assert len(vases) == 4
    assert draw(lone("book", word="ZOO")).tobytes() != draw(lone("book", word="ART")).tobytes()


def test_every_sky_can_be_told():
    outdoors = [Scene(120, 120, "field", sky, 50, ()) for sky in SKIES]
    assert len({draw(s).tobytes() for s in outdoors}) == len(SKIES)


def test_same_scene_gives_same_bytes():
    scene.cache_clear()
    again = [scene(3, "test", index) for index in range(10)]
    assert again == SCENES[:10]
    assert [jpeg(draw(s)) for s in again] == [jpeg(draw(s)) for s in SCENES[:10]]


def test_scenes_are_within_their_promises():
    assert scene(3, "test", EMPTY).things == ()
    for one in SCENES:
        looks = [(t.category, t.colour, t.size) for t in one.things]
        assert len(set(looks)) == len(looks) <= 7
        for t in one.things:
            x0, y0, x1, y1 = t.box
            assert 0 <= x0 < x1 <= one.width
            assert 0 <= y0 < y1 <= one.height
            assert t.colour in t.kind.colours

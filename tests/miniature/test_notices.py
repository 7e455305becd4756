"""Notices stand apart from all things, in colours that no thing has, and leave scenes otherwise as they are."""

import dataclasses

import numpy as np

from tests.miniature.test_drawing import colour_shares
from workflow_scripts.miniature.drawing import draw
from workflow_scripts.miniature.scenes import scene
from workflow_scripts.miniature.universes import coco_scene
from workflow_scripts.regions import clip, intersection

SCENES = [coco_scene(3, "train2014", index) for index in range(80)]


def test_scenes_are_otherwise_as_they_were():
    for index, one in enumerate(SCENES):
        assert dataclasses.replace(one, notices=()) == scene(3, "mscoco train2014", index)


def test_notices_stand_apart():
    assert 30 < sum(bool(one.notices) for one in SCENES) < 60
    for one in SCENES:
        for notice in one.notices:
            assert clip(notice.box, one.width, one.height) == notice.box
            others = [t.box for t in (*one.things, *one.crowds)] + [s.box for s in one.notices if s is not notice]
            assert not any(intersection(notice.box, other) for other in others)


def test_no_notice_has_the_colour_of_a_thing():
    """Its rim is as dark as every thing's."""
    for one in SCENES[:40]:
        picture = np.asarray(draw(one), int)
        for notice in one.notices:
            shares = colour_shares(picture, notice.box)
            assert all(share < (0.2 if colour == "black" else 0.05) for colour, share in shares.items()), (
                notice,
                shares,
            )


def test_notices_that_differ_look_different():
    [notice] = [s for one in SCENES for s in one.notices if s.word == "OPEN" and s.style == "printed"][:1]
    looks = {
        draw(dataclasses.replace(SCENES[0], notices=(dataclasses.replace(notice, style=style, word=word),))).tobytes()
        for style in ("printed", "handwritten", "lights")
        for word in ("OPEN", "EXIT", None)
    }
    assert len(looks) == 9

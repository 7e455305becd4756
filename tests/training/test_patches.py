"""What the image encoder of ofa_nano learns before OFA's tasks."""

import numpy as np
import pytest

from workflow_scripts.miniature.scenes import Crowd, Scene, Thing
from workflow_scripts.models.batches import Pictures
from workflow_scripts.models.ofa.resnet import ResNet
from workflow_scripts.training.patches import NOTHING, OF_PATCHES, OF_PICTURES, UNKNOWN, shown, train
from workflow_scripts.training.pretraining import UNIVERSE, picture, picture_path, scene_of

APPLE = Thing("apple", "red", "large", (20, 40, 60, 80))
PERSON = Thing("person", "blue", "small", (50, 40, 80, 80), mood="sad", pose="waving")


def of(patches: np.ndarray, what: str) -> list[list[str | None]]:
    names, number = OF_PATCHES[what], list(OF_PATCHES).index(what)
    return [[None if k == UNKNOWN else names[k] for k in row] for row in patches[number]]


def test_a_patch_shows_the_last_thing_over_its_centre():
    seen = shown(Scene(80, 160, "beach", "cloudy", 60, (APPLE, PERSON)), side=4)
    assert of(seen.patches, "category") == [
        [NOTHING] * 4,
        [NOTHING, "apple", "person", "person"],
        [NOTHING] * 4,
        [NOTHING] * 4,
    ]
    assert of(seen.patches, "colour")[1] == [None, "red", "blue", "blue"]
    assert of(seen.patches, "mood")[1] == [None, None, "sad", "sad"]
    # The centre of the second patch is at 30, 60.
    assert seen.edges[:, 1, 1].tolist() == pytest.approx([10 / 80, 20 / 160, 30 / 80, 20 / 160])
    assert [names[k] for names, k in zip(OF_PICTURES.values(), seen.picture)] == ["beach", "cloudy"]


def test_a_tiny_thing_has_the_patch_of_its_centre_and_a_crowd_has_none():
    tiny = Thing("kite", "pink", "tiny", (1, 1, 8, 8))
    seen = shown(Scene(80, 80, "kitchen", None, 30, (tiny,), (Crowd("apple", "red", (40, 40, 80, 80)),)), side=4)
    category = of(seen.patches, "category")
    assert category[0] == ["kite", NOTHING, NOTHING, NOTHING]
    assert category[3] == [NOTHING, NOTHING, None, None]
    assert seen.picture[1] == UNKNOWN


def test_it_learns_to_see(tmp_path):
    """After a few steps colours are right more often than by chance, in pictures that it never saw."""
    scenes = {}
    for index in range(400):
        if scene := scene_of(3, index):
            path = tmp_path / picture_path(index)
            path.parent.mkdir(parents=True, exist_ok=True)
            picture(3, index)[0].save(path)
            scenes[f"{UNIVERSE}/{picture_path(index)}"] = scene
    how = {"seed": 0, "steps": 60, "batch_size": 16, "learning_rate": 0.003, "threads": 1}
    right = train(ResNet([1, 1, 1], 16), scenes, Pictures({UNIVERSE: tmp_path}, 64), **how)
    assert right.keys() == {*OF_PATCHES, *OF_PICTURES}
    assert right["colour"] > 2 / 9
    assert right["place"] > 2 / 8

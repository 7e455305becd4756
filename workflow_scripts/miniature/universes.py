"""Which scenes are the pictures of which dataset, and the ids they have there.

Ids depend on the index alone, so a larger world contains the smaller one.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from workflow_scripts.miniature.notices import with_notices
from workflow_scripts.miniature.scenes import Scene, scene
from workflow_scripts.randomness import keyed_number

COCO_IDS = {"train2014": 25, "val2014": 42}  # first ids; every 13th from there on
COCO_SIZES = {"train2014": "mscoco_train", "val2014": "mscoco_val"}  # keys of sizes
SHARED_EVERY, VAL_EVERY = 3, 4  # every third of Visual Genome's pictures is COCO's; every fourth of these from val2014
LOW_IDS_EVERY, HIGH_IDS = 4, 2_315_300  # every fourth id of Visual Genome is low, the others are above
TEST_IDS = 2_400_000  # of Visual7W's test pictures that are in no other dataset
TEST_EVERY = 5  # every fifth of Visual7W's pictures is a test picture
SHARED_TESTS = 4  # every fourth of these is Visual Genome's, too
FLICKR_IDS = {"mscoco": 3_000_000_000, "visual_genome": 5_000_000_000}  # of Flickr, to which an id here is added


@dataclass(frozen=True)
class Picture:
    """A scene under an image id."""

    image_id: int
    scene: Scene
    coco_id: int | None = None  # Visual Genome: the same picture in MS COCO


def coco_id(split: str, index: int) -> int:
    return COCO_IDS[split] + 13 * index


def coco_flickr_id(image_id: int) -> int:
    """Where a picture of MS COCO comes from; it is the same in Visual Genome."""
    return FLICKR_IDS["mscoco"] + image_id


@lru_cache(maxsize=4096)
def coco_scene(seed: int, split: str, index: int) -> Scene:
    """A scene of train2014 or val2014. Only COCO's pictures have notices, for COCO-Text to read."""
    draw = random.Random(keyed_number("miniature notices", seed, split, index))
    return with_notices(scene(seed, f"mscoco {split}", index), draw)


def coco_pictures(seed: int, split: str, count: int) -> Iterator[Picture]:
    """The first pictures of train2014 or val2014."""
    for index in range(count):
        yield Picture(coco_id(split, index), coco_scene(seed, split, index))


def visual_genome_picture(seed: int, sizes: Mapping[str, int], index: int) -> Picture:
    """A picture of Visual Genome; every third is one of MS COCO's, while these last."""
    low = index % LOW_IDS_EVERY == 0
    image_id = 1 + index // LOW_IDS_EVERY if low else HIGH_IDS + 3 * index
    if index % SHARED_EVERY == 1:
        split, shared = _shared(index // SHARED_EVERY)
        if shared < sizes[COCO_SIZES[split]]:
            return Picture(image_id, coco_scene(seed, split, shared), coco_id(split, shared))
    return Picture(image_id, scene(seed, "visual genome", index))


def _shared(number: int) -> tuple[str, int]:
    """Split and index of the n-th picture of MS COCO that Visual Genome has, too."""
    if number % VAL_EVERY == 0:
        return "val2014", number // VAL_EVERY
    return "train2014", number - number // VAL_EVERY - 1


def visual_genome_pictures(seed: int, sizes: Mapping[str, int]) -> Iterator[Picture]:
    for index in range(sizes["visual_genome"]):
        yield visual_genome_picture(seed, sizes, index)


def visual7w_pictures(seed: int, sizes: Mapping[str, int]) -> Iterator[tuple[str, Picture]]:
    """(split, picture) of Visual Genome's first pictures; most test pictures are in no other dataset instead."""
    for index in range(sizes["visual7w"]):
        fifth, place = divmod(index, TEST_EVERY)
        split = {TEST_EVERY - 1: "test", TEST_EVERY - 2: "val"}.get(place, "train")
        if split == "test" and fifth % SHARED_TESTS:
            yield split, Picture(TEST_IDS + fifth, scene(seed, "visual7w test", index))
        else:
            yield split, visual_genome_picture(seed, sizes, index)

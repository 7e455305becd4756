"""Described regions of Visual Genome that a question can be asked about."""

from collections import Counter

from workflow_scripts.datasets.visual_genome import DescribedRegion, Photo
from workflow_scripts.regions import is_usable
from workflow_scripts.tasks.answers import normal

MIN_WORDS = 2  # "sky" and "window" describe too much


def told_apart(photo: Photo) -> list[DescribedRegion]:
    """The usable regions whose phrase has at least MIN_WORDS words and is no other region's in the photo."""
    times = Counter(normal(r.phrase) for r in photo.regions)
    return [
        r
        for r in photo.regions
        if times[normal(r.phrase)] == 1
        and len(r.phrase.split()) >= MIN_WORDS
        and is_usable(r.region, photo.width, photo.height)
    ]

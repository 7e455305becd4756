"""Do two regions overlap?"""

from collections.abc import Iterator

import numpy as np

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of, yes_or_no
from workflow_scripts.tasks.region_understanding.overlaps import Layout

SIMILAR = 1.5  # the largest ratio of the areas of the two between which a coin decides, so that size tells nothing


def derive(photo: Photo, draw: Draw, *, scale: float) -> Iterator[Instance]:
    """Regions that overlap one and lie apart from another of like size, in drawn order, each with either of these."""
    layout = Layout.of(photo, scale)
    ratio = layout.area[:, None] / layout.area[None, :]
    similar = np.maximum(ratio, ratio.T) <= SIMILAR
    for first in draw.shuffled(range(len(layout.regions)), purpose="order"):
        region = layout.regions[first]
        partners = np.argwhere(np.outer(layout.overlap[first], layout.apart[first]) & similar).tolist()
        if not partners:
            continue
        overlapping, apart = draw.choice(partners, purpose=f"partners of {region.region_id}")
        overlap = draw.coin(purpose=f"overlap of {region.region_id}")
        other = layout.regions[overlapping if overlap else apart]
        yield Instance(
            instance_id=f"{photo.record_id}/{region.region_id}-{other.region_id}",
            **picture_of(photo),
            regions=(region.region, other.region),
            **yes_or_no(overlap),
        )


TASK = Task(
    name="Region Overlapping Detection",
    dataset="visual_genome",
    role="train",
    output="choice",
    slots=frozenset({"REGION", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
    in_bins=True,
)

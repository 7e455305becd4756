"""Choose the region that a phrase describes, out of four."""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.regions import iou
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.region_phrases import told_apart

OPTIONS = 4
APART = 0.5  # options overlap less than this, or both could be meant


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo's regions with a phrase of their own and enough others that lie apart, in drawn order."""
    described = told_apart(photo)
    for target in draw.shuffled(described, purpose="order"):
        purpose = f"options of {target.region_id}"
        options = [target.region]
        for other in draw.shuffled(described, purpose=purpose):
            if len(options) < OPTIONS and all(iou(other.region, o) < APART for o in options):
                options.append(other.region)
        if len(options) == OPTIONS:
            yield Instance(
                instance_id=f"{photo.record_id}/{target.region_id}",
                **picture_of(photo),
                text=target.phrase,
                option_regions=tuple(draw.shuffled(options, purpose=f"order of {purpose}")),
                target_regions=(target.region,),
            )


TASK = Task(
    name="Visual Grounding Selection",
    dataset="visual_genome",
    role="train",
    output="region_choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

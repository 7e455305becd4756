"""Find the region that a phrase describes."""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.region_phrases import told_apart


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo's regions whose phrase means no other, in drawn order."""
    for region in draw.shuffled(told_apart(photo), purpose="order"):
        yield Instance(
            instance_id=f"{photo.record_id}/{region.region_id}",
            **picture_of(photo),
            text=region.phrase,
            target_regions=(region.region,),
        )


TASK = Task(
    name="Visual Grounding",
    dataset="visual_genome",
    role="train",
    output="region",
    slots=frozenset({"TEXT"}),
    metrics=("iou_accuracy",),
    derive=derive,
)

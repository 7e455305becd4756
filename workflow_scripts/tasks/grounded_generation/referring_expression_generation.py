"""Refer to the object in a region, so that it is told from all others."""

from collections.abc import Iterator

from workflow_scripts.datasets.refcoco import Photo
from workflow_scripts.regions import iou
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.referring_expressions import referents

SAME = 0.7  # an IoU from which on two boxes could be drawn around either of their objects


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """Each object that is referred to and whose box is not also another's; every expression for it is right."""
    for referent in referents(photo, draw):
        chosen = referent.object
        if all(o is chosen or iou(o.region, chosen.region) < SAME for o in photo.objects):
            yield Instance(
                instance_id=f"{photo.record_id}/{chosen.object_id}",
                **picture_of(photo),
                regions=(chosen.region,),
                target=draw.choice(referent.expressions, purpose=f"expression: {chosen.object_id}"),
                references=referent.expressions,
            )


TASK = Task(
    name="Referring Expression Generation",
    dataset="refcoco",
    role="train",
    output="text",
    slots=frozenset({"REGION"}),
    metrics=("rouge_l",),
    derive=derive,
)

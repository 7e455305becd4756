"""Find the object that a referring expression means."""

from collections.abc import Iterator

from workflow_scripts.datasets.refcoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.referring_expressions import referents


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One of its expressions for each object that is referred to."""
    for referent in referents(photo, draw):
        object_id = referent.object.object_id
        yield Instance(
            instance_id=f"{photo.record_id}/{object_id}",
            **picture_of(photo),
            text=draw.choice(referent.expressions, purpose=f"expression: {object_id}"),
            target_regions=(referent.object.region,),
        )


TASK = Task(
    name="Referring Expression Grounding",
    dataset="refcoco",
    role="train",
    output="region",
    slots=frozenset({"TEXT"}),
    metrics=("iou_accuracy",),
    derive=derive,
)

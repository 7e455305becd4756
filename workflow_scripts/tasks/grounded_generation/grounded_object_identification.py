"""Name the object inside a region."""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.regions import iou
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.coco_objects import drawn, usable

SAME = 0.7  # an IoU from which on two boxes could be drawn around either of their objects


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One object, whose box is not also that of another category's object or crowd."""
    for chosen in drawn(usable(photo), draw):
        if all(o.name == chosen.name or iou(o.region, chosen.region) < SAME for o in photo.objects):
            yield Instance(
                instance_id=f"{photo.record_id}/{chosen.object_id}",
                **picture_of(photo),
                regions=(chosen.region,),
                target=chosen.name,
                references=(chosen.name,),
            )
            return


TASK = Task(
    name="Grounded Object Identification",
    dataset="mscoco",
    role="train",
    output="text",
    slots=frozenset({"REGION"}),
    metrics=("accuracy", "rouge_l"),
    derive=derive,
)

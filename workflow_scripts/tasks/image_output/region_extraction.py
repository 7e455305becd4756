"""Cut a region out of a picture: the answer is the region itself, as picture codes."""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.regions import is_usable
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo's single objects of a usable size, in drawn order."""
    for o in draw.shuffled(photo.objects, purpose="order"):
        if not o.crowd and is_usable(o.region, photo.width, photo.height):
            yield Instance(
                instance_id=f"{photo.record_id}/{o.object_id}",
                **picture_of(photo),
                regions=(o.region,),
                target_crop=o.region,
            )


TASK = Task(
    name="Region Extraction",
    dataset="mscoco",
    role="extra",
    output="image",
    slots=frozenset({"REGION"}),
    metrics=(),
    derive=derive,
)

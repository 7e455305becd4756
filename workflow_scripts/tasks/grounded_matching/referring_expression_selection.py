"""Choose the object that a referring expression means, out of four."""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Object
from workflow_scripts.datasets.refcoco import Photo
from workflow_scripts.regions import Region, iou
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.coco_objects import usable
from workflow_scripts.tasks.referring_expressions import referents

OPTIONS = 4
APART = 0.5  # options overlap less than this, or they are nearly one


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One expression for each object that is referred to and has enough others beside it."""
    for referent in referents(photo, draw):
        target = referent.object
        options = _options(target, photo, draw)
        if options:
            yield Instance(
                instance_id=f"{photo.record_id}/{target.object_id}",
                **picture_of(photo),
                text=draw.choice(referent.expressions, purpose=f"expression: {target.object_id}"),
                option_regions=tuple(draw.shuffled(options, purpose=f"options: {target.object_id}")),
                target_regions=(target.region,),
            )


def _options(target: Object, photo: Photo, draw: Draw) -> list[Region]:
    """The target and others of its category, at least one; only then others. None if there are too few."""
    others = draw.shuffled(usable(photo), purpose=f"others: {target.object_id}")
    others.sort(key=lambda o: o.name != target.name)
    chosen = [target]
    for o in others:
        if len(chosen) < OPTIONS and all(iou(o.region, c.region) < APART for c in chosen):
            chosen.append(o)
    if len(chosen) < OPTIONS or chosen[1].name != target.name:
        return []
    return [o.region for o in chosen]


TASK = Task(
    name="Referring Expression Selection",
    dataset="refcoco",
    role="train",
    output="region_choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

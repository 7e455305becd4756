"""Do two regions show things of the same kind?"""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of, yes_or_no
from workflow_scripts.tasks.coco_objects import drawn, touch, usable


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One object and another that does not touch it; only where it has one of its kind and one of another kind.

    So both answers are equally likely, and what the first object is does not tell which one is right.
    """
    objects = usable(photo)
    for first in drawn(objects, draw):
        partners = {True: [], False: []}
        for o in objects:
            if not touch(o.region, first.region):
                partners[o.name == first.name].append(o)
        if all(partners.values()):
            same = draw.coin(purpose="same")
            second = draw.choice(partners[same], purpose="second")
            a, b = draw.shuffled([first, second], purpose="order")
            yield Instance(
                instance_id=f"{photo.record_id}/{a.object_id}-{b.object_id}",
                **picture_of(photo),
                regions=(a.region, b.region),
                **yes_or_no(same),
            )
            return


TASK = Task(
    name="Object Matching",
    dataset="mscoco",
    role="train",
    output="choice",
    slots=frozenset({"REGION", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

"""Does a region show an object of this category?"""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.coco_objects import drawn, touch, usable


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One object's region, with its category or with another one of the photo that is nowhere in the region.

    Only of photos that have both, so that neither the photo nor the category tells the answer.
    """
    objects = usable(photo)
    for chosen in drawn(objects, draw):
        inside = {o.name for o in photo.objects if touch(o.region, chosen.region)}
        outside = sorted({o.name for o in objects} - inside)
        if outside:
            shown = draw.coin(purpose="shown")
            name = chosen.name if shown else draw.choice(outside, purpose="other category")
            answer = "yes" if shown else "no"
            yield Instance(
                instance_id=f"{photo.record_id}/{chosen.object_id}",
                **picture_of(photo),
                text=name,
                regions=(chosen.region,),
                options=("yes", "no"),
                target=answer,
                references=(answer,),
            )
            return


TASK = Task(
    name="Object-Region Matching",
    dataset="mscoco",
    role="train",
    output="choice",
    slots=frozenset({"TEXT", "REGION", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

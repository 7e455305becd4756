"""Does a region show an object of this category?"""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of, yes_or_no
from workflow_scripts.tasks.coco_objects import away_from, by_category, drawn, usable


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One category, with the region of one of its objects or of another object, where nothing of the category is.

    Only of photos that have both, so that neither the photo nor the category tells the answer.
    """
    objects = usable(photo)
    categories = by_category(objects)
    for name in draw.shuffled(list(categories), purpose="categories"):
        if others := away_from(name, objects, photo):
            shown = draw.coin(purpose="shown")
            chosen = next(drawn(categories[name] if shown else others, draw))
            yield Instance(
                instance_id=f"{photo.record_id}/{chosen.object_id}",
                **picture_of(photo),
                text=name,
                regions=(chosen.region,),
                **yes_or_no(shown),
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

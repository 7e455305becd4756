"""Choose the region that shows an object of a category, out of four."""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.regions import iou
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.coco_objects import away_from, by_category, usable

OPTIONS = 4
APART = 0.5  # options overlap less than this, or they are nearly one


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One object, among others whose regions touch nothing of its category, not even its crowds."""
    generator = draw.generator("options")
    objects = usable(photo)
    categories = by_category(objects)
    for name in generator.sample(list(categories), len(categories)):
        target = generator.choice(categories[name])
        others = away_from(name, objects, photo)
        options = [target.region]
        for o in generator.sample(others, len(others)):
            if len(options) < OPTIONS and all(iou(o.region, option) < APART for option in options):
                options.append(o.region)
        if len(options) == OPTIONS:
            yield Instance(
                instance_id=f"{photo.record_id}/{target.object_id}",
                **picture_of(photo),
                text=name,
                option_regions=tuple(generator.sample(options, OPTIONS)),
                target_regions=(target.region,),
            )
            return


TASK = Task(
    name="Object-Region Selection",
    dataset="mscoco",
    role="train",
    output="region_choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

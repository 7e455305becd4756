"""Choose the region that shows an object of a category, out of four."""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.regions import iou
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.coco_objects import by_category, touch, usable

OPTIONS = 4
APART = 0.5  # options overlap less than this, or they are nearly one


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One object, among others whose regions touch nothing of its category, not even its crowds."""
    generator = draw.generator("options")
    categories = by_category(usable(photo))
    for name in generator.sample(list(categories), len(categories)):
        same = [o.region for o in photo.objects if o.name == name]
        # None of the category's own is left: each touches itself.
        others = [o.region for found in categories.values() for o in found if not any(touch(o.region, s) for s in same)]
        target = generator.choice(categories[name])
        options = [target.region]
        for region in generator.sample(others, len(others)):
            if len(options) < OPTIONS and all(iou(region, option) < APART for option in options):
                options.append(region)
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

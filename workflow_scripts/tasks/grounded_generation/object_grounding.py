"""Find every object of a category."""

from collections import Counter
from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.coco_objects import by_category, usable

MOST = 5  # boxes of an answer


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One category, of which there is nothing but at most MOST objects that are no crowd and large enough."""
    annotated = Counter(o.name for o in photo.objects)
    categories = {name: found for name, found in by_category(usable(photo)).items() if len(found) == annotated[name]}
    askable = [name for name, found in categories.items() if len(found) <= MOST]
    if not askable:
        return
    name = draw.choice(askable, purpose="category")
    yield Instance(
        instance_id=f"{photo.record_id}/{name}",
        **picture_of(photo),
        text=name,
        target_regions=tuple(sorted(o.region for o in categories[name])),
    )


TASK = Task(
    name="Object Grounding",
    dataset="mscoco",
    role="train",
    output="regions",
    slots=frozenset({"TEXT"}),
    metrics=("region_f1",),
    derive=derive,
)

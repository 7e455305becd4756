"""The scheme of two tasks: which of these categories are in one of two regions at least, or in neither?"""

from collections.abc import Iterator
from functools import partial
from itertools import combinations, islice

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.regions import Region, area, intersection
from workflow_scripts.tasks.base import Draw, Instance, Role, Task, picture_of
from workflow_scripts.tasks.coco_objects import drawn, touch, usable

CATEGORIES = 3  # offered, beside NONE
NONE = "none"
INSIDE = 0.5  # of an object's box, that is in a region then
TRIED = 6  # objects whose pairs are tried as regions, of a photo that has dozens


def inside_and_outside(photo: Photo, regions: tuple[Region, Region]) -> tuple[list[str], list[str]]:
    """The photo's categories that are in a region, and those that are in none, by alphabet.

    All annotations count, crowds too. A category that a region only cuts a small piece off is on neither list.
    """
    names, inside, touched = set(), set(), set()
    for o in photo.objects:
        names.add(o.name)
        for region in regions:
            if touch(o.region, region):
                touched.add(o.name)
                if intersection(o.region, region) >= INSIDE * area(o.region):
                    inside.add(o.name)
    return sorted(inside), sorted(names - touched)


def derive(asked_inside: bool, photo: Photo, draw: Draw) -> Iterator[Instance]:
    """Regions of two objects that do not touch. How many options are right is drawn, too, from what is possible."""
    for a, b in combinations(islice(drawn(usable(photo), draw), TRIED), 2):
        if touch(a.region, b.region):
            continue
        inside, outside = inside_and_outside(photo, (a.region, b.region))
        right, wrong = (inside, outside) if asked_inside else (outside, inside)
        possible = range(max(CATEGORIES - len(wrong), 0), min(CATEGORIES, len(right)) + 1)
        if not possible:
            continue
        generator = draw.generator("options")
        count = generator.choice(possible)
        answers = generator.sample(right, count)
        options = generator.sample(answers + generator.sample(wrong, CATEGORIES - count), CATEGORIES)
        target = ", ".join(sorted(answers)) or NONE
        yield Instance(
            instance_id=f"{photo.record_id}/{a.object_id}-{b.object_id}",
            **picture_of(photo),
            regions=(a.region, b.region),
            options=(*options, NONE),
            target=target,
            references=(target,),
        )
        return


def categories_in_regions_task(name: str, role: Role, *, asked_inside: bool) -> Task:
    """asked_inside: the right options are those in a region, not those in none."""
    return Task(
        name=name,
        dataset="mscoco",
        role=role,
        output="multi_choice",
        slots=frozenset({"REGION", "OPTION"}),
        metrics=("set_accuracy",),
        derive=partial(derive, asked_inside),
    )

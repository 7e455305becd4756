"""Do two regions show things of the same kind?"""

from collections.abc import Iterator
from itertools import combinations

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.regions import intersection, is_usable
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One pair of objects that do not touch; only of photos with a pair of either kind, so both are equally likely."""
    usable = [o for o in photo.objects if not o.crowd and is_usable(o.region, photo.width, photo.height)]
    pairs = {True: [], False: []}
    for a, b in combinations(sorted(usable, key=lambda o: o.object_id), 2):
        if not intersection(a.region, b.region):
            pairs[a.name == b.name].append((a, b))
    if not all(pairs.values()):
        return
    same = draw.coin(purpose="same")
    a, b = draw.shuffled(draw.choice(pairs[same], purpose="pair"), purpose="order")
    answer = "yes" if same else "no"
    yield Instance(
        instance_id=f"{photo.record_id}/{a.object_id}-{b.object_id}",
        **picture_of(photo),
        regions=(a.region, b.region),
        options=("yes", "no"),
        target=answer,
        references=(answer,),
    )


TASK = Task(
    name="Object Matching",
    dataset="mscoco",
    role="train",
    output="choice",
    slots=frozenset({"REGION", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

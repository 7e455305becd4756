"""Does a phrase describe a region?"""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of, yes_or_no
from workflow_scripts.tasks.region_phrases import described, foreign, usable


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """Usable regions in drawn order, each with its own phrase or one that is wrong of it, if the photo has one."""
    everything = described(photo)
    candidates = usable(photo, everything)
    for region in draw.shuffled(candidates, purpose="order"):
        others = draw.shuffled(candidates, purpose=f"phrase for {region.region_id}")
        wrong = next(foreign(region, others, everything), None)
        if wrong is None:
            continue
        right = draw.coin(purpose=f"right for {region.region_id}")
        yield Instance(
            instance_id=f"{photo.record_id}/{region.region_id}",
            **picture_of(photo),
            text=region.phrase if right else wrong.phrase,
            regions=(region.region,),
            **yes_or_no(right),
        )


TASK = Task(
    name="Region-Caption Matching",
    dataset="visual_genome",
    role="train",
    output="choice",
    slots=frozenset({"TEXT", "REGION", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

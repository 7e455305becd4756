"""Choose the region that a phrase describes, out of four."""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.regions import iou
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.region_phrases import SAME, told_apart

OPTIONS = 4


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The regions with a phrase that means no other, and enough others around other things, in drawn order.

    A region whose words are all among the target's is no option: "the dog" may be the one of "the dog on the grass".
    """
    candidates = told_apart(photo)
    for target in draw.shuffled(candidates, purpose="order"):
        purpose = f"options of {target.region_id}"
        options = [target.region]
        for other in draw.shuffled(candidates, purpose=purpose):
            if len(options) == OPTIONS:
                break
            if not other.words <= target.words and all(iou(other.region, o) < SAME for o in options):
                options.append(other.region)
        if len(options) == OPTIONS:
            yield Instance(
                instance_id=f"{photo.record_id}/{target.region_id}",
                **picture_of(photo),
                text=target.phrase,
                option_regions=tuple(draw.shuffled(options, purpose=f"order of {purpose}")),
                target_regions=(target.region,),
            )


TASK = Task(
    name="Visual Grounding Selection",
    dataset="visual_genome",
    role="train",
    output="region_choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

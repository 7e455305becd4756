"""Describe a region in a phrase."""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.regions import iou
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.region_phrases import described, usable

COINCIDE = 0.7  # IoU from which what is said of one region holds of the other


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """Usable regions in drawn order, one of those that coincide; references are the phrases of all of these."""
    everything = described(photo)
    done = []
    for region in draw.shuffled(usable(photo, everything), purpose="order"):
        if any(iou(region.region, other) >= COINCIDE for other in done):
            continue
        done.append(region.region)
        same = [r.phrase for r in everything if iou(r.region, region.region) >= COINCIDE]
        references = {normal(phrase): phrase for phrase in (*same, region.phrase)}
        yield Instance(
            instance_id=f"{photo.record_id}/{region.region_id}",
            **picture_of(photo),
            regions=(region.region,),
            target=region.phrase,
            references=tuple(references.values()),
        )


TASK = Task(
    name="Grounded Captioning",
    dataset="visual_genome",
    role="train",
    output="text",
    slots=frozenset({"REGION"}),
    metrics=("rouge_l",),
    derive=derive,
)

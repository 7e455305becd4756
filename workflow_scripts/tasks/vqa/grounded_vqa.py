"""Unseen: answer a question about a picture by pointing at one of four regions."""

from collections.abc import Iterator
from itertools import combinations

from workflow_scripts.datasets.visual7w import Photo
from workflow_scripts.regions import area, iou, to_bins
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

SAME = 0.9  # options that overlap more than this cannot be told apart


def derive(photo: Photo, draw: Draw, *, scale: float) -> Iterator[Instance]:
    """The photo's questions with four options that can be told apart, in drawn order."""
    for q in draw.shuffled(photo.questions, purpose="order"):
        regions = [q.answer_region, *q.choice_regions]
        seen = [to_bins(region, photo.width, photo.height, scale=scale) for region in regions]
        if not all(map(area, seen)) or any(iou(a, b) > SAME for a, b in combinations(seen, 2)):
            continue
        yield Instance(
            instance_id=f"{photo.record_id}/{q.question_id}",
            **picture_of(photo),
            text=q.question,
            option_regions=tuple(draw.shuffled(regions, purpose=f"options of {q.question_id}")),
            target_regions=(q.answer_region,),
        )


TASK = Task(
    name="Grounded VQA",
    dataset="visual7w",
    role="eval",
    output="region_choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    where=("kind", "pointing"),
    derive=derive,
    in_bins=True,
)

"""Choose the region in which a text is written, out of three."""

from collections.abc import Iterator

from workflow_scripts.datasets.coco_text import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.writing import alone, differ, readable, transcribed

OPTIONS = 3  # few photos have more texts that are large enough


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """Each readable text that no other one of the photo is like, among regions of which it is known what they say."""
    known, placed = transcribed(photo), alone(photo)
    candidates = [t for t in known if t in placed]
    for target in draw.shuffled(readable(photo), purpose="order"):
        others = [t for t in candidates if t is not target]
        if len(others) < OPTIONS - 1 or not all(t is target or differ(t.string, target.string) for t in known):
            continue
        wrong = draw.sample(others, OPTIONS - 1, purpose=f"others: {target.text_id}")
        options = draw.shuffled([target.region, *(t.region for t in wrong)], purpose=f"options: {target.text_id}")
        yield Instance(
            instance_id=f"{photo.record_id}/{target.text_id}",
            **picture_of(photo),
            text=target.string,
            option_regions=tuple(options),
            target_regions=(target.region,),
        )


TASK = Task(
    name="Text Localization",
    dataset="coco_text",
    role="train",
    output="region_choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

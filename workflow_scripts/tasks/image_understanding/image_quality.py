"""What is wrong with a photo taken by someone who could not see it, if anything?"""

from collections.abc import Iterator

from workflow_scripts.datasets.vizwiz_image_quality import FLAWS, Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

MARGIN = 2  # votes of five between the first flaw and the second


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo, if by far the most votes are for one flaw, or for there being none."""
    first, second = sorted(photo.flaws, key=lambda flaw: flaw.votes, reverse=True)[:2]
    if first.votes - second.votes < MARGIN:
        return
    yield Instance(
        instance_id=photo.record_id,
        **picture_of(photo),
        options=tuple(FLAWS.values()),
        target=first.name,
        references=(first.name,),
    )


TASK = Task(
    name="Image Quality",
    dataset="vizwiz_image_quality",
    role="train",
    output="choice",
    slots=frozenset({"OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

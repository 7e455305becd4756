"""Describe a picture in a sentence."""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One of the photo's captions; all of them are right."""
    if photo.captions:
        yield Instance(
            instance_id=photo.record_id,
            **picture_of(photo),
            target=draw.choice(photo.captions, purpose="caption"),
            references=tuple(dict.fromkeys(photo.captions)),
        )


TASK = Task(
    name="Image Captioning",
    dataset="mscoco",
    role="train",
    output="text",
    metrics=("rouge_l",),
    derive=derive,
)

"""Complete a picture of which a square is blacked out, told what all of it shows."""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.image_output.holes import hole, whole


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo with a square blacked out and one of its captions; the answer is the whole photo."""
    if photo.captions:
        yield Instance(
            instance_id=photo.record_id,
            **picture_of(photo),
            mask=hole(photo.width, photo.height, draw),
            text=draw.choice(photo.captions, purpose="caption"),
            target_crop=whole(photo.width, photo.height),
        )


TASK = Task(
    name="Image Completion with Image Caption",
    dataset="mscoco",
    role="extra",
    output="image",
    slots=frozenset({"TEXT"}),
    metrics=(),
    derive=derive,
)

"""Fill in a black square of a picture: the answer is what it hides."""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.image_output.holes import hole


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo with a square blacked out."""
    hidden = hole(photo.width, photo.height, draw)
    yield Instance(instance_id=photo.record_id, **picture_of(photo), mask=hidden, target_crop=hidden)


TASK = Task(
    name="Image Infilling",
    dataset="mscoco",
    role="extra",
    output="image",
    metrics=(),
    derive=derive,
)

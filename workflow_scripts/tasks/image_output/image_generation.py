"""Draw the picture that a caption describes; none is shown."""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task
from workflow_scripts.tasks.image_output.holes import whole


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """One of the photo's captions; the answer is the whole photo."""
    if photo.captions:
        yield Instance(
            instance_id=photo.record_id,
            text=draw.choice(photo.captions, purpose="caption"),
            target_image=photo.image,
            target_crop=whole(photo.width, photo.height),
        )


TASK = Task(
    name="Image Generation",
    dataset="mscoco",
    role="extra",
    output="image",
    slots=frozenset({"TEXT"}),
    metrics=(),
    derive=derive,
)

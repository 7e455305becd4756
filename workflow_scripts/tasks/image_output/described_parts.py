"""The scheme of the tasks that ask for a described part of a Visual Genome picture, or for the picture around it."""

from collections.abc import Callable, Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.region_phrases import Described, told_apart


def described_part_task(name: str, fields: Callable[[Photo, Described], dict]) -> Task:
    """A task with one instance for each region whose phrase is its own, in drawn order.

    fields: what the model sees and is asked for, as fields of Instance.
    """

    def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
        for described in draw.shuffled(told_apart(photo), purpose="order"):
            yield Instance(
                instance_id=f"{photo.record_id}/{described.region_id}",
                **picture_of(photo),
                text=described.phrase,
                **fields(photo, described),
            )

    return Task(
        name=name,
        dataset="visual_genome",
        role="extra",
        output="image",
        slots=frozenset({"TEXT"}),
        metrics=(),
        derive=derive,
    )

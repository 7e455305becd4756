"""Which of five captions is the picture's?"""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.image_text_matching.captions import described, survey
from workflow_scripts.tasks.image_text_matching.foreign import SAMPLE, Described, own_and_foreign

OPTIONS = 5


def derive(photo: Photo, draw: Draw, pool: list[Described]) -> Iterator[Instance]:
    """One of the photo's captions among those of four other photos, each of which names a thing this one has not."""
    captions = own_and_foreign(described(photo), pool, OPTIONS - 1, draw)
    if captions is None:
        return
    own, others = captions
    yield Instance(
        instance_id=photo.record_id,
        **picture_of(photo),
        options=tuple(draw.shuffled([own, *others], purpose="options")),
        target=own,
        references=(own,),
    )


TASK = Task(
    name="Image-Text Selection",
    dataset="mscoco",
    role="train",
    output="choice",
    slots=frozenset({"OPTION"}),
    metrics=("accuracy",),
    survey=survey,
    survey_sample=SAMPLE,
    derive=derive,
)

"""Does a caption describe the picture?"""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task
from workflow_scripts.tasks.image_text_matching.captions import described, survey
from workflow_scripts.tasks.image_text_matching.foreign import SAMPLE, Described, matched


def derive(photo: Photo, draw: Draw, pool: list[Described]) -> Iterator[Instance]:
    """One caption: the photo's own, or one that names a thing this photo has none of (and so is wrong of it)."""
    yield from matched(photo, described(photo), pool, draw)


TASK = Task(
    name="Image-Text Matching",
    dataset="mscoco",
    role="train",
    output="choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    survey=survey,
    survey_sample=SAMPLE,
    derive=derive,
)

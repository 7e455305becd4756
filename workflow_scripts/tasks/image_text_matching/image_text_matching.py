"""Does a caption describe the picture?"""

from collections.abc import Iterator

from workflow_scripts.datasets.mscoco import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of, yes_or_no
from workflow_scripts.tasks.image_text_matching.captions import described, survey
from workflow_scripts.tasks.image_text_matching.foreign import SAMPLE, Described, own_and_foreign


def derive(photo: Photo, draw: Draw, pool: list[Described]) -> Iterator[Instance]:
    """One caption: the photo's own, or one that names a thing this photo has none of (and so is wrong of it)."""
    captions = own_and_foreign(described(photo), pool, 1, draw)
    if captions is None:
        return
    own, [foreign] = captions
    matches = draw.coin(purpose="matches")
    yield Instance(
        instance_id=photo.record_id,
        **picture_of(photo),
        text=own if matches else foreign,
        **yes_or_no(matches),
    )


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

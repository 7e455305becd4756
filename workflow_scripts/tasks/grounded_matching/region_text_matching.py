"""Is this text written in the region?"""

from collections.abc import Iterator

from workflow_scripts.datasets.coco_text import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of, yes_or_no
from workflow_scripts.tasks.writing import differ, readable


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """Each readable text's region with what it says, or with what a clearly different one of the photo says.

    Only where there is such a one, so that both answers are equally likely.
    """
    texts = readable(photo)
    for text in draw.shuffled(texts, purpose="order"):
        others = [other for other in texts if differ(other.string, text.string)]
        if not others:
            continue
        same = draw.coin(purpose=f"same: {text.text_id}")
        shown = text if same else draw.choice(others, purpose=f"other: {text.text_id}")
        yield Instance(
            instance_id=f"{photo.record_id}/{text.text_id}",
            **picture_of(photo),
            text=shown.string,
            regions=(text.region,),
            **yes_or_no(same),
        )


TASK = Task(
    name="Region-Text Matching",
    dataset="coco_text",
    role="train",
    output="choice",
    slots=frozenset({"TEXT", "REGION", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

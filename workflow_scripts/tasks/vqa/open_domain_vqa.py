"""Answer a free question about a picture in a few words. Visual Genome's half; VQAv2's comes with its reader."""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo's questions, in drawn order."""
    for q in draw.shuffled(photo.questions, purpose="order"):
        answer = q.answer.lower()
        yield Instance(
            instance_id=f"{photo.record_id}/{q.question_id}",
            **picture_of(photo),
            text=q.question,
            target=answer,
            references=(answer,),
        )


TASK = Task(
    name="Open-Domain VQA",
    dataset="visual_genome",
    role="train",
    output="text",
    slots=frozenset({"TEXT"}),
    metrics=("rouge_l",),
    derive=derive,
)

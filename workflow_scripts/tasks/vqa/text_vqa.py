"""Unseen: answer a question by reading what is written in a photo."""

from collections.abc import Iterator

from workflow_scripts.datasets.textvqa import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.vqa.ten_answers import most_frequent


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo's questions, in drawn order, each with the most frequent answer; people's ten are its references."""
    for q in draw.shuffled(photo.questions, purpose="order"):
        yield Instance(
            instance_id=f"{photo.record_id}/{q.question_id}",
            **picture_of(photo),
            text=q.question,
            target=most_frequent(q.answers),
            references=q.answers,
        )


TASK = Task(
    name="Text VQA",
    dataset="textvqa",
    role="eval",
    output="text",
    slots=frozenset({"TEXT"}),
    metrics=("rouge_l", "vqa_accuracy"),
    derive=derive,
)

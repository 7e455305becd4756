"""Unseen: answer a question by reading what is written in a photo."""

from collections import Counter
from collections.abc import Iterator

from workflow_scripts.datasets.textvqa import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

AGREED = 3  # of ten people: VQA's accuracy counts their answer in full. Single ones are often misread or a joke


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo's questions, in drawn order; the target is what most people answered, the first of equals."""
    for q in draw.shuffled(photo.questions, purpose="order"):
        [(target, _), *others] = Counter(q.answers).most_common()
        yield Instance(
            instance_id=f"{photo.record_id}/{q.question_id}",
            **picture_of(photo),
            text=q.question,
            target=target,
            references=(target, *(answer for answer, times in others if times >= AGREED)),
        )


TASK = Task(
    name="Text VQA",
    dataset="textvqa",
    role="eval",
    output="text",
    slots=frozenset({"TEXT"}),
    metrics=("rouge_l",),
    derive=derive,
)

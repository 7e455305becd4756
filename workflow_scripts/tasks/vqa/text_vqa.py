"""Unseen: answer a question by reading what is written in a photo."""

from collections import Counter
from collections.abc import Iterator

from workflow_scripts.datasets.textvqa import Photo
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of

# What people wrote who found no answer: right if most of the ten wrote so, no answer to fall back on if few did
NO_ANSWERS = ("unanswerable", "answering does not require reading text in the image")


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo's questions, in drawn order; the target is what most of ten people answered, the first of equals."""
    for q in draw.shuffled(photo.questions, purpose="order"):
        [(target, _)] = Counter(q.answers).most_common(1)
        yield Instance(
            instance_id=f"{photo.record_id}/{q.question_id}",
            **picture_of(photo),
            text=q.question,
            target=target,
            references=tuple(a for a in dict.fromkeys(q.answers) if a == target or a not in NO_ANSWERS),
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

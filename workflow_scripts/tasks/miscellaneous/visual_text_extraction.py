"""Unseen: write down the words on a meme."""

from collections.abc import Iterator

from workflow_scripts.datasets.hateful_memes import Meme
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of


def derive(meme: Meme, draw: Draw) -> Iterator[Instance]:
    """The meme; what it is labelled as plays no part."""
    yield Instance(instance_id=meme.record_id, **picture_of(meme), target=meme.text, references=(meme.text,))


TASK = Task(
    name="Visual Text Extraction",
    dataset="hateful_memes",
    role="eval",
    output="text",
    metrics=("rouge_l",),
    derive=derive,
)

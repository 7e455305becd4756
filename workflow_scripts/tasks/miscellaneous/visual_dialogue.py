"""Unseen: give the next answer in a dialogue about a photo."""

from collections.abc import Iterable, Iterator

from workflow_scripts.datasets.visdial import Dialogue, Round
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of


def derive(dialogue: Dialogue, draw: Draw) -> Iterator[Instance]:
    """The rounds, in drawn order; each with the caption and all before it, without which few can be understood."""
    for number in draw.shuffled(range(len(dialogue.rounds)), purpose="order"):
        asked = dialogue.rounds[number]
        yield Instance(
            instance_id=f"{dialogue.record_id}/{number + 1}",
            **picture_of(dialogue),
            context=told(dialogue.caption, dialogue.rounds[:number]),
            text=_ended(asked.question, "?"),
            target=asked.answer,
            references=(asked.answer,),
        )


def told(caption: str, rounds: Iterable[Round]) -> str:
    """The caption and rounds as one text.

    >>> told("a garden", [Round("is it sunny", "yes")])
    'Caption: a garden. Q: is it sunny? A: yes.'
    """
    said = (f" Q: {_ended(r.question, '?')} A: {_ended(r.answer, '.')}" for r in rounds)
    return f"Caption: {_ended(caption, '.')}{''.join(said)}"


def _ended(text: str, mark: str) -> str:
    """With the mark at its end, unless it ends in one of its own."""
    return text if text.endswith((".", "?", "!")) else text + mark


TASK = Task(
    name="Visual Dialogue",
    dataset="visdial",
    role="eval",
    output="text",
    slots=frozenset({"CONTEXT", "TEXT"}),
    metrics=("rouge_l",),
    derive=derive,
)

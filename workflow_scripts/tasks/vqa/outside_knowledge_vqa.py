"""Answer a question that takes knowledge from outside the picture."""

from collections.abc import Iterator

from workflow_scripts.datasets.ok_vqa import Question
from workflow_scripts.tasks.base import Draw, Instance, Task
from workflow_scripts.tasks.vqa.ten_answers import instance


def derive(question: Question, draw: Draw) -> Iterator[Instance]:
    """The question with the most frequent of people's answers."""
    yield from instance(question)


TASK = Task(
    name="Outside Knowledge VQA",
    dataset="ok_vqa",
    role="train",
    output="text",
    slots=frozenset({"TEXT"}),
    metrics=("rouge_l",),
    derive=derive,
)

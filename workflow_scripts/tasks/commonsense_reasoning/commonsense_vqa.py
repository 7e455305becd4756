"""Unseen: answer a question about people in a film still, which takes more than what is seen."""

from collections.abc import Iterator

from workflow_scripts.datasets.vcr import Question
from workflow_scripts.tasks.base import Draw, Instance, Task
from workflow_scripts.tasks.vcr_names import chosen_among


def derive(question: Question, draw: Draw) -> Iterator[Instance]:
    """The question with its four answers."""
    return chosen_among(question, question.answers, question.answer, draw, text=question.question)


TASK = Task(
    name="Commonsense VQA",
    dataset="vcr",
    role="eval",
    output="choice",
    slots=frozenset({"TEXT", "REGION", "OPTION"}),
    metrics=("rouge_l", "accuracy"),
    derive=derive,
)

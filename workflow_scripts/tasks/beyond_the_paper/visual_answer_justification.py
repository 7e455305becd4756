"""Say why an answer to a question about people in a film still is right."""

from collections.abc import Iterator

from workflow_scripts.datasets.vcr import Question
from workflow_scripts.tasks.base import Draw, Instance, Task
from workflow_scripts.tasks.vcr_names import chosen_among


def derive(question: Question, draw: Draw) -> Iterator[Instance]:
    """The question with its right answer and four rationales."""
    right_answer = question.answers[question.answer]
    return chosen_among(
        question, question.rationales, question.rationale, draw, text=question.question, answer=right_answer
    )  # fmt: skip


TASK = Task(
    name="Visual Answer Justification",
    dataset="vcr",
    role="extra",
    output="choice",
    slots=frozenset({"TEXT", "ANSWER", "REGION", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
    validated=False,
)

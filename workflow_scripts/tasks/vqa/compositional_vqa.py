"""Answer a question that takes several steps over the things in a picture and their relations."""

from collections.abc import Iterator

from workflow_scripts.datasets.gqa import Question
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of


def derive(question: Question, draw: Draw) -> Iterator[Instance]:
    """The question with its short answer."""
    if answer := normal(question.answer):
        yield Instance(
            instance_id=question.record_id,
            **picture_of(question),
            text=question.question,
            target=answer,
            references=(answer,),
        )


TASK = Task(
    name="Compositional VQA",
    dataset="gqa",
    role="train",
    output="text",
    slots=frozenset({"TEXT"}),
    metrics=("accuracy", "rouge_l"),
    derive=derive,
)

"""Unseen: is a statement true of a rendered picture of three boxes with shapes?"""

from collections.abc import Iterator

from workflow_scripts.datasets.nlvr import Statement
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of, yes_or_no


def derive(statement: Statement, draw: Draw) -> Iterator[Instance]:
    """The statement."""
    yield Instance(
        instance_id=statement.record_id,
        **picture_of(statement),
        text=statement.sentence,
        **yes_or_no(statement.label),
    )


TASK = Task(
    name="Natural Language for Visual Reasoning",
    dataset="nlvr",
    role="eval",
    output="choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

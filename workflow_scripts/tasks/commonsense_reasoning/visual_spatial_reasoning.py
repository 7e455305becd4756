"""Unseen: is what is said of how two things lie to each other true of the photo?"""

from collections.abc import Iterator

from workflow_scripts.datasets.vsr import Statement
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of, yes_or_no


def derive(statement: Statement, draw: Draw) -> Iterator[Instance]:
    """The statement."""
    yield Instance(
        instance_id=statement.record_id,
        **picture_of(statement),
        text=statement.statement,
        **yes_or_no(statement.label),
    )


TASK = Task(
    name="Visual Spatial Reasoning",
    dataset="vsr",
    role="eval",
    output="choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    derive=derive,
)

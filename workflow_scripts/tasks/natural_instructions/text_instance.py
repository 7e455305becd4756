"""The scheme of both NATURAL INSTRUCTIONS tasks: definition as instruction, input as text."""

from collections.abc import Iterator

from workflow_scripts.datasets.natural_instructions import TextInstance
from workflow_scripts.tasks.base import Draw, Instance

OFFICIAL = 100  # the first instances of each task are the ones that are evaluated, and trained on


def derive(instance: TextInstance, draw: Draw) -> Iterator[Instance]:
    """The instance, if it is among its task's first hundred."""
    if instance.position < OFFICIAL:
        yield Instance(
            instance_id=instance.record_id,
            text=instance.input,
            target=draw.choice(instance.outputs, purpose="output"),
            references=instance.outputs,
            subtask=instance.task_name,
            instruction=instance.definition,
        )

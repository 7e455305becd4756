"""Unseen: the English test tasks of NATURAL INSTRUCTIONS."""

from workflow_scripts.tasks.base import Task
from workflow_scripts.tasks.natural_instructions.text_instance import derive

TASK = Task(
    name="NATURAL INSTRUCTIONS (test)",
    dataset="natural_instructions",
    role="eval",
    output="text",
    metrics=("rouge_l",),
    derive=derive,
    own_instruction=True,
    source="arXiv 2204.07705",
)

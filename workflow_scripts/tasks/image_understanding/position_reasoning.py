"""What is at some place relative to something else?"""

from workflow_scripts.tasks.image_understanding.tdiuc import tdiuc_task

TASK = tdiuc_task("Position Reasoning", question_type="positional_reasoning")

"""Which colour does something have?"""

from workflow_scripts.tasks.image_understanding.tdiuc import tdiuc_task

TASK = tdiuc_task("Color Recognition", question_type="color")

"""What is the thing that is asked about?"""

from workflow_scripts.tasks.image_understanding.tdiuc import tdiuc_task

TASK = tdiuc_task("Object Recognition", question_type="object_recognition")

"""Where, when and in what weather was the picture taken?"""

from workflow_scripts.tasks.image_understanding.tdiuc import tdiuc_task

TASK = tdiuc_task("Scene Recognition", question_type="scene_recognition")

"""Which sport is it?"""

from workflow_scripts.tasks.image_understanding.tdiuc import tdiuc_task

TASK = tdiuc_task("Sport Understanding", question_type="sport_recognition")

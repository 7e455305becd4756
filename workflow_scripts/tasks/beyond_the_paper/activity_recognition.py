"""What is someone doing?"""

from workflow_scripts.tasks.image_understanding.tdiuc import tdiuc_task

TASK = tdiuc_task("Activity Recognition", question_type="activity_recognition", role="extra")

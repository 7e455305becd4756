"""What can be done with a thing, or what thing can something be done with?"""

from workflow_scripts.tasks.image_understanding.tdiuc import tdiuc_task

TASK = tdiuc_task("Utility Affordance", question_type="utility_affordance")

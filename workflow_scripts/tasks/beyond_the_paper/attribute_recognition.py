"""What is a thing made of, shaped like or otherwise like?"""

from workflow_scripts.tasks.image_understanding.tdiuc import tdiuc_task

TASK = tdiuc_task("Attribute Recognition", question_type="attribute", role="extra")

"""Is a thing of some kind in the picture?"""

from workflow_scripts.tasks.image_understanding.tdiuc import tdiuc_task

TASK = tdiuc_task("Object Detection", question_type="object_presence")

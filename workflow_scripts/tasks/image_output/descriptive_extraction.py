"""Cut out of a picture what a phrase describes."""

from workflow_scripts.tasks.image_output.described_parts import described_part_task

TASK = described_part_task("Descriptive Extraction", lambda photo, part: {"target_crop": part.region})

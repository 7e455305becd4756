"""Fill in a blacked out part of a picture, told what it shows."""

from workflow_scripts.tasks.image_output.described_parts import described_part_task

TASK = described_part_task(
    "Descriptive Infilling", lambda photo, part: {"mask": part.region, "target_crop": part.region}
)

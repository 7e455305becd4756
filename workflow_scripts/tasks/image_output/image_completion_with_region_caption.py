"""Complete a picture, told what its blacked out part shows."""

from workflow_scripts.tasks.image_output.described_parts import described_part_task
from workflow_scripts.tasks.image_output.holes import whole

TASK = described_part_task(
    "Image Completion with Region Caption",
    lambda photo, part: {"mask": part.region, "target_crop": whole(photo.width, photo.height)},
)

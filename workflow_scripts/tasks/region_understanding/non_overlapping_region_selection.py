"""Choose the region that lies apart from a given one, among three that overlap it."""

import numpy as np

from workflow_scripts.tasks.region_understanding.overlaps import Layout, selection_task


def overlapping_beside_apart(layout: Layout, given: int) -> np.ndarray:
    return np.outer(layout.apart[given], layout.overlap[given])


TASK = selection_task("Non-Overlapping Region Selection", distractors=overlapping_beside_apart)

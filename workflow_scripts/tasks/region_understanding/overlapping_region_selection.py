"""Choose the region that overlaps a given one, among three that lie apart from it."""

import numpy as np

from workflow_scripts.tasks.region_understanding.overlaps import Layout, selection_task


def apart_beside_overlapping(layout: Layout, given: int) -> np.ndarray:
    return np.outer(layout.overlap[given], layout.apart[given])


TASK = selection_task("Overlapping Region Selection", distractors=apart_beside_overlapping)

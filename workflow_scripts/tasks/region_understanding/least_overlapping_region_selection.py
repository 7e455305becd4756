"""Choose the region that shares the least area with a given one, out of four that all overlap it."""

import numpy as np

from workflow_scripts.tasks.region_understanding.overlaps import Layout, selection_task


def more_overlapping(layout: Layout, given: int) -> np.ndarray:
    return layout.both_overlap(given) & layout.shares_more(given).T


TASK = selection_task("Least-Overlapping Region Selection", distractors=more_overlapping)

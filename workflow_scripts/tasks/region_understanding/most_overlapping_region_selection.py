"""Choose the region that shares the most area with a given one, out of four that all overlap it."""

import numpy as np

from workflow_scripts.tasks.region_understanding.overlaps import Layout, selection_task


def less_overlapping(layout: Layout, given: int) -> np.ndarray:
    return layout.both_overlap(given) & layout.shares_more(given)


TASK = selection_task("Most-Overlapping Region Selection", distractors=less_overlapping)

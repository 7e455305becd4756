"""Does a text tell the step after or before one that is shown?"""

from workflow_scripts.tasks.temporal_ordering.before_or_after import ordering_task

TASK = ordering_task("Wikihow Image-Text Temporal Ordering", neighbour_is_shown=False)

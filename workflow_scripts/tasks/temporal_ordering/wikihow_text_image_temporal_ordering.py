"""Does a picture show the step after or before one that is told?"""

from workflow_scripts.tasks.temporal_ordering.before_or_after import ordering_task

TASK = ordering_task("Wikihow Text-Image Temporal Ordering", neighbour_is_shown=True)

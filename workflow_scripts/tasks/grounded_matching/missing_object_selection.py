"""Choose the categories of which neither of two regions shows an object."""

from workflow_scripts.tasks.grounded_matching.categories_in_regions import categories_in_regions_task

TASK = categories_in_regions_task("Missing Object Selection", "train", asked_inside=False)

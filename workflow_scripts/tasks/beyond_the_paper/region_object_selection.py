"""Choose the categories of which at least one of two regions shows an object."""

from workflow_scripts.tasks.grounded_matching.categories_in_regions import categories_in_regions_task

TASK = categories_in_regions_task("Region Object Selection", "extra", asked_inside=True)

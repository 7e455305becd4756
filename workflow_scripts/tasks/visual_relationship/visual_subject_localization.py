"""Where is what has a relation to the thing in a region?"""

from workflow_scripts.tasks.visual_relationship.relations import localization_task

TASK = localization_task("Visual Subject Localization", asked="subject")

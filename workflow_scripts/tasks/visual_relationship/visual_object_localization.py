"""Where is the object of a relation that the thing in a region has?"""

from workflow_scripts.tasks.visual_relationship.relations import localization_task

TASK = localization_task("Visual Object Localization", asked="object")

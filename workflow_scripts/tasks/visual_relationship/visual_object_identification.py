"""What is the object of a relation that the thing in a region has?"""

from workflow_scripts.tasks.visual_relationship.relations import identification_task

TASK = identification_task("Visual Object Identification", asked="object")

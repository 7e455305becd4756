"""What has a relation to the thing in a region?"""

from workflow_scripts.tasks.visual_relationship.relations import identification_task

TASK = identification_task("Visual Subject Identification", asked="subject")

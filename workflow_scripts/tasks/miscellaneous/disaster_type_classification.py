"""Unseen: what kind of disaster, if any, does a photo show?"""

from workflow_scripts.tasks.disaster_labels import disaster_task

TASK = disaster_task(
    "Disaster Type Classification", field="disaster_type", column="disaster_types", role="eval"
)  # fmt: skip

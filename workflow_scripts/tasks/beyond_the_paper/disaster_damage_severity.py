"""How bad is the damage that a photo shows?"""

from workflow_scripts.tasks.disaster_labels import disaster_task

TASK = disaster_task(
    "Disaster Damage Severity", field="damage_severity", column="damage_severity", role="extra"
)  # fmt: skip

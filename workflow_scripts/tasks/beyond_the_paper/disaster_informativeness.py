"""Does a photo tell those who help in disasters something they can use?"""

from workflow_scripts.tasks.disaster_labels import disaster_task

TASK = disaster_task("Disaster Informativeness", field="informative", column="informative", role="extra")

"""How does someone feel?"""

from workflow_scripts.tasks.image_understanding.tdiuc import tdiuc_task

TASK = tdiuc_task("Sentiment Understanding", question_type="sentiment_understanding")

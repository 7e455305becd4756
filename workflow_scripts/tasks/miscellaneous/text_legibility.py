"""Can the writing in a region be read?"""

from workflow_scripts.tasks.miscellaneous.labelled_writing import labelled_writing_task

TASK = labelled_writing_task("Text Legibility", ("yes", "no"), lambda text: "yes" if text.legible else "no")

"""Is the writing in a region printed, written by hand, or made in another way?"""

from workflow_scripts.tasks.miscellaneous.labelled_writing import labelled_writing_task

# Of what cannot be read, the kind cannot be seen for certain, either.
TASK = labelled_writing_task(
    "Text Type Classification",
    ("machine printed", "handwritten", "others"),
    lambda text: text.kind if text.legible else None,
)

"""Answer a question about a picture by one of four given answers."""

from collections.abc import Iterator

from workflow_scripts.datasets.visual7w import Photo
from workflow_scripts.tasks.answers import all_different, normal
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of


def derive(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """The photo's questions, in drawn order; none if the photo is in the unseen task's test split (grounded_vqa)."""
    if photo.in_pointing_test:
        return
    for q in draw.shuffled(photo.questions, purpose="order"):
        answers = [normal(a) for a in (q.answer, *q.choices)]
        if len(answers) == 4 and all_different(answers):
            yield Instance(
                instance_id=f"{photo.record_id}/{q.question_id}",
                **picture_of(photo),
                text=q.question,
                options=tuple(draw.shuffled(answers, purpose=f"options of {q.question_id}")),
                target=answers[0],
                references=(answers[0],),
            )


TASK = Task(
    name="VQA",
    dataset="visual7w",
    role="train",
    output="choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    where=("kind", "telling"),
    derive=derive,
)

"""Answer a free question about a picture in a few words."""

from collections.abc import Iterator

from workflow_scripts.datasets.visual_genome import Photo
from workflow_scripts.datasets.vqa_v2 import Question
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.base import Draw, From, Instance, Task, picture_of
from workflow_scripts.tasks.vqa.ten_answers import instance


def derive(question: Question, draw: Draw) -> Iterator[Instance]:
    """The question with the answer that VQAv2 has chosen among people's."""
    yield from instance(question, question.answer)


def derive_of_photo(photo: Photo, draw: Draw) -> Iterator[Instance]:
    """Visual Genome's questions about the photo, in drawn order; answers in the form of VQAv2's."""
    for q in draw.shuffled(photo.questions, purpose="order"):
        if answer := normal(q.answer):
            yield Instance(
                instance_id=f"{photo.record_id}/{q.question_id}",
                **picture_of(photo),
                text=q.question,
                target=answer,
                references=(answer,),
            )


TASK = Task(
    name="Open-Domain VQA",
    dataset="vqa_v2",
    role="train",
    output="text",
    slots=frozenset({"TEXT"}),
    metrics=("rouge_l",),
    derive=derive,
    also=(From("visual_genome", derive_of_photo),),
)

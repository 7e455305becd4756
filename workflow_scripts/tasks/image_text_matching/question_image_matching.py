"""Can the question be answered from the picture?"""

from collections.abc import Iterable, Iterator

from workflow_scripts.datasets.vqa_v2 import Question
from workflow_scripts.tasks.base import Draw, Instance, Task, picture_of
from workflow_scripts.tasks.image_text_matching.foreign import Text, foreign, names_any
from workflow_scripts.tasks.image_text_matching.mentions import presumed, told


def survey(questions: Iterable[Question]) -> list[Text]:
    """The questions that take a thing for granted: "Is it daytime?" can be asked of any picture."""
    return sorted(Text(q.image, q.question, things) for q in questions if (things := presumed(q.question)))


def derive(question: Question, draw: Draw, pool: list[Text]) -> Iterator[Instance]:
    """The question, if it takes an object of the picture for granted, or one that speaks so of what is not there."""
    objects = set(question.objects)
    if not names_any(presumed(question.question), objects):
        return
    others = foreign(pool, objects | told(question.question), 1, draw)
    if others is None:
        return
    matches = draw.coin(purpose="matches")
    answer = "yes" if matches else "no"
    yield Instance(
        instance_id=question.record_id,
        **picture_of(question),
        text=question.question if matches else others[0],
        options=("yes", "no"),
        target=answer,
        references=(answer,),
    )


TASK = Task(
    name="Question-Image Matching",
    dataset="vqa_v2",
    role="train",
    output="choice",
    slots=frozenset({"TEXT", "OPTION"}),
    metrics=("accuracy",),
    survey=survey,
    survey_sample=20_000,
    derive=derive,
)

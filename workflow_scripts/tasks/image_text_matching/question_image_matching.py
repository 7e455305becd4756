"""Can the question be answered from the picture?"""

from collections.abc import Iterable, Iterator

from workflow_scripts.datasets.vqa_v2 import Question
from workflow_scripts.tasks.base import Draw, Instance, Task
from workflow_scripts.tasks.image_text_matching.foreign import Described, Text, matched
from workflow_scripts.tasks.image_text_matching.mentions import presumed, told


def described(question: Question) -> Described:
    """The picture by the question, if that takes an object for granted: "Is it daytime?" suits any picture."""
    text = Text(question.question, presumed(question.question))
    categories = frozenset(question.objects) | told(question.question)
    return Described(question.image, categories, (text,) if text.names_any(question.objects) else ())


def survey(questions: Iterable[Question]) -> list[Described]:
    """The questions that take an object of their picture for granted."""
    found = map(described, questions)
    return sorted((d for d in found if d.texts), key=lambda d: (d.image, d.texts[0].text))


def derive(question: Question, draw: Draw, pool: list[Described]) -> Iterator[Instance]:
    """The question, if it takes an object of the picture for granted, or one that speaks so of what is not there."""
    yield from matched(question, described(question), pool, draw)


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

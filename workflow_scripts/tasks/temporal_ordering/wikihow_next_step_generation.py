"""What is the next step of a procedure?"""

from collections.abc import Iterator
from itertools import islice

from workflow_scripts.datasets.wikihow import Article
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.base import Draw, Instance, Task
from workflow_scripts.tasks.temporal_ordering.steps import PER_ARTICLE, SURVEYED, picture_of_step, places, survey

NOTHING = "Nothing yet."  # what was done before the first step


def derive(article: Article, draw: Draw, common: frozenset[str]) -> Iterator[Instance]:
    return islice(_all(article, draw, common), PER_ARTICLE)


def _all(article: Article, draw: Draw, common: frozenset[str]) -> Iterator[Instance]:
    """Pictured steps before a next one that nothing given tells."""
    for place in places(article, draw, common):
        if place.at + 1 == len(place.steps) or place.step.image is None or not all(place.telling[place.at :][:2]):
            continue
        done = [f"{number}. {s.headline}" for number, s in enumerate(place.steps[: place.at], start=1)]
        target = place.steps[place.at + 1].headline
        given = {"method": place.procedure, "context": " ".join(done) or NOTHING, "text": place.step.headline}
        if any(normal(target) in text.lower() for text in given.values()):
            continue
        yield Instance(
            instance_id=place.id, **picture_of_step(place.step), **given, target=target, references=(target,)
        )


TASK = Task(
    name="Wikihow Next Step Generation",
    dataset="wikihow",
    role="train",
    output="text",
    slots=frozenset({"METHOD", "CONTEXT", "TEXT"}),
    metrics=("rouge_l",),
    survey=survey,
    survey_sample=SURVEYED,
    derive=derive,
)

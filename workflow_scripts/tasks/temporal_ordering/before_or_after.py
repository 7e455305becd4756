"""The scheme of both ordering tasks: one step is told, one beside it is shown, which of the two comes first?"""

import functools
from collections.abc import Iterator
from itertools import islice

from workflow_scripts.datasets.wikihow import Article
from workflow_scripts.tasks.base import Draw, Instance, Task
from workflow_scripts.tasks.temporal_ordering.steps import PER_ARTICLE, SURVEYED, picture_of_step, places, survey

OPTIONS = ("next", "previous")


def _derive(article: Article, draw: Draw, common: frozenset[str], *, neighbour_is_shown: bool) -> Iterator[Instance]:
    return islice(_all(article, draw, common, neighbour_is_shown), PER_ARTICLE)


def _all(article: Article, draw: Draw, common: frozenset[str], neighbour_is_shown: bool) -> Iterator[Instance]:
    """Steps of which both neighbours could be asked about: one of them, and on which side of the step it is."""
    for place in places(article, draw, common):
        around = slice(place.at - 1, place.at + 2)
        if not 0 < place.at < len(place.steps) - 1 or not all(place.telling[around]):
            continue
        before, step, after = place.steps[around]
        if any(s.image is None for s in ((before, after) if neighbour_is_shown else (step,))):
            continue
        answer = draw.choice(OPTIONS, purpose=f"neighbour of {place.id}")
        neighbour = after if answer == "next" else before
        told, pictured = (step, neighbour) if neighbour_is_shown else (neighbour, step)
        yield Instance(
            instance_id=place.id,
            **picture_of_step(pictured),
            method=place.procedure,
            text=told.headline,
            options=OPTIONS,
            target=answer,
            references=(answer,),
        )


def ordering_task(name: str, *, neighbour_is_shown: bool) -> Task:
    """neighbour_is_shown: the answer is about the picture, on which side of the text it is; else about the text."""
    return Task(
        name=name,
        dataset="wikihow",
        role="train",
        output="choice",
        slots=frozenset({"METHOD", "TEXT", "OPTION"}),
        metrics=("accuracy",),
        survey=survey,
        survey_sample=SURVEYED,
        derive=functools.partial(_derive, neighbour_is_shown=neighbour_is_shown),
    )

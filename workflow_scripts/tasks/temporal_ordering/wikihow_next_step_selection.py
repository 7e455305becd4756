"""Which of four steps comes after the one in the picture?"""

from collections.abc import Iterator
from itertools import islice

from workflow_scripts.datasets.wikihow import Article
from workflow_scripts.tasks.base import Draw, Instance, Task
from workflow_scripts.tasks.temporal_ordering.steps import (
    PER_ARTICLE,
    SURVEYED,
    Place,
    picture_of_step,
    places,
    survey,
)

OPTIONS = 4


def derive(article: Article, draw: Draw, common: frozenset[str]) -> Iterator[Instance]:
    return islice(_all(article, draw, common), PER_ARTICLE)


def _all(article: Article, draw: Draw, common: frozenset[str]) -> Iterator[Instance]:
    """Pictured steps before a next one, which is to be told from earlier and later ones."""
    for place in places(article, draw, common):
        if place.at + 1 == len(place.steps) or place.step.image is None or not all(place.telling[place.at :][:2]):
            continue
        wrong = _wrong(place, draw)
        if wrong is None:
            continue
        target = place.steps[place.at + 1].headline
        yield Instance(
            instance_id=place.id,
            **picture_of_step(place.step),
            method=place.procedure,
            options=tuple(draw.shuffled([target, *wrong], purpose=f"options of {place.id}")),
            target=target,
            references=(target,),
        )


def _wrong(place: Place, draw: Draw) -> list[str] | None:
    """Headlines of other steps, one earlier and one later among them; None if there are too few."""
    others = [n for n, telling in enumerate(place.telling) if telling and n not in (place.at, place.at + 1)]
    order = draw.shuffled(others, purpose=f"wrong of {place.id}")
    earlier, later = [n for n in order if n < place.at], [n for n in order if n > place.at]
    if not earlier or not later or len(order) < OPTIONS - 1:
        return None
    rest = [n for n in order if n not in (earlier[0], later[0])]
    return [place.steps[n].headline for n in (earlier[0], later[0], *rest[: OPTIONS - 3])]


TASK = Task(
    name="Wikihow Next Step Selection",
    dataset="wikihow",
    role="train",
    output="choice",
    slots=frozenset({"METHOD", "OPTION"}),
    metrics=("accuracy",),
    survey=survey,
    survey_sample=SURVEYED,
    derive=derive,
)

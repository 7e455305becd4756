"""Relations of a photo that have one answer, and the tasks that ask for a relation's subject or object.

Annotators name a thing and box it anew for each relation, and state one thing in several ways. So regions that overlap
much are taken for one thing, and a relation holds of a pair wherever some annotator says so much (predicates.py).
"""

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from workflow_scripts.datasets.visual_genome import Photo, Relationship, Thing
from workflow_scripts.regions import iou, is_usable
from workflow_scripts.tasks.answers import normal
from workflow_scripts.tasks.base import Draw, Instance, Output, Task, picture_of
from workflow_scripts.tasks.visual_relationship.predicates import (
    Key,
    implied,
    implied_backwards,
    key,
    plain,
    stemmed,
)

SAME = 0.5  # IoU from which regions are one thing: a region that is given so well counts as right
RARE = 0.001  # a predicate in a smaller share of the photos is one annotator's slip or phrase
FREQUENT = 0.1  # one in a larger share is thinned to this one, or "on" and "has" would be most of what is asked
LEAST = 2  # photos that either share is of, at least
SURVEYED = 5_000  # photos

Asked = Literal["subject", "object"]


@dataclass(frozen=True)
class Predicates:
    """In how many of the surveyed photos each predicate is stated."""

    photos: int
    times: dict[Key, int]

    def is_kept(self, predicate: Key, draw: Draw, *, purpose: str) -> bool:
        times = self.times.get(predicate, 0)
        if times < max(LEAST, RARE * self.photos):
            return False
        return draw.generator(purpose).random() * times < max(LEAST, FREQUENT * self.photos)


def survey(photos: Iterable[Photo]) -> Predicates:
    count, times = 0, Counter()
    for photo in photos:
        count += 1
        times.update({key(r.predicate) for r in photo.relationships})
    return Predicates(count, dict(times))


def askable(photo: Photo, draw: Draw, predicates: Predicates) -> Iterator[Relationship]:
    """Relations of two usable regions that are not one, in drawn order.

    Their predicates are not rare, only some of the frequent ones are left, and none names what it relates ("tv on").
    """
    for r in draw.shuffled(photo.relationships, purpose="order"):
        if (
            plain(r.predicate)
            and predicates.is_kept(key(r.predicate), draw, purpose=f"thinned {r.relationship_id}")
            and not same(r.subject, r.object)
            and all(is_usable(t.region, photo.width, photo.height) for t in (r.subject, r.object))
            and set(stemmed(r.predicate)).isdisjoint(stemmed(r.subject.name) + stemmed(r.object.name))
        ):
            yield r


def same(a: Thing, b: Thing) -> bool:
    return iou(a.region, b.region) >= SAME


def _ends(r: Relationship, asked: Asked) -> tuple[Thing, Thing]:
    """(the given one, the one that is asked for)."""
    return (r.object, r.subject) if asked == "subject" else (r.subject, r.object)


def holders(photo: Photo, relation: Relationship, asked: Asked) -> list[Thing]:
    """All that are annotated in the place of what is asked for: the right answers, its own among them."""
    given, _ = _ends(relation, asked)
    wanted = key(relation.predicate)
    found = []
    for r in photo.relationships:
        here, there = _ends(r, asked)
        if wanted in implied(r.predicate) and same(here, given):
            found.append(there)
        if wanted in implied_backwards(r.predicate) and same(there, given):
            found.append(here)
    return found


def _asked_once(photo: Photo, draw: Draw, predicates: Predicates, asked: Asked) -> Iterator[Relationship]:
    """Askable relations, one of those that are the same question."""
    before: list[Relationship] = []
    for r in askable(photo, draw, predicates):
        given, _ = _ends(r, asked)
        if not any(key(b.predicate) == key(r.predicate) and same(_ends(b, asked)[0], given) for b in before):
            before.append(r)
            yield r


def _identify(photo: Photo, draw: Draw, predicates: Predicates, *, asked: Asked) -> Iterator[Instance]:
    """Where all right answers are one thing, under whatever names, or things of one name."""
    for r in _asked_once(photo, draw, predicates, asked):
        given, answer = _ends(r, asked)
        right = holders(photo, r, asked)
        one = all(same(t, answer) for t in right) or len({stemmed(t.name) for t in right}) == 1
        if one and normal(answer.name):
            yield Instance(
                instance_id=f"{photo.record_id}/{r.relationship_id}",
                **picture_of(photo),
                relation=plain(r.predicate),
                regions=(given.region,),
                target=normal(answer.name),
                references=tuple(sorted({normal(t.name) for t in right} - {""})),
            )


def _localize(photo: Photo, draw: Draw, predicates: Predicates, *, asked: Asked) -> Iterator[Instance]:
    """Where all right answers are one thing."""
    for r in _asked_once(photo, draw, predicates, asked):
        given, answer = _ends(r, asked)
        if all(same(t, answer) for t in holders(photo, r, asked)):
            yield Instance(
                instance_id=f"{photo.record_id}/{r.relationship_id}",
                **picture_of(photo),
                relation=plain(r.predicate),
                regions=(given.region,),
                target_regions=(answer.region,),
            )


def identification_task(name: str, *, asked: Asked) -> Task:
    """What is related to a given region? Its name."""
    return _task(name, asked, functools.partial(_identify, asked=asked), "text", "rouge_l")


def localization_task(name: str, *, asked: Asked) -> Task:
    """What is related to a given region? Its region."""
    return _task(name, asked, functools.partial(_localize, asked=asked), "region", "iou_accuracy")


def _task(name: str, asked: Asked, derive: Callable[..., Iterator[Instance]], output: Output, metric: str) -> Task:
    return Task(
        name=name,
        dataset="visual_genome",
        role="train",
        output=output,
        slots=frozenset({"OBJECT" if asked == "subject" else "SUBJECT", "RELATION"}),
        metrics=(metric,),
        survey=survey,
        survey_sample=SURVEYED,
        derive=derive,
    )

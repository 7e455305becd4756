"""Texts of other pictures that are wrong of this one: they name a thing that it surely lacks.

How a text was drawn must not tell whether it is right: more pictures show people than kites, so a text about people
would be right more often. Hence a picture and its text are paired with another picture and its text, both drawn alike,
and kept only if each text is wrong of the other's picture: then each is as likely to be either.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from workflow_scripts.tasks.answers import all_different
from workflow_scripts.tasks.base import Draw, Instance, picture_of, yes_or_no
from workflow_scripts.tasks.image_text_matching.mentions import Named

SAMPLE = 4000  # pictures whose texts are drawn from
TRIES = 60


@dataclass(frozen=True)
class Text:
    """A text and what it surely names."""

    text: str
    named: tuple[Named, ...]

    def names_any(self, categories: Iterable[str]) -> bool:
        return any(not name.isdisjoint(categories) for name in self.named)

    def is_foreign_to(self, categories: Iterable[str]) -> bool:
        """Whether it names something of none of these categories."""
        return any(name.isdisjoint(categories) for name in self.named)


@dataclass(frozen=True)
class Described:
    """A picture, all categories that may be in it, and the texts that surely name one that is."""

    image: str
    categories: frozenset[str]
    texts: tuple[Text, ...]


def own_and_foreign(here: Described, pool: list[Described], count: int, draw: Draw) -> tuple[str, list[str]] | None:
    """A text of this picture, and so many that are wrong of it, each of another picture and with another normal form.

    None if there is none or too few are found, or if the own one is not wrong of the first that is drawn.
    """
    if not (here.texts and pool):
        return None
    generator = draw.generator("texts")
    own = generator.choice(here.texts)
    found: dict[str, str] = {}
    for number in range(TRIES):
        other = generator.choice(pool)
        text = generator.choice(other.texts)
        if number == 0 and not (text.is_foreign_to(here.categories) and own.is_foreign_to(other.categories)):
            return None
        if other.image in found or not text.is_foreign_to(here.categories):
            continue
        if all_different([own.text, *found.values(), text.text]):
            found[other.image] = text.text
        if len(found) == count:
            return own.text, list(found.values())
    return None


def matched(record: Any, here: Described, pool: list[Described], draw: Draw) -> Iterator[Instance]:
    """Whether a text fits: its own or a wrong one, as a coin falls; nothing where there are not both."""
    texts = own_and_foreign(here, pool, 1, draw)
    if texts is None:
        return
    own, [foreign] = texts
    matches = draw.coin(purpose="matches")
    yield Instance(
        instance_id=record.record_id,
        **picture_of(record),
        text=own if matches else foreign,
        **yes_or_no(matches),
    )

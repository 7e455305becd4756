"""Texts of other pictures that are wrong of this one: they name a thing that it surely lacks."""

from collections.abc import Iterable
from dataclasses import dataclass

from workflow_scripts.tasks.answers import all_different
from workflow_scripts.tasks.base import Draw
from workflow_scripts.tasks.image_text_matching.mentions import Named

SAMPLE = 4000  # records whose texts are drawn from
TRIES = 60


@dataclass(frozen=True, order=True)
class Text:
    """A text that surely names something, and the picture that it is about."""

    image: str
    text: str
    named: tuple[Named, ...]


def names_any(named: Iterable[Named], categories: set[str]) -> bool:
    return any(not name.isdisjoint(categories) for name in named)


def is_foreign(named: Iterable[Named], categories: set[str]) -> bool:
    """Whether something is named that is of none of these categories, which are all that may be in a picture."""
    return any(name.isdisjoint(categories) for name in named)


def foreign(pool: list[Text], categories: set[str], count: int, draw: Draw) -> list[str] | None:
    """So many texts that are foreign to a picture of these categories, each of another picture; None if too few are.

    No two have the same normal form.
    """
    generator = draw.generator("foreign")
    found: dict[str, str] = {}
    for _ in range(TRIES if pool else 0):
        drawn = generator.choice(pool)
        if drawn.image in found or not is_foreign(drawn.named, categories):
            continue
        if all_different([*found.values(), drawn.text]):
            found[drawn.image] = drawn.text
        if len(found) == count:
            return list(found.values())
    return None

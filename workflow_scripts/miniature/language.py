"""English about a scene: names of things, captions and phrases. All of it is true of the picture."""

import random
from collections.abc import Iterator

from workflow_scripts.miniature.kinds import PLACES, PLURALS, SKIES
from workflow_scripts.miniature.relations import relations
from workflow_scripts.miniature.scenes import Scene, Thing

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SPOKEN = {"left of": "to the left of", "right of": "to the right of"}
MOOD_ADJECTIVES = {"happy": "smiling", "sad": "sad", "angry": "angry", "surprised": "surprised"}
CAPTIONS = 5
_CAPTION_TRIES = 40


def a(noun: str) -> str:
    """With its article.

    >>> a("orange kite")
    'an orange kite'
    """
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def plural(category: str) -> str:
    return PLURALS.get(category, category + "s")


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def listing(items: list[str]) -> str:
    """Joined by commas and "and"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def coloured(category: str, colour: str) -> str:
    """With its colour: "red kite", "person in a red shirt"."""
    return f"person in {a(colour)} shirt" if category == "person" else f"{colour} {category}"


def described(thing: Thing, *, colour: bool = True, size: bool = False, pattern: bool = False) -> str:
    """A thing's noun without article: "small red kite", "person in a red shirt"."""
    words = [thing.size] if size else []
    if pattern and thing.pattern != "plain":
        words.append(thing.pattern)
    return " ".join([*words, coloured(thing.category, thing.colour) if colour else thing.category])


def name(thing: Thing, scene: Scene) -> str:
    """The shortest noun that is this thing's alone in the scene."""
    alike = scene.of(thing.category)
    if len(alike) == 1:
        return described(thing, colour=False)
    size = sum(t.colour == thing.colour for t in alike) > 1
    return described(thing, size=size)


def told_by_colour(scene: Scene) -> list[Thing]:
    """Things, not people, of which "the red thing" can mean no other.

    Never black or white ones: those could be taken for a part of another, or for its pattern.
    """
    colours = [thing.colour for thing in scene.things]
    alone = [t for t in scene.things if colours.count(t.colour) == 1 and t.colour not in ("black", "white")]
    return [] if scene.crowds else [t for t in alone if t.category != "person"]


def phrases(thing: Thing, scene: Scene, draw: random.Random) -> list[str]:
    """Different phrases for the thing, each its alone in the scene, in drawn order."""
    size = sum(t.colour == thing.colour for t in scene.of(thing.category)) > 1
    noun = described(thing, size=size or draw.random() < 0.3, pattern=True)
    found = [draw.choice((a(noun), f"the {noun}", noun))]
    if thing.category == "person":
        found.append(f"{a(MOOD_ADJECTIVES[thing.mood])} {noun} who is {thing.pose}")
        found.append(f"the {noun} looks {thing.mood}")
    else:
        found.append(f"the {thing.size} {thing.category} is {thing.colour}" if size else f"the {noun} in the picture")
    for other in draw.sample(scene.things, len(scene.things)):
        if other is not thing and (held := relations(scene, thing, other)):
            found.append(f"{a(noun)} {spoken(held[0])} the {name(other, scene)}")
            break
    return draw.sample(found, len(found))


def spoken(relation: str) -> str:
    return SPOKEN.get(relation, relation)


def setting(scene: Scene) -> str:
    """Where, and often when: "on the beach at sunset"."""
    where = PLACES[scene.place].where
    return where if scene.sky is None else f"{where} {_WHEN[scene.sky]}"


_WHEN = {
    "sunny": "on a sunny day",
    "cloudy": "on a cloudy day",
    "clear night": "at night",
    "sunset": "at sunset",
}


def captions(scene: Scene, draw: random.Random) -> list[str]:
    """Five different sentences about the picture."""
    found: list[str] = []
    makers = _bare_captions(scene, draw) if not scene.things else _captions(scene, draw)
    for _, caption in zip(range(_CAPTION_TRIES), makers):
        if caption not in found:
            found.append(caption)
        if len(found) == CAPTIONS:
            break
    return found


def _bare_captions(scene: Scene, draw: random.Random) -> Iterator[str]:
    where = PLACES[scene.place].where
    kind = "a room" if scene.sky is None else f"the open air {_WHEN[scene.sky]}"
    yield f"An empty view {setting(scene)}."
    yield f"Nobody and nothing is to be seen {where}."
    yield f"A picture of {kind} with nothing in it."
    yield f"There is nothing {where} but the {PLACES[scene.place].ground}."
    yield f"A quiet, deserted scene {where}."


def _captions(scene: Scene, draw: random.Random) -> Iterator[str]:
    while True:
        some = draw.sample(scene.things, min(len(scene.things), draw.randint(1, 3)))
        nouns = [a(described(t, size=draw.random() < 0.25, pattern=True)) for t in some]
        yield draw.choice(
            (
                f"{capital(listing(nouns))} {setting(scene)}.",
                f"A picture of {listing(nouns)}.",
                f"There {'is' if len(nouns) == 1 else 'are'} {listing(nouns)} {PLACES[scene.place].where}.",
                f"{capital(PLACES[scene.place].where)} you can see {listing(nouns)}.",
            )
        )
        yield _related_caption(scene, draw)
        yield _counting_caption(scene, draw)
        people = scene.of("person")
        if people:
            person = draw.choice(people)
            mood, shirt = MOOD_ADJECTIVES[person.mood], a(f"{person.colour} shirt")
            yield f"{capital(a(mood))} person in {shirt} is {person.pose} {PLACES[scene.place].where}."


def _related_caption(scene: Scene, draw: random.Random) -> str:
    pairs = [(s, o) for s in scene.things for o in scene.things if s is not o and relations(scene, s, o)]
    if not pairs:
        return f"{capital(a(described(draw.choice(scene.things))))} {setting(scene)}."
    subject, object_ = draw.choice(pairs)
    relation = spoken(draw.choice(relations(scene, subject, object_)))
    end = draw.choice(("", "", f" {setting(scene)}"))
    return f"{capital(a(described(subject)))} is {relation} {a(described(object_))}{end}."


def _counting_caption(scene: Scene, draw: random.Random) -> str:
    counted = []
    for category in draw.sample(scene.categories, min(2, len(scene.categories))):
        number = len(scene.of(category))
        if category in {c.category for c in scene.crowds}:
            counted.append(f"a heap of {plural(category)}")
        else:
            counted.append(a(category) if number == 1 else f"{NUMBERS[number]} {plural(category)}")
    return f"{capital(listing(counted))} {setting(scene)}."


def weather(scene: Scene) -> str | None:
    """A word for the weather, or None where it cannot be seen."""
    return scene.sky if scene.sky in ("sunny", "cloudy") else None


def time_of_day(scene: Scene) -> str | None:
    return SKIES[scene.sky].time if scene.sky else None

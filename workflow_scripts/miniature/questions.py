"""Questions about a scene with their true answers and wrong ones of the same form.

All question-answering datasets draw from here; each chooses kinds and writes the answers in its own way.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from workflow_scripts.miniature.kinds import (
    COLOURS,
    EDIBLE,
    KINDS,
    MOODS,
    PATTERNS,
    PLACES,
    POSE_SPORTS,
    POSES,
    SKIES,
    WORDS,
)
from workflow_scripts.miniature.language import NUMBERS, a, described, name, plural, spoken, time_of_day, weather
from workflow_scripts.miniature.relations import only_one, squarely
from workflow_scripts.miniature.scenes import Scene, Thing

DOES_NOT_APPLY = "doesnotapply"
SHAPES = ("round", "octagonal", "rectangular", "diamond")
SIDES = ("left of", "right of", "above", "below")
GROUNDS = ("grass", "sand", "snow", "asphalt")
SPORTS = ("skateboarding", "surfing", "tennis", *POSE_SPORTS.values())
USES = {  # what several kinds are good for, so that no question tells which of them it is
    "eat": EDIBLE,
    "ride": ("car", "skateboard", "surfboard"),
    "read": ("book", "stop sign"),
    "put water in": ("bottle", "vase"),
}


@dataclass(frozen=True)
class Question:
    """A question whose answer is seen in the picture."""

    kind: str  # TDIUC's question type, or where, when, who, why, ground, reading
    question: str
    answer: str  # lower case, no final period
    wrong: tuple[str, ...] = ()  # false of the picture; empty for yes, no and absurd questions


def questions(scene: Scene, draw: random.Random) -> list[Question]:
    """Everything that can be asked about the scene, each question once, grouped by kind."""
    found: dict[str, Question] = {}
    for asker in _ASKERS:
        for question in asker(scene, draw):
            found.setdefault(question.question, question)
    return list(found.values())


def wrong_of(answer: str, inventory: Sequence[str], draw: random.Random, true: Sequence[str] = ()) -> tuple[str, ...]:
    """Up to three of an inventory that are neither the answer nor true as well."""
    false = [word for word in inventory if word != answer and word not in true]
    return tuple(draw.sample(false, min(3, len(false))))


def _colour(scene: Scene, draw: random.Random) -> Iterator[Question]:
    for thing in scene.things:
        noun = "person's shirt" if thing.category == "person" else thing.category
        alike = scene.of(thing.category)
        if len(alike) == 2:
            other = alike[1 - alike.index(thing)]
            if {thing.size, other.size} != {"small", "large"}:
                continue
            noun = f"{thing.size} {noun}"
        elif len(alike) > 2:
            continue
        wording = draw.choice(("What color is the {}?", "What color is the {}?", "What is the color of the {}?"))
        yield Question("color", wording.format(noun), thing.colour, wrong_of(thing.colour, list(COLOURS), draw))


def _counting(scene: Scene, draw: random.Random) -> Iterator[Question]:
    crowded = {c.category for c in scene.crowds}
    absent = [c for c in KINDS if c not in scene.categories]
    zero = draw.sample(absent, 1) if draw.random() < 0.3 else []
    for category in [c for c in scene.categories if c not in crowded] + zero:
        number = len(scene.of(category))
        wording = draw.choice(("How many {} are there?", "How many {} are in the picture?", "How many {} can you see?"))
        near = [NUMBERS[n] for n in range(max(0, number - 3), number + 4)]
        answer = NUMBERS[number]
        yield Question("counting", wording.format(plural(category)), answer, wrong_of(answer, near, draw))


def _presence(scene: Scene, draw: random.Random) -> Iterator[Question]:
    absent = [c for c in KINDS if c not in scene.categories]
    pairs = [(c, "yes") for c in scene.categories] + [(c, "no") for c in draw.sample(absent, 4)]
    for category, answer in draw.sample(pairs, len(pairs)):
        wording = draw.choice(("Is there {} in the picture?", "Is there {} in this photo?", "Can you see {}?"))
        yield Question("object_presence", wording.format(a(category)), answer)


def _alone_in_colour(scene: Scene) -> list[Thing]:
    """Things that "the red thing" can mean: no other kind is of the colour; nor are people, of whom the shirt is."""
    seen = (*scene.things, *scene.crowds)
    kinds = {colour: {thing.category for thing in seen if thing.colour == colour} for colour in COLOURS}
    return [t for t in scene.things if len(kinds[t.colour]) == 1 and t.category != "person" and t.colour != "white"]


def _recognition(scene: Scene, draw: random.Random) -> Iterator[Question]:
    if scene.crowds:
        return
    seen = scene.categories
    for thing in _alone_in_colour(scene):
        wrong = wrong_of(thing.category, list(KINDS), draw, seen)
        wording = draw.choice(("What is the {} thing?", "What is the {} object in the picture?"))
        yield Question("object_recognition", wording.format(thing.colour), thing.category, wrong)
    foods = [c for c in seen if c in EDIBLE]
    if len(foods) == 1:
        wrong = ("pizza", "banana", "donut" if foods == ["apple"] else "apple")
        yield Question("object_recognition", "What food is in the picture?", foods[0], wrong)


def _position(scene: Scene, draw: random.Random) -> Iterator[Question]:
    for thing in scene.things:
        for side in SIDES:
            there = only_one(scene, side, thing)
            if there is not None and there.category != thing.category:
                question = f"What is {spoken(side)} the {name(thing, scene)}?"
                wrong = wrong_of(there.category, list(KINDS), draw, scene.categories)
                yield Question("positional_reasoning", question, there.category, wrong)


def _scene(scene: Scene, draw: random.Random) -> Iterator[Question]:
    place = PLACES[scene.place]
    wording = draw.choice(("What kind of place is this?", "What place is shown in the picture?", "What is this place?"))
    similar = {"beach", "desert"} if scene.place in ("beach", "desert") else {scene.place}
    yield Question("scene_recognition", wording, scene.place, wrong_of(scene.place, list(PLACES), draw, list(similar)))
    question = draw.choice(("Is this indoors?", "Was this picture taken indoors?"))
    yield Question("scene_recognition", question, "yes" if place.indoors else "no")
    if weather(scene):
        wrong = tuple(w for w in ("sunny", "cloudy", "rainy", "foggy") if w != weather(scene))
        question = draw.choice(("How is the weather?", "What is the weather like?"))
        yield Question("scene_recognition", question, weather(scene), wrong)
    if scene.sky:
        yield Question("scene_recognition", "Is it night?", "yes" if scene.sky == "clear night" else "no")
    if place.snowy:
        yield Question("scene_recognition", "What season is it?", "winter", ("summer", "spring", "autumn"))


def _sport(scene: Scene, draw: random.Random) -> Iterator[Question]:
    sports = {t.kind.sport or POSE_SPORTS.get(t.pose) for t in scene.things} - {None}
    if len(sports) == 1:
        sport = sports.pop()
        wording = draw.choice(("What sport is this?", "What sport does the picture show?", "What sport is shown here?"))
        yield Question("sport_recognition", wording, sport, wrong_of(sport, SPORTS, draw))
        asked = draw.choice((sport, draw.choice(SPORTS)))
        yield Question("sport_recognition", f"Is this a picture of {asked}?", "yes" if asked == sport else "no")


def _people(scene: Scene, draw: random.Random) -> Iterator[Question]:
    people = scene.of("person")
    for person in people:
        who = name(person, scene)
        wrong = wrong_of(person.pose, POSES, draw)
        yield Question("activity_recognition", f"What is the {who} doing?", person.pose, wrong)
        wording = draw.choice(("How does the {} feel?", "What is the mood of the {}?", "How does the {} look?"))
        yield Question("sentiment_understanding", wording.format(who), person.mood, wrong_of(person.mood, MOODS, draw))
        asked = draw.choice((person.mood, draw.choice(MOODS)))
        yield Question("sentiment_understanding", f"Is the {who} {asked}?", "yes" if asked == person.mood else "no")
        colours = [p.colour for p in people]
        wrong = tuple(f"the person in {a(c)} shirt" for c in wrong_of(person.colour, list(COLOURS), draw, colours))
        if [p.pose for p in people].count(person.pose) == 1:
            yield Question("who", f"Who is {person.pose}?", f"the {described(person)}", wrong)
        if [p.mood for p in people].count(person.mood) == 1:
            yield Question("who", f"Who looks {person.mood}?", f"the {described(person)}", wrong)


def _attribute(scene: Scene, draw: random.Random) -> Iterator[Question]:
    for thing in scene.things:
        who, alone = name(thing, scene), len(scene.of(thing.category)) == 1
        if thing.kind.shape:
            yield Question(
                "attribute", f"What shape is the {who}?", thing.kind.shape, wrong_of(thing.kind.shape, SHAPES, draw)
            )
        if thing.kind.patterned and thing.size == "large":
            wrong = wrong_of(thing.pattern, ("plain", *PATTERNS), draw)
            yield Question("attribute", f"What pattern does the {who} have?", thing.pattern, wrong)
        if alone and thing.size != "tiny":
            yield Question("attribute", f"Is the {who} large or small?", thing.size)


def _utility(scene: Scene, draw: random.Random) -> Iterator[Question]:
    for use, kinds in USES.items():
        seen = [c for c in scene.categories if c in kinds]
        if len(seen) == 1:
            wrong = wrong_of(seen[0], list(KINDS), draw, [*scene.categories, *kinds])
            wording = draw.choice(("What could you {}?", "What can you {} here?", "Which object could you {}?"))
            yield Question("utility_affordance", wording.format(use), seen[0], wrong)
    for thing in _alone_in_colour(scene):
        fitting = [use for use, kinds in USES.items() if thing.category in kinds]
        use = draw.choice((*fitting, draw.choice(list(USES))))
        answer = "yes" if use in fitting else "no"
        yield Question("utility_affordance", f"Can you {use} the {thing.colour} thing?", answer)


def _absurd(scene: Scene, draw: random.Random) -> Iterator[Question]:
    absent = [c for c in KINDS if c not in scene.categories]
    for category in draw.sample(absent, 2):
        wording = draw.choice(("What color is the {}?", "What is to the left of the {}?", "What shape is the {}?"))
        yield Question("absurd", wording.format(category), DOES_NOT_APPLY)
    if not scene.of("person"):
        question = draw.choice(("What is the person doing?", "How does the person feel?"))
        yield Question("absurd", question, DOES_NOT_APPLY)


def _where(scene: Scene, draw: random.Random) -> Iterator[Question]:
    place = PLACES[scene.place]
    similar = ("beach", "desert") if scene.place in ("beach", "desert") else ()
    wrong = wrong_of(scene.place, list(PLACES), draw, similar)
    question = draw.choice(("Where was this picture taken?", "Where is this?"))
    yield Question("where", question, place.where, tuple(PLACES[w].where for w in wrong))
    for thing in scene.things:
        held = [(other, side) for other in scene.things for side in SIDES if squarely(thing, side, other)]
        if held and scene.of(thing.category) == [thing]:
            other, relation = draw.choice(held)
            wrong = tuple(f"{spoken(w)} the {name(other, scene)}" for w in wrong_of(relation, SIDES, draw))
            answer = f"{spoken(relation)} the {name(other, scene)}"
            yield Question("where", f"Where is the {thing.category}?", answer, wrong)
    if place.ground in GROUNDS:
        yield Question("ground", "What covers the ground?", place.ground, wrong_of(place.ground, GROUNDS, draw))


def _when_and_why(scene: Scene, draw: random.Random) -> Iterator[Question]:
    time = time_of_day(scene)
    if time:
        wording = draw.choice(("When was this picture taken?", "When was the photo taken?", "What time of day is it?"))
        if wording.startswith("When"):
            yield Question("when", wording, time, SKIES[scene.sky].wrong_times)
    if scene.sky == "clear night":
        wrong = ("it is raining", "the sun is shining", "it is morning")
        yield Question("why", "Why is the sky dark?", "it is night", wrong)
    if scene.sky == "cloudy":
        wrong = ("it is night", "it is full of smoke", "the sun is setting")
        yield Question("why", "Why is the sky grey?", "it is full of clouds", wrong)
    if PLACES[scene.place].snowy:
        wrong = ("it is painted", "it is made of sand", "it is covered in milk")
        yield Question("why", "Why is the ground white?", "it is covered in snow", wrong)
    for person in scene.of("person"):
        if person.mood == "sad":
            wrong = ("the person is singing", "the person is laughing", "the person is asleep")
            yield Question("why", "Why is there a tear on the face?", "the person is crying", wrong)


def _reading(scene: Scene, draw: random.Random) -> Iterator[Question]:
    for thing in scene.things:
        if thing.word and thing.size == "large":
            verb = draw.choice(("What does the {} say?", "What is written on the {}?", "What word is on the {}?"))
            wrong = wrong_of(thing.word, (*WORDS, "STOP", "GO"), draw)
            yield Question("reading", verb.format(name(thing, scene)), thing.word, wrong)


_ASKERS: tuple[Callable[[Scene, random.Random], Iterator[Question]], ...] = (
    *(_colour, _counting, _presence, _recognition, _position, _scene, _sport, _people, _attribute, _utility),
    *(_absurd, _where, _when_and_why, _reading),
)


def pointing(scene: Scene, draw: random.Random) -> Iterator[tuple[str, Thing]]:
    """Questions whose answer is one thing of the scene and no other."""
    for thing in scene.things:
        alike = scene.of(thing.category)
        size = sum(t.colour == thing.colour for t in alike) > 1
        noun = described(thing, size=size, colour=len(alike) > 1 or draw.random() < 0.5)
        yield f"Which {draw.choice(('object', 'thing', 'box'))} is {a(noun)}?", thing
        if len(alike) == 1 and thing.kind.use and not scene.crowds:
            yield f"Which object could you {thing.kind.use}?", thing
        for side in SIDES:
            there = only_one(scene, side, thing)
            if there is not None:
                yield f"Which thing is {spoken(side)} the {name(thing, scene)}?", there
        if thing.category == "person" and [p.pose for p in alike].count(thing.pose) == 1:
            yield f"Which person is {thing.pose}?", thing

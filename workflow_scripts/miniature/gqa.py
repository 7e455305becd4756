"""GQA in miniature: questions made from programs over Visual Genome's scenes, with the programs."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.kinds import COLOURS, KINDS, PLACES
from workflow_scripts.miniature.language import a, capital, name, spoken, told_by_colour, weather
from workflow_scripts.miniature.relations import only_one, squarely
from workflow_scripts.miniature.scenes import Scene, Thing
from workflow_scripts.miniature.universes import Picture, visual_genome_pictures
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("gqa", "visual_genome", "mscoco_train", "mscoco_val")  # sizes of config.miniature
VAL_EVERY = 6  # every sixth picture is in val
BALANCED = 6  # questions a picture that are in the balanced files, at most
IDS_PER_IMAGE = 100
OPPOSITE = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}

Step = tuple[str, str, tuple[int, ...]]  # operation, argument, the earlier steps that it works on


@dataclass(frozen=True)
class Question:
    question: str
    answer: str
    full_answer: str
    types: tuple[str, str, str]  # structural, semantic, detailed
    steps: tuple[Step, ...]
    group: str | None = None  # of answers of one sort; null for yes and no


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write questions1.2.zip; at most the first sizes["gqa"] pictures of Visual Genome are asked about."""
    balanced: dict[str, dict[str, dict]] = {"train": {}, "val": {}}
    all_of_val: dict[str, dict] = {}
    for index, picture in enumerate(islice(visual_genome_pictures(seed, sizes), sizes["gqa"])):
        split = "val" if index % VAL_EVERY == VAL_EVERY - 1 else "train"
        asked = _records(picture, random.Random(keyed_number("miniature gqa", seed, picture.image_id)))
        balanced[split] |= {question_id: record for question_id, record in asked.items() if record["isBalanced"]}
        if split == "val":
            all_of_val |= asked
    files = {f"{split}_balanced_questions.json": records for split, records in balanced.items()}
    files["val_all_questions.json"] = all_of_val
    write_zip(folder / "questions1.2.zip", [(member, json_bytes(records)) for member, records in files.items()])


def _records(picture: Picture, draw: random.Random) -> dict[str, dict]:
    """Question id -> record: a question of every detailed type that the scene allows."""
    by_type: dict[str, list[Question]] = {}
    for q in questions(picture.scene, draw):
        by_type.setdefault(q.types[-1], []).append(q)
    chosen = [draw.choice(by_type[detailed]) for detailed in draw.sample(list(by_type), len(by_type))]
    ids = [f"{picture.image_id * IDS_PER_IMAGE + number:08d}" for number in range(len(chosen))]
    return {
        question_id: _record(q, question_id, picture, balanced=number < BALANCED)
        for number, (question_id, q) in enumerate(zip(ids, chosen))
    }


def _record(q: Question, question_id: str, picture: Picture, *, balanced: bool) -> dict:
    program = [f"{operation}: {argument}{f' {list(on)}' if on else ''}" for operation, argument, on in q.steps]
    return {
        "semantic": [{"operation": o, "dependencies": list(on), "argument": argument} for o, argument, on in q.steps],
        "entailed": [],
        "equivalent": [question_id],
        "question": q.question,
        "imageId": str(picture.image_id),
        "isBalanced": balanced,
        "groups": {"global": q.group, "local": f"{len(q.steps):02d}-{q.steps[-1][1]}"},
        "answer": q.answer,
        "semanticStr": "->".join(program),
        "annotations": {"answer": {}, "question": {}, "fullAnswer": {}},
        "types": dict(zip(("structural", "semantic", "detailed"), q.types)),
        "fullAnswer": q.full_answer,
    }


def questions(scene: Scene, draw: random.Random) -> Iterator[Question]:
    """Everything that can be asked about a scene; yes and no are about equally often right."""
    for asker in (_colour, _side, _presence, _same_colour, _kind, _scene):
        yield from asker(scene, draw)


def _colour(scene: Scene, draw: random.Random) -> Iterator[Question]:
    for thing in _plain(scene):
        noun, colour = thing.category, thing.colour
        other = draw.choice([c for c in COLOURS if c != colour])
        select, full = _select(scene, thing), f"The {noun} is {colour}."
        query = ("query", "color", (0,))
        yield Question(
            f"What color is the {noun}?", colour, full, ("query", "attr", "directOf"), (select, query), "color"
        )
        asked = draw.choice((colour, other))
        steps = (select, ("verify color", asked, (0,)))
        yield _yes_no(
            f"Is the {noun} {asked}?", asked == colour, f"the {noun} is", asked, ("attr", "verifyAttr"), steps
        )
        both = draw.sample((colour, other), 2)
        steps = (select, ("choose color", "|".join(both), (0,)))
        yield Question(
            f"Is the {noun} {both[0]} or {both[1]}?", colour, full, ("choose", "attr", "chooseAttr"), steps, "color"
        )


def _side(scene: Scene, draw: random.Random) -> Iterator[Question]:
    for thing in scene.things:
        noun, select = name(thing, scene), _select(scene, thing)
        for side in OPPOSITE:
            there = only_one(scene, side, thing)
            if there is not None and there.category != thing.category:
                relate = ("relate", f"_,{spoken(side)},s ({scene.things.index(there)})", (0,))
                full = f"The {there.category} is {spoken(side)} the {noun}."
                steps = (select, relate, ("query", "name", (1,)))
                question = f"What is {spoken(side)} the {noun}?"
                yield Question(question, there.category, full, ("query", "rel", "relS"), steps, "thing")
        for side, opposite in OPPOSITE.items():
            for other in scene.things:
                if other is not thing and squarely(other, side, thing):
                    yield from _which_side(scene, thing, other, side, draw.choice((side, opposite)))


def _which_side(scene: Scene, thing: Thing, other: Thing, side: str, asked: str) -> Iterator[Question]:
    """Questions about a thing and another that is on a side of it; asked: that side or its opposite."""
    noun, subject = name(thing, scene), f"the {name(other, scene)}"
    select = _select(scene, thing)
    steps = (select, ("verify rel", f"{other.category},{spoken(asked)},s", (0,)))
    yield _yes_no(
        f"Is {subject} {spoken(asked)} the {noun}?", asked == side, f"{subject} is", f"{spoken(asked)} the {noun}",
        ("rel", "relVerify"), steps,
    )  # fmt: skip
    first, second = sorted((side, OPPOSITE[side]))
    steps = (select, ("choose rel", f"{other.category},{spoken(first)}|{spoken(second)},s", (0,)))
    wording = "above or below" if "above" in (first, second) else "to the left or to the right of"
    full = f"{capital(subject)} is {spoken(side)} the {noun}."
    answer = side.removesuffix(" of")
    yield Question(f"Is {subject} {wording} the {noun}?", answer, full, ("choose", "rel", "relChooser"), steps, "side")


def _presence(scene: Scene, draw: random.Random) -> Iterator[Question]:
    present = draw.sample(scene.categories, len(scene.categories))
    absent = draw.sample([c for c in KINDS if c not in present], 2)
    one = draw.choice((*present[:1], absent[0]))
    select = ("select", one, ())
    yield _yes_no(
        f"Is there {a(one)} in the picture?", one in present, "there is", f"{a(one)} in the picture",
        ("obj", "exist"), (select, ("exist", "?", (0,))),
    )  # fmt: skip
    if len(present) < 2:
        return
    for word, operation, pairs in (
        ("both", "and", (present[:2], (present[0], absent[0]))),
        ("either", "or", ((present[0], absent[0]), absent)),
    ):
        pair = draw.choice(pairs)
        first, second = draw.sample(list(pair), 2)
        steps = (("select", first, ()), ("exist", "?", (0,)), ("select", second, ()), ("exist", "?", (2,)))
        joined = f"{word} {a(first)} {operation} {a(second)} in the picture"
        yield _yes_no(
            f"{'Are' if word == 'both' else 'Is'} there {joined}?", pair is pairs[0], "there is", joined,
            ("obj", f"exist{capital(operation)}"), (*steps, (operation, "", (1, 3))), "logical",
        )  # fmt: skip


def _same_colour(scene: Scene, draw: random.Random) -> Iterator[Question]:
    things = _plain(scene)
    pairs = [(x, y) for i, x in enumerate(things) for y in things[i + 1 :]]
    alike = [pair for pair in pairs if pair[0].colour == pair[1].colour]
    if pairs:
        pair = draw.choice(alike or pairs)
        nouns = f"the {pair[0].category} and the {pair[1].category}"
        asked = draw.choice(("same", "different"))
        steps = (_select(scene, pair[0]), _select(scene, pair[1]), (f"{asked} color", "", (0, 1)))
        holds = (pair[0].colour == pair[1].colour) == (asked == "same")
        types = ("attr", f"two{capital(asked)}")
        colours = "the same color" if asked == "same" else "different colors"
        question, rest = f"Do {nouns} have {colours}?", f"of {colours}"
        yield _yes_no(question, holds, f"{nouns} are", rest, types, steps, "compare")


def _kind(scene: Scene, draw: random.Random) -> Iterator[Question]:
    """About things that only their colour tells."""
    for thing in told_by_colour(scene):
        noun, select = f"{thing.colour} object", ("filter color", thing.colour, ())
        full = f"The {noun} is {a(thing.category)}."
        steps = (select, ("query", "name", (0,)))
        yield Question(f"What is the {noun}?", thing.category, full, ("query", "cat", "categoryThat"), steps, "thing")
        both = draw.sample((thing.category, draw.choice([c for c in KINDS if c not in scene.categories])), 2)
        steps = (select, ("choose name", "|".join(both), (0,)))
        question = f"Is the {noun} {a(both[0])} or {a(both[1])}?"
        types = ("choose", "cat", "categoryThatChoose")
        yield Question(question, thing.category, full, types, steps, "thing")


def _scene(scene: Scene, draw: random.Random) -> Iterator[Question]:
    select, indoors = ("select", "scene", ()), PLACES[scene.place].indoors
    full = f"It is {a(scene.place)}." if scene.place != "mountains" else "It is in the mountains."
    question = f"Which {'room' if indoors else 'place'} is it?"
    steps = (select, ("query", "place", (0,)))
    yield Question(question, scene.place, full, ("query", "global", "place"), steps, "place")
    answer = "indoors" if indoors else "outdoors"
    asked = draw.choice(("indoors", "outdoors"))
    steps = (select, ("verify location", asked, (0,)))
    yield _yes_no(f"Is it {asked}?", asked == answer, "it is", asked, ("global", "locationVerify"), steps)
    steps = (select, ("choose location", "indoors|outdoors", (0,)))
    types = ("choose", "global", "locationChoose")
    yield Question("Is it indoors or outdoors?", answer, f"It is {answer}.", types, steps)
    if weather(scene):
        steps = (select, ("query", "weather", (0,)))
        types = ("query", "global", "weather")
        yield Question("How is the weather?", weather(scene), f"It is {weather(scene)}.", types, steps, "weather")


def _plain(scene: Scene) -> list[Thing]:
    """Things that are the only one of their category and of one colour."""
    alone = [t for t in scene.things if len(scene.of(t.category)) == 1 and t.category != "person"]
    return [t for t in alone if t.pattern == "plain"]


def _select(scene: Scene, thing: Thing) -> Step:
    return "select", f"{thing.category} ({scene.things.index(thing)})", ()


def _yes_no(
    question: str, holds: bool, subject: str, rest: str, types: tuple[str, str], steps: tuple[Step, ...],
    structural: str = "verify",
) -> Question:  # fmt: skip
    """subject, rest: what comes before and after "not" in the whole sentence that answers."""
    full = f"Yes, {subject} {rest}." if holds else f"No, {subject} not {rest}."
    return Question(question, "yes" if holds else "no", full, (structural, *types), steps)

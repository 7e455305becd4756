"""VisDial in miniature: ten questions about a picture of which many can only be understood by what was said before."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from workflow_scripts.miniature import language
from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.kinds import KINDS, PLACES
from workflow_scripts.miniature.language import a, coloured, described, plural, spoken
from workflow_scripts.miniature.mscoco import jpeg
from workflow_scripts.miniature.questions import SIDES
from workflow_scripts.miniature.relations import only_one
from workflow_scripts.miniature.scenes import Scene, Thing, scene
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("visdial",)  # sizes of config.miniature
ROUNDS, OPTIONS = 10, 100
FIRST_ID, ID_STEP = 2_390, 1_013  # of pictures
ABSENT = 2  # things asked for that are not there; more where there is nothing else to ask

Thread = list[tuple[str, str]]  # questions and answers; those after the first go without naming what they are about
# Answers that are among the options of every round
NOUNS = [a(coloured(category, colour)) for category, kind in KINDS.items() for colour in kind.colours]


class _Texts:
    """A table of texts; each has one index, however often it is said."""

    def __init__(self, texts: list[str] | None = None):
        self._indexes = {text: index for index, text in enumerate(texts or [])}

    def index(self, text: str) -> int:
        return self._indexes.setdefault(text, len(self._indexes))

    def __iter__(self) -> Iterator[str]:
        return iter(self._indexes)


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write visdial_1.0_val.zip and VisualDialog_val2018.zip; sizes: visdial, the number of dialogues."""
    questions, answers, dialogs, pictures = _Texts(), _Texts(NOUNS), [], []
    for index in range(sizes["visdial"]):
        shown, image_id = scene(seed, "visdial", index), FIRST_ID + ID_STEP * index
        draw = random.Random(keyed_number("miniature visdial", seed, image_id))
        rounds = [
            {
                "answer": answers.index(answer),
                "gt_index": (place := draw.randrange(OPTIONS)),
                "question": questions.index(question),
                "answer_options": _options(answers.index(answer), place, draw),
            }
            for question, answer in conversation(shown, draw)
        ]
        caption = language.captions(shown, draw)[0].removesuffix(".").lower()
        dialogs.append({"image_id": image_id, "dialog": rounds, "caption": caption})
        pictures.append((f"VisualDialog_val2018/VisualDialog_val2018_{image_id:012d}.jpg", jpeg(shown)))
    data = {"questions": list(questions), "answers": list(answers), "dialogs": dialogs}
    whole = {"version": "1.0", "split": "val2018", "data": data}
    write_zip(folder / "visdial_1.0_val.zip", [("visdial_1.0_val.json", json_bytes(whole))])
    write_zip(folder / "VisualDialog_val2018.zip", pictures)


def _options(answer: int, place: int, draw: random.Random) -> list[int]:
    """Different answers, the right one at its place."""
    others = draw.sample([i for i in range(len(NOUNS)) if i != answer], OPTIONS - 1)
    return [*others[:place], answer, *others[place:]]


def conversation(shown: Scene, draw: random.Random) -> Thread:
    """Ten rounds: threads in drawn order, none taken up again later."""
    absent = [c for c in KINDS if c not in shown.categories]
    denied = [[(_is_there(category, draw), "no")] for category in draw.sample(absent, len(absent))]
    threads = [*_about_things(shown, draw), _about_setting(shown, draw), *denied[:ABSENT]]
    ordered = [*draw.sample(threads, len(threads)), *denied[ABSENT:]]
    return [said for thread in ordered for said in thread][:ROUNDS]


def _is_there(category: str, draw: random.Random) -> str:
    return draw.choice((f"is there {a(category)}", f"do you see {a(category)}", f"are there any {plural(category)}"))


def _about_things(shown: Scene, draw: random.Random) -> Iterator[Thread]:
    for category in dict.fromkeys(thing.category for thing in shown.things):
        alike = shown.of(category)
        if len(alike) == 1:
            more = list(_about_it(shown, alike[0]))
            yield [(_is_there(category, draw), "yes, 1"), *draw.sample(more, min(len(more), draw.randint(2, 4)))]
        else:
            colours = sorted({thing.colour for thing in alike})
            they = "their shirts" if category == "person" else "they"
            yield [
                (f"how many {plural(category)} are there", str(len(alike))),
                (f"are {they} all of the same color", "yes" if len(colours) == 1 else "no"),
                (f"what colors are {they}", language.listing(colours)),
            ]


def _about_it(shown: Scene, thing: Thing) -> Iterator[tuple[str, str]]:
    """About the thing that was just spoken of."""
    if thing.category == "person":
        yield "what color is the shirt", thing.colour
        yield "what are they doing", thing.pose
        yield "how do they look", thing.mood
        it = "them"
    else:
        yield "what color is it", thing.colour
        it = "it"
    if thing.size != "tiny":
        yield f"would you call {it} large or small", thing.size
    if thing.kind.patterned and thing.size == "large":
        yield "does it have a pattern", "no" if thing.pattern == "plain" else f"yes, it is {thing.pattern}"
    if thing.word and thing.size == "large":
        yield "does it have a word on it", f"yes, {thing.word.lower()}"
    for side in SIDES:
        if there := only_one(shown, side, thing):
            yield f"what is {spoken(side)} {it}", a(described(there))


def _about_setting(shown: Scene, draw: random.Random) -> Thread:
    place = PLACES[shown.place]
    if place.indoors:
        return [("is this indoors", "yes"), ("what room is it", f"a {shown.place}")]
    night = shown.sky == "clear night"
    more = [("where then", place.where), ("is it night", "yes" if night else "no")]
    if shown.sky in ("sunny", "cloudy"):
        more.append(("how is the weather there", shown.sky))
    return [("is this indoors", "no"), *draw.sample(more, 2)]

"""VCR in miniature: stills with several people, and questions about them that say by box who is meant."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path

from workflow_scripts.miniature.archives import json_bytes, json_lines, write_zip
from workflow_scripts.miniature.kinds import COLOURS, MOODS, PLACES, POSES
from workflow_scripts.miniature.mscoco import jpeg
from workflow_scripts.miniature.scenes import Scene, Thing, scene
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("vcr",)  # sizes of config.miniature
SPLITS = ("train", "val", "train", "val", "val", "test")  # of neighbouring stills, over and over
QUESTIONS, CHOICES = 3, 4  # a still; answers and rationales to choose from, each
CROWD_EVERY, CROWD = 15, 4  # of so many stills, the one that is full of people
CROWD_PICTURE, CROWD_ROW, CROWD_ROWS = (200, 150), 6, 2  # pixels; people side by side; rows of them
PERSON = (29, 41)  # pixels, in a crowd
STILLS_PER_FILM, SECONDS = 10, 4

# {a} and {b} are mentions of one person each, {ab} is one of both
MOOD_SIGNS = {
    "happy": "{a} is smiling .",
    "sad": "There is a tear on the face of {a} .",
    "angry": "The brows of {a} are drawn down .",
    "surprised": "The mouth of {a} is wide open .",
}
POSE_SIGNS = {
    "standing": "Both arms of {a} hang down .",
    "waving": "{a} raises one arm and not the other .",
    "cheering": "Both arms of {a} are raised , with nothing in the hands .",
    "running": "{a} has one foot in the air .",
    "fishing": "{a} holds a rod with a line .",
    "sweeping": "{a} holds a broom .",
    "lifting weights": "{a} holds a bar over the head .",
    "skipping rope": "A rope goes round the feet of {a} .",
}


@dataclass(frozen=True)
class Asked:
    """A question about a, or about a and b. Of answers and rationales the first is right."""

    question: str
    answers: tuple[str, ...]
    rationales: tuple[str, ...]


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write vcr1annots.zip and vcr1images.zip; sizes: vcr, the number of stills."""
    rows, images = {split: [] for split in dict.fromkeys(SPLITS)}, []
    for index, still in enumerate(islice(stills(seed), sizes["vcr"])):
        draw = random.Random(keyed_number("miniature vcr", seed, index))
        split, path = SPLITS[index % len(SPLITS)], _path(index)
        things = draw.sample(still.things, len(still.things))  # in the order of detection
        row = {
            "movie": path.split("/")[0].removeprefix("lsmdc_"),
            "objects": [t.category for t in things],
            "interesting_scores": [0],
            "answer_likelihood": draw.choice(("likely", "possible")),
            "img_fn": f"{path}.jpg",
            "metadata_fn": f"{path}.json",
        }
        img_id = f"{split}-{index // len(SPLITS) * SPLITS.count(split) + SPLITS[: index % len(SPLITS)].count(split)}"
        for number, asked in enumerate(_questions(still, things, draw)):
            annot_id = f"{split}-{len(rows[split])}"
            ids = {"img_id": img_id, "question_number": number, "annot_id": annot_id}
            rows[split].append({**row, **(_unanswered(asked) if split == "test" else asked), **ids})
        images.append((f"vcr1images/{path}.jpg", jpeg(still)))
        images.append((f"vcr1images/{path}.json", json_bytes(_metadata(still, things, draw))))
    write_zip(folder / "vcr1annots.zip", [(f"{split}.jsonl", json_lines(found)) for split, found in rows.items()])
    write_zip(folder / "vcr1images.zip", images)


def stills(seed: int) -> Iterator[Scene]:
    """Without end: scenes of two or more people, now and then one of a dozen."""
    drawn = (scene(seed, "vcr", index) for index in count())
    for index in count():
        yield (
            _crowded(seed, index) if index % CROWD_EVERY == CROWD else next(s for s in drawn if len(s.of("person")) > 1)
        )


def _crowded(seed: int, index: int) -> Scene:
    draw = random.Random(keyed_number("miniature vcr crowd", seed, index))
    (width, height), people = CROWD_PICTURE, []
    for row in range(CROWD_ROWS):
        for column in range(CROWD_ROW):
            x0 = column * width / CROWD_ROW + draw.randint(1, 3)
            y0 = height / 5 + row * height * 0.4 + draw.randint(0, 12)
            box = (round(x0), round(y0), round(x0) + PERSON[0], round(y0) + PERSON[1])
            looks = {"mood": draw.choice(MOODS), "pose": draw.choice(POSES)}
            people.append(Thing("person", draw.choice(list(COLOURS)), "small", box, **looks))
    empty = scene(seed, "vcr crowd", index)
    return replace(empty, width=width, height=height, horizon=height // 3, things=tuple(people), crowds=())


def _path(index: int) -> str:
    """Of a still, without ending: film, then when in it the shot begins and ends."""
    film, shot = divmod(index, STILLS_PER_FILM)
    begin, end = (f"00.00.{SECONDS * (shot + step):02}.000" for step in (0, 1))
    return f"lsmdc_{9001 + film}_MINIATURE/{9001 + film}_MINIATURE_{begin}-{end}@0"


def _metadata(still: Scene, things: list[Thing], draw: random.Random) -> dict:
    outlines = [
        [[round(x0 + x * (x1 - x0), 2), round(y0 + y * (y1 - y0), 2)] for x, y in thing.kind.outline]
        for thing in things
        for x0, y0, x1, y1 in [thing.box]
    ]
    return {
        "boxes": [[*map(float, thing.box), round(draw.uniform(0.7, 1), 6)] for thing in things],
        "segms": [[outline] for outline in outlines],
        "names": [thing.category for thing in things],
        "width": still.width,
        "height": still.height,
    }


def _questions(still: Scene, things: list[Thing], draw: random.Random) -> Iterator[dict]:
    """What the file holds of each question: its texts as tokens and as they were written."""
    people = [index for index, thing in enumerate(things) if thing.category == "person"]
    kinds = [_feeling, _doing, _which, _where]
    for kind in draw.sample(kinds, QUESTIONS):
        a, b = draw.sample(people, 2)
        asked = kind(still, things[a], things[b], draw)
        mentions = {"{a}": [a], "{b}": [b], "{ab}": [a, b]}
        found = _text("question", asked.question, mentions)
        for name, choices in (("answer", asked.answers), ("rationale", asked.rationales)):
            order = draw.sample(range(CHOICES), CHOICES)
            found[f"{name}_choices"] = [_tokens(choices[n], mentions) for n in order]
            found[f"{name}_label"] = order.index(0)
            found[f"{name}_orig"] = _text("", choices[0], mentions)["_orig"]
            found[f"{name}_sources"] = [draw.randrange(1000) for _ in order]
            found[f"{name}_match_iter"] = draw.sample(range(CHOICES), CHOICES)
        yield found


def _tokens(text: str, mentions: Mapping[str, list[int]]) -> list[str | list[int]]:
    return [mentions.get(word, word) for word in text.split()]


def _text(key: str, text: str, mentions: Mapping[str, list[int]]) -> dict:
    """Tokens, and the text as its author wrote it, who counts from 1."""
    tokens = _tokens(text, mentions)
    said = " ".join(t if isinstance(t, str) else " and ".join(str(index + 1) for index in t) for t in tokens)
    return {key: tokens, f"{key}_orig": said.replace(" ?", "?").replace(" .", ".").replace(" ,", ",")}


def _unanswered(asked: dict) -> dict:
    """As test holds a question."""
    return {key: asked[key] for key in ("question", "question_orig", "answer_choices", "rationale_choices")}


def _others(word: str, words: list[str], draw: random.Random, number: int = CHOICES - 1) -> list[str]:
    return draw.sample([w for w in words if w != word], number)


def _feeling(still: Scene, a: Thing, b: Thing, draw: random.Random) -> Asked:
    moods = [a.mood, *_others(a.mood, list(MOODS), draw)]
    if a.mood == b.mood:
        signs = [f"{MOOD_SIGNS[m].removesuffix(' .')} , and {{b}} looks the same ." for m in moods]
        return Asked("How are {ab} feeling ?", tuple(f"{{ab}} are {m} ." for m in moods), tuple(signs))
    return Asked("How is {a} feeling ?", tuple(f"{{a}} is {m} ." for m in moods), tuple(MOOD_SIGNS[m] for m in moods))


def _doing(still: Scene, a: Thing, b: Thing, draw: random.Random) -> Asked:
    poses = [a.pose, *_others(a.pose, list(POSES), draw)]
    return Asked("What is {a} doing ?", tuple(f"{{a}} is {p} ." for p in poses), tuple(POSE_SIGNS[p] for p in poses))


def _which(still: Scene, a: Thing, b: Thing, draw: random.Random) -> Asked:
    """Asked for a colour that one of them, both or neither wears."""
    colour = draw.choice((a.colour, b.colour, draw.choice(list(COLOURS))))
    worn = (a.colour, b.colour)
    answers = {
        (True, False): "{a} does .",
        (False, True): "{b} does .",
        (True, True): "{ab} both do .",
        (False, False): "Neither of {ab} does .",
    }
    right = answers.pop(tuple(c == colour for c in worn))
    pairs = [worn]
    while len(pairs) < CHOICES:
        pair = draw.choice(list(COLOURS)), draw.choice(list(COLOURS))
        if pair not in pairs:
            pairs.append(pair)
    signs = tuple(f"The shirt of {{a}} is {one} , that of {{b}} is {other} ." for one, other in pairs)
    return Asked(f"Which of {{ab}} wears {colour} ?", (right, *answers.values()), signs)


def _where(still: Scene, a: Thing, b: Thing, draw: random.Random) -> Asked:
    unlike = [name for name, place in PLACES.items() if place.ground != PLACES[still.place].ground]
    places = [PLACES[name] for name in (still.place, *draw.sample(unlike, CHOICES - 1))]
    return Asked(
        "Where are {ab} ?",
        tuple(f"{{ab}} are {place.where} ." for place in places),
        tuple(f"There is {place.ground_phrase} under {{a}} ." for place in places),
    )

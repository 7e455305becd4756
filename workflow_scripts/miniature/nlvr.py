"""NLVR in miniature: true and false statements about three boxes of coloured shapes, as the archive of lil-lab/nlvr.

A statement is a logical form over `structured_rep` with an English wording. Scenes are drawn until the form has the
wanted truth value, so labels are true by construction, and pictures are drawn from the same structure. No form knows
the order of the boxes. As mostly in the original, up to four scenes (a presentation) share one sentence, which is true
of m = 0, 1 and false of m = 2, 3.
"""

import io
import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from workflow_scripts.miniature.archives import write_zip
from workflow_scripts.randomness import Draw, keyed_number

DEPENDS_ON = ("nlvr",)  # sizes of config.miniature
Item = dict[str, int | str]  # y_loc, type, color, x_loc, size; pixels of its box, origin top left
Box = list[Item]
Scene = list[Box]  # three boxes

COLOURS = {"yellow": "Yellow", "black": "Black", "blue": "#0099ff"}
SHAPES = ("square", "circle", "triangle")
SIZES = {"small": 10, "middle-sized": 20, "big": 30}  # pixels
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}

BOX = 100  # side, pixels
BOX_LEFTS = (0, 150, 300)  # where the boxes of a picture begin, pixels
PICTURE = (400, 100)  # width, height in pixels
BOX_COLOUR, WALL_COLOUR = (211, 211, 211), (128, 128, 128)
RGB = {"Yellow": (255, 255, 0), "Black": (0, 0, 0), "#0099ff": (0, 153, 255)}
FINER = 4  # shapes are drawn this many times larger, for smooth edges

GAP = 3  # least distance between two things of a box, pixels; also from a wall that is not touched
DIRECTORIES = 5
ORDER_OF_SCENES = (0, 2, 1, 3)  # of a presentation; a cut-off last one stays balanced
PRESENTATION_OFFSETS = {"train": 0, "dev": 10, "test": 20}  # keeps the numbers of the splits apart


@dataclass(frozen=True)
class Words:
    """What fills the slots of a wording; each template uses some of them."""

    colour: str
    other_colour: str
    shape: str
    other_shape: str
    size: str
    number: int


@dataclass(frozen=True)
class Template:
    """A wording and what it means. `numbers`: those that make both truth values likely; `towers`: the kind of scene."""

    wording: str
    holds: Callable[[Scene, Words], bool]
    towers: bool = False
    numbers: tuple[int, ...] = (2, 3)
    sensible: Callable[[Scene, Words], bool] = lambda scene, words: True


def things(scene: Scene) -> list[Item]:
    return [item for box in scene for item in box]


def matching(items: list[Item], *, colour: str | None = None, shape: str | None = None) -> list[Item]:
    """Those of the items that have the colour and the shape, if these are given."""
    return [
        i for i in items if (colour is None or i["color"] == COLOURS[colour]) and (shape is None or i["type"] == shape)
    ]


def touches_wall(item: Item) -> bool:
    return any(item[axis] in (0, BOX - item["size"]) for axis in ("x_loc", "y_loc"))


def touches_bottom(item: Item) -> bool:
    return item["y_loc"] + item["size"] == BOX


TEMPLATES = (
    Template(
        "There are exactly {number} {colour} {shape}s.",
        lambda s, w: len(matching(things(s), colour=w.colour, shape=w.shape)) == w.number,
    ),
    Template(
        "There are at least {number} {shape}s in total.",
        lambda s, w: len(matching(things(s), shape=w.shape)) >= w.number,
        numbers=(3, 4, 5),
    ),
    Template(
        "A {colour} {shape} is touching a wall of its box.",
        lambda s, w: any(touches_wall(i) for i in matching(things(s), colour=w.colour, shape=w.shape)),
    ),
    Template(
        "No {colour} thing touches the bottom of its box.",
        lambda s, w: not any(touches_bottom(i) for i in matching(things(s), colour=w.colour)),
    ),
    Template("Every box has a {colour} thing in it.", lambda s, w: all(matching(box, colour=w.colour) for box in s)),
    Template(
        "There is a box with only {colour} things.",
        lambda s, w: any(len(matching(box, colour=w.colour)) == len(box) for box in s),
    ),
    Template(
        "Exactly one box has a {colour} {shape}.",
        lambda s, w: sum(bool(matching(box, colour=w.colour, shape=w.shape)) for box in s) == 1,
    ),
    Template(
        "One of the boxes holds both a {colour} {shape} and a {other_colour} {other_shape}.",
        lambda s, w: any(
            matching(box, colour=w.colour, shape=w.shape) and matching(box, colour=w.other_colour, shape=w.other_shape)
            for box in s
        ),
    ),
    Template(
        "All {shape}s are {colour}.",
        lambda s, w: matching(things(s), shape=w.shape) == matching(things(s), shape=w.shape, colour=w.colour),
        sensible=lambda s, w: len(matching(things(s), shape=w.shape)) >= 2,
    ),
    Template(
        "There is a {size} {colour} {shape}.",
        lambda s, w: any(i["size"] == SIZES[w.size] for i in matching(things(s), colour=w.colour, shape=w.shape)),
    ),
    Template(
        "At least two boxes have {number} or more things.",
        lambda s, w: sum(len(box) >= w.number for box in s) >= 2,
        numbers=(3, 4, 5),
    ),
    Template(
        "There are more {colour} things than {other_colour} things.",
        lambda s, w: len(matching(things(s), colour=w.colour)) > len(matching(things(s), colour=w.other_colour)),
    ),
    Template(
        "A box holds two or more things, all of the same shape.",
        lambda s, w: any(len(box) >= 2 and len({i["type"] for i in box}) == 1 for box in s),
    ),
    Template(
        "There is a tower with a {colour} block on top.",
        lambda s, w: any(box[-1]["color"] == COLOURS[w.colour] for box in s),
        towers=True,
    ),
    Template(
        "Exactly {number} towers have a {colour} block at the bottom.",
        lambda s, w: sum(box[0]["color"] == COLOURS[w.colour] for box in s) == w.number,
        towers=True,
    ),
    Template(
        "There is a tower of exactly {number} blocks.",
        lambda s, w: any(len(box) == w.number for box in s),
        towers=True,
        numbers=(2, 3, 4),
    ),
    Template(
        "Somewhere a {colour} block lies directly on a {other_colour} block.",
        lambda s, w: any(
            above["color"] == COLOURS[w.colour] and below["color"] == COLOURS[w.other_colour]
            for box in s
            for below, above in itertools.pairwise(box)
        ),
        towers=True,
    ),
    Template("The three towers differ in height.", lambda s, w: len({len(box) for box in s}) == 3, towers=True),
    Template(
        "There is a tower built of {colour} blocks only.",
        lambda s, w: any(len(matching(box, colour=w.colour)) == len(box) for box in s),
        towers=True,
    ),
)


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write folder/nlvr-master.zip: sizes["nlvr"] statements in test, a quarter (rounded up) in dev and train."""
    quarter = -(-sizes["nlvr"] // 4)
    counts = {"train": quarter, "dev": quarter, "test": sizes["nlvr"]}
    write_zip(folder / "nlvr-master.zip", (m for split, n in counts.items() for m in split_members(seed, split, n)))


def split_members(seed: int, split: str, count: int) -> Iterator[tuple[str, bytes]]:
    """The files of one split: the JSON lines (no newline at the end), then six pictures for each line."""
    records = split_records(seed, split, count)
    root = f"nlvr-master/nlvr/{split}"
    yield f"{root}/{split}.json", "\n".join(json.dumps(r, separators=(",", ":")) for r in records).encode()
    for record in records:
        boxes = [box_picture(box) for box in record["structured_rep"]]
        for k, order in enumerate(itertools.permutations(boxes)):
            yield f"{root}/images/{record['directory']}/{split}-{record['identifier']}-{k}.png", png(order)


def split_records(seed: int, split: str, count: int) -> list[dict]:
    """`count` statements in drawn order, half of them true (one true more if count is odd)."""
    places = (divmod(i, len(ORDER_OF_SCENES)) for i in range(count))
    records = [statement(seed, split, presentation, m=ORDER_OF_SCENES[i]) for presentation, i in places]
    return sorted(records, key=lambda r: keyed_number(seed, "miniature/nlvr", split, r["identifier"], "order"))


def statement(seed: int, split: str, presentation: int, *, m: int) -> dict:
    """One line of the JSON file: scene m (0..3) of a presentation (counted from 0 in its split)."""
    draw = Draw(seed, "miniature/nlvr", f"{split}/{presentation}")
    template = template_of(seed, split, presentation)
    words = draw_words(draw.generator("words"), template)
    truth = m < 2
    label = "true" if truth else "false"
    wording = template.wording.format(**{**vars(words), "number": NUMBERS[words.number]})
    number = 30 * presentation + PRESENTATION_OFFSETS[split] + draw.generator("number").randrange(10)
    return {
        "sentence": wording,
        "label": label,
        "identifier": f"{number}-{m}",
        "directory": str(presentation % DIRECTORIES),
        "evals": votes(draw.generator(f"votes {m}"), label),
        "structured_rep": draw_scene(draw, template, words, truth=truth, m=m),
    }


def template_of(seed: int, split: str, presentation: int) -> Template:
    """Each round of as many presentations as there are templates uses every template once, in an order of its own."""
    turn, place = divmod(presentation, len(TEMPLATES))
    return Draw(seed, "miniature/nlvr", f"{split}/turn {turn}").shuffled(TEMPLATES, purpose="templates")[place]


def draw_words(rng: random.Random, template: Template) -> Words:
    colour, other_colour = rng.sample(list(COLOURS), 2)
    shape, other_shape = rng.sample(SHAPES, 2)
    return Words(colour, other_colour, shape, other_shape, rng.choice(list(SIZES)), rng.choice(template.numbers))


def votes(rng: random.Random, label: str) -> dict[str, str]:
    """Five raters' judgements; in one of five cases one rater disagrees."""
    raters = [f"r{i}" for i in rng.sample(range(10), 5)]
    dissents = rng.random() < 0.2
    opposite = {"true": "false", "false": "true"}[label]
    return {rater: opposite if dissents and rater == raters[-1] else label for rater in raters}


def draw_scene(draw: Draw, template: Template, words: Words, *, truth: bool, m: int) -> Scene:
    """The first of the drawn scenes in which the template's statement is sensible and has the truth value."""
    generators = (draw.generator(f"scene {m} {attempt}") for attempt in itertools.count())
    scenes = ([tower(rng) if template.towers else scattered_box(rng) for _ in BOX_LEFTS] for rng in generators)
    return next(s for s in scenes if template.sensible(s, words) and bool(template.holds(s, words)) == truth)


def item(shape: str, colour: str, x: int, y: int, size: int) -> Item:
    return {"y_loc": y, "type": shape, "color": COLOURS[colour], "x_loc": x, "size": size}


def tower(rng: random.Random) -> Box:
    """One to four squares of 20 pixels, one above the other with a pixel between, from the bottom up."""
    colours = rng.sample(list(COLOURS), rng.choice((1, 2, 2, 3)))
    return [item("square", rng.choice(colours), 40, 80 - 21 * level, 20) for level in range(rng.randint(1, 4))]


def scattered_box(rng: random.Random) -> Box:
    """One to six things that do not meet, of one to three colours and shapes; about half of them touch a wall."""
    colours = rng.sample(list(COLOURS), rng.choice((1, 2, 2, 3, 3, 3)))
    shapes = rng.sample(SHAPES, rng.choice((1, 2, 2, 3, 3, 3)))
    box: Box = []
    for _ in range(rng.randint(1, 6)):
        size = rng.choice(list(SIZES.values()))
        spot = free_spot(rng, box, size)
        if spot:
            box.append(item(rng.choice(shapes), rng.choice(colours), *spot, size))
    return box


def free_spot(rng: random.Random, box: Box, size: int) -> tuple[int, int] | None:
    """x, y (pixels) where a thing of that size is free of the others; None if 40 draws find none."""
    for _ in range(40):
        spot = [rng.randint(GAP, BOX - GAP - size), rng.randint(GAP, BOX - GAP - size)]
        if rng.random() < 0.5:
            spot[rng.randrange(2)] = rng.choice((0, BOX - size))
        x, y = spot
        if all(distance(x, y, size, other) >= GAP for other in box):
            return x, y
    return None


def distance(x: int, y: int, size: int, other: Item) -> int:
    """Pixels between a square at x, y and the other's, along the axis on which they are further apart."""
    along_x = max(x - other["x_loc"] - other["size"], other["x_loc"] - x - size)
    along_y = max(y - other["y_loc"] - other["size"], other["y_loc"] - y - size)
    return max(along_x, along_y)


def box_picture(box: Box) -> Image.Image:
    """A box of 100x100 pixels with its things, smooth at their edges."""
    picture = Image.new("RGB", (BOX * FINER, BOX * FINER), BOX_COLOUR)
    pen = ImageDraw.Draw(picture)
    for thing in box:
        left, top, size = (thing[key] * FINER for key in ("x_loc", "y_loc", "size"))
        right, bottom = left + size - 1, top + size - 1
        colour = RGB[thing["color"]]
        if thing["type"] == "square":
            pen.rectangle((left, top, right, bottom), colour)
        elif thing["type"] == "circle":
            pen.ellipse((left, top, right, bottom), colour)
        else:
            pen.polygon(((left, bottom), (right, bottom), ((left + right) / 2, top)), colour)
    return picture.reduce(FINER)


def png(boxes: tuple[Image.Image, ...]) -> bytes:
    """Three boxes side by side as an RGBA PNG of 400x100 pixels."""
    picture = Image.new("RGBA", PICTURE, (*WALL_COLOUR, 255))
    for left, box in zip(BOX_LEFTS, boxes, strict=True):
        picture.paste(box, (left, 0))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()

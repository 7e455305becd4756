"""Scenes: the graphs from which all pictures and annotations of the miniature world are made.

A scene is drawn from a generator of its own, keyed by seed, universe and index, and depends on no other scene.
Boxes are x0, y0, x1, y1 in pixels, on a grid of a quarter pixel, always inside the picture.
"""

import random
from dataclasses import dataclass, replace
from functools import lru_cache

from workflow_scripts.miniature.kinds import KINDS, MOODS, PATTERNS, PLACES, POSES, SKIES, WORDS, Kind, UnitBox
from workflow_scripts.randomness import keyed_number
from workflow_scripts.regions import Region, area, intersection, iou

GRID = 0.25  # pixels
SIDES = {"tiny": (7, 8), "small": (23, 28), "large": (40, 50)}  # square root of a box's area, pixels
PICTURE_SIDES = (116, 160)  # pixels
COUNTS, COUNT_WEIGHTS = (2, 3, 4, 5, 6), (2, 4, 6, 5, 4)
OVERLAP_SHARE = 0.3  # of the smaller box, at most
OVERLAP_IOU = 0.25  # at most
OVERLAP_CHANCE = 0.3
TRIES = 60  # places tried before a thing is left out
EVERY, EMPTY = 89, 17  # of so many scenes, the one without things


@dataclass(frozen=True)
class Thing:
    """A thing; of the same category, colour and size there is at most one in a scene."""

    category: str  # a key of KINDS
    colour: str  # a person's is the shirt's
    size: str  # a key of SIDES
    box: Region
    pattern: str = "plain"
    mood: str | None = None  # people only
    pose: str | None = None  # people only
    word: str | None = None  # written on it, at word_box

    @property
    def kind(self) -> Kind:
        return KINDS[self.category]

    @property
    def word_box(self) -> Region:
        return within(self.box, self.kind.word_box)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True)
class Crowd:
    """A heap of things of one category that no single thing of the scene has."""

    category: str
    colour: str
    box: Region


@dataclass(frozen=True)
class Notice:
    """A board or note with writing on it, apart from all things; captions and questions do not speak of it."""

    style: str  # printed, handwritten or lights
    word: str | None  # as it is spelt there; None: nobody could read it
    box: Region

    @property
    def word_box(self) -> Region:
        return within(self.box, (0.09, 0.18, 0.91, 0.82))


@dataclass(frozen=True)
class Scene:
    """A picture's content. Later things are drawn over earlier ones."""

    width: int  # pixels
    height: int
    place: str  # a key of PLACES
    sky: str | None  # a key of SKIES; None indoors
    horizon: int  # where the ground begins, pixels from the top
    things: tuple[Thing, ...]
    crowds: tuple[Crowd, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def categories(self) -> list[str]:
        """All that can be seen, in the order of KINDS."""
        seen = {t.category for t in self.things} | {c.category for c in self.crowds}
        return [name for name in KINDS if name in seen]

    def of(self, category: str) -> list[Thing]:
        return [t for t in self.things if t.category == category]

    @property
    def ground_box(self) -> Region:
        return (0, self.horizon, self.width, self.height)

    @property
    def upper_box(self) -> Region:
        """The sky, or the wall of a room."""
        return (0, 0, self.width, self.horizon)


def within(box: Region, part: UnitBox) -> Region:
    """A part of a box, from the box's unit square to pixels."""
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    return (x0 + part[0] * width, y0 + part[1] * height, x0 + part[2] * width, y0 + part[3] * height)


@lru_cache(maxsize=4096)
def scene(seed: int, universe: str, index: int) -> Scene:
    """The scene of one picture; the same for ever for the same three arguments."""
    draw = random.Random(keyed_number("miniature scene", seed, universe, index))
    bare = bare_scene(draw)
    if index % EVERY == EMPTY:
        return bare
    things, crowds = _things(draw, bare), ()
    if draw.random() < 0.06:
        crowds = _crowds(draw, bare, things)
    return replace(bare, things=tuple(things), crowds=crowds)


def scene_with_things(seed: int, universe: str, index: int) -> Scene:
    """Like `scene`, but never an empty one."""
    return scene(seed, f"{universe} {index}", 0)


def bare_scene(draw: random.Random, sides: tuple[int, int] = PICTURE_SIDES) -> Scene:
    """A place without things; sides: least and largest, pixels."""
    width, height = draw.randint(*sides), draw.randint(*sides)
    place = draw.choice(list(PLACES))
    sky = None if PLACES[place].indoors else draw.choice(list(SKIES))
    return Scene(width, height, place, sky, round(height * draw.uniform(0.36, 0.5)), ())


def _things(draw: random.Random, bare: Scene) -> list[Thing]:
    count = draw.choices(COUNTS, COUNT_WEIGHTS)[0]
    looks = _looks(draw, count)
    things: list[Thing] = []
    for category, colour, size in looks:
        box = _place(draw, bare, KINDS[category], size, things)
        if box is None and size == "large" and (category, colour, "small") not in looks:
            size = "small"
            box = _place(draw, bare, KINDS[category], size, things)
        if box is not None:
            things.append(_finish(draw, category, colour, size, box))
    if draw.random() < 0.06:
        looks = [(t.category, t.colour) for t in things]
        colour = draw.choice(KINDS["sports ball"].colours)
        box = _place(draw, bare, KINDS["sports ball"], "tiny", things, apart=True)
        if box is not None and ("sports ball", colour) not in looks:
            things.append(Thing("sports ball", colour, "tiny", box))
    return things


def _looks(draw: random.Random, count: int) -> list[tuple[str, str, str]]:
    """Different (category, colour, size); half of the time a category occurs more than once."""
    names, weights = list(KINDS), [kind.weight for kind in KINDS.values()]
    repeated = draw.random() < 0.55
    looks: list[tuple[str, str, str]] = []
    while len(looks) < count:
        if repeated and looks and (len(looks) == 1 or draw.random() < 0.25):
            category = looks[0][0]
        else:
            category = draw.choices(names, weights)[0]
        same_colour = looks and draw.random() < 0.15
        colour = looks[-1][1] if same_colour else draw.choice(KINDS[category].colours)
        large = draw.random() < (2 / 3 if count < 5 else 1 / 3)
        look = (category, colour, "large" if large else "small")
        if look not in looks and colour in KINDS[category].colours:
            looks.append(look)
    return looks


def _finish(draw: random.Random, category: str, colour: str, size: str, box: Region) -> Thing:
    kind = KINDS[category]
    pattern = draw.choice(PATTERNS) if kind.patterned and size == "large" and draw.random() < 0.45 else "plain"
    word = None
    if category == "stop sign":
        word = "STOP"
    elif category == "book" and size == "large":
        word = draw.choice(WORDS)
    if category != "person":
        return Thing(category, colour, size, box, pattern, word=word)
    return Thing(category, colour, size, box, pattern, draw.choice(MOODS), draw.choice(POSES), word)


def _place(
    draw: random.Random, bare: Scene, kind: Kind, size: str, placed: list[Thing], *, apart: bool = False
) -> Region | None:
    """A box for a thing; None if no free place was found. It may cover a little of what is already placed."""
    side = draw.uniform(*SIDES[size]) * kind.scale
    width, height = _grid(side * kind.aspect**0.5), _grid(side / kind.aspect**0.5)
    overlap = not apart and draw.random() < OVERLAP_CHANCE
    for _ in range(TRIES):
        x0 = _grid(draw.uniform(1, bare.width - width - 1))
        lowest = bare.height - height - 1
        highest = 1 if kind.anywhere else max(1, bare.horizon + 6 - height)
        if kind.anywhere and draw.random() < 0.6:
            lowest = max(1, min(lowest, bare.horizon - height / 2))
        y0 = _grid(draw.uniform(min(highest, lowest), lowest))
        box = (x0, y0, x0 + width, y0 + height)
        if all(_fits(box, other, overlap) for other in placed):
            return box
    return None


def _fits(box: Region, other: Thing, overlap: bool) -> bool:
    shared = intersection(box, other.box)
    if not shared:
        return overlap or not intersection((box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2), other.box)
    covered = shared / min(area(box), area(other.box))
    return overlap and not other.kind.delicate and covered <= OVERLAP_SHARE and iou(box, other.box) <= OVERLAP_IOU


def _crowds(draw: random.Random, bare: Scene, things: list[Thing]) -> tuple[Crowd, ...]:
    seen = {t.category for t in things}
    category = draw.choice([c for c in ("apple", "donut", "sports ball") if c not in seen] or [""])
    if not category:
        return ()
    width, height = 44, 26
    for _ in range(TRIES):
        x0 = _grid(draw.uniform(1, bare.width - width - 1))
        y0 = _grid(draw.uniform(bare.horizon - 6, bare.height - height - 1))
        box = (x0, y0, x0 + width, y0 + height)
        if not any(intersection(box, t.box) for t in things):
            return (Crowd(category, draw.choice(KINDS[category].colours), box),)
    return ()


def _grid(value: float) -> float:
    return round(value / GRID) * GRID

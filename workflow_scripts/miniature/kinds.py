"""What the miniature world is made of: kinds of things under MS COCO's names, colours, places, skies, poses and moods.

Points and boxes of a kind are in its unit square: 0, 0 is the top left corner of a thing's box, 1, 1 the bottom right.
"""

import math
from dataclasses import dataclass

Points = tuple[tuple[float, float], ...]
UnitBox = tuple[float, float, float, float]  # x0, y0, x1, y1

COLOURS = {
    "red": (222, 30, 36),
    "orange": (255, 140, 0),
    "yellow": (255, 226, 30),
    "green": (24, 150, 50),
    "blue": (30, 80, 225),
    "purple": (130, 40, 170),
    "pink": (255, 130, 190),
    "black": (26, 26, 28),
    "white": (252, 252, 252),
}
PATTERNS = ("striped", "dotted", "checkered")
MOODS = ("happy", "sad", "angry", "surprised")
POSES = ("standing", "waving", "cheering", "running", "fishing", "sweeping", "lifting weights", "skipping rope")
POSE_SPORTS = {"running": "running", "fishing": "fishing", "lifting weights": "weightlifting"}
WORDS = ("ART", "ZOO", "MAP", "SUN", "CAT", "SEA", "TOY", "FUN")  # on large books

_ROUND: Points = tuple(
    (round(0.5 - 0.5 * math.cos(k * math.pi / 8), 4), round(0.5 - 0.5 * math.sin(k * math.pi / 8), 4))
    for k in range(16)
)
_WHOLE: Points = ((0, 0), (1, 0), (1, 1), (0, 1))
_PERSON: Points = ((0.25, 0), (0.75, 0), (1, 0.25), (1, 0.7), (0.7, 1), (0.3, 1), (0, 0.7), (0, 0.25))
_CAR: Points = (
    (0.3, 0),
    (0.7, 0),
    (0.86, 0.38),
    (1, 0.4),
    (1, 0.82),
    (0.9, 1),
    (0.1, 1),
    (0, 0.82),
    (0, 0.4),
    (0.16, 0.38),
)
_PLATE_ON_POLE: Points = (
    *((0.293, 0), (0.707, 0), (1, 0.16), (1, 0.39), (0.707, 0.55), (0.56, 0.55), (0.56, 1)),
    *((0.44, 1), (0.44, 0.55), (0.293, 0.55), (0, 0.39), (0, 0.16)),
)
_SKATEBOARD: Points = ((0, 0), (0.06, 0), (0.16, 0.24), (0.84, 0.24), (0.94, 0), (1, 0), (0.84, 1), (0.16, 1))
_RACKET: Points = (
    *((0.5, 0), (0.85, 0.09), (1, 0.3), (0.85, 0.5), (0.58, 0.62), (0.58, 1), (0.42, 1), (0.42, 0.62)),
    *((0.15, 0.5), (0, 0.3), (0.15, 0.09)),
)
_VASE: Points = (
    *((0.2, 0), (0.8, 0), (0.66, 0.22), (1, 0.55), (0.94, 0.8), (0.75, 1), (0.25, 1), (0.06, 0.8), (0, 0.55)),
    (0.34, 0.22),
)
_DOME: Points = ((0, 0.5), (0.07, 0.28), (0.25, 0.09), (0.5, 0), (0.75, 0.09), (0.93, 0.28), (1, 0.5))


@dataclass(frozen=True)
class Part:
    """A part of a kind that can be named: the predicate says what the whole does with it."""

    name: str
    box: UnitBox
    predicate: str = "has"


@dataclass(frozen=True)
class Kind:
    """A category of things and what is true of all of them."""

    coco_id: int
    supercategory: str
    aspect: float  # width / height
    outline: Points = _WHOLE  # the silhouette; touches all four sides of the unit square
    weight: int = 3  # how often it is drawn, relative to the others
    scale: float = 1.0  # side relative to other kinds
    anywhere: bool = False  # not only on the ground
    colours: tuple[str, ...] = tuple(COLOURS)
    patterned: bool = False
    delicate: bool = False  # nothing may cover it: a face, letters, clock hands
    shape: str | None = None  # the answer to "What shape is it?"
    use: str | None = None  # what only this kind is good for, after "could you"
    sport: str | None = None
    part: Part | None = None
    word_box: UnitBox | None = None  # where a word may stand


KINDS: dict[str, Kind] = {
    "person": Kind(
        1,
        "person",
        0.72,
        _PERSON,
        weight=6,
        scale=1.3,
        delicate=True,
        part=Part("shirt", (0.27, 0.48, 0.73, 0.78), "wearing"),
    ),
    "car": Kind(3, "vehicle", 1.9, _CAR, scale=1.15, use="drive to work", part=Part("wheel", (0.1, 0.6, 0.34, 1))),
    "stop sign": Kind(
        13,
        "outdoor",
        0.55,
        _PLATE_ON_POLE,
        weight=2,
        scale=1.25,
        colours=("red",),
        delicate=True,
        shape="octagonal",
        use="use to tell drivers to stop",
        part=Part("pole", (0.43, 0.55, 0.57, 1)),
        word_box=(0.12, 0.16, 0.88, 0.40),
    ),
    "umbrella": Kind(
        28,
        "accessory",
        1.0,
        (*_DOME, (0.6, 0.5), (0.6, 1), (0.4, 1), (0.4, 0.5)),
        anywhere=True,
        patterned=True,
        use="use to stay dry in the rain",
        part=Part("handle", (0.3, 0.5, 0.55, 1)),
    ),
    "sports ball": Kind(37, "sports", 1.0, _ROUND, anywhere=True, patterned=True, shape="round", use="play catch with"),
    "kite": Kind(
        38,
        "sports",
        0.62,
        ((0.5, 0), (1, 0.32), (0.56, 0.72), (0.6, 1), (0.4, 1), (0.44, 0.72), (0, 0.32)),
        weight=4,
        scale=1.1,
        anywhere=True,
        patterned=True,
        shape="diamond",
        use="fly in the wind",
        part=Part("tail", (0.3, 0.7, 0.7, 1)),
    ),
    "skateboard": Kind(41, "sports", 2.6, _SKATEBOARD, weight=2, scale=1.1, sport="skateboarding"),
    "surfboard": Kind(
        42,
        "sports",
        0.36,
        ((0.5, 0), (0.9, 0.2), (1, 0.5), (0.88, 0.85), (0.7, 1), (0.3, 1), (0.12, 0.85), (0, 0.5), (0.1, 0.2)),
        weight=2,
        scale=1.1,
        use="ride the waves with",
        sport="surfing",
    ),
    "tennis racket": Kind(
        43,
        "sports",
        0.5,
        _RACKET,
        weight=2,
        scale=1.1,
        use="hit a ball with",
        sport="tennis",
        part=Part("handle", (0.38, 0.62, 0.62, 1)),
    ),
    "bottle": Kind(
        44,
        "kitchen",
        0.4,
        ((0.3, 0), (0.7, 0), (0.7, 0.3), (1, 0.45), (1, 1), (0, 1), (0, 0.45), (0.3, 0.3)),
        use="drink from",
        part=Part("cap", (0.28, 0, 0.72, 0.13)),
    ),
    "apple": Kind(53, "food", 0.92, _ROUND, colours=("red", "green", "yellow"), part=Part("leaf", (0.5, 0, 0.85, 0.2))),
    "donut": Kind(60, "food", 1.0, _ROUND, shape="round"),
    "chair": Kind(
        62,
        "furniture",
        0.66,
        ((0, 0), (0.22, 0), (0.22, 0.5), (1, 0.5), (1, 1), (0, 1)),
        scale=1.15,
        use="sit on",
        part=Part("seat", (0, 0.5, 1, 0.63)),
    ),
    "book": Kind(84, "indoor", 0.78, delicate=True, shape="rectangular", use="read", word_box=(0.26, 0.2, 0.88, 0.5)),
    "clock": Kind(85, "indoor", 1.0, _ROUND, anywhere=True, delicate=True, shape="round", use="use to tell the time"),
    "vase": Kind(
        86,
        "indoor",
        0.62,
        _VASE,
        patterned=True,
        use="put flowers in",
    ),
}
EDIBLE = ("apple", "donut")
PLURALS = {"person": "people"}


@dataclass(frozen=True)
class Place:
    """A kind of background. Colours are pale, so that every thing stands out."""

    where: str  # "on the beach"
    ground: str  # what covers the ground
    ground_colour: tuple[int, int, int]
    ground_phrase: str
    indoors: bool = False
    snowy: bool = False


PLACES: dict[str, Place] = {
    "field": Place("in a field", "grass", (176, 214, 140), "light green grass"),
    "forest": Place("in a forest", "grass", (160, 196, 136), "grass in front of the trees"),
    "beach": Place("on the beach", "sand", (240, 222, 170), "pale sand by the sea"),
    "desert": Place("in the desert", "sand", (232, 196, 140), "dry sand of the desert"),
    "mountains": Place("in the mountains", "snow", (236, 240, 248), "snow covering the ground", snowy=True),
    "street": Place("on a street", "road", (176, 178, 184), "grey road with white markings"),
    "living room": Place("in a living room", "floor", (214, 180, 142), "wooden floor", indoors=True),
    "kitchen": Place("in a kitchen", "floor", (224, 224, 220), "checkered kitchen floor", indoors=True),
}
WALL = {"living room": ((236, 222, 204), "plain wall"), "kitchen": ((212, 232, 236), "tiled wall")}  # colour, phrase


@dataclass(frozen=True)
class Sky:
    """The sky over an outdoor place; it also tells the time of day."""

    colour: tuple[int, int, int]
    phrase: str
    time: str
    wrong_times: tuple[str, str, str]


_DAY, _NIGHT, _SUNSET = "during the day", "at night", "at sunset"
SKIES: dict[str, Sky] = {
    "sunny": Sky((190, 224, 250), "sun in the blue sky", _DAY, (_NIGHT, _SUNSET, "at midnight")),
    "cloudy": Sky((206, 214, 222), "clouds in the grey sky", _DAY, (_NIGHT, _SUNSET, "at midnight")),
    "clear night": Sky((96, 108, 160), "moon in the night sky", _NIGHT, ("at noon", _SUNSET, _DAY)),
    "sunset": Sky((252, 206, 176), "sun setting at the horizon", _SUNSET, (_NIGHT, "at noon", "at midnight")),
}

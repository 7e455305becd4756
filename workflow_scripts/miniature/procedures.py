"""Things that are made step by step; the picture of a step shows all that was done so far."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from workflow_scripts.miniature.kinds import COLOURS, Points
from workflow_scripts.miniature.pen import DOUGH, FINER, INK, LEAF, SKIN, STEEL, WOOD, Colour, Pen

Paint = Callable[[Pen, Colour], None]
_SNOW, _SOIL, _CHEESE = (250, 252, 255), (110, 76, 50), (255, 214, 80)


@dataclass(frozen=True)
class Stage:
    """One step: different wordings, in which {colour} is the method's colour, and what it adds to the picture."""

    headlines: tuple[str, ...]
    paint: Paint


@dataclass(frozen=True)
class Procedure:
    """Stages in the only order that makes sense."""

    goal: str
    method: str
    upper: Colour  # of the background, and how far it reaches down
    lower: Colour
    edge: float
    spare: int  # which stage can be left out
    stages: tuple[Stage, ...]


def draw(procedure: Procedure, colour: str, done: tuple[Stage, ...], size: tuple[int, int]) -> Image.Image:
    """What is there after some stages; size: of the picture, in pixels."""
    canvas = Image.new("RGB", (size[0] * FINER, size[1] * FINER), procedure.upper)
    pen = Pen(canvas, (0, 0, *size))
    pen.draw.rectangle((*pen.at(0, procedure.edge), *pen.at(1, 1)), procedure.lower)
    for stage in done:
        stage.paint(pen, COLOURS[colour])
    return canvas.reduce(FINER)


def headline(stage: Stage, colour: str, choose: random.Random) -> str:
    return choose.choice(stage.headlines).format(colour=colour)


def _block(x0: float, y0: float, x1: float, y1: float, fill: Colour | None = None, rounding: float = 0.0) -> Paint:
    """fill: None is the method's colour; so in the next two."""
    return lambda pen, colour: pen.block(x0, y0, x1, y1, fill or colour, rounding)


def _oval(x0: float, y0: float, x1: float, y1: float, fill: Colour | None = None) -> Paint:
    return lambda pen, colour: pen.oval(x0, y0, x1, y1, fill or colour)


def _shape(*points: tuple[float, float], fill: Colour | None = None) -> Paint:
    return lambda pen, colour: pen.shape(points, fill or colour)


def _line(*points: tuple[float, float], fill: Colour = INK, width_px: float = 3) -> Paint:
    return lambda pen, colour: pen.line(points, fill, width_px)


def _all(*parts: Paint) -> Paint:
    def paint(pen: Pen, colour: Colour) -> None:
        for part in parts:
            part(pen, colour)

    return paint


def _flower(x: float, y: float, fill: Colour) -> Paint:
    """One in a vase."""
    return _all(
        _line((0.5, 0.56), (x, y), fill=LEAF),
        _oval(x - 0.08, y - 0.08, x + 0.08, y + 0.08, fill),
        _oval(x - 0.03, y - 0.03, x + 0.03, y + 0.03, _CHEESE),
    )


_VASE: Points = (
    (0.4, 0.54),
    (0.6, 0.54),
    (0.56, 0.64),
    (0.68, 0.8),
    (0.6, 0.95),
    (0.4, 0.95),
    (0.32, 0.8),
    (0.44, 0.64),
)
_HAIR: Points = (
    *((0.18, 0.55), (0.2, 0.3), (0.35, 0.14), (0.5, 0.1), (0.65, 0.14), (0.8, 0.3), (0.82, 0.55)),
    *((0.72, 0.36), (0.5, 0.28), (0.28, 0.36)),
)

PROCEDURES = (
    Procedure(
        "build a snowman",
        "Building a Snowman with a {colour} Hat",
        (190, 214, 240),
        (236, 240, 248),
        0.6,
        3,
        (
            Stage(
                ("Roll a large ball of snow.", "Make a big snowball for the bottom."),
                _oval(0.3, 0.62, 0.7, 0.98, _SNOW),
            ),
            Stage(("Put a smaller ball on it.", "Set the body on the big ball."), _oval(0.35, 0.38, 0.65, 0.68, _SNOW)),
            Stage(("Add the head.", "Put the smallest ball on top as the head."), _oval(0.4, 0.18, 0.6, 0.42, _SNOW)),
            Stage(
                ("Give it a carrot for a nose.", "Stick a carrot into the head."),
                _shape((0.5, 0.26), (0.76, 0.32), (0.5, 0.37), fill=COLOURS["orange"]),
            ),
            Stage(
                ("Put a {colour} hat on its head.", "Dress it with a {colour} hat."),
                _all(_block(0.36, 0.17, 0.64, 0.22), _block(0.42, 0.02, 0.58, 0.18)),
            ),
        ),
    ),
    Procedure(
        "build a toy house",
        "Building a House with {colour} Walls",
        (190, 224, 250),
        (176, 214, 140),
        0.8,
        3,
        (
            Stage(("Put up {colour} walls.", "Start with the {colour} walls."), _block(0.25, 0.5, 0.75, 0.95)),
            Stage(
                ("Lay the roof on the walls.", "Cover it with a roof."),
                _shape((0.16, 0.5), (0.5, 0.18), (0.84, 0.5), fill=(150, 80, 60)),
            ),
            Stage(("Set in a door.", "Give it a wooden door."), _block(0.32, 0.64, 0.46, 0.95, WOOD)),
            Stage(("Cut a window.", "Put in a window."), _block(0.54, 0.6, 0.69, 0.76, (200, 230, 250))),
            Stage(("Finish with a chimney.", "Put a chimney on the roof."), _block(0.62, 0.12, 0.71, 0.36, STEEL)),
        ),
    ),
    Procedure(
        "draw a face",
        "Drawing a Face with {colour} Hair",
        (250, 248, 240),
        (250, 248, 240),
        1.0,
        2,
        (
            Stage(("Draw a large circle.", "Draw the round outline of the face."), _oval(0.2, 0.18, 0.8, 0.92, SKIN)),
            Stage(
                ("Add two eyes.", "Draw both eyes."),
                _all(_oval(0.35, 0.44, 0.43, 0.52, INK), _oval(0.57, 0.44, 0.65, 0.52, INK)),
            ),
            Stage(
                ("Draw a nose below the eyes.", "Add a nose."),
                _line((0.5, 0.48), (0.44, 0.65), (0.54, 0.65), width_px=4),
            ),
            Stage(
                ("Draw a red mouth.", "Add a wide mouth."),
                _shape((0.36, 0.72), (0.64, 0.72), (0.5, 0.82), fill=COLOURS["red"]),
            ),
            Stage(("Colour the hair {colour}.", "Give it {colour} hair."), _shape(*_HAIR)),
        ),
    ),
    Procedure(
        "arrange flowers in a vase",
        "Using a {colour} Vase",
        (236, 222, 204),
        (214, 180, 142),
        0.82,
        2,
        (
            Stage(("Put a {colour} vase on the table.", "Take a {colour} vase."), _shape(*_VASE)),
            Stage(("Put in a red flower.", "Add the red flower on the left."), _flower(0.24, 0.3, COLOURS["red"])),
            Stage(("Put in a pink flower.", "Add the pink flower on the right."), _flower(0.76, 0.3, COLOURS["pink"])),
            Stage(
                ("Put in a white flower.", "Add the white flower in the middle."), _flower(0.5, 0.16, COLOURS["white"])
            ),
            Stage(
                ("Tie a ribbon around the vase.", "Fasten a ribbon to the vase."),
                _all(_block(0.41, 0.6, 0.59, 0.66, (30, 30, 60)), _oval(0.46, 0.58, 0.54, 0.68, (30, 30, 60))),
            ),
        ),
    ),
    Procedure(
        "make a sandwich",
        "Making a Sandwich on a {colour} Plate",
        (212, 232, 236),
        (224, 224, 220),
        0.75,
        4,
        (
            Stage(
                ("Lay a slice of bread on a {colour} plate.", "Put bread on a {colour} plate."),
                _all(_oval(0.06, 0.78, 0.94, 0.96), _block(0.2, 0.76, 0.8, 0.86, DOUGH, 0.03)),
            ),
            Stage(
                ("Cover the bread with lettuce.", "Put a leaf of lettuce on it."),
                _block(0.16, 0.7, 0.84, 0.76, LEAF, 0.03),
            ),
            Stage(("Add a slice of cheese.", "Lay cheese on the lettuce."), _block(0.2, 0.63, 0.8, 0.7, _CHEESE)),
            Stage(
                ("Add slices of tomato.", "Put tomato on the cheese."),
                _all(_oval(0.2, 0.54, 0.5, 0.64, COLOURS["red"]), _oval(0.5, 0.54, 0.8, 0.64, COLOURS["red"])),
            ),
            Stage(
                ("Close it with another slice of bread.", "Put bread on top."),
                _block(0.2, 0.42, 0.8, 0.55, DOUGH, 0.06),
            ),
        ),
    ),
    Procedure(
        "build a tower of blocks",
        "Building a Tower with a {colour} Flag",
        (236, 222, 204),
        (214, 180, 142),
        0.85,
        4,
        (
            Stage(
                ("Put a red block on the table.", "Start with a red block."),
                _block(0.34, 0.75, 0.66, 0.94, COLOURS["red"]),
            ),
            Stage(
                ("Put a yellow block on the red one.", "Add a yellow block."),
                _block(0.36, 0.57, 0.64, 0.75, COLOURS["yellow"]),
            ),
            Stage(
                ("Put a green block on the yellow one.", "Add a green block."),
                _block(0.38, 0.39, 0.62, 0.57, COLOURS["green"]),
            ),
            Stage(
                ("Put a blue block on the green one.", "Add a blue block."),
                _block(0.4, 0.22, 0.6, 0.39, COLOURS["blue"]),
            ),
            Stage(
                ("Raise a {colour} flag on top.", "Put a {colour} flag on the tower."),
                _all(_line((0.5, 0.22), (0.5, 0.03)), _shape((0.5, 0.03), (0.72, 0.08), (0.5, 0.14))),
            ),
        ),
    ),
    Procedure(
        "set the table",
        "Setting the Table with a {colour} Cup",
        (226, 208, 232),
        (226, 208, 232),
        1.0,
        1,
        (
            Stage(("Put a plate in the middle.", "Begin with a plate."), _oval(0.28, 0.3, 0.72, 0.78, _SNOW)),
            Stage(
                ("Lay a fork on the left.", "Put the fork to the left of the plate."),
                _all(_line((0.16, 0.35), (0.16, 0.8)), _line((0.11, 0.33), (0.11, 0.45), (0.21, 0.45), (0.21, 0.33))),
            ),
            Stage(
                ("Lay a knife on the right.", "Put the knife to the right of the plate."),
                _all(_line((0.84, 0.58), (0.84, 0.8), fill=WOOD, width_px=4), _block(0.81, 0.32, 0.87, 0.58, STEEL)),
            ),
            Stage(("Add a {colour} cup.", "Place a {colour} cup above the plate."), _oval(0.66, 0.04, 0.88, 0.26)),
            Stage(
                ("Serve a donut.", "Put a donut on the plate."),
                _all(_oval(0.38, 0.42, 0.62, 0.66, DOUGH), _oval(0.46, 0.5, 0.54, 0.58, _SNOW)),
            ),
        ),
    ),
    Procedure(
        "grow a flower",
        "Growing a Flower in a {colour} Pot",
        (212, 232, 236),
        (214, 180, 142),
        0.85,
        3,
        (
            Stage(
                ("Take a {colour} pot.", "Choose a {colour} pot."),
                _shape((0.3, 0.68), (0.7, 0.68), (0.63, 0.95), (0.37, 0.95)),
            ),
            Stage(("Fill it with soil.", "Put soil into the pot."), _oval(0.31, 0.62, 0.69, 0.74, _SOIL)),
            Stage(
                ("Wait for a stem to come up.", "Let the stem grow."),
                _line((0.5, 0.68), (0.5, 0.3), fill=LEAF, width_px=4),
            ),
            Stage(
                ("Water it until it has leaves.", "Let two leaves grow."),
                _all(_oval(0.26, 0.44, 0.49, 0.54, LEAF), _oval(0.51, 0.38, 0.74, 0.48, LEAF)),
            ),
            Stage(
                ("Enjoy the yellow flower.", "Watch the yellow flower open."),
                _all(_oval(0.36, 0.08, 0.64, 0.36, COLOURS["yellow"]), _oval(0.44, 0.16, 0.56, 0.28, WOOD)),
            ),
        ),
    ),
)

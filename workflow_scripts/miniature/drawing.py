"""Pictures of scenes: a pale background, then the things; drawn FINER times larger and averaged, for smooth edges."""

import io
import math

from PIL import Image

from workflow_scripts.miniature.kinds import COLOURS, PLACES, SKIES, WALL
from workflow_scripts.miniature.notices import paint_notice
from workflow_scripts.miniature.pen import FINER, Colour, Pen, write
from workflow_scripts.miniature.scenes import Crowd, Scene, Thing
from workflow_scripts.miniature.shapes import PAINTERS

QUALITY = 90  # JPEG
CROWD_COLUMNS, CROWD_ROWS = 5, 3


def draw(scene: Scene) -> Image.Image:
    """The scene as an RGB picture of scene.width x scene.height pixels."""
    canvas = Image.new("RGB", (scene.width * FINER, scene.height * FINER))
    _background(Pen(canvas, (0, 0, scene.width, scene.height)), scene)
    for crowd in scene.crowds:
        _heap(canvas, crowd)
    for notice in scene.notices:
        paint_notice(canvas, notice)
    for thing in scene.things:
        _paint(canvas, thing)
    return canvas.reduce(FINER)


def jpeg(image: Image.Image) -> bytes:
    """The picture as a JPEG file; equal pictures give equal bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()


def _background(pen: Pen, scene: Scene) -> None:
    place = PLACES[scene.place]
    low = scene.horizon / scene.height
    upper = WALL[scene.place][0] if place.indoors else SKIES[scene.sky].colour
    pen.draw.rectangle((*pen.at(0, 0), *pen.at(1, low)), upper)
    pen.draw.rectangle((*pen.at(0, low), *pen.at(1, 1)), place.ground_colour)
    if scene.sky:
        _sky(pen, scene, low)
    _PLACES[scene.place](pen, low, _shade(place.ground_colour, -16), upper)


def _sky(pen: Pen, scene: Scene, low: float) -> None:
    wide = scene.height / scene.width  # makes circles round
    if scene.sky == "sunny":
        pen.oval(0.84 - 0.13 * wide, 0.04, 0.84 + 0.13 * wide, 0.3, (255, 244, 180), None)
        pen.oval(0.84 - 0.08 * wide, 0.09, 0.84 + 0.08 * wide, 0.25, (255, 232, 120), None)
    elif scene.sky == "cloudy":
        for x, y in ((0.18, 0.1), (0.55, 0.05), (0.85, 0.14)):
            for dx, dy, r in ((-0.07, 0.02, 0.05), (0, 0, 0.07), (0.08, 0.02, 0.05)):
                pen.oval(x + dx - r, y + dy - r * 0.6, x + dx + r, y + dy + r * 0.6, (238, 241, 245), None)
    elif scene.sky == "clear night":
        pen.oval(0.16 - 0.08 * wide, 0.05, 0.16 + 0.08 * wide, 0.21, (244, 240, 214), None)
        pen.oval(0.2 - 0.08 * wide, 0.04, 0.2 + 0.08 * wide, 0.2, SKIES["clear night"].colour, None)
        for x, y in ((0.33, 0.07), (0.47, 0.2), (0.6, 0.06), (0.73, 0.17), (0.9, 0.08)):
            pen.oval(x - 0.01 * wide, y - 0.01, x + 0.01 * wide, y + 0.01, (244, 240, 214), None)
    else:
        pen.draw.rectangle((*pen.at(0, low * 0.6), *pen.at(1, low)), (252, 190, 156))
        pen.oval(0.5 - 0.15 * wide, low - 0.15, 0.5 + 0.15 * wide, low + 0.15, (252, 150, 110), None)
        ground = PLACES[scene.place].ground_colour
        pen.draw.rectangle((*pen.at(0, low), *pen.at(1, low + 0.2)), ground)


def _shade(colour: Colour, by: int) -> Colour:
    return tuple(min(max(v + by, 0), 255) for v in colour)


def _field(pen: Pen, low: float, dark: Colour, upper: Colour) -> None:
    pen.oval(-0.3, low - 0.07, 0.7, low + 0.2, _shade(dark, 22), None)
    for k in range(14):
        x, y = (k * 0.377 + 0.05) % 1, low + 0.08 + (k * 0.619 % 1) * (0.9 - low)
        pen.line(((x - 0.012, y - 0.025), (x, y), (x + 0.012, y - 0.025)), dark, 0.8)


def _forest(pen: Pen, low: float, dark: Colour, upper: Colour) -> None:
    pen.draw.rectangle((*pen.at(0, low - 0.08), *pen.at(1, low)), (140, 178, 132))
    for k in range(9):
        x, top = k / 8, low - 0.26 - 0.08 * (k * 0.618 % 1)
        pen.draw.rectangle((*pen.at(x - 0.012, low - 0.05), *pen.at(x + 0.012, low + 0.02)), (150, 124, 104))
        pen.draw.polygon([pen.at(x - 0.09, low - 0.03), pen.at(x, top), pen.at(x + 0.09, low - 0.03)], (128, 168, 128))


def _beach(pen: Pen, low: float, dark: Colour, upper: Colour) -> None:
    pen.draw.rectangle((*pen.at(0, low - 0.09), *pen.at(1, low)), (140, 196, 214))
    for k in range(6):
        pen.oval(k / 6 - 0.03, low - 0.02, k / 6 + 0.2, low + 0.03, (232, 244, 246), None)
    for k in range(12):
        x, y = (k * 0.377 + 0.1) % 1, low + 0.08 + (k * 0.619 % 1) * (0.88 - low)
        pen.oval(x, y, x + 0.014, y + 0.012, dark, None)


def _desert(pen: Pen, low: float, dark: Colour, upper: Colour) -> None:
    pen.oval(-0.2, low - 0.08, 0.6, low + 0.3, _shade(dark, 10), None)
    pen.oval(0.45, low - 0.06, 1.3, low + 0.3, _shade(dark, 22), None)
    for x in (0.1, 0.9):
        for points in (
            ((x, low - 0.16), (x, low + 0.04)),
            ((x - 0.04, low - 0.11), (x - 0.04, low - 0.05), (x, low - 0.05)),
        ):
            pen.line(points, (126, 164, 120), 3)


def _mountains(pen: Pen, low: float, dark: Colour, upper: Colour) -> None:
    for x, high in ((0.15, 0.24), (0.8, 0.28), (0.48, 0.34)):
        peak = (x, low - high)
        pen.draw.polygon([pen.at(x - 0.34, low), pen.at(*peak), pen.at(x + 0.34, low)], (164, 174, 194))
        pen.draw.polygon(
            [pen.at(x - 0.11, low - high * 0.67), pen.at(*peak), pen.at(x + 0.11, low - high * 0.67)], (246, 248, 252)
        )
    for k in range(3):
        pen.oval(0.1 + 0.3 * k, low + 0.12 + 0.1 * k, 0.34 + 0.3 * k, low + 0.14 + 0.1 * k, dark, None)


def _street(pen: Pen, low: float, dark: Colour, upper: Colour) -> None:
    for k, high in enumerate((0.22, 0.3, 0.18, 0.33, 0.25)):
        house = (206, 192, 186) if k % 2 else (192, 186, 196)
        pen.draw.rectangle((*pen.at(k / 5, low - high), *pen.at(k / 5 + 0.185, low)), house)
        for row in range(int(high / 0.09)):
            for column in (0.035, 0.11):
                left, top = k / 5 + column, low - high + 0.03 + 0.09 * row
                pen.draw.rectangle((*pen.at(left, top), *pen.at(left + 0.04, top + 0.04)), (232, 232, 214))
    pen.draw.rectangle((*pen.at(0, low), *pen.at(1, low + 0.05)), (214, 212, 208))
    for k in range(4):
        pen.draw.rectangle((*pen.at(k / 4 + 0.05, 0.76), *pen.at(k / 4 + 0.18, 0.785)), (240, 240, 236))


def _living_room(pen: Pen, low: float, dark: Colour, upper: Colour) -> None:
    for k in range(1, 4):
        y = low + (1 - low) * k / 4
        pen.line(((0, y), (1, y)), dark, 0.8)
        pen.line(((k * 0.27, y - (1 - low) / 4), (k * 0.27, y)), dark, 0.8)
    pen.draw.rectangle((*pen.at(0, low - 0.025), *pen.at(1, low)), (250, 244, 236))
    pen.draw.rectangle((*pen.at(0.36, 0.06), *pen.at(0.62, low * 0.6)), (206, 190, 170))
    pen.draw.rectangle((*pen.at(0.39, 0.085), *pen.at(0.59, low * 0.6 - 0.025)), (206, 226, 234))


def _kitchen(pen: Pen, low: float, dark: Colour, upper: Colour) -> None:
    for k in range(1, 9):
        pen.line(((k / 9, 0), (k / 9, low)), _shade(upper, 14), 0.8)
    for k in range(1, math.ceil(low / 0.1)):
        pen.line(((0, k * 0.1), (1, k * 0.1)), _shade(upper, 14), 0.8)
    rows = 4
    for row in range(rows):
        top, bottom = (low + (1 - low) * (row + step) / rows for step in (0, 1))
        for column in range(row % 2, 8, 2):
            pen.draw.rectangle((*pen.at(column / 8, top), *pen.at((column + 1) / 8, bottom)), dark)


_PLACES = {
    "field": _field,
    "forest": _forest,
    "beach": _beach,
    "desert": _desert,
    "mountains": _mountains,
    "street": _street,
    "living room": _living_room,
    "kitchen": _kitchen,
}


def _heap(canvas: Image.Image, crowd: Crowd) -> None:
    """Rows of small things that fill the crowd's box."""
    x0, y0, x1, y1 = crowd.box
    width, height = (x1 - x0) / CROWD_COLUMNS, (y1 - y0) / CROWD_ROWS
    for row in range(CROWD_ROWS):
        for column in range(CROWD_COLUMNS):
            left, top = x0 + column * width, y0 + row * height
            one = Thing(crowd.category, crowd.colour, "tiny", (left, top, left + width, top + height))
            _paint(canvas, one)


def _paint(canvas: Image.Image, thing: Thing) -> None:
    """Paint one thing into its box on the enlarged canvas."""
    pen = Pen(canvas, thing.box, 0.5 if thing.size == "tiny" else 1.0)
    PAINTERS[thing.category](pen, thing, COLOURS[thing.colour])
    if thing.word:
        on_pale = thing.colour in ("white", "yellow", "pink", "orange")
        write(pen.draw, thing.word_box, thing.word, COLOURS["black" if on_pale else "white"])

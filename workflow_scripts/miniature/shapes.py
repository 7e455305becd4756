"""How each kind of thing is painted: simple, unlike any other kind, filling its box. People: see people.py."""

import math
from collections.abc import Callable

from workflow_scripts.miniature.kinds import COLOURS, KINDS
from workflow_scripts.miniature.pen import DOUGH, FINER, INK, LEAF, STEEL, WOOD, Colour, Pen
from workflow_scripts.miniature.people import paint_person
from workflow_scripts.miniature.scenes import Thing


def _ball(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.oval(0, 0, 1, 1, colour)
    if thing.size == "tiny":
        return
    if thing.pattern != "plain":
        pen.pattern(KINDS["sports ball"].outline, thing.pattern, thing.colour)
        return
    seam = (120, 120, 124) if thing.colour == "black" else INK
    pen.draw.arc((*pen.at(-0.55, 0.05), *pen.at(0.32, 0.95)), -58, 58, seam, FINER)
    pen.draw.arc((*pen.at(0.68, 0.05), *pen.at(1.55, 0.95)), 122, 238, seam, FINER)


def _kite(pen: Pen, thing: Thing, colour: Colour) -> None:
    tail = tuple((0.5 + 0.07 * math.sin(k * 1.6), 0.7 + 0.028 * k) for k in range(11))
    pen.line(tail, INK, 0.9)
    for y in (0.82, 0.96):
        pen.shape(((0.4, y - 0.04), (0.6, y + 0.04), (0.6, y - 0.04), (0.4, y + 0.04)), colour)
    body = ((0.5, 0), (1, 0.32), (0.5, 0.76), (0, 0.32))
    pen.shape(body, colour)
    pen.pattern(body, thing.pattern, thing.colour)
    spar = (110, 110, 116) if thing.colour == "black" else INK
    pen.line(((0.5, 0), (0.5, 0.76)), spar, 0.8)
    pen.line(((0, 0.32), (1, 0.32)), spar, 0.8)


def _clock(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.oval(0, 0, 1, 1, colour)
    pen.oval(0.17, 0.17, 0.83, 0.83, (250, 248, 240))
    for k in range(12):
        x, y = math.sin(k * math.pi / 6), math.cos(k * math.pi / 6)
        pen.line(((0.5 + 0.24 * x, 0.5 + 0.24 * y), (0.5 + 0.29 * x, 0.5 + 0.29 * y)), INK, 0.6)
    pen.line(((0.5, 0.5), (0.5, 0.27)), INK, 1.2)
    pen.line(((0.5, 0.5), (0.67, 0.58)), INK, 1.2)


def _book(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.block(0.04, 0.04, 1, 1, (250, 246, 230))
    pen.line(((0.1, 0.965), (0.97, 0.965)), (170, 164, 150), 0.5)
    pen.block(0, 0, 0.95, 0.92, colour)
    rim = (110, 110, 116) if thing.colour == "black" else INK
    pen.line(((0.16, 0), (0.16, 0.92)), rim, 1)
    band = (250, 246, 230) if thing.colour != "white" else (190, 190, 196)
    pen.block(0.3, 0.62, 0.82, 0.74, band)


def _bottle(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.shape(((0.3, 0.1), (0.7, 0.1), (0.7, 0.3), (1, 0.45), (1, 1), (0, 1), (0, 0.45), (0.3, 0.3)), colour)
    pen.block(0.24, 0, 0.76, 0.13, STEEL)
    pen.block(0, 0.6, 1, 0.84, (250, 246, 230))


def _umbrella(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.line(((0.5, 0.4), (0.5, 0.9)), INK, 1.8)
    pen.arc(0.34, 0.8, 0.53, 1, 0, 180, 1.8)
    dome = KINDS["umbrella"].outline[:7]
    canopy = (*dome, (0.83, 0.42), (0.66, 0.5), (0.5, 0.42), (0.34, 0.5), (0.17, 0.42))
    pen.shape(canopy, colour)
    pen.pattern(canopy, thing.pattern, thing.colour)
    rib = (110, 110, 116) if thing.colour == "black" else INK
    for x in (0.34, 0.66):
        pen.line(((0.5, 0), (0.5 + (x - 0.5) * 0.8, 0.2), (x, 0.5)), rib, 0.7)


def _stop_sign(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.block(0.44, 0.4, 0.56, 1, STEEL)
    corner, edge = 0.293, 0.55  # the plate is as high as it is wide: 0.55 of the box's height
    plate = ((corner, 0), (1 - corner, 0), (1, corner * edge), (1, (1 - corner) * edge))
    plate += ((1 - corner, edge), (corner, edge), (0, (1 - corner) * edge), (0, corner * edge))
    pen.shape(plate, (252, 252, 252))
    pen.draw.polygon([pen.at(0.5 + 0.88 * (x - 0.5), 0.275 + 0.88 * (y - 0.275)) for x, y in plate], colour)


def _donut(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.oval(0, 0, 1, 1, DOUGH)
    pen.oval(0.05, 0.05, 0.95, 0.95, colour, None)
    pen.oval(0.34, 0.34, 0.66, 0.66, (255, 246, 224))
    sprinkle = COLOURS["black"] if thing.colour in ("white", "yellow", "pink") else COLOURS["white"]
    for k in range(8):
        a = k * math.pi / 4 + 0.3
        x, y = 0.5 + 0.32 * math.cos(a), 0.5 + 0.32 * math.sin(a)
        dx, dy = 0.035 * math.cos(2.3 * k), 0.035 * math.sin(2.3 * k)
        pen.line(((x - dx, y - dy), (x + dx, y + dy)), sprinkle, 0.9)


def _vase(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.shape(KINDS["vase"].outline, colour)
    pen.pattern(KINDS["vase"].outline, thing.pattern, thing.colour)


def _apple(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.oval(0, 0.16, 0.62, 0.97, colour)
    pen.oval(0.38, 0.16, 1, 0.97, colour)
    pen.oval(0.2, 0.2, 0.8, 0.99, colour, None)
    pen.arc(0.16, 0.3, 0.84, 1, 30, 150)
    pen.line(((0.5, 0.26), (0.47, 0.04)), WOOD, 1.6)
    pen.oval(0.5, 0.0, 0.86, 0.17, LEAF)


def _chair(pen: Pen, thing: Thing, colour: Colour) -> None:
    for left in (0, 0.84):
        pen.block(left, 0.55, left + 0.16, 1, colour)
    pen.block(0, 0, 0.2, 0.62, colour)
    pen.block(0, 0.48, 1, 0.64, colour)


def _car(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.shape(((0.16, 0.42), (0.3, 0), (0.7, 0), (0.86, 0.42)), colour)
    for glass in (
        ((0.25, 0.4), (0.34, 0.1), (0.48, 0.1), (0.48, 0.4)),
        ((0.53, 0.4), (0.53, 0.1), (0.66, 0.1), (0.76, 0.4)),
    ):
        pen.shape(glass, (214, 234, 244))
    pen.block(0, 0.38, 1, 0.82, colour, 0.06)
    for left in (0.1, 0.66):
        pen.oval(left, 0.56, left + 0.24, 1, (54, 54, 58))
        pen.oval(left + 0.08, 0.7, left + 0.16, 0.86, STEEL, None)


def _skateboard(pen: Pen, thing: Thing, colour: Colour) -> None:
    deck = ((0, 0), (0.06, 0), (0.16, 0.24), (0.84, 0.24), (0.94, 0), (1, 0), (0.9, 0.56), (0.1, 0.56))
    for left in (0.16, 0.66):
        pen.oval(left, 0.5, left + 0.18, 1, (236, 236, 228))
    pen.shape(deck, colour)


def _surfboard(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.shape(KINDS["surfboard"].outline, colour)
    stringer = (252, 252, 252) if thing.colour not in ("white", "yellow") else INK
    pen.line(((0.5, 0.06), (0.5, 0.96)), stringer, 1)


def _racket(pen: Pen, thing: Thing, colour: Colour) -> None:
    pen.limb(((0.5, 0.64), (0.5, 0.95)), colour, 3)
    pen.block(0.39, 0.76, 0.61, 1, colour)
    pen.oval(0, 0, 1, 0.62, colour)
    pen.oval(0.14, 0.075, 0.86, 0.545, (250, 250, 244))
    for k in range(1, 6):
        t = k / 6
        half = 0.95 * math.sqrt(t * (1 - t))
        pen.line(((0.14 + 0.72 * t, 0.31 - 0.235 * 2 * half), (0.14 + 0.72 * t, 0.31 + 0.235 * 2 * half)), STEEL, 0.5)
        pen.line(((0.5 - 0.36 * 2 * half, 0.075 + 0.47 * t), (0.5 + 0.36 * 2 * half, 0.075 + 0.47 * t)), STEEL, 0.5)


PAINTERS: dict[str, Callable[[Pen, Thing, Colour], None]] = {
    "person": paint_person,
    "car": _car,
    "stop sign": _stop_sign,
    "umbrella": _umbrella,
    "sports ball": _ball,
    "kite": _kite,
    "skateboard": _skateboard,
    "surfboard": _surfboard,
    "tennis racket": _racket,
    "bottle": _bottle,
    "apple": _apple,
    "donut": _donut,
    "chair": _chair,
    "book": _book,
    "clock": _clock,
    "vase": _vase,
}

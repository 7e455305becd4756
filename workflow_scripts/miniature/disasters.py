"""Pictures of what can befall a house or a road: six kinds in three severities, and two without any; nobody is hurt.

Coordinates are those of the picture's unit square: 0, 0 is its top left corner.
"""

import math
import random
from collections.abc import Callable

from PIL import Image

from workflow_scripts.miniature.pen import FINER, INK, WOOD, Colour, Pen
from workflow_scripts.miniature.scenes import PICTURE_SIDES

SEVERITIES = ("little_or_none", "mild", "severe")

_LOW = 0.56  # where the ground begins
_BLUE_SKY, _GREY_SKY, _SMOKY_SKY = (190, 224, 250), (150, 160, 172), (222, 208, 196)
_GRASS, _ROAD = (176, 214, 140), (176, 178, 184)
_WALLS = ((250, 240, 215), (240, 214, 200), (224, 232, 240), (246, 228, 160))
_ROOFS = ((190, 70, 60), (120, 84, 70), (96, 110, 140))
_CARS = ((222, 30, 36), (30, 80, 225), (255, 226, 30), (252, 252, 252))
_WATER, _WAVE = (70, 130, 190), (190, 220, 240)
_MUD, _ROCK, _SMOKE = (150, 108, 70), (122, 116, 112), (120, 116, 116)
_CRACK = (70, 50, 40)
_FLAME, _EMBER = (255, 120, 20), (255, 220, 60)

Point = tuple[float, float]
House = tuple[float, float, float, float]  # x0, y0, x1, y1 of its walls


def draw(kind: str, severity: str, choose: random.Random) -> Image.Image:
    """A picture; kind: a key of DISASTERS or HARMLESS; severity: of a disaster, one of SEVERITIES."""
    width, height = choose.randint(*PICTURE_SIDES), choose.randint(*PICTURE_SIDES)
    canvas = Image.new("RGB", (width * FINER, height * FINER))
    _PAINTERS[kind](Pen(canvas, (0, 0, width, height)), SEVERITIES.index(severity), choose)
    return canvas.reduce(FINER)


def _land(pen: Pen, sky: Colour, ground: Colour = _GRASS) -> None:
    pen.draw.rectangle((*pen.at(0, 0), *pen.at(1, _LOW)), sky)
    pen.draw.rectangle((*pen.at(0, _LOW), *pen.at(1, 1)), ground)


def _site(choose: random.Random) -> House:
    """Where a house stands."""
    x, width = choose.uniform(0.28, 0.42), choose.uniform(0.32, 0.4)
    return x, _LOW - 0.12, x + width, _LOW + choose.uniform(0.14, 0.18)


def _house(pen: Pen, site: House, choose: random.Random, *, wall: Colour | None = None, roof: bool = True) -> None:
    x0, y0, x1, y1 = site
    pen.block(x0, y0, x1, y1, wall or choose.choice(_WALLS))
    if roof:
        pen.shape(((x0 - 0.05, y0), ((x0 + x1) / 2, y0 - 0.2), (x1 + 0.05, y0)), choose.choice(_ROOFS))
    third, high = (x1 - x0) / 3, y1 - y0
    pen.block(x0 + 0.03, y0 + 0.2 * high, x0 + 0.03 + 0.8 * third, y0 + 0.55 * high, (150, 190, 220))
    pen.block(x1 - 0.03 - 0.7 * third, y0 + 0.3 * high, x1 - 0.03, y1, WOOD)


def _jagged(pen: Pen, start: Point, end: Point, choose: random.Random, width: float) -> None:
    """A crack from one point to another."""
    (x0, y0), (x1, y1) = start, end
    points = [(x0 + (x1 - x0) * k / 6, y0 + (y1 - y0) * k / 6) for k in range(7)]
    points[1:-1] = [(x + choose.uniform(-0.03, 0.03), y + choose.uniform(-0.025, 0.025)) for x, y in points[1:-1]]
    pen.line(tuple(points), _CRACK, width)


def _earthquake(pen: Pen, severity: int, choose: random.Random) -> None:
    """The ground cracks, then the walls, then the house falls into a heap."""
    _land(pen, _BLUE_SKY)
    site = x0, y0, x1, y1 = _site(choose)
    for y in (0.8, 0.93):
        _jagged(pen, (0, y), (1, y + choose.uniform(-0.06, 0.03)), choose, 2.5)
    if severity < 2:
        _house(pen, site, choose)
        if severity:
            for share in (0.3, 0.62):
                _jagged(pen, (x0 + share * (x1 - x0), y0), (x0 + (share - 0.12) * (x1 - x0), y1), choose, 1.8)
        return
    wall = choose.choice(_WALLS)
    pen.shape(((x0 - 0.03, y1), (x0 + 0.02, y0 + 0.02), (x0 + 0.1, y0 + 0.13), (x0 + 0.13, y1)), wall)
    pen.shape(((x1 - 0.2, y1), (x1 - 0.08, y0 + 0.1), (x1 + 0.03, y0 + 0.15), (x1 + 0.05, y1)), wall)
    pen.shape(((x0 + 0.02, y1), (x0 + 0.2, y0 + 0.05), (x1 + 0.04, y1 - 0.02)), choose.choice(_ROOFS))
    for _ in range(12):
        x, y, r = choose.uniform(x0 - 0.1, x1 + 0.05), choose.uniform(y1 - 0.05, y1 + 0.05), choose.uniform(0.02, 0.04)
        pen.shape(((x - r, y), (x, y - r), (x + r, y), (x + r / 2, y + r)), choose.choice((wall, _ROCK)))


def _flame(pen: Pen, x: float, y: float, size: float) -> None:
    """A flame that stands on a point."""
    for colour, part in ((_FLAME, 1.0), (_EMBER, 0.55)):
        w, h = 0.4 * size * part, size * part
        tongue = ((x - w, y - 0.3 * h), (x - 0.5 * w, y - 0.75 * h), (x - 0.25 * w, y - 0.5 * h), (x, y - h))
        tongue += ((x + 0.35 * w, y - 0.55 * h), (x + 0.6 * w, y - 0.8 * h), (x + w, y - 0.3 * h), (x, y))
        pen.draw.polygon([pen.at(*p) for p in tongue], colour)


def _smoke(pen: Pen, x: float, y: float, puffs: int) -> None:
    for k in range(puffs):
        r = 0.05 + 0.018 * k
        dx = 0.04 * math.sin(2 * k)
        pen.oval(x + dx - r, y - 0.09 * k - r, x + dx + r, y - 0.09 * k + r, _SMOKE, None)


def _fire(pen: Pen, severity: int, choose: random.Random) -> None:
    """A fire in the grass, then on the roof, then in the whole house."""
    _land(pen, _SMOKY_SKY)
    site = x0, y0, x1, y1 = _site(choose)
    if severity:
        _smoke(pen, (x0 + x1) / 2, y0 - 0.1, 3 + 2 * severity)
    _house(pen, site, choose, wall=(110, 96, 90) if severity == 2 else None)
    if severity == 2:
        for share in (0.1, 0.35, 0.6, 0.85):
            _flame(pen, x0 + share * (x1 - x0), y1 + 0.02, choose.uniform(0.24, 0.32))
    if severity:
        for share in (0.2, 0.5, 0.8):
            _flame(pen, x0 + share * (x1 - x0), y0 - 0.01, choose.uniform(0.2, 0.28))
    else:
        x = choose.choice((0.12, 0.86))
        _smoke(pen, x, 0.62, 4)
        for dx in (-0.07, 0, 0.07):
            _flame(pen, x + dx, 0.88, choose.uniform(0.16, 0.22))


def _flood(pen: Pen, severity: int, choose: random.Random) -> None:
    """Water in the garden, then up to the windows, then up to the roof."""
    _land(pen, _GREY_SKY)
    site = _, y0, _, y1 = _site(choose)
    _house(pen, site, choose)
    top = (y1 + 0.02, y1 - 0.1, y0 + 0.04)[severity]
    pen.draw.rectangle((*pen.at(0, top), *pen.at(1, 1)), _WATER)
    for row in range(math.ceil((1 - top) / 0.09)):
        for k in range(5):
            x, y = (k * 0.23 + 0.11 * (row % 2) + choose.uniform(0, 0.03)) % 1, top + 0.04 + 0.09 * row
            pen.line(((x, y), (x + 0.03, y - 0.014), (x + 0.06, y), (x + 0.09, y - 0.014)), _WAVE, 1.2)


def _palm(pen: Pen, x: float, bent: float) -> None:
    """A palm tree; bent: how far the wind moves its top to the right."""
    foot, top = (x, 0.86), (x + bent, 0.4 + 0.5 * abs(bent))
    pen.line((foot, ((x + 0.25 * bent), 0.62), top), (140, 100, 60), 4)
    for k in range(5):
        angle = (k - 2) * 0.5 if bent else (k - 2) * 0.75 - math.pi / 2
        tip = (top[0] + 0.2 * math.cos(angle), top[1] + 0.15 * math.sin(angle))
        middle = ((top[0] + tip[0]) / 2, (top[1] + tip[1]) / 2 - 0.03)
        pen.line((top, middle, tip), (50, 120, 50), 3)


def _hurricane(pen: Pen, severity: int, choose: random.Random) -> None:
    """Wind bends the palms and drives the rain; it opens the roof, then carries it away."""
    _land(pen, _GREY_SKY)
    site = x0, y0, x1, _ = _site(choose)
    _house(pen, site, choose, roof=severity < 2)
    middle = (x0 + x1) / 2
    if severity == 1:
        pen.shape(((middle, y0 - 0.03), (middle + 0.02, y0 - 0.14), (middle + 0.1, y0 - 0.06)), INK)
    if severity == 2:
        for share in (0.2, 0.5, 0.8):
            x = x0 + share * (x1 - x0)
            pen.line(((x, y0), (x - 0.03, y0 - 0.08)), WOOD, 2)
        pen.shape(((x1 - 0.02, 0.2), (x1 + 0.16, 0.04), (x1 + 0.24, 0.26)), choose.choice(_ROOFS))
    for _ in range(2 * severity):
        x, y = choose.uniform(0.3, 0.9), choose.uniform(0.08, 0.4)
        pen.line(((x, y), (x + 0.07, y - 0.03)), WOOD, 2.5)
    for x in (choose.uniform(0.05, 0.1), choose.uniform(0.74, 0.78)):
        _palm(pen, x, choose.uniform(0.14, 0.18))
    for k in range(34):
        x, y = (k * 0.377 + choose.uniform(0, 0.05)) % 1, (k * 0.619) % 0.95
        pen.line(((x, y), (x + 0.08, y + 0.03)), (214, 226, 238), 0.9)


def _landslide(pen: Pen, severity: int, choose: random.Random) -> None:
    """A slope slides down with its rocks: short of the house, against it, over it."""
    _land(pen, _BLUE_SKY)
    site = x0, y0, x1, y1 = _site(choose)
    pen.draw.polygon([pen.at(*p) for p in ((0, 0.02), (0.12, 0.1), (0.5, _LOW), (0, _LOW))], (140, 160, 110))
    _house(pen, site, choose)
    end = (x0 - 0.02, x0 + 0.1, x1 - 0.06)[severity]
    top = (0.3, 0.26, 0.2)[severity]
    mud = ((0, top), (0.1, top + 0.06), (0.6 * end, (y0, y0 + 0.02, y0 - 0.06)[severity]), (end, y1), (end + 0.05, 0.9))
    pen.draw.polygon([pen.at(*p) for p in (*mud, (0, 0.97))], _MUD)
    for _ in range(16):
        share = choose.uniform(0.05, 1)
        x, r = share * end, choose.uniform(0.025, 0.055)
        y = choose.uniform(top + 0.12 + share * (y1 - top - 0.1), 0.92)
        pen.shape(((x - r, y + 0.6 * r), (x - 0.6 * r, y - 0.8 * r), (x + 0.5 * r, y - r), (x + r, y + 0.7 * r)), _ROCK)


def _car(pen: Pen, x0: float, colour: Colour, *, upturned: bool = False, crumpled: bool = False) -> None:
    """A car that drives to the right, on its roof if upturned; its front is short if crumpled."""
    top, bottom = 0.6, 0.86
    place = lambda x, y: (x0 + 0.4 * x, bottom + (top - bottom) * (y if upturned else 1 - y))  # noqa: E731
    front = 0.8 if crumpled else 1.0
    pen.shape(tuple(place(*p) for p in ((0.16, 0.42), (0.28, 0), (0.64, 0), (0.8, 0.42))), colour)
    pen.shape(tuple(place(*p) for p in ((0.27, 0.38), (0.34, 0.1), (0.6, 0.1), (0.69, 0.38))), (214, 234, 244))
    body = ((0, 0.4), (front, 0.4), (front - 0.06, 0.5), (front, 0.6), (front - 0.05, 0.7), (front, 0.84), (0, 0.84))
    pen.shape(tuple(place(*p) for p in (body if crumpled else ((0, 0.4), (1, 0.44), (1, 0.84), (0, 0.84)))), colour)
    for x in (0.2, 0.72):
        (left, high), (right, low) = place(x - 0.11, 0.62), place(x + 0.11, 1.04)
        pen.oval(left, min(high, low), right, max(high, low), (54, 54, 58))


def _accident(pen: Pen, severity: int, choose: random.Random) -> None:
    """Two cars meet: a bump, a crumpled front, one on its roof. It stands for all other disasters."""
    _land(pen, choose.choice((_BLUE_SKY, _GREY_SKY)), _ROAD)
    for k in range(4):
        pen.draw.rectangle((*pen.at(k / 4 + 0.05, 0.93), *pen.at(k / 4 + 0.18, 0.95)), (240, 240, 236))
    left, right = choose.sample(_CARS, 2)
    if severity:
        _smoke(pen, 0.5, 0.52, 1 + 2 * severity)
    _car(pen, 0.52, right, upturned=severity == 2)
    _car(pen, 0.1, left, crumpled=severity > 0)
    points = ((0.09 if k % 2 else 0.04, k * math.pi / 7) for k in range(14))
    pen.shape(tuple((0.5 + r * math.sin(angle), 0.66 - r * math.cos(angle)) for r, angle in points), _EMBER)


def _peace(pen: Pen, severity: int, choose: random.Random) -> None:
    """A house in the sun."""
    _land(pen, _BLUE_SKY)
    pen.oval(0.78, 0.05, 0.93, 0.2, (255, 232, 120), None)
    _palm(pen, choose.uniform(0.1, 0.16), 0)
    _house(pen, _site(choose), choose)


def _relief(pen: Pen, severity: int, choose: random.Random) -> None:
    """A tent with boxes of supplies."""
    _land(pen, _BLUE_SKY)
    x = choose.uniform(0.1, 0.3)
    pen.shape(((x, 0.78), (x + 0.25, 0.3), (x + 0.5, 0.78)), (250, 250, 244))
    pen.shape(((x + 0.17, 0.78), (x + 0.25, 0.5), (x + 0.33, 0.78)), (120, 130, 140))
    for k in range(choose.randint(2, 4)):
        left, top = 0.1 + 0.2 * k + choose.uniform(0, 0.03), 0.8
        pen.block(left, top, left + 0.16, top + 0.13, (206, 160, 110))
        pen.line(((left + 0.08, top), (left + 0.08, top + 0.13)), (240, 230, 200), 2)


DISASTERS: dict[str, Callable[[Pen, int, random.Random], None]] = {
    "earthquake": _earthquake,
    "fire": _fire,
    "flood": _flood,
    "hurricane": _hurricane,
    "landslide": _landslide,
    "other_disaster": _accident,
}
HARMLESS = {"peace": _peace, "relief": _relief}
_PAINTERS = DISASTERS | HARMLESS

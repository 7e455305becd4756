"""A pen that speaks the unit square of a box and paints on a canvas FINER times larger than the picture."""

import math
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from workflow_scripts.miniature.kinds import COLOURS, Points
from workflow_scripts.regions import Region

FINER = 4
INK = (40, 36, 40)
SKIN, HAIR, TROUSERS = (246, 208, 172), (92, 60, 40), (74, 88, 120)
WOOD, STEEL, DOUGH, LEAF = (150, 100, 60), (150, 156, 164), (206, 152, 92), (60, 150, 60)
Colour = tuple[int, int, int]


class Pen:
    """Paints inside one box, in the coordinates of its unit square."""

    def __init__(self, canvas: Image.Image, box: Region, line_px: float = 1.0):
        self.canvas, self.draw = canvas, ImageDraw.Draw(canvas)
        self.x, self.y = box[0] * FINER, box[1] * FINER
        self.width = (box[2] - box[0]) * FINER - 1  # to the last pixel painted, not to the one after it
        self.height = (box[3] - box[1]) * FINER - 1
        self.line_width = max(1, round(line_px * FINER))

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.x + x * self.width, self.y + y * self.height

    def oval(self, x0: float, y0: float, x1: float, y1: float, fill: Colour, outline: Colour | None = INK) -> None:
        self.draw.ellipse((*self.at(x0, y0), *self.at(x1, y1)), fill, outline, self.line_width if outline else 0)

    def block(self, x0: float, y0: float, x1: float, y1: float, fill: Colour, rounding: float = 0.0) -> None:
        """A rectangle; rounding: its corners' radius as a share of the box's width."""
        corners = (*self.at(x0, y0), *self.at(x1, y1))
        self.draw.rounded_rectangle(corners, rounding * self.width, fill, INK, self.line_width)

    def shape(self, points: Points, fill: Colour) -> None:
        self.draw.polygon([self.at(*p) for p in points], fill, INK, self.line_width)

    def line(self, points: Points, colour: Colour = INK, width_px: float = 1.0) -> None:
        self.draw.line([self.at(*p) for p in points], colour, max(1, round(width_px * FINER)), joint="curve")

    def limb(self, points: Points, colour: Colour, width_px: float) -> None:
        """A line with a dark rim and round ends."""
        for inked, width in ((INK, width_px + 1.4), (colour, width_px)):
            self.line(points, inked, width)
            for x, y in (self.at(*points[0]), self.at(*points[-1])):
                r = width * FINER / 2
                self.draw.ellipse((x - r, y - r, x + r, y + r), inked)

    def arc(self, x0: float, y0: float, x1: float, y1: float, start: int, end: int, width_px: float = 1.0) -> None:
        """Part of an oval's rim, from `start` to `end` degrees, clockwise from the right."""
        self.draw.arc((*self.at(x0, y0), *self.at(x1, y1)), start, end, INK, round(width_px * FINER))

    def pattern(self, outline: Points, pattern: str, colour: str) -> None:
        """Stripes, dots or checks in a second colour inside an outline, which is drawn again around them."""
        if pattern == "plain":
            return
        second = COLOURS["black"] if colour in ("white", "yellow", "pink") else COLOURS["white"]
        size = (math.ceil(self.width) + 1, math.ceil(self.height) + 1)
        inside, marks = Image.new("L", size), Image.new("L", size)
        ImageDraw.Draw(inside).polygon([(x * self.width, y * self.height) for x, y in outline], 255)
        _MARKS[pattern](ImageDraw.Draw(marks), *size)
        marks.paste(0, mask=Image.eval(inside, lambda v: 255 - v))
        self.canvas.paste(second, (round(self.x), round(self.y)), marks)
        self.draw.polygon([self.at(*p) for p in outline], None, INK, self.line_width)


def _stripes(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
    for top in range(5 * FINER, height, 9 * FINER):
        draw.rectangle((0, top, width, top + 3 * FINER), 255)


def _dots(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
    step, r = 8 * FINER, 1.9 * FINER
    for row, y in enumerate(range(step // 2, height, step)):
        for x in range(step // 2 if row % 2 else step, width, step):
            draw.ellipse((x - r, y - r, x + r, y + r), 255)


def _checks(draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
    step = 7 * FINER
    for row, y in enumerate(range(0, height, step)):
        for x in range(step * (row % 2), width, 2 * step):
            draw.rectangle((x, y, x + step - 1, y + step - 1), 255)


_MARKS = {"striped": _stripes, "dotted": _dots, "checkered": _checks}


def write(draw: ImageDraw.ImageDraw, box: Region, word: str, colour: Colour, *, bold: int = 1) -> None:
    """A word in a box of the picture, centred and as large as the box allows."""
    x0, y0, x1, y1 = (v * FINER for v in box)
    left, top, right, bottom = _font(64).getbbox(word)
    scale = min((x1 - x0) / (right - left), (y1 - y0) / (bottom - top))
    font = _font(max(6, int(64 * scale)))
    draw.text(((x0 + x1) / 2, (y0 + y1) / 2), word, colour, font, anchor="mm", stroke_width=bold, stroke_fill=colour)


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)

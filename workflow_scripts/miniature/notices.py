"""Notices in scenes: printed boards, handwritten notes and lettering of lights, some of which nobody could read."""

import dataclasses
import math
import random

from PIL import Image, ImageDraw

from workflow_scripts.miniature.pen import Pen, write
from workflow_scripts.miniature.scenes import GRID, TRIES, Notice, Scene, within
from workflow_scripts.regions import Region, intersection

WORDS = ("BUS", "CAFE", "EXIT", "HOTEL", "OPEN", "PARK", "SALE", "TAXI")
FOREIGN_WORDS = ("CIAO", "HOLA", "MERCI")
STYLES = ("printed", "printed", "handwritten", "lights")
SHARE = 0.7  # of scenes that have things
COUNTS = (2, 3, 4, 4)
FOREIGN, ILLEGIBLE = 0.12, 0.3  # shares of notices
HEIGHTS = (14, 18)  # pixels
GAP = 2  # pixels around a notice that are free of everything
BOARD, NOTE, PANEL = (214, 216, 224), (240, 226, 184), (70, 96, 106)  # none near a colour that a thing may have
PRINT, BLUE_INK, LIT = (62, 60, 70), (52, 62, 140), (252, 196, 120)
SLANT = 0.3  # of handwriting: pixels to the right for each upwards


def with_notices(scene: Scene, draw: random.Random) -> Scene:
    """The scene, mostly with notices where there is room."""
    if not scene.things or draw.random() >= SHARE:
        return scene
    taken = [t.box for t in scene.things] + [c.box for c in scene.crowds]
    notices: list[Notice] = []
    count = draw.choice(COUNTS)
    words = iter(draw.sample(WORDS, count))
    for _ in range(count):
        style = draw.choice(STYLES)
        word = draw.choice(FOREIGN_WORDS) if draw.random() < FOREIGN else next(words)
        box = _free(draw, scene, len(word), [*taken, *(n.box for n in notices)])
        if box is not None:
            legible = draw.random() >= ILLEGIBLE
            spelt = word.lower() if style == "handwritten" else word
            notices.append(Notice(style, spelt if legible else None, box))
    return dataclasses.replace(scene, notices=tuple(notices))


def _free(draw: random.Random, scene: Scene, letters: int, taken: list[Region]) -> Region | None:
    """A place for a word of so many letters; None if none was found."""
    height = round(draw.uniform(*HEIGHTS))
    width = round(height * (0.5 + 0.5 * letters))
    for _ in range(TRIES):
        x0 = round(draw.uniform(1, scene.width - width - 1) / GRID) * GRID
        y0 = round(draw.uniform(1, scene.height - height - 1) / GRID) * GRID
        around = (x0 - GAP, y0 - GAP, x0 + width + GAP, y0 + height + GAP)
        if not any(intersection(around, other) for other in taken):
            return (x0, y0, x0 + width, y0 + height)
    return None


def paint_notice(canvas: Image.Image, notice: Notice) -> None:
    _PAINTERS[notice.style](Pen(canvas, notice.box), notice)


def _printed(pen: Pen, notice: Notice) -> None:
    pen.block(0, 0, 1, 1, BOARD, 0.05)
    if notice.word:
        write(pen.draw, notice.word_box, notice.word, PRINT)
        return
    for y in (0.24, 0.46, 0.68):  # print too fine to be read
        for k in range(9):
            x = 0.1 + 0.09 * k
            pen.draw.rectangle((*pen.at(x, y), *pen.at(x + 0.04 + 0.03 * (k % 3 == 1), y + 0.1)), (150, 150, 160))


def _handwritten(pen: Pen, notice: Notice) -> None:
    pen.block(0, 0, 1, 1, NOTE)
    if not notice.word:  # a scrawl
        for y in (0.34, 0.66):
            pen.line(tuple((0.08 + 0.014 * k, y + 0.11 * math.sin(1.9 * k + y)) for k in range(61)), BLUE_INK, 0.7)
        return
    pen.line(((0.06, 0.84), (0.94, 0.84)), (206, 176, 140), 0.5)
    ink = Image.new("L", pen.canvas.size)
    write(ImageDraw.Draw(ink), within(notice.box, (0.05, 0.1, 0.92, 0.86)), notice.word, 255, bold=0)
    middle = pen.at(0, 0.5)[1]
    slanted = ink.transform(ink.size, Image.Transform.AFFINE, (1, SLANT, -SLANT * middle, 0, 1, 0))
    pen.canvas.paste(BLUE_INK, (0, 0), slanted)


def _lights(pen: Pen, notice: Notice) -> None:
    pen.block(0, 0, 1, 1, PANEL, 0.08)
    if notice.word:
        write(pen.draw, notice.word_box, notice.word, LIT, bold=2)
        return
    for k in range(6):  # most lights are out
        x = 0.12 + 0.14 * k
        pen.oval(x, 0.3 + 0.16 * (k % 2), x + 0.07, 0.5 + 0.16 * (k % 2), (112, 130, 128) if k % 3 else LIT, None)


_PAINTERS = {"printed": _printed, "handwritten": _handwritten, "lights": _lights}

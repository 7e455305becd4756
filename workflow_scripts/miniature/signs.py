"""Pictures of painted signs: one to three boards, one below the other, each with a word, a letter or a number."""

import random
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from workflow_scripts.miniature import drawing
from workflow_scripts.miniature.kinds import COLOURS, WORDS
from workflow_scripts.miniature.pen import INK
from workflow_scripts.miniature.scenes import Scene, bare_scene
from workflow_scripts.randomness import keyed_number
from workflow_scripts.regions import Region

SIDES = (188, 216)  # of a picture, pixels
WORD, LETTER, NUMBER, LARGE_NUMBER = (100, 36), (88, 84), (84, 84), (140, 92)  # pixels of the text itself
LETTERS, NUMBERS, LARGE_NUMBERS = "ABHKMRTX", "2345678", ("24", "36", "58")
MARGIN, GAP = 7, 4  # pixels around a text on its board; at least between boards
LEANING, ANGLES = 0.3, (-10, -6, 6, 10)  # share of the words whose boards hang askew; degrees
EVERY, EMPTY = 40, 17  # of so many pictures, the one without a sign
FONT_SIZE = 96
LIGHT = ("orange", "yellow", "pink", "white")


@dataclass(frozen=True)
class Sign:
    text: str
    colour: str  # of the board; no two of a picture are alike
    angle: int  # degrees, anticlockwise
    corner: tuple[int, int]  # of the board with all that sticks out, pixels

    @property
    def kind(self) -> str:
        """word, letter or number"""
        return "number" if self.text.isdigit() else "letter" if len(self.text) == 1 else "word"

    @property
    def size(self) -> tuple[int, int]:
        return (
            LARGE_NUMBER
            if self.text in LARGE_NUMBERS
            else {"word": WORD, "letter": LETTER, "number": NUMBER}[self.kind]
        )

    @property
    def text_box(self) -> Region:
        """What the text covers, upright even if the sign is not."""
        x0, y0, x1, y1 = _painted(self)[1].getbbox()
        left, top = self.corner
        return (left + x0, top + y0, left + x1, top + y1)


@dataclass(frozen=True)
class SignPicture:
    """Signs from top to bottom, before a background without things."""

    background: Scene
    signs: tuple[Sign, ...]

    def draw(self) -> Image.Image:
        picture = drawing.draw(self.background)
        for sign in self.signs:
            board, _ = _painted(sign)
            picture.paste(board, sign.corner, board)
        return picture


@lru_cache(maxsize=1024)
def sign_picture(seed: int, universe: str, index: int) -> SignPicture:
    """The picture's content; the same for ever for the same three arguments."""
    draw = random.Random(keyed_number("miniature signs", seed, universe, index))
    background = bare_scene(draw, SIDES)
    if index % EVERY == EMPTY:
        return SignPicture(background, ())
    texts = draw.sample(WORDS, 3)
    large = draw.choice((draw.choice(LETTERS), draw.choice(NUMBERS), draw.choice(LARGE_NUMBERS)))
    texts = draw.choice((texts[:1], texts[:2], texts[:3], [large], [large, texts[0]], [texts[0], large]))
    askew = large not in texts and len(texts) < 3
    colours = draw.sample(list(COLOURS), len(texts))
    signs = [
        Sign(text, colour, draw.choice(ANGLES) if askew and draw.random() < LEANING else 0, (0, 0))
        for text, colour in zip(texts, colours)
    ]
    return SignPicture(background, tuple(_hung(signs, background.width, background.height, draw)))


def _hung(signs: list[Sign], width: int, height: int, draw: random.Random) -> list[Sign]:
    """The signs at their corners: what of the height they leave over is shared out between them."""
    sizes = [_painted(sign)[0].size for sign in signs]
    free = height - sum(h for _, h in sizes) - GAP * (len(signs) + 1)
    top, hung = GAP, []
    for sign, (w, h) in zip(signs, sizes):
        space = draw.randint(0, free)
        left = draw.randint(GAP, width - GAP - w)
        hung.append(Sign(sign.text, sign.colour, sign.angle, (left, top + space)))
        top, free = top + space + h + GAP, free - space
    return hung


@lru_cache(maxsize=1024)
def _painted(sign: Sign) -> tuple[Image.Image, Image.Image]:
    """The board as RGBA and, in a picture of the same size, the text alone."""
    size = sign.size
    whole = (size[0] + 2 * MARGIN, size[1] + 2 * MARGIN)
    text = Image.new("L", whole)
    text.paste(_letters(sign.text).resize(size, Image.Resampling.LANCZOS), (MARGIN, MARGIN))
    board = Image.new("RGBA", whole, (*COLOURS[sign.colour], 255))
    ImageDraw.Draw(board).rectangle((0, 0, whole[0] - 1, whole[1] - 1), outline=(*INK, 255), width=2)
    board.paste((*COLOURS["black" if sign.colour in LIGHT else "white"], 255), (0, 0), text)
    if not sign.angle:
        return board, text
    turned = [image.rotate(sign.angle, Image.Resampling.BICUBIC, expand=True) for image in (board, text)]
    return turned[0], turned[1]


def _letters(text: str) -> Image.Image:
    """Large white letters on black that touch all four sides."""
    font = ImageFont.load_default(FONT_SIZE)
    left, top, right, bottom = font.getbbox(text, stroke_width=3)
    mask = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(mask).text((-left, -top), text, 255, font, stroke_width=3)
    return mask.crop(mask.getbbox())

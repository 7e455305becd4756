"""Hateful Memes in miniature: scenes with a line of text above or below, nothing of it hateful.

What is labelled as hateful here says "boo" to a thing, never to a person.
"""

import io
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from PIL import Image, ImageDraw

from workflow_scripts.miniature import drawing, pen
from workflow_scripts.miniature.archives import json_lines, write_zip
from workflow_scripts.miniature.language import described
from workflow_scripts.miniature.scenes import Scene, scene
from workflow_scripts.randomness import keyed_number

DEPENDS_ON = ("hateful_memes",)  # sizes of config.miniature
SPLITS = {  # first id, and by which part of the size the split is smaller; dev_seen and dev_unseen overlap
    "train": (10_000, 1),
    "dev_seen": (1, 4),
    "dev_unseen": (3, 4),
    "test_seen": (5_000, 4),
    "test_unseen": (7_000, 1),
}
BOO = ("boo to the", "boo what a", "boo bad old")
KIND = ("hooray for the", "look at the", "what a nice", "i like this")
ALONE = {True: "boo", False: "nice"}  # before the noun of a single line
ONE_LINE = 0.25  # share of the pictures
LONGEST = 14  # letters of a noun that stay readable
BAND = 22  # pixels added for a line


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write hateful_memes.zip, with sizes["hateful_memes"] pictures to test and as many to train on."""
    files: dict[str, bytes] = {"LICENSE.txt": b"Drawn, no rights reserved.\n"}
    for split, (first, part) in SPLITS.items():
        rows = []
        for row, picture in _memes(seed, first, max(sizes["hateful_memes"] // part, 4)):
            files[row["img"]] = picture
            if split == "test_seen":
                del row["label"]
            rows.append(row)
        files[f"{split}.jsonl"] = json_lines(rows)
    write_zip(folder / "hateful_memes.zip", files.items())


def _memes(seed: int, first: int, count: int) -> Iterator[tuple[dict, bytes]]:
    """(row, PNG file) of ids from `first` on; the id alone decides what is shown and said."""
    for number in range(first, first + count):
        shown = scene(seed, "hateful memes", number)
        booed = number % 2 == 1
        lines = _lines(shown, booed, random.Random(keyed_number("miniature hateful_memes", seed, number)))
        row = {"id": number, "img": f"img/{number:05d}.png", "label": int(booed), "text": "  ".join(lines)}
        yield row, _png(shown, lines)


def _lines(shown: Scene, booed: bool, choose: random.Random) -> list[str]:
    things = [t for t in shown.things if not booed or t.category != "person"]
    noun = shown.place
    if things:
        thing = choose.choice(things)
        noun = described(thing)
        noun = noun if len(noun) <= LONGEST else thing.category
    if choose.random() < ONE_LINE:
        return [f"{ALONE[booed]} {noun}"]
    return [choose.choice(BOO if booed else KIND), noun]


def _png(shown: Scene, lines: list[str]) -> bytes:
    """The scene with its last line below and one before that above it, in capitals, black on white."""
    above = BAND * (len(lines) - 1)
    canvas = Image.new("RGB", (shown.width, shown.height + above + BAND), "white")
    canvas.paste(drawing.draw(shown), (0, above))
    for line, top in zip(reversed(lines), (above + shown.height, 0)):
        canvas.paste(_written(line.upper(), shown.width), (0, top))
    buffer = io.BytesIO()
    canvas.save(buffer, "PNG")
    return buffer.getvalue()


def _written(line: str, width: int) -> Image.Image:
    """A band with a line, as large as fits."""
    band = Image.new("RGB", (width * pen.FINER, BAND * pen.FINER), "white")
    pen.write(ImageDraw.Draw(band), (4, 4, width - 4, BAND - 5), line, (0, 0, 0))
    return band.reduce(pen.FINER)

"""VizWiz image quality in miniature: pictures spoilt in one or two ways, and the votes of five who look at them."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from workflow_scripts.miniature import drawing
from workflow_scripts.miniature.archives import json_bytes, write_zip
from workflow_scripts.miniature.pen import SKIN
from workflow_scripts.miniature.scenes import Scene, scene_with_things
from workflow_scripts.randomness import keyed_number
from workflow_scripts.regions import area

DEPENDS_ON = ("vizwiz_image_quality",)  # of config.miniature; pictures, a quarter of them in val
CODES = ("FRM", "BLR", "DRK", "BRT", "OBS", "OTH", "NON", "ROT")  # in the file's order
TWO_EVERY, TWO = 9, 4  # of so many pictures, the one that is spoilt in two ways, with as many votes for each
PAIRS = (("BLR", "DRK"), ("FRM", "BRT"), ("ROT", "BLR"), ("OBS", "DRK"))
TESTS = 8  # names in test.json, whose pictures no task needs
BLUR = 3.2  # pixels, standard deviation
DARK, BRIGHT = 0.22, 0.72  # light that is left; way to white


def write(seed: int, sizes: Mapping[str, int], folder: Path) -> None:
    """Write train.zip, val.zip and annotations.zip; sizes: vizwiz_image_quality, at least 2."""
    val = max(1, sizes["vizwiz_image_quality"] // 4)
    annotations = []
    for split, count in (("train", sizes["vizwiz_image_quality"] - val), ("val", val)):
        pictures, rows = [], []
        for index in range(count + 1):
            name = f"VizWiz_{split}_{index:08d}.jpg"
            row, picture = _photo(seed, split, index)
            pictures.append((f"{split}/{name}", picture))
            rows.append({"flaws": row["flaws"], "image": name, "unrecognizable": row["unrecognizable"]})
        write_zip(folder / f"{split}.zip", pictures)
        rows.pop()  # on the last picture nobody voted
        annotations.append((f"{split}.json", json_bytes(rows)))
    tests = [{"image": f"VizWiz_test_{index:08d}.jpg"} for index in range(TESTS)]
    write_zip(folder / "annotations.zip", [*annotations, ("test.json", json_bytes(tests))])


def _photo(seed: int, split: str, index: int) -> tuple[dict, bytes]:
    draw = random.Random(keyed_number("miniature vizwiz", seed, split, index))
    flaws = _flaws(seed, split, index)
    shown = scene_with_things(seed, f"vizwiz {split}", index)
    picture = drawing.draw(shown)
    for code in flaws:
        picture = _SPOIL[code](picture, shown, draw)
    return _votes(flaws, draw), drawing.jpeg(picture)


def _flaws(seed: int, split: str, index: int) -> tuple[str, ...]:
    """How the picture is spoilt: of eight in a row, each in another way."""
    if index % TWO_EVERY == TWO:
        return PAIRS[index // TWO_EVERY % len(PAIRS)]
    order = random.Random(keyed_number("miniature vizwiz flaws", seed, split, index // len(CODES)))
    return (order.sample(CODES, len(CODES))[index % len(CODES)],)


def _votes(flaws: tuple[str, ...], draw: random.Random) -> dict:
    votes = dict.fromkeys(CODES, 0)
    most = draw.choice((4, 5))
    for code in flaws:
        votes[code] = most
    for code in draw.sample(CODES, 2):
        if code not in flaws:
            votes[code] = draw.choice((0, 0, 1, 2)) if code != "NON" else 5 - most
    spoilt = {"BLR", "DRK", "OBS"}.intersection(flaws)
    return {"flaws": votes, "unrecognizable": draw.choice((2, 3, 4, 5)) if spoilt else draw.choice((0, 0, 0, 1))}


def _blurred(picture: Image.Image, shown: Scene, draw: random.Random) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(BLUR))


def _dark(picture: Image.Image, shown: Scene, draw: random.Random) -> Image.Image:
    return picture.point(lambda v: round(v * DARK))


def _bright(picture: Image.Image, shown: Scene, draw: random.Random) -> Image.Image:
    return picture.point(lambda v: round(v + (255 - v) * BRIGHT))


def _badly_framed(picture: Image.Image, shown: Scene, draw: random.Random) -> Image.Image:
    """A quarter of the picture, with a quarter of the largest thing in its corner."""
    x, y = max(shown.things, key=lambda t: area(t.box)).centre
    width, height = picture.width / 2, picture.height / 2
    left, top = (x if x <= width else x - width), (y if y <= height else y - height)
    return picture.resize(picture.size, Image.Resampling.BICUBIC, (left, top, left + width, top + height))


def _obscured(picture: Image.Image, shown: Scene, draw: random.Random) -> Image.Image:
    """A finger before the lens."""
    covered = picture.copy()
    pen, (width, height) = ImageDraw.Draw(covered), picture.size
    left = width * draw.uniform(0.05, 0.35)
    pen.ellipse((left, height * 0.25, left + width * 0.65, height * 1.6), SKIN)
    return covered


def _rotated(picture: Image.Image, shown: Scene, draw: random.Random) -> Image.Image:
    turns = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
    return picture.transpose(draw.choice(turns))


def _smeared(picture: Image.Image, shown: Scene, draw: random.Random) -> Image.Image:
    """Rows that slipped sideways, as a moving hand makes them."""
    slipped, step = picture.copy(), picture.height // 12
    for row, top in enumerate(range(0, picture.height, step)):
        band = picture.crop((0, top, picture.width, min(top + step, picture.height)))
        slipped.paste(ImageChops.offset(band, (12 if row % 2 else -12), 0), (0, top))
    return slipped


_SPOIL: dict[str, Callable[[Image.Image, Scene, random.Random], Image.Image]] = {
    "FRM": _badly_framed,
    "BLR": _blurred,
    "DRK": _dark,
    "BRT": _bright,
    "OBS": _obscured,
    "OTH": _smeared,
    "NON": lambda picture, shown, draw: picture,
    "ROT": _rotated,
}

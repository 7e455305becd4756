"""Pictures named by "<dataset>/<path below its root>": where they lie, and opening them safely."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from workflow_scripts.errors import BadData
from workflow_scripts.raw.manifest import Manifest
from workflow_scripts.regions import Region

MAX_PIXELS = 100_000_000  # far above any photograph of these datasets; stops decompression bombs
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")  # for some others Pillow runs programs
_FIX = (
    "put the right file there; if it lies below results/raw, delete its dataset's folder there and run snakemake again"
)


def open_picture(path: Path, *, decode: bool = True) -> Image.Image:
    """A picture file, decoded (decode=False: its header only, enough for `.size`).

    Raises BadData if it is missing, no picture, cut short or larger than MAX_PIXELS.
    """
    try:
        image = Image.open(path, formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise BadData(
                f"picture of {image.width} x {image.height} pixels, at most {MAX_PIXELS}", file=path, fix=_FIX
            )
        if decode:
            image.load()
        return image
    except FileNotFoundError:
        raise BadData("picture file is missing", file=path, fix=_FIX) from None
    except BadData:
        raise
    except Exception as error:  # of any kind: a damaged picture ends in OSError, SyntaxError, ValueError and others
        raise BadData(f"picture does not decode ({error})", file=path, fix=_FIX) from error


def square(picture: Image.Image, size: int) -> Image.Image:
    """The picture as OFA sees it before its pixels become numbers: RGB, bicubic to a square, whatever its shape."""
    return picture.convert("RGB").resize((size, size), Image.Resampling.BICUBIC)


def black_out(pixels: np.ndarray, mask: Region, width: int, height: int) -> np.ndarray:
    """A copy of a resized picture, (height, width, 3), that is black at the mask.

    mask: of the picture as it is stored, width x height pixels. Pixels that it touches only in part are black, too:
    nothing of what it hides must show.
    """
    tall, wide = pixels.shape[:2]
    x0, y0, x1, y1 = mask
    rows = slice(math.floor(y0 / height * tall), math.ceil(y1 / height * tall))
    columns = slice(math.floor(x0 / width * wide), math.ceil(x1 / width * wide))
    hidden = pixels.copy()
    hidden[rows, columns] = 0
    return hidden


def roots(manifests: Iterable[Path]) -> dict[str, Path]:
    """Where each dataset's files lie, from the manifests that the download stage wrote."""
    found = {}
    for path in manifests:
        manifest = Manifest.read(path)
        found[manifest.dataset] = Path(manifest.root) if manifest.root else path.parent
    return found


def locate(image: str, roots: Mapping[str, Path]) -> Path:
    """The file of a picture's name."""
    dataset, _, path = image.partition("/")
    if dataset not in roots:
        raise BadData(f"picture {image} is of a dataset whose files are not given", fix="this is a defect: report it")
    return roots[dataset] / path

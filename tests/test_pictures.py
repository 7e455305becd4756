"""Pictures are opened safely, and found by the name that records give them."""

import math
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from workflow_scripts import pictures
from workflow_scripts.errors import BadData
from workflow_scripts.models.batches import Pictures
from workflow_scripts.pictures import black_out, locate, open_picture, roots, square
from workflow_scripts.raw.manifest import Manifest


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "x.jpg"
    Image.effect_noise((60, 40), 50).convert("RGB").save(path)
    return path


def refused(path, problem: str, **options) -> None:
    with pytest.raises(BadData, match=problem) as caught:
        open_picture(path, **options)
    assert caught.value.file == path


def test_good_picture(photo):
    assert open_picture(photo).getpixel((0, 0)) is not None
    assert open_picture(photo, decode=False).size == (60, 40)


def test_missing_picture(tmp_path):
    refused(tmp_path / "x.jpg", "picture file is missing")


def test_cut_picture_has_a_good_header(photo):
    photo.write_bytes(photo.read_bytes()[:-400])
    assert open_picture(photo, decode=False).size == (60, 40)
    refused(photo, r"picture does not decode \(image file is truncated")


def test_no_picture(photo):
    photo.write_text("<html>")
    refused(photo, "picture does not decode", decode=False)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PNG, HEAD, PIXELS = b"\x89PNG\r\n\x1a\n", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0), zlib.compress(b"\0\1\1\0\1\1")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (PNG + chunk(b"IHDR", HEAD[:5]), "Truncated IHDR chunk"),
        (
            PNG
            + chunk(b"IHDR", HEAD)
            + chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(80 << 20), 9))
            + chunk(b"IDAT", PIXELS),
            "Decompressed data too large",
        ),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n%%EOF\n", "cannot identify image file"),
    ],
)
def test_hostile_picture(photo, content, problem):
    photo.write_bytes(content)
    refused(photo, rf"picture does not decode \({problem}")


@pytest.mark.parametrize("limit", [2399, 1000])  # Pillow itself only refuses what is above twice its limit
def test_picture_with_too_many_pixels(photo, monkeypatch, limit):
    monkeypatch.setattr(pictures, "MAX_PIXELS", limit)
    refused(photo, f"picture of 60 x 40 pixels, at most {limit}")
    assert Image.MAX_IMAGE_PIXELS == 100_000_000


def test_roots_and_names(tmp_path):
    Manifest("a").write(tmp_path / "a/manifest.json")
    Manifest("b", root="/data/b").write(tmp_path / "b/manifest.json")
    found = roots([tmp_path / "a/manifest.json", tmp_path / "b/manifest.json"])
    assert locate("a/x/1.jpg", found) == tmp_path / "a/x/1.jpg"
    assert str(locate("b/1.jpg", found)) == "/data/b/1.jpg"
    with pytest.raises(BadData, match=r"picture c/1\.jpg is of a dataset whose files are not given"):
        locate("c/1.jpg", found)


@pytest.mark.parametrize("size", [16, 60, 61])
@pytest.mark.parametrize("mask", [(0.0, 0.0, 60.0, 40.0), (20.0, 10.0, 30.0, 20.0), (20.5, 9.9, 30.2, 20.1)])
def test_nothing_that_a_mask_hides_shows(size, mask):
    """The hidden part is white in the stored picture; resized and masked, no white of it is left but blurred edges."""
    stored = np.full((40, 60, 3), 100, np.uint8)
    x0, y0, x1, y1 = mask
    stored[math.ceil(y0) : math.floor(y1), math.ceil(x0) : math.floor(x1)] = 255
    seen = np.asarray(square(Image.fromarray(stored), size))
    hidden = black_out(seen, mask, 60, 40)
    black = (hidden == 0).all(axis=2)
    assert black.sum() >= (x1 - x0) / 60 * (y1 - y0) / 40 * size * size
    assert (hidden[~black] == seen[~black]).all()
    assert not (hidden == 255).any()
    assert (seen != 0).all()


def test_batch_hides_what_is_masked_and_takes_text_without_a_picture(photo):
    Image.new("RGB", (60, 40), "white").save(photo)
    shown = {"image": f"d/{photo.name}", "width": 60, "height": 40, "mask": None}
    seen = Pictures({"d": photo.parent}, 6)
    rows = [shown, shown | {"mask": [0.0, 0.0, 30.0, 40.0]}, shown, dict.fromkeys(shown)]
    batch = seen.batch(rows)
    assert batch["patch_masks"].tolist() == [True, True, True, False]
    whole, half, again, none = batch["pixel_values"]
    assert (whole == 1).all()
    assert (half[:, :, :3] == -1).all()
    assert (half[:, :, 3:] == 1).all()
    assert (again == 1).all()
    assert (none == -1).all()
    assert seen.batch(rows[3:]) == {}

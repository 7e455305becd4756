"""Pictures are opened safely, and found by the name that records give them."""

import struct
import zlib

import pytest
from PIL import Image

from workflow_scripts import pictures
from workflow_scripts.errors import BadData
from workflow_scripts.pictures import locate, open_picture, roots
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

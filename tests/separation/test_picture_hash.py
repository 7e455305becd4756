"""Copies of a picture are known by its hash, other pictures are told apart."""

import numpy as np
import pytest
from PIL import Image

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.pictures import locate, roots
from workflow_scripts.separation.picture_hash import RADIUS, as_words, distances, picture_hash


def copy(path, to, *, scale: float, quality: int):
    picture = Image.open(path).convert("RGB")
    size = tuple(round(side * scale) for side in picture.size)
    picture.resize(size, Image.Resampling.BICUBIC).save(to, "JPEG", quality=quality)
    return to


def apart(one: bytes, other: bytes) -> int:
    [words] = as_words([one])
    return int(distances(words, as_words([other]))[0])


def known(paths) -> list:
    return [path for path in paths if picture_hash(path) is not None]


def check_copies(paths, tmp_path) -> None:
    for path in paths:
        for scale, quality in ((1, 90), (0.75, 85), (1.5, 85), (0.5, 70)):
            copied = copy(path, tmp_path / "copy.jpg", scale=scale, quality=quality)
            assert apart(picture_hash(copied), picture_hash(path)) <= RADIUS, (path, scale, quality)


def test_copies_of_real_photographs(real, tmp_path):
    paths = known(sorted(real.roots["mscoco"].glob("*2014/*.jpg"))[:60])
    assert len(paths) > 40
    check_copies(paths, tmp_path)
    hashes = as_words([picture_hash(path) for path in paths])
    assert min(sorted(distances(h, hashes))[1] for h in hashes) > RADIUS


def test_copies_in_the_miniature_world_and_pictures_that_are_none(separated, world, tmp_path):
    """All pairs of pictures of datasets that draw scenes of their own; each other pair is copies or neighbours."""
    places = roots([world.manifest(dataset) for dataset in world.plan.datasets])
    own = ("mscoco", "vcr", "medic", "textvqa", "hateful_memes", "vizwiz_image_quality", "snli_ve", "visdial")
    tables = {path.stem: schemas.columns(path, ["image", "hash"]).to_pylist() for path in separated.fingerprints}
    check_copies([locate(row["image"], places) for row in tables["mscoco"] if row["hash"]][:40], tmp_path)
    hashes = {dataset: as_words([row["hash"] for row in tables[dataset] if row["hash"]]) for dataset in own}
    near = [
        (one, other)
        for one in own
        for other in own
        if one < other and any((distances(h, hashes[other]) <= RADIUS).any() for h in hashes[one])
    ]
    assert near == []
    assert sum(row["hash"] is not None for row in tables["mscoco"]) > len(tables["mscoco"]) / 2


def test_flat_pictures_are_not_known_by_it(tmp_path):
    Image.new("RGB", (60, 40), "grey").save(tmp_path / "flat.png")
    assert picture_hash(tmp_path / "flat.png") is None
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    assert len(picture_hash(tmp_path / "noise.png")) == 32


def test_distance_is_the_number_of_bits():
    assert [apart(bytes(32), bytes([b]) + bytes(31)) for b in (0, 1, 3, 255)] == [0, 1, 2, 8]


@pytest.mark.parametrize("content", [None, b"no picture", b"\xff\xd8\xff\xe0 cut short"])
def test_file_that_is_no_picture(content, tmp_path):
    path = tmp_path / "x.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadData) as caught:
        picture_hash(path)
    assert caught.value.file == path

"""What counts as the same picture and as the same text."""

import pytest

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.separation.held_out import HeldOut, held_out, normal_text
from workflow_scripts.separation.picture_hash import RADIUS

ZEROS = bytes(32)


def differing(bits: int) -> bytes:
    """A hash so far from ZEROS."""
    return ((1 << bits) - 1).to_bytes(32, "little")


def printed(**pictures: tuple[list[str], bytes | None]) -> dict[str, dict]:
    return {name: {"image": name, "ids": ids, "hash": found} for name, (ids, found) in pictures.items()}


def instance(image: str | None = None, *, text: str | None = None, target_image: str | None = None) -> dict:
    return {"image": image, "target_image": target_image, "text": text}


def index(tmp_path, fingerprints: dict, *instances: dict) -> HeldOut:
    path = tmp_path / "held_out.parquet"
    schemas.write(held_out([("unseen", instances)], fingerprints), schemas.HELD_OUT, path)
    return HeldOut(path)


@pytest.mark.parametrize(
    ("unseen", "trained_on", "leaks"),
    [
        ((["coco:9"], None), (["coco:9"], None), {("unseen", "id")}),
        ((["coco:9"], None), (["vg:9"], None), set()),
        ((["vg:1"], None), (["coco:9"], None), {("unseen", "id")}),  # as Visual Genome says, see `linked`
        ((["vg:1"], None), (["flickr:5"], None), {("unseen", "id")}),  # and MS COCO of what Visual Genome names
        (([], ZEROS), ([], differing(RADIUS)), {("unseen", "hash")}),
        (([], ZEROS), ([], differing(RADIUS + 1)), set()),
        (([], ZEROS), (["coco:9"], ZEROS), {("unseen", "hash")}),
        ((["coco:9"], ZEROS), ([], ZEROS), {("unseen", "hash")}),
        ((["coco:8"], ZEROS), (["flickr:4"], ZEROS), {("unseen", "hash")}),  # numbers that cannot be compared
        ((["coco:8"], ZEROS), (["coco:7"], ZEROS), set()),  # two photographs, whatever they look like
        (([], None), ([], None), set()),  # both too flat to tell
    ],
)
def test_same_picture(unseen, trained_on, leaks, tmp_path):
    linked = {"linked": (["vg:1", "coco:9"], None), "other": (["coco:9", "flickr:5"], None)}
    known = printed(a=unseen, b=trained_on, **linked)
    found = index(tmp_path, known, instance("a"))
    assert found.leaks(instance("b"), known) == leaks
    assert found.leaks(instance(target_image="b"), known) == leaks


def test_same_file_however_little_is_known_of_it(tmp_path):
    known = printed(a=([], None), b=([], None))
    found = index(tmp_path, known, instance("a"))
    assert found.leaks(instance("a"), known) == {("unseen", "id")}
    assert found.leaks(instance("b"), known) == set()


EIGHT = "The cat is to the left of a dog and a bowl."


@pytest.mark.parametrize(
    ("unseen", "trained_on", "same"),
    [
        (EIGHT, "cat is to the LEFT of dog, and bowl", True),
        (EIGHT, "The cat is to the right of a dog and a bowl.", False),
        ("What colour is the car?", "What colour is the car?", False),  # everybody's question
        (None, EIGHT, False),
        (EIGHT, None, False),
    ],
)
def test_same_text(unseen, trained_on, same, tmp_path):
    found = index(tmp_path, {}, instance(text=unseen))
    assert found.leaks(instance(text=trained_on), {}) == ({("unseen", "text")} if same else set())


def test_words_are_counted_without_articles():
    assert normal_text("a b the c d e f g h") is None
    assert normal_text("b c d e f g h i") == "b c d e f g h i"


def test_every_unseen_task_that_is_concerned_is_named(tmp_path):
    known = printed(a=(["coco:9"], None))
    path = tmp_path / "held_out.parquet"
    rows = held_out([("one", [instance("a")] * 3), ("two", [instance("a")])], known)
    assert schemas.write(rows, schemas.HELD_OUT, path) == 4  # each the name and the number
    assert HeldOut(path).leaks(instance("a"), known) == {("one", "id"), ("two", "id")}


def test_picture_without_a_fingerprint(tmp_path):
    with pytest.raises(BadData, match="no fingerprint of picture b"):
        index(tmp_path, {}, instance("b"))

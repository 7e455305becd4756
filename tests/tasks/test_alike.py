"""Which answers may be right at once."""

import pytest

from workflow_scripts.tasks import alike as module
from workflow_scripts.tasks.alike import alike, says


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("baseball", "playing baseball"),
        ("dog", "dogs"),
        ("rainy", "raining"),
        ("knife", "knives"),
        ("gray", "grey"),
        ("donuts", "doughnut"),
        ("utensils", "fork"),
        ("Dark blue", "blue"),
        ("steel", "stainless steel"),
        ("bird", "geese"),
    ],
)
def test_alike(a, b):
    assert alike(a, b)
    assert alike(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("fork", "knife"),
        ("playing frisbee", "playing tennis"),
        ("hot dog", "sunny"),
        ("green", "grey"),
        ("car", "bus"),
        ("cat", "horse"),
        ("happy", "sad"),
        ("skiing", "surfing"),
        ("spring", "summer"),
        ("black and white", "red and green"),
    ],
)
def test_not_alike(a, b):
    assert not alike(a, b)
    assert not alike(b, a)


def test_lines_name_nobody_twice():
    for line in module._NEAR:
        members = line.replace(": ", ", ").split(", ")
        assert len(set(members)) == len(members) >= 2, line
        assert line == " ".join(line.lower().split())


def test_says_looks_at_words():
    assert says("Is the clock large or small?", "small")
    assert says("Is that a hot dog?", "Hot dog")
    assert not says("What is left of the carpet?", "car")
    assert not says("Is the dog hot?", "hot dog")

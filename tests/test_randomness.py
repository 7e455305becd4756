"""Choices are drawn by their key alone."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from workflow_scripts.randomness import Draw, keyed_number, keyed_numbers


def test_numbers_are_the_same_everywhere():
    assert keyed_number("a", 1) == keyed_number("a", "1") == 4355257970792883420
    assert len({keyed_number("ab", "c"), keyed_number("a", "bc"), keyed_number("abc")}) == 3


@given(st.integers(), st.text(), st.text())
def test_numbers_of_many_items_are_those_of_each(seed, name, item):
    assert keyed_numbers(seed)(item) == keyed_number(seed, item)
    assert keyed_numbers(seed, name)(item) == keyed_number(seed, name, item)


def test_order_of_choices_does_not_matter():
    draw, again = Draw(0, "task", "7"), Draw(0, "task", "7")
    first = [draw.choice("abcdef", purpose=p) for p in ("x", "y")]
    assert first == [again.choice("abcdef", purpose=p) for p in ("y", "x")][::-1]


def test_every_part_of_the_key_counts():
    def shuffled(*key, purpose="p"):
        return tuple(Draw(*key).shuffled(range(50), purpose=purpose))

    keys = [(0, "t", "1"), (1, "t", "1"), (0, "u", "1"), (0, "t", "2")]
    assert len({shuffled(*key) for key in keys} | {shuffled(0, "t", "1", purpose="q")}) == 5


def test_coin_is_fair():
    heads = Counter(Draw(0, "t", str(n)).coin(purpose="p") for n in range(2000))
    assert 900 < heads[True] < 1100  # more than four standard deviations

"""Keyed randomness: every choice is drawn from a generator of its own, named by what is chosen.

No generator is shared, so the order of records, the number of cores or another task can change no choice.
"""

import hashlib
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def keyed_number(*key: object) -> int:
    """A 64-bit number that depends on the key alone (its parts' text), the same on every machine."""
    return int.from_bytes(hashlib.blake2b(repr(tuple(map(str, key))).encode(), digest_size=8).digest(), "big")


def keyed_numbers(*key: object) -> Callable[[object], int]:
    """item -> keyed_number(*key, item), in half the time: what all items have in common is hashed once."""
    common = hashlib.blake2b(digest_size=8)
    common.update(("(" + "".join(f"{str(part)!r}, " for part in key)).encode())

    def number(item: object) -> int:
        whole = common.copy()
        whole.update(f"{str(item)!r})".encode())
        return int.from_bytes(whole.digest(), "big")

    return number


class Draw:
    """The choices of one record in one task.

    Each method takes a `purpose`; two calls with the same purpose draw the same thing, so a purpose names one choice.
    """

    def __init__(self, seed: int, task: str, record_id: str):
        self._key = (seed, task, record_id)

    def generator(self, purpose: str) -> random.Random:
        return random.Random(keyed_number(*self._key, purpose))

    def choice(self, items: Sequence[T], *, purpose: str) -> T:
        return self.generator(purpose).choice(items)

    def sample(self, items: Sequence[T], k: int, *, purpose: str) -> list[T]:
        """k different items in drawn order; raises ValueError if there are fewer."""
        return self.generator(purpose).sample(items, k)

    def shuffled(self, items: Sequence[T], *, purpose: str) -> list[T]:
        return self.sample(items, len(items), purpose=purpose)

    def coin(self, *, purpose: str) -> bool:
        return self.generator(purpose).random() < 0.5

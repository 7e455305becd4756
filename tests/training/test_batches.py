"""Which instances make an update's batch."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_scripts.training.batches import Batches


@dataclass
class Lengths:
    lengths: np.ndarray
    target_lengths: np.ndarray
    kinds: np.ndarray

    def source_lengths(self, epoch: int) -> np.ndarray:
        return np.roll(self.lengths, epoch)

    def __len__(self) -> int:
        return len(self.kinds)


def some(n: int, seed: int = 0) -> Lengths:
    draw = np.random.default_rng(seed)
    return Lengths(draw.integers(3, 60, n), draw.integers(2, 20, n), draw.integers(0, 4, n).astype(np.int8))


def made(data: Lengths, **changes) -> Batches:
    how = {"batch_size": 8, "max_tokens": 400, "patches": 16, "epochs": 2, "seed": 0} | changes
    return Batches(data, **how)


@given(n=st.integers(1, 300), size=st.integers(1, 20), budget=st.one_of(st.none(), st.integers(1, 1000)))
@settings(deadline=None)
def test_every_instance_comes_once_an_epoch_in_a_batch_that_fits(n, size, budget):
    data = some(n)
    batches = made(data, batch_size=size, max_tokens=budget)
    everything = list(batches)
    assert len(everything) == len(batches) == batches.ends[-1]
    for epoch, (start, end) in enumerate(zip([0, *batches.ends], batches.ends)):
        keys = [key for batch in everything[start:end] for key in batch]
        assert sorted(key.position for key in keys) == list(range(n))
        assert all(key.epoch == epoch and key.counts for key in keys)
    for batch in everything:
        at = [key.position for key in batch]
        assert len(set(data.kinds[at])) == 1
        pictures = 16 * (data.kinds[at[0]] & 1)
        cost = len(at) * (data.source_lengths(batch[0].epoch)[at].max() + pictures + data.target_lengths[at].max())
        assert len(at) == 1 or (len(at) <= size and cost <= (budget or np.inf))


@pytest.mark.parametrize(("processes", "parts"), [(2, 1), (1, 3), (3, 2)])
def test_processes_and_parts_share_out_the_same_updates(processes, parts):
    data = some(50)
    whole = list(made(data))
    shares = [list(made(data, processes=processes, process=i, parts=parts)) for i in range(processes)]
    for update, batch in enumerate(whole):
        steps = [share[update * parts : (update + 1) * parts] for share in shares]
        found = [keys for of_process in steps for keys in of_process]
        assert sorted(key.position for keys in found for key in keys if key.counts) == sorted(k.position for k in batch)
        assert all(len(keys) == 1 or all(key.counts for key in keys) for keys in found)
        assert max(map(len, found)) - min(map(len, found)) <= 1


def test_epochs_and_seeds_differ_and_a_seed_repeats():
    data = some(40)
    one, again, other = list(made(data)), list(made(data)), list(made(data, seed=1))
    half = len(one) // 2
    assert one == again
    assert one != other
    assert [[k.position for k in b] for b in one[:half]] != [[k.position for k in b] for b in one[half:]]


def test_batches_are_of_about_one_length():
    data = some(2000)
    whole = made(data, max_tokens=None)
    padded = sum(len(b) * data.source_lengths(b[0].epoch)[[k.position for k in b]].max() for b in whole)
    assert padded < 1.4 * 2 * data.lengths.sum()  # in one epoch at random: about 1.7


def test_epochs_are_counted_in_updates():
    batches = made(some(40))
    first, second = batches.ends
    assert [batches.epoch(step) for step in (0, first, second)] == [0, 1, 2]
    assert batches.epoch(first // 2) == pytest.approx((first // 2) / first)

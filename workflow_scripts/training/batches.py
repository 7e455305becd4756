"""Which instances make an update's batch, and which part of it a process computes."""

from collections.abc import Iterator

import numpy as np
from torch.utils.data import Sampler

from workflow_scripts.randomness import keyed_number
from workflow_scripts.training.data import Key, Shards

POOL = 32  # batches whose instances are sorted by length together
ALIKE = 32  # tokens; sources that differ by less count as equally long: else a batch would often be of one task alone


class Batches(Sampler[list[Key]]):
    """Every instance once an epoch in a new order, all epochs in a row; a batch is of one kind and about one length.

    An update's batch has at most batch_size instances and max_tokens padded tokens (source, target, `patches` for a
    picture), but at least one instance. It is shared out evenly: to `processes`, and to each in so many `parts`, one
    after the other. So neither number changes what an update learns from. A part that would be empty holds an instance
    that does not count, because all processes have to keep step.

    ends: the number of updates up to the end of each epoch.
    """

    def __init__(
        self, data: Shards, *, batch_size: int, max_tokens: int | None, patches: int, epochs: int, seed: int,
        parts: int = 1, processes: int = 1, process: int = 0,
    ):  # fmt: skip
        self._data, self._size, self._patches, self._seed = data, batch_size, patches, seed
        self._max_tokens = np.inf if max_tokens is None else max_tokens
        self._parts, self._processes, self._process = parts, processes, process
        self._epochs = [self._epoch(epoch) for epoch in range(epochs)]
        self.ends = np.cumsum([len(updates) for updates in self._epochs]).tolist()

    def __len__(self) -> int:
        return self.ends[-1] * self._parts

    def __iter__(self) -> Iterator[list[Key]]:
        shares = self._parts * self._processes
        for epoch, updates in enumerate(self._epochs):
            for update in updates:
                for part in range(self._parts):
                    share = update[part * self._processes + self._process :: shares].tolist()
                    yield [Key(position, epoch) for position in share] or [Key(int(update[0]), epoch, counts=False)]

    def epoch(self, update: int) -> float:
        """How many epochs that many updates are."""
        return float(np.interp(update, [0, *self.ends], range(len(self.ends) + 1)))

    def _epoch(self, epoch: int) -> list[np.ndarray]:
        """The positions of each update, in order."""
        generator = np.random.default_rng(keyed_number(self._seed, "order", epoch))
        order, updates, pool = generator.permutation(len(self._data)), [], self._size * POOL
        sources = self._data.source_lengths(epoch)
        for kind in np.unique(self._data.kinds):
            of_kind = order[self._data.kinds[order] == kind]
            for start in range(0, len(of_kind), pool):
                updates += self._cut(of_kind[start : start + pool], sources, self._patches if kind & 1 else 0)
        return [updates[i] for i in generator.permutation(len(updates))]

    def _cut(self, pool: np.ndarray, sources: np.ndarray, patches: int) -> Iterator[np.ndarray]:
        """Sort a pool, about longest first, and cut it where the next instance would not fit."""
        pool = pool[np.argsort(-(sources[pool] // ALIKE), kind="stable")]
        sources, targets = sources[pool], self._data.target_lengths[pool]
        start = 0
        while start < len(pool):
            end, source, target = start + 1, sources[start], targets[start]
            while end < len(pool) and end - start < self._size:
                source, target = max(source, sources[end]), max(target, targets[end])
                if (end + 1 - start) * (source + patches + target) > self._max_tokens:
                    break
                end += 1
            yield pool[start:end]
            start = end

"""Shards as training data: which instance under which instruction comes when."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import torch
from torch.utils.data import Dataset, Sampler

from workflow_scripts import schemas
from workflow_scripts.models.batches import Pictures, source_ids, target_labels
from workflow_scripts.randomness import keyed_number

COLUMNS = ["instance_id", "sources", "target", "target_is_code", "image", "width", "height", "mask"]
POOL = 32  # batches whose instances are sorted by length together


class Shards(Dataset):
    """All instances of some shards. An item is asked for by (position, epoch): the epoch draws its instruction."""

    def __init__(self, paths: Sequence[Path], seed: int):
        tables = [schemas.open_table(path, schemas.SHARDS).read(columns=COLUMNS) for path in paths]
        self._rows = pa.concat_tables(tables).combine_chunks()
        self._seed = seed
        sources = self._rows.column("sources").to_pylist()
        self.lengths = [max(map(len, several)) for several in sources]
        self.has_image = self._rows.column("image").is_valid().to_pylist()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: tuple[int, int] | int) -> dict:
        position, epoch = key if isinstance(key, tuple) else (key, 0)
        [row] = self._rows.slice(position, 1).to_pylist()
        sources = row.pop("sources")
        drawn = keyed_number(self._seed, "instruction", row["instance_id"], epoch) % len(sources)
        return row | {"source": sources[drawn]}


class LengthBuckets(Sampler):
    """Every instance once an epoch, in a new order each time; a batch's are of one kind and about one length.

    Yields (position, epoch), so that batch_size neighbours make a batch.
    """

    def __init__(self, data: Shards, batch_size: int, seed: int):
        self._data, self._batch_size, self._seed = data, batch_size, seed
        self._epoch = 0

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        generator = torch.Generator().manual_seed(keyed_number(self._seed, "order", self._epoch) % 2**63)
        order = torch.randperm(len(self._data), generator=generator).tolist()
        size, batches = self._batch_size, []
        for start in range(0, len(order), size * POOL):
            pool = order[start : start + size * POOL]
            pool.sort(key=lambda i: (self._data.has_image[i], self._data.lengths[i]))
            batches += [pool[at : at + size] for at in range(0, len(pool), size)]
        full = [b for b in batches if len(b) == size]
        shuffled = [full[i] for i in torch.randperm(len(full), generator=generator).tolist()]
        for batch in shuffled + [b for b in batches if len(b) < size]:
            yield from ((position, self._epoch) for position in batch)
        self._epoch += 1


def collate(rows: Sequence[Mapping], pictures: Pictures) -> dict[str, torch.Tensor]:
    """A batch for OFA's forward."""
    batch = {
        "input_ids": source_ids([row["source"] for row in rows]),
        "labels": target_labels([row["target"] for row in rows]),
        **pictures.batch(rows),
    }
    codes = torch.tensor([row["target_is_code"] for row in rows])
    return batch | ({"code_masks": codes} if codes.any() else {})

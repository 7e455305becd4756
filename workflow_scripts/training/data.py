"""Shards as training data: mapped from disk, one instruction of an instance drawn for each epoch."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch.utils.data import Dataset

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.files import replacing
from workflow_scripts.models.batches import Pictures, source_ids, target_labels
from workflow_scripts.models.ofa.modeling import IGNORE
from workflow_scripts.randomness import keyed_numbers
from workflow_scripts.tokens.vocabulary import PAD

IDS = ("sources", "name_source", "target")
COLUMNS = ("instance_id", *IDS, "target_is_code", "image", "width", "height", "mask")
_SCHEMA = pa.schema([field for field in schemas.SHARDS if field.name in COLUMNS])


class Key(NamedTuple):
    """An instance as a batch asks for it: the epoch draws its instruction; the loss counts it or not."""

    position: int
    epoch: int
    counts: bool = True


def unpack(paths: Sequence[Path], file: Path, *, vocabulary: int) -> None:
    """Write the shards' rows to one Arrow file that can be mapped, which compressed Parquet cannot.

    Memory holds one group of rows. Raises BadData if a shard is missing or of another schema, or if it holds an id that
    a model of `vocabulary` ids does not have.
    """
    with replacing(file) as part, pa.OSFile(str(part), "wb") as sink, pa.ipc.new_file(sink, _SCHEMA) as writer:
        for path in paths:
            for batch in schemas.open_table(path, schemas.SHARDS).iter_batches(schemas.ROWS_PER_GROUP, columns=COLUMNS):
                _check_ids(batch, path, vocabulary)
                writer.write_batch(pa.RecordBatch.from_arrays([batch.column(n) for n in _SCHEMA.names], schema=_SCHEMA))


def _check_ids(batch: pa.RecordBatch, path: Path, vocabulary: int) -> None:
    for name in IDS:
        column = batch.column(name)
        places = pa.array(range(len(column)))
        while pa.types.is_list(column.type):  # beside each id, the row that it is of
            places, column = places.take(pc.list_parent_indices(column)), pc.list_flatten(column)
        wrong = pc.or_(pc.greater_equal(column, vocabulary), pc.less(column, 0))
        if (at := pc.index(wrong, True).as_py()) >= 0:
            raise BadData(
                f"{name} has the token id {column[at]}, the model has {vocabulary}: the vocabularies do not match",
                file=path,
                record=batch.column("instance_id")[places[at].as_py()].as_py(),
                fix="model.base and tokens.files must be of the same release",
            )


class Shards(Dataset):
    """The instances of a file that `unpack` wrote; held in memory are their lengths and kinds alone.

    seed: of the draws. prompts: "instructions", of which the first so many are drawn from, or "name": the task's name
    stands in their place.
    target_lengths int32 (N,): tokens, eos included.
    kinds int8 (N,): 1 with a picture, 2 if the target is one (and 3 if both); other kinds share no batch.
    """

    def __init__(self, file: Path, *, seed: int = 0, prompts: str = "instructions", instructions: int | None = None):
        self._file, self._seed, self._by_name = file, seed, prompts == "name"
        measured = [self._measured(batch) for batch in self._batches]
        columns = zip(*measured) if measured else [[np.zeros(0, np.int32)]] * 4
        self._lengths, counts, self.target_lengths, self.kinds = (np.concatenate(column) for column in columns)
        self._firsts = np.cumsum(counts) - counts  # of each instance's sources among all
        self._choices = np.minimum(counts, instructions or 1 << 30)
        self._starts = np.cumsum([0, *(len(batch) for batch in self._batches)])

    @functools.cached_property
    def _batches(self) -> list[pa.RecordBatch]:
        reader = pa.ipc.open_file(pa.memory_map(str(self._file)))
        return [reader.get_batch(i) for i in range(reader.num_record_batches)]

    def __getstate__(self) -> dict:
        """Another process maps the file itself."""
        return {name: value for name, value in self.__dict__.items() if name != "_batches"}

    def _measured(self, batch: pa.RecordBatch) -> tuple[np.ndarray, ...]:
        """Tokens of all sources, how many each instance has of them, tokens of targets, kinds."""
        sources = batch.column("name_source" if self._by_name else "sources")
        if sources.null_count:
            record = batch.column("instance_id")[pc.index(pc.is_null(sources), True).as_py()].as_py()
            raise BadData("no prompt with the task's name", record=record, fix="this is a defect: report it")
        counts = np.ones(len(batch), np.int32) if self._by_name else pc.list_value_length(sources).to_numpy()
        lengths = pc.list_value_length(sources if self._by_name else sources.flatten()).to_numpy() + 2
        kinds = pc.is_valid(batch.column("image")).to_numpy(zero_copy_only=False).astype(np.int8)
        kinds += 2 * batch.column("target_is_code").to_numpy(zero_copy_only=False).astype(np.int8)
        return lengths, counts, pc.list_value_length(batch.column("target")).to_numpy() + 1, kinds

    def source_lengths(self, epoch: int) -> np.ndarray:
        """int32 (N,): tokens of the source that the epoch draws for each instance, bos and eos included."""
        number = self._number(epoch)
        ids = (record for batch in self._batches for record in batch.column("instance_id").to_pylist())
        drawn = np.fromiter(map(number, ids), np.uint64, len(self)) % self._choices.astype(np.uint64)
        return self._lengths[self._firsts + drawn.astype(np.int64)]

    def _number(self, epoch: int) -> Callable[[object], int]:
        """Of an instance's id: its remainder is the place of the source that the epoch draws."""
        return keyed_numbers(self._seed, "instruction", epoch)

    def __len__(self) -> int:
        return int(self._starts[-1])

    def __getitem__(self, key: Key) -> dict:
        """A row of schemas.SHARDS, with its `source` and whether it `counts`."""
        number = int(np.searchsorted(self._starts, key.position, side="right")) - 1
        [row] = self._batches[number].slice(key.position - int(self._starts[number]), 1).to_pylist()
        several, named = row.pop("sources"), row.pop("name_source")
        drawn = self._number(key.epoch)(row["instance_id"]) % int(self._choices[key.position])
        return row | {"source": named if self._by_name else several[drawn], "counts": key.counts}


def collate(rows: Sequence[dict], pictures: Pictures) -> dict[str, torch.Tensor | list[str] | int]:
    """A batch for OFA's forward, and beside it `instance_ids`, and `tokens`: how many it has without padding."""
    counts = torch.tensor([row["counts"] for row in rows])
    batch = {
        "input_ids": source_ids([row["source"] for row in rows]),
        "labels": target_labels([row["target"] for row in rows]).masked_fill_(~counts[:, None], IGNORE),
        **pictures.batch(rows),
    }
    codes = torch.tensor([row["target_is_code"] for row in rows])
    batch |= {"code_masks": codes} if codes.any() else {}
    tokens = batch["input_ids"][counts].ne(PAD).sum() + batch["labels"].ne(IGNORE).sum()
    return batch | {"instance_ids": [r["instance_id"] for r in rows if r["counts"]], "tokens": int(tokens)}

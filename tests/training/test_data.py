"""Shards as training data."""

import pickle
from collections import Counter

import pyarrow as pa
import pytest

from workflow_scripts import schemas
from workflow_scripts.errors import BadData
from workflow_scripts.models.batches import Pictures
from workflow_scripts.training.data import Key, Shards, collate, unpack

from .conftest import VOCABULARY, row, write


def shards(tmp_path, rows, **how) -> Shards:
    half = len(rows) // 2
    paths = [write(tmp_path / "a.parquet", rows[:half]), write(tmp_path / "b.parquet", rows[half:])]
    unpack(paths, tmp_path / "rows.arrow", vocabulary=VOCABULARY.size)
    return Shards(tmp_path / "rows.arrow", **how)


def test_rows_come_as_the_shards_have_them(tmp_path):
    rows = [row(f"i/{n}", image="d/p.png" if n % 3 else None, code=n % 4 == 0) for n in range(9)]
    data = shards(tmp_path, rows)
    assert len(data) == 9
    for copy in (data, pickle.loads(pickle.dumps(data))):  # a worker has the one or the other
        for position, given in enumerate(rows):
            got = copy[Key(position, 0)]
            assert got["source"] in given["sources"]
            assert {name: got[name] for name in ("instance_id", "target", "target_is_code", "image")} == {
                name: given[name] for name in ("instance_id", "target", "target_is_code", "image")
            }
    assert data.target_lengths.tolist() == [1 + len(r["target"]) for r in rows]
    assert data.kinds.tolist() == [(r["image"] is not None) + 2 * r["target_is_code"] for r in rows]


def test_each_epoch_draws_one_of_the_first_instructions_by_key(tmp_path):
    rows = [row(f"i/{n}", sources=1 if n == 0 else 5) for n in range(4)]
    data = shards(tmp_path, rows, seed=3, instructions=3)
    drawn = Counter()
    for epoch in range(200):
        lengths = data.source_lengths(epoch)
        for position, given in enumerate(rows):
            source = data[Key(position, epoch)]["source"]
            assert source == data[Key(position, epoch)]["source"]
            drawn[position, given["sources"].index(source)] += 1
            assert lengths[position] == 2 + len(source)
    assert drawn.keys() == {(0, 0)} | {(position, k) for position in (1, 2, 3) for k in range(3)}
    assert min(drawn.values()) > 40


def test_the_tasks_name_stands_in_the_instructions_place(tmp_path):
    rows = [row(f"i/{n}") for n in range(3)]
    data = shards(tmp_path, rows, prompts="name")
    assert [data[Key(n, 5)]["source"] for n in range(3)] == [r["name_source"] for r in rows]
    assert data.source_lengths(5).tolist() == [2 + len(r["name_source"]) for r in rows]
    with pytest.raises(BadData, match="no prompt with the task's name") as error:
        shards(tmp_path, [row("i/0"), row("i/1") | {"name_source": None}], prompts="name")
    assert error.value.record == "i/1"


def test_memory_holds_no_rows(tmp_path):
    rows = [row(f"i/{n}") | {"target": [5] * 1000} for n in range(1000)]
    held = pa.total_allocated_bytes()
    data = shards(tmp_path, rows)
    assert (tmp_path / "rows.arrow").stat().st_size > 4e6
    assert data[Key(999, 0)]["instance_id"] == "i/999"
    assert pa.total_allocated_bytes() - held < 1e5


@pytest.mark.parametrize("column", ["sources", "name_source", "target"])
def test_a_vocabulary_that_does_not_match_is_found_before_training(tmp_path, column):
    rows = [row(f"i/{n}") for n in range(6)]
    ids = [7, VOCABULARY.size]
    rows[4][column] = [[8], ids] if column == "sources" else ids
    with pytest.raises(BadData, match=f"{column} has the token id {VOCABULARY.size}, the model has") as error:
        shards(tmp_path, rows)
    assert (error.value.file, error.value.record) == (tmp_path / "b.parquet", "i/4")


def test_a_shard_that_is_missing_or_of_another_version_is_named(tmp_path):
    with pytest.raises(BadData, match="no table of shards") as error:
        unpack([tmp_path / "none.parquet"], tmp_path / "rows.arrow", vocabulary=VOCABULARY.size)
    assert error.value.file == tmp_path / "none.parquet"
    old = schemas.SHARDS.with_metadata({**schemas.SHARDS.metadata, b"version": b"1"})
    schemas.write([row("i/0")], old, tmp_path / "old.parquet")
    with pytest.raises(BadData, match="version is 1, expected") as error:
        unpack([tmp_path / "old.parquet"], tmp_path / "rows.arrow", vocabulary=VOCABULARY.size)
    assert error.value.file == tmp_path / "old.parquet"
    assert not (tmp_path / "rows.arrow").exists()


def test_what_does_not_count_leaves_no_labels(tmp_path):
    data = shards(tmp_path, [row(f"i/{n}") for n in range(2)])
    batch = collate([data[Key(0, 0)], data[Key(1, 0, counts=False)]], Pictures({}, 32))
    first = data[Key(0, 0)]
    assert batch["instance_ids"] == ["i/0"]
    assert batch["labels"][1].tolist() == [-100] * batch["labels"].shape[1]
    assert batch["tokens"] == len(first["source"]) + 2 + len(first["target"]) + 1
    assert "pixel_values" not in batch  # text costs no image encoder

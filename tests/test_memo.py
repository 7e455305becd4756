"""The memo gives back what was stored, whole, or nothing."""

import os

import pytest

from workflow_scripts.memo import Memo


@pytest.fixture
def memo(tmp_path) -> Memo:
    return Memo(tmp_path / "memo")


@pytest.fixture
def outputs(tmp_path):
    paths = [tmp_path / "results" / name for name in ("a.txt", "b.txt")]
    paths[0].parent.mkdir()
    for path in paths:
        path.write_text(f"content of {path.name}")
    return paths


KEY = Memo.key("derive", "code", {"seed": 0}, {"records": ["r.parquet 12ab"]})


def test_hit_puts_every_output_back(memo, outputs):
    memo.store(KEY, outputs)
    for path in outputs:
        path.unlink()
    assert memo.fetch(KEY, outputs)
    assert [p.read_text() for p in outputs] == ["content of a.txt", "content of b.txt"]
    assert sorted(p.name for p in outputs[0].parent.iterdir()) == ["a.txt", "b.txt"]


def test_miss(memo, outputs):
    assert not memo.fetch(KEY, outputs)
    assert not Memo(None).fetch(KEY, outputs)
    Memo(None).store(KEY, outputs)


@pytest.mark.parametrize(
    "other",
    [
        ("expand", "code", {"seed": 0}, {"records": ["r.parquet 12ab"]}),
        ("derive", "edited", {"seed": 0}, {"records": ["r.parquet 12ab"]}),
        ("derive", "code", {"seed": 1}, {"records": ["r.parquet 12ab"]}),
        ("derive", "code", {"seed": 0}, {"records": ["r.parquet 34cd"]}),
    ],
)
def test_key_depends_on_all_that_the_result_depends_on(other):
    assert Memo.key(*other) != KEY


DAMAGES = [
    lambda entry: (entry / "1").write_text("content of b.TXT"),
    lambda entry: (entry / "0").unlink(),
    lambda entry: (entry / "entry.json").write_text('{"sha256": ["'),
    lambda entry: (entry / "entry.json").write_text("[]"),
    lambda entry: (entry / "entry.json").write_text('{"sha256": []}'),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_entry_is_removed_and_can_be_made_again(memo, outputs, damage, capsys):
    memo.store(KEY, outputs)
    [(_, _, entry)] = memo.entries()
    damage(entry)
    assert not memo.fetch(KEY, outputs)
    assert "is damaged" in "".join(capsys.readouterr())
    assert memo.entries() == []
    memo.store(KEY, outputs)
    assert memo.fetch(KEY, outputs)


def test_entry_made_by_someone_else_in_the_meantime_is_kept(memo, outputs, tmp_path):
    memo.store(KEY, outputs)
    memo.store(KEY, outputs)
    assert len(memo.entries()) == 1
    assert [p.name for p in (tmp_path / "memo").iterdir() if p.name.startswith(".")] == []


def test_prune_removes_what_was_used_longest_ago(memo, outputs):
    for number in range(3):
        memo.store(f"{number:016x}", outputs)
        os.utime(memo._entry(f"{number:016x}") / "entry.json", (number, number))
    assert memo.fetch(f"{0:016x}", outputs)  # used now
    size = memo.entries()[0][1]
    assert memo.prune(3 * size) == 0
    assert memo.prune(2 * size) == 1
    assert not memo.fetch(f"{1:016x}", outputs)
    assert memo.fetch(f"{0:016x}", outputs)
    assert memo.prune(0) == 2
    assert memo.entries() == []

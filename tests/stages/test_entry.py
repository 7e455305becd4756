"""How a stage starts: from a command line, through the memo, with errors for people."""

import sys

import pytest

from workflow_scripts import schemas
from workflow_scripts.memo import VARIABLE
from workflow_scripts.provenance import stage_digest
from workflow_scripts.stages import derive, download, entry, expand


@pytest.fixture
def start(monkeypatch, tmp_path, capsys):
    """Runs a stage as a rule does; returns what it said."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "memo"))

    def run(module, **arguments) -> str:
        words = [f"--{name.replace('_', '-')}={value}" for name, value in arguments.items()]
        monkeypatch.setattr(sys, "argv", [module.__name__, *words])
        entry.run_stage(module.main)
        return "".join(capsys.readouterr())

    return run


def derivation(world, out, **changes) -> dict:
    settings = {"task": "counting", "seed": 0, "max_instances": 5, "max_per_picture": 4, "scale": 1.0}
    return settings | {"records": world.records("tdiuc", "train"), "out": out} | changes


def test_second_run_comes_from_the_memo_with_the_same_bytes(start, world, tmp_path):
    out = tmp_path / "out.parquet"
    assert "derive: 5 instances of counting" in start(derive, **derivation(world, out))
    first = out.read_bytes()
    out.unlink()
    assert "derive: taken from the memo" in start(derive, **derivation(world, out))
    assert out.read_bytes() == first


@pytest.mark.parametrize("changes", [{"seed": 1}, {"max_instances": 4}, {"task": "color_recognition"}])
def test_other_settings_are_another_entry(start, world, tmp_path, changes):
    out = tmp_path / "out.parquet"
    start(derive, **derivation(world, out))
    assert "memo" not in start(derive, **derivation(world, out, **changes))


def test_changed_code_is_another_entry(start, world, tmp_path, monkeypatch):
    out = tmp_path / "out.parquet"
    start(derive, **derivation(world, out))
    assert stage_digest("derive", task="counting") != "edited"
    monkeypatch.setattr(entry, "stage_digest", lambda *args, **kwargs: "edited")
    assert "memo" not in start(derive, **derivation(world, out))


def test_input_made_by_other_code_with_the_same_rows_is_the_same_input(start, world, tmp_path):
    """The early cut-off: provenance of an input is no part of the key."""
    made, out = tmp_path / "instances.parquet", tmp_path / "out.parquet"
    start(derive, **derivation(world, made))
    expansion = {"scale": 1.0, "max_instances": 9, "templates": "Count. <TEXT> <OPTION>", "instances": made, "out": out}
    start(expand, **expansion)
    rows = list(schemas.read(made, schemas.INSTANCES))
    schemas.write(rows, schemas.INSTANCES, made, provenance={"made by": "other code"})
    assert "memo" in start(expand, **expansion)
    schemas.write(rows[:-1], schemas.INSTANCES, made)
    assert "memo" not in start(expand, **expansion)


@pytest.mark.parametrize("content", [None, b"PAR1 cut"])
def test_bad_input_ends_with_a_message_and_no_traceback(start, world, tmp_path, capsys, content):
    records = tmp_path / "r.parquet"
    if content is not None:
        records.write_bytes(content)
    with pytest.raises(SystemExit) as caught:
        start(derive, **derivation(world, tmp_path / "out.parquet", records=records))
    assert caught.value.code == 1
    said = "".join(capsys.readouterr())
    assert said.count(str(records)) >= 1
    assert "derive: Bad" in said
    assert "to do:" in said
    assert not (tmp_path / "out.parquet").exists()


def test_unknown_argument_is_refused(start, world, tmp_path):
    with pytest.raises(SystemExit) as caught:
        start(derive, **derivation(world, tmp_path / "out.parquet"), sed=1)
    assert caught.value.code == 2


def test_download_twice_is_the_same_and_takes_changed_archives(world, tmp_path):
    """A mirror that is a folder may have been drawn anew: what was fetched from it before is not believed."""
    mirror, out = tmp_path / "mirror/tdiuc/TDIUC.zip", tmp_path / "raw/manifest.json"
    mirror.parent.mkdir(parents=True)
    mirror.write_bytes((world.folder / "mirror/tdiuc/TDIUC.zip").read_bytes())
    options = {"dataset": "tdiuc", "native_splits": ["train2014"], "archives": tmp_path / "kept", "out": out}
    said = [download.main(**options, mirror=str(tmp_path / "mirror")) for _ in range(2)]
    assert said == ["tdiuc: 1 archives, 4 files"] * 2
    manifest = out.read_bytes()
    (out.parent / "left_over.json").write_text("{}")
    mirror.write_bytes((world.folder / "mirror/nlvr/nlvr-master.zip").read_bytes())
    download.main(**options, mirror=str(tmp_path / "mirror"))
    assert out.read_bytes() != manifest
    assert not (out.parent / "left_over.json").exists()

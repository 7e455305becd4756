import hashlib
import json

import pytest

from workflow_scripts.errors import BadData
from workflow_scripts.raw.files import Member
from workflow_scripts.raw.manifest import Manifest

A, B = Member("a.zip", 1, "aa"), Member("b.zip", 2, "bb")
GOOD = {
    "format": 1,
    "dataset": "gqa",
    "root": "/data/gqa",
    "archives": [{"name": "a.zip", "bytes": 1, "sha256": "aa"}],
    "files": [],
}


def test_round_trip_and_stable_bytes(tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x/y.json").write_text("{}")
    listed = Member.of(tmp_path / "x/y.json", below=tmp_path)
    assert listed == Member("x/y.json", 2, hashlib.sha256(b"{}").hexdigest())
    Manifest("gqa", archives=(B, A), files=(listed,)).write(tmp_path / "one")
    Manifest("gqa", archives=(A, B), files=(listed,)).write(tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert Manifest.read(tmp_path / "one") == Manifest("gqa", archives=(A, B), files=(listed,))


def test_the_file(tmp_path):
    Manifest("gqa", archives=(A,), root="/data/gqa").write(tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text()) == GOOD


@pytest.mark.parametrize(
    ("content", "message", "record"),
    [
        ("{", "not a manifest: Expecting property name", None),
        ("[]", "format is 'list', 1 is expected", "field format"),
        (json.dumps(GOOD | {"format": 2}), "format is 2, 1 is expected", "field format"),
        (json.dumps(GOOD | {"dataset": 3}), "is 3, expected str", "field dataset"),
        (json.dumps(GOOD | {"files": [{"path": "p", "bytes": 1}]}), "missing in {'path': 'p', 'by", "field sha256"),
        (json.dumps(GOOD | {"root": None}), "is None, expected str", "field root"),
        (json.dumps(GOOD | {"archives": ["a"]}), "missing in a", "field name"),
    ],
)
def test_wrong_files(tmp_path, content, message, record):
    (tmp_path / "m.json").write_text(content)
    with pytest.raises(BadData, match=message) as caught:
        Manifest.read(tmp_path / "m.json")
    assert (caught.value.file, caught.value.record) == (tmp_path / "m.json", record)


def test_missing(tmp_path):
    with pytest.raises(BadData, match="the manifest is missing"):
        Manifest.read(tmp_path / "m.json")

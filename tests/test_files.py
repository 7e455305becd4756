"""Files appear whole or not at all."""

import hashlib

import pytest

from workflow_scripts.errors import BadData
from workflow_scripts.files import replacing, sha256, write_text


def test_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "new" / "a.txt"
    with replacing(path) as part:
        part.write_text("whole")
        assert not path.exists()
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


def test_failing_block_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def write_half() -> None:
        with replacing(path) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_sha256(tmp_path):
    write_text(tmp_path / "a", "é")
    assert sha256(tmp_path / "a") == hashlib.sha256("é".encode()).hexdigest()


def test_errors_say_where_and_what_to_do():
    error = BadData("a field is wrong", file="x.json", record="line 3", fix="mend it")
    assert str(error) == "a field is wrong\n  file:   x.json\n  record: line 3\n  to do:  mend it"
    assert str(BadData("a field is wrong")) == "a field is wrong"

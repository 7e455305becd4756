"""Pickles of raw datasets: plain values of either Python come through, all else is refused before it is built."""

import collections
import datetime
import json
import os
import pickle
import re
import struct

import msgspec
import pytest

from workflow_scripts.datasets import pickles
from workflow_scripts.datasets.base import Source
from workflow_scripts.datasets.json_files import Unfit
from workflow_scripts.errors import BadData


class Row(msgspec.Struct):
    name: str
    numbers: list[float] = []


class Runs:
    def __reduce__(self):
        return os.system, ("false",)


ROWS = [{"name": "é", "numbers": [1, -2, 3.5, 1 << 40, 1 << 80], "other": (None, True, {"a": ()})}, {"name": "é"}]
PYTHON_2 = b"(lp0\n(dp1\nS'name'\np2\nS'caf\\xe9 \"x\"'\np3\nsS'numbers'\np4\n(lp5\nI1\naL2L\naF0.5\nasa."
PYTHON_2_BINARY = b"\x80\x02]q\x00}q\x01U\x04nameq\x02U\x05caf\xe9sq\x03sa."


def elements(path, content: bytes) -> list:
    path.write_bytes(content)
    return list(pickles.elements(path, Row))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_values_in_every_protocol(tmp_path, protocol):
    found = elements(tmp_path / "x.p", pickle.dumps(ROWS, protocol=protocol))
    assert found == [("[0]", Row("é", [1, -2, 3.5, 2.0**40, 2.0**80])), ("[1]", Row("é"))]


@pytest.mark.parametrize(
    ("content", "row"),
    [(PYTHON_2, Row('café "x"', [1, 2, 0.5])), (PYTHON_2_BINARY, Row("cafés"))],
)
def test_strings_of_python_2(tmp_path, content, row):
    assert elements(tmp_path / "x.p", content) == [("[0]", row)]


def test_an_element_of_another_shape_is_unfit(tmp_path):
    [(_, bad), (at, good)] = elements(tmp_path / "x.p", pickle.dumps([{"name": 3}, {"name": "x"}]))
    assert bad == Unfit("[0]", {"name": 3}, "Expected `str`, got `int` - at `$.name`")
    assert (at, good) == ("[1]", Row("x"))


def test_what_an_unfit_element_calls_itself_is_short(tmp_path):
    nested = ["x"]
    for _ in range(9):
        nested = [nested] * 10  # as text, gigabytes
    found = elements(tmp_path / "x.p", pickle.dumps([{"ref_id": nested}, {7: "x"}, {"id": 10**5000}]))
    source = Source("refcoco", {}, {"train": "train"})
    source.refuse([unfit for _, unfit in found], "refs.p")
    source.quarantine["train"].write(tmp_path / "bad.jsonl")
    names = [json.loads(line)["record"] for line in (tmp_path / "bad.jsonl").open()]
    assert names == ["ref_id list", "without an id", "id int"]


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (b"cos\nsystem\n(S'false'\ntR.", "it names os.system"),
        (b"(S'false'\nios\nsystem\n.", "it names os.system"),
        (pickle.dumps([Runs()], protocol=2), "it names posix.system"),
        (pickle.dumps([Runs()], protocol=4), "it names posix.system"),
        (pickle.dumps([datetime.date(2014, 1, 1)], protocol=2), "it names datetime.date"),
        (pickle.dumps([collections.OrderedDict()], protocol=0), "it names collections.OrderedDict"),
        (b"Psomewhere\n.", "it names 'somewhere', which lies outside of it"),
        (b"\x80\x02]q\x00Q.", "it names list, which lies outside of it"),
        (b"\x80\x02\x82\x01.", "it holds the operation EXT1"),
        (b"\x80\x02)b.", "it holds the operation BUILD"),
        (b"\x80\x05" + b"\x96" + struct.pack("<Q", 3) + b"abc.", "it holds the operation BYTEARRAY8"),
        (pickle.dumps([{1, 2}], protocol=4), "it holds the operation EMPTY_SET"),
        (b"\x80\x02)R.", "it holds the operation REDUCE"),
        (b"\x80\x02)\x81.", "it holds the operation NEWOBJ"),
    ],
)
def test_refused_by_name(tmp_path, content, refused):
    with pytest.raises(BadData, match="the pickle is not trusted: ") as caught:
        elements(tmp_path / "x.p", content)
    assert refused in caught.value.problem
    assert caught.value.file == tmp_path / "x.p"
    assert re.fullmatch(rf"before byte \d+ of {len(content)}", caught.value.record)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the pickle ends early"),
        (pickle.dumps(ROWS, protocol=2)[:-3], "the pickle ends early"),
        (pickle.dumps(ROWS, protocol=4)[:-3], "the pickle ends early"),
        (b"<!DOCTYPE html>", "not a pickle: there is no operation 60"),
        (b"\x80\x02X\xff\xff\xff\x7fabc.", "the pickle ends early"),
        (b"I" + b"9" * 10_000 + b"\n.", "not a pickle"),
        (b"\x80\x02a.", "not a pickle"),
        (b"\x80\x02}.", "the pickle holds dict, a list was expected"),
    ],
)
def test_damaged(tmp_path, content, problem):
    with pytest.raises(BadData, match=problem) as caught:
        elements(tmp_path / "x.p", content)
    assert caught.value.file == tmp_path / "x.p"


def test_a_number_of_the_memo_takes_no_memory(tmp_path):
    assert elements(tmp_path / "x.p", b"]r\xff\xff\xff\xff.") == []


def test_larger_than_any(tmp_path, monkeypatch):
    monkeypatch.setattr(pickles, "MAX_BYTES", 10)
    with pytest.raises(BadData, match=r"a pickle of \d+ bytes, at most 10 are read"):
        elements(tmp_path / "x.p", pickle.dumps(ROWS))


def test_missing(tmp_path):
    with pytest.raises(BadData, match="annotation file is missing"):
        list(pickles.elements(tmp_path / "x.p", Row))

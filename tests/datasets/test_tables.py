"""Tables by column name: quoted fields of several lines, rows of another length, and what is no such table."""

import pytest

from workflow_scripts.datasets.json_files import Unfit
from workflow_scripts.datasets.tables import rows
from workflow_scripts.errors import BadData


def table(tmp_path, content: bytes):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    return path


def test_columns_by_name_with_quotes_and_newlines(tmp_path):
    path = table(tmp_path, '\ufeffa,b,c\r\n1,"x ""y"",\nz",3\r\n\r\n4,ü,6'.encode())
    assert list(rows(path, ("c", "b"))) == [
        ("row 2", {"c": "3", "b": 'x "y",\nz'}),
        ("row 4", {"c": "6", "b": "ü"}),
    ]


def test_quotes_mean_nothing_between_tabs(tmp_path):
    path = table(tmp_path, b'a\tb\n"1\t2"\n')
    assert list(rows(path, ("a", "b"), delimiter="\t")) == [("row 2", {"a": '"1', "b": '2"'})]


def test_row_of_another_length(tmp_path):
    path = table(tmp_path, b"id,b\n7,8,9\n")
    assert list(rows(path, ("id",))) == [("row 2", Unfit("row 2", {"id": "7", "b": "8"}, "3 fields, the header has 2"))]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no column a, b; there are none"),
        (b"b,c\n1,2\n", "no column a; there are b, c"),
        (b"a,b\n1,\xff\n", "not UTF-8"),
        (b'a,b\n1,"2\n', "malformed table"),
        (b'a,b\n1,"2" 3\n', "malformed table"),
    ],
)
def test_what_is_no_such_table(tmp_path, content, problem):
    path = table(tmp_path, content)
    with pytest.raises(BadData, match=problem) as caught:
        list(rows(path, ("a", "b")))
    assert caught.value.file == path

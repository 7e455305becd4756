"""Delimited text tables (CSV, TSV) of raw datasets: rows by column name, quoted fields of several lines included."""

import csv
from collections.abc import Iterator
from pathlib import Path

from workflow_scripts.datasets.json_files import Unfit
from workflow_scripts.errors import BadData

MAX_FIELD = 1 << 24  # characters; whole articles stand in one field
_FIX = "the file is cut short, damaged or of another release: fetch the dataset anew"


def rows(path: Path, columns: tuple[str, ...], *, delimiter: str = ",") -> Iterator[tuple[str, dict[str, str] | Unfit]]:
    """(position, {column: text}) of every row below the header; a row of another length is Unfit.

    Raises BadData if the file or a column is missing, or if it is not UTF-8.
    """
    csv.field_size_limit(MAX_FIELD)
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            table = csv.reader(file, delimiter=delimiter, strict=True, quoting=quoting)
            header = next(table, [])
            if absent := [name for name in columns if name not in header]:
                problem = f"no column {', '.join(absent)}; there are {', '.join(header) or 'none'}"
                raise BadData(problem, file=path, record="row 1", fix=_FIX)
            places = {name: header.index(name) for name in columns}
            for number, row in enumerate(table, start=2):
                at = f"row {number}"
                if len(row) == len(header):
                    yield at, {name: row[place] for name, place in places.items()}
                elif row:
                    yield at, Unfit(at, dict(zip(header, row)), f"{len(row)} fields, the header has {len(header)}")
    except FileNotFoundError:
        raise BadData("annotation file is missing", file=path, fix=_FIX) from None
    except UnicodeDecodeError as error:
        raise BadData(f"not UTF-8 at byte {error.start}", file=path, fix=_FIX) from error
    except csv.Error as error:
        raise BadData(f"malformed table: {error}", file=path, record=f"line {table.line_num}", fix=_FIX) from error

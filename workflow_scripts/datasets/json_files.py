"""JSON files of raw datasets, streamed; a broken one is an error that names file and position."""

import json
from collections.abc import Iterator
from pathlib import Path

import ijson

from workflow_scripts.errors import BadData

_FIX = "the file is cut short or damaged: delete the dataset's raw folder and run snakemake again to fetch it anew"


def stream(path: Path, prefix: str) -> Iterator:
    """Values below a prefix of a JSON file, one at a time: "item" are a list's elements, "images.item" those of images.

    Raises BadData with file and position if the JSON ends early or is malformed, and if nothing has the prefix's key.
    """
    try:
        with open(path, "rb") as file:
            value = None
            for value in ijson.items(file, prefix, use_float=True):
                yield value
            if value is None:
                _check_list(path, prefix.removesuffix("item").removesuffix("."))
    except FileNotFoundError:
        raise BadData("annotation file is missing", file=path, fix=_FIX) from None
    except ijson.JSONError as error:
        raise BadData(_diagnosis(path, error), file=path, fix=_FIX) from error


def _check_list(path: Path, key: str) -> None:
    """Raises BadData unless the file holds a list (which may be empty) under this key; "": is one itself."""
    with open(path, "rb") as file:
        if (key, "start_array") in ((at, event) for at, event, _ in ijson.parse(file)):
            return
    problem = f"the file holds no list {key!r}" if key else "the file is no list"
    raise BadData(problem, file=path, fix="another release, or another file of that name: fetch the dataset anew")


def document(path: Path) -> dict:
    """A whole JSON file of moderate size. Raises BadData with file and position as `stream` does."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise BadData("annotation file is missing", file=path, fix=_FIX) from None
    except ValueError as error:
        raise BadData(_diagnosis(path, error), file=path, fix=_FIX) from error


def _diagnosis(path: Path, error: Exception) -> str:
    """Where the JSON breaks; ijson does not say, Python's own parser does."""
    try:
        json.loads(path.read_bytes())
    except json.JSONDecodeError as exact:
        at_end = exact.pos >= len(exact.doc.rstrip()) - 1 or exact.msg.startswith("Unterminated")
        kind = "JSON ends early" if at_end else "malformed JSON"
        return f"{kind}: {exact.msg} at line {exact.lineno}, column {exact.colno} (character {exact.pos})"
    except UnicodeDecodeError as exact:
        return f"not UTF-8 at byte {exact.start}"
    return f"malformed JSON: {error}"


def lines(path: Path) -> Iterator[tuple[int, dict]]:
    """(line number from 1, value) of every line of a JSON-lines file. Raises BadData with file, line and column."""
    try:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, json.loads(line)
    except FileNotFoundError:
        raise BadData("annotation file is missing", file=path, fix=_FIX) from None
    except json.JSONDecodeError as error:
        problem = f"malformed JSON: {error.msg} at column {error.colno}"
        raise BadData(problem, file=path, record=f"line {number}", fix=_FIX) from error
    except UnicodeDecodeError as error:
        raise BadData(_diagnosis(path, error), file=path, fix=_FIX) from error

"""Pickled lists of raw datasets, opened without trusting them.

A pickle is a program for a small machine. Here the machine knows only how to make plain containers, strings and
numbers: it imports nothing, calls nothing, and makes nothing that is larger than what the file holds.
"""

import io
import pickle
import pickletools
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from workflow_scripts.datasets.json_files import WHOLE, Unfit, fit, position
from workflow_scripts.errors import BadData

T = TypeVar("T")

MAX_BYTES = 1 << 28  # several times the largest; its values take some five times as much memory
_FIX = "the file is cut short, damaged or not the published one: fetch the dataset anew"
_PLAIN = {
    *("PROTO", "FRAME", "STOP", "MARK", "POP", "POP_MARK", "DUP"),
    *("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "GET", "BINGET", "LONG_BINGET"),
    *("NONE", "NEWTRUE", "NEWFALSE", "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4"),
    *("FLOAT", "BINFLOAT", "STRING", "BINSTRING", "SHORT_BINSTRING"),
    *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    *("EMPTY_LIST", "LIST", "APPEND", "APPENDS", "EMPTY_DICT", "DICT", "SETITEM", "SETITEMS"),
    *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"),
}
_NAMING = {"GLOBAL", "STACK_GLOBAL", "INST", "PERSID", "BINPERSID"}  # known only to be refused by what they name


def elements(path: Path, shape: type[T]) -> Iterator[tuple[str, T | Unfit]]:
    """(position, element) of a pickled list, in its order; strings of Python 2 are taken as Latin-1.

    A list of objects cannot be read in parts: all of it is held. Raises BadData with the position if the pickle does
    more than make plain values, is damaged, or is no list.
    """
    for index, value in enumerate(_list(path)):
        at = position(WHOLE, index)
        yield at, fit(at, value, shape)


def _list(path: Path) -> list:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BadData(f"a pickle of {size} bytes, at most {MAX_BYTES} are read", file=path, fix=_FIX)
        file = io.BytesIO(path.read_bytes())
    except FileNotFoundError:
        raise BadData("annotation file is missing", file=path, fix=_FIX) from None
    try:
        value = _PlainUnpickler(file, encoding="latin1").load()
    except Exception as error:  # of any kind: a damaged pickle ends in ValueError, KeyError, IndexError and others
        if isinstance(error, _Refused):
            problem = f"the pickle is not trusted: {error}"
        elif isinstance(error, EOFError):
            problem = "the pickle ends early"
        else:
            problem = f"not a pickle: {error}"
        raise BadData(problem, file=path, record=f"before byte {file.tell()} of {size}", fix=_FIX) from error
    if not isinstance(value, list):
        raise BadData(f"the pickle holds {type(value).__name__}, a list was expected", file=path, fix=_FIX)
    return value


class _Refused(Exception):
    """What plain lists, dicts, strings and numbers have no need of."""


class _Operations(dict):
    def __missing__(self, code: int) -> None:
        known = pickletools.code2op.get(chr(code))
        raise _Refused(f"it holds the operation {known.name}") if known else ValueError(f"there is no operation {code}")


class _PlainUnpickler(pickle._Unpickler):
    """The library's in Python: the one in C fills its memo up to whatever number the file names."""

    dispatch = _Operations(
        {
            code: handler
            for code, handler in pickle._Unpickler.dispatch.items()
            if pickletools.code2op[chr(code)].name in _PLAIN | _NAMING
        }
    )

    def find_class(self, module: str, name: str) -> None:
        raise _Refused(f"it names {module}.{name}")

    def persistent_load(self, pid: object) -> None:
        named = repr(pid[:80]) if isinstance(pid, str) else type(pid).__name__  # nested values may be endless as text
        raise _Refused(f"it names {named}, which lies outside of it")

"""Codes of pictures that were encoded before, kept by content beside the memo.

One SQLite file for all tasks, runs and working copies: it takes writers one after another and survives a killed one.
Each row carries a digest; what does not match it is made again. Where the file cannot be used (locked for long, on a
file system without locks), work goes on without.
"""

import contextlib
import hashlib
import os
import sqlite3
import struct
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from workflow_scripts.memo import CODES
from workflow_scripts.progress import say

WAIT_S = 60.0  # for other writers
_TABLE = "CREATE TABLE IF NOT EXISTS codes (key TEXT PRIMARY KEY, codes BLOB NOT NULL, digest BLOB NOT NULL)"


class CodeCache:
    """Key -> codes; a folder of None remembers nothing."""

    def __init__(self, folder: Path | None):
        self._file = None if folder is None else folder / CODES

    def get(self, keys: Iterable[str]) -> dict[str, list[int]]:
        """The codes of those keys that are there and whole."""
        found = {}

        def look(database: sqlite3.Connection) -> None:
            for key in keys:
                row = database.execute("SELECT codes, digest FROM codes WHERE key = ?", (key,)).fetchone()
                if row is not None and row[1] == _digest(key, row[0]):
                    found[key] = list(struct.unpack(f"<{len(row[0]) // 2}H", row[0]))

        self._with_database(look)
        return found

    def put(self, codes: Mapping[str, list[int]]) -> None:
        """Keep these, all or none."""
        packed = {key: struct.pack(f"<{len(several)}H", *several) for key, several in codes.items()}
        rows = [(key, blob, _digest(key, blob)) for key, blob in packed.items()]

        def write(database: sqlite3.Connection) -> None:
            with database:
                database.executemany("INSERT OR REPLACE INTO codes VALUES (?, ?, ?)", rows)

        self._with_database(write)

    def _with_database(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do the work if the file can be used; if not, say so."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(sqlite3.connect(self._file, timeout=WAIT_S)) as database:
                database.execute(_TABLE)
                work(database)
        except (sqlite3.OperationalError, OSError) as error:
            say(f"codes: {self._file} cannot be used ({error}); going on without")
            self._file = None
        except sqlite3.DatabaseError as error:
            say(f"codes: {self._file} is damaged ({error}); it is put aside, codes are made again")
            with contextlib.suppress(FileNotFoundError):  # another process did so
                os.replace(self._file, f"{self._file}.damaged")


def _digest(key: str, codes: bytes) -> bytes:
    return hashlib.sha256(key.encode() + codes).digest()

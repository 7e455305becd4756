"""Zip and tar archives and JSON files whose bytes depend on nothing but what they hold."""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from workflow_scripts.files import replacing, write_text

_TIMESTAMP = (2014, 1, 1, 0, 0, 0)
_PERMISSIONS = 0o100644 << 16
_ALREADY_COMPRESSED = {".jpg", ".jpeg", ".png", ".zip", ".gz"}
_UNIX = 3


def write_zip(path: Path, members: Iterable[tuple[str, bytes]]) -> None:
    """Write (name, content) members, sorted by name, as a zip at `path`; it appears whole or not at all.

    Pictures and archives are stored as they are, everything else is deflated.
    """
    with replacing(path) as partial, zipfile.ZipFile(partial, "w") as archive:
        for name, content in sorted(members):
            archive.writestr(_entry(name), content)


def write_tar(path: Path, members: Iterable[tuple[str, bytes]]) -> None:
    """Write (name, content) members, sorted by name, as a tar at `path`, gzipped if its name says so."""
    gzipped = path.name.endswith((".gz", ".tgz"))
    with (
        replacing(path) as partial,
        open(partial, "wb") as out,
        gzip.GzipFile("", "wb", 6, out, mtime=0) if gzipped else out as stream,
        tarfile.open(fileobj=stream, mode="w") as archive,
    ):
        for name, content in sorted(members):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def json_bytes(value: object) -> bytes:
    """JSON as the official archives hold it: UTF-8, one line, keys in the order given."""
    return json.dumps(value, ensure_ascii=False).encode()


def json_lines(values: Iterable[object]) -> bytes:
    """JSON Lines: ASCII, one value a line."""
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def write_json(path: Path, value: object) -> None:
    """Write `json_bytes` as a file of its own."""
    write_text(path, json_bytes(value).decode())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIMESTAMP)
    entry.external_attr = _PERMISSIONS
    entry.create_system = _UNIX
    stored = Path(name).suffix.lower() in _ALREADY_COMPRESSED
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    return entry

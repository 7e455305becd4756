"""Unpack an archive from outside: nothing leaves the folder, nothing grows without bound, all files appear or none."""

import errno
import gzip
import hashlib
import os
import re
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from workflow_scripts.errors import BadData
from workflow_scripts.raw.files import Member
from workflow_scripts.raw.meter import Meter

CHUNK = 1 << 20
MAX_BYTES = 1 << 38  # 256 GiB, above every dataset's largest archive
MAX_RATIO = 200  # unpacked over packed; annotation JSON reaches about 30
HARMLESS = 16 << 20  # bytes below which the ratio does not matter
MAX_TEXT = 1 << 20  # bytes of a long name or of extended attributes in a tar

_CORRUPT = (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError)
BY_HAND = "unpack it by hand and let the config name the folder: raw: {<dataset>: /its/folder}"
_TEXTS = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A member as the archive announces it."""

    name: str
    bytes: int
    at: int  # where it begins: byte of a zip, of the unpacked stream of a tar
    folder: bool
    refused: str | None  # what it is, if it is not a folder or a plain file that can be read
    open: Callable[[], IO[bytes]]
    fix: str | None = None  # what to do about a refused one


def archive_kind(path: Path) -> str | None:
    """'zip', 'tar.gz' or 'tar', told by content; None for anything else."""
    with open(path, "rb") as file:
        head = file.read(tarfile.BLOCKSIZE)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\x1f\x8b"):
        return "tar.gz"
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return None
    return "tar"


def unpack(
    archive: Path,
    into: Path,
    *,
    strip: int = 0,
    keep: tuple[str, ...] = (),
    max_bytes: int = MAX_BYTES,
    max_ratio: float = MAX_RATIO,
) -> list[Member]:
    """Unpack a zip, tar or tar.gz into the folder `into`, which may hold other files; returns the files by path.

    strip: leading path components dropped; keep: then only paths that start with one of these (empty: all).
    Files of the same name are replaced, one by one and only after the whole archive was read without fault, so it is
    safe to repeat. Raises BadData on a corrupt archive and on members that no honest archive has.
    """
    making = into.parent / f".{into.name}.{archive.name}.unpacking"  # same for each run: a killed one is cleared away
    shutil.rmtree(making, ignore_errors=True)
    try:
        members = _unpack_beside(archive, making, strip, keep, max_bytes, max_ratio)
        for member in members:
            target = into / member.path
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(making / member.path, target)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return members


def _unpack_beside(
    archive: Path, making: Path, strip: int, keep: tuple[str, ...], max_bytes: int, max_ratio: float
) -> list[Member]:
    kind, size = archive_kind(archive), archive.stat().st_size
    members, total, entry = [], 0, None
    with open(archive, "rb") as file, Meter(f"unpack {archive.name}", total=size) as meter:
        try:
            for entry in _entries(archive, file, kind):
                path = _safe_path(archive, entry, strip)
                if entry.folder or not path.startswith(keep or ""):
                    continue
                if entry.refused:
                    raise BadData(f"a member is {entry.refused}", file=archive, record=entry.name, fix=entry.fix)
                total += entry.bytes
                _check_growth(archive, entry, total, size, max_bytes, max_ratio)
                members.append(_write(archive, entry, making, path, lambda: meter.at(file.tell())))
        except (*_CORRUPT, OSError) as error:
            # A seek to where no file has anything (EINVAL) is the archive's fault, all else the disk's.
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                fix = "make room and run the same command again"
                raise BadData(f"it cannot be unpacked: {error.strerror}", file=archive, fix=fix) from error
            at = f"{entry.name} (begins at byte {entry.at}), " if entry else ""
            raise BadData(
                f"the archive is corrupt or cut short: {error}",
                file=archive,
                record=f"{at}stopped at byte {file.tell()} of {size}",
                fix="delete it and run the same command again, to fetch it anew or to be asked for it",
            ) from error
    if not members:
        wanted = f" that starts with one of {list(keep)}" if keep else ""
        raise BadData(f"the archive holds no file{wanted}", file=archive, fix="another release? look at its listing")
    return sorted(members, key=lambda member: member.path)


def _safe_path(archive: Path, entry: _Entry, strip: int) -> str:
    """The member's path below the folder, '' for a folder that stripping drops."""
    path = PurePosixPath(entry.name)
    if path.is_absolute() or ".." in path.parts or "\0" in entry.name or re.match("[A-Za-z]:", entry.name):
        raise BadData("a member's path leads out of the folder", file=archive, record=repr(entry.name))
    if len(path.parts) <= strip and not entry.folder:
        raise BadData(
            f"a member's path has {len(path.parts)} parts, {strip} are to be dropped", file=archive, record=entry.name
        )
    return "/".join(path.parts[strip:])


def _check_growth(archive: Path, entry: _Entry, total: int, size: int, max_bytes: int, max_ratio: float) -> None:
    """Refuse before anything is written: neither format hands out more bytes than it announces."""
    if total > max_bytes:
        problem = f"unpacks to {total} bytes or more, the limit is {max_bytes}"
    elif total > HARMLESS and total > max_ratio * size:
        problem = f"unpacks to {total / size:.0f} times its {size} bytes or more, the limit is {max_ratio}"
    else:
        return
    raise BadData(problem, file=archive, record=entry.name, fix="if the archive is honest, raise the limit")


def _write(archive: Path, entry: _Entry, making: Path, path: str, show: Callable[[], None]) -> Member:
    target = making / path
    digest = hashlib.sha256()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        out = open(target, "xb")  # noqa: SIM115 - entered just below
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise BadData("two members have the same path", file=archive, record=entry.name) from error
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        raise BadData(f"a member's path of {len(path)} characters is too long", file=archive, record=path) from error
    with out, entry.open() as member:
        while chunk := member.read(CHUNK):
            out.write(chunk)
            digest.update(chunk)
            show()
        if out.tell() != entry.bytes:
            raise EOFError(f"{out.tell()} bytes found, {entry.bytes} announced")
    return Member(path, entry.bytes, digest.hexdigest())


def _entries(archive: Path, file: IO[bytes], kind: str | None) -> Iterator[_Entry]:
    if kind == "zip":
        return _zip_entries(archive, file)
    if kind == "tar":
        return _tar_entries(archive, file)
    if kind == "tar.gz":
        return _tar_entries(archive, gzip.GzipFile(fileobj=file))
    head = file.read(32)
    hint = "; it looks like a web page" if head.lstrip().lower().startswith((b"<!doctype", b"<html")) else ""
    raise BadData(
        f"neither zip nor tar nor tar.gz: begins with {head!r}{hint}",
        file=archive,
        fix="delete it and run the same command again, to fetch it anew or to be asked for it",
    )


def _zip_entries(archive: Path, file: IO[bytes]) -> Iterator[_Entry]:
    if not zipfile.is_zipfile(file):
        size = file.seek(0, os.SEEK_END)
        raise zipfile.BadZipFile(f"end-of-central-directory missing, the file is {size} bytes")
    with zipfile.ZipFile(file) as members:
        for info in members.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            refused = fix = None
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                refused = "a link" if kind == stat.S_IFLNK else "a device or the like"
            elif info.flag_bits & 1:
                refused, fix = "encrypted", f"with the publisher's password, {BY_HAND}"
            elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                refused, fix = f"packed by method {info.compress_type}, which is not read here", BY_HAND
            name = info.filename if "\0" not in info.orig_filename else info.orig_filename  # the library cuts it there
            name = name.replace("\\", "/")  # Windows
            opened = lambda info=info: members.open(info)  # noqa: E731
            yield _Entry(name, info.file_size, info.header_offset, name.endswith("/"), refused, opened, fix)


def _tar_entries(archive: Path, stream: IO[bytes]) -> Iterator[_Entry]:
    """In the archive's order, reading forwards only; ends after the stream's end (and gzip's checksum) was seen."""
    with tarfile.open(fileobj=stream, mode="r:", tarinfo=_StrictInfo) as members:
        for info in iter(members.next, None):
            members.members.clear()  # else all of them stay in memory
            refused = None
            if not info.isreg() and not info.isdir():
                refused = "a link" if info.issym() or info.islnk() else "a device or the like"
            opened = lambda info=info: members.extractfile(info)  # noqa: E731
            yield _Entry(info.name, info.size, info.offset, info.isdir(), refused, opened)
        while stream.read(CHUNK):
            pass


class _StrictInfo(tarfile.TarInfo):
    """Only a block of zeros ends an archive; the library also ends it, without a word, at a header it cannot read.

    And what it reads into memory at once is bounded.
    """

    @classmethod
    def frombuf(cls, *arguments: object) -> tarfile.TarInfo:
        info = super().frombuf(*arguments)
        if info.type in _TEXTS and info.size > MAX_TEXT:
            raise tarfile.ReadError(f"a member's name or attributes take {info.size} bytes")
        return info

    @classmethod
    def fromtarfile(cls, tar: tarfile.TarFile) -> tarfile.TarInfo:
        try:
            return super().fromtarfile(tar)
        except tarfile.EOFHeaderError:
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"{error} where a member or the archive's end is expected") from error

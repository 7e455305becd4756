import hashlib
import io
import multiprocessing
import os
import random
import re
import stat
import tarfile
import warnings
import zipfile
from pathlib import Path

import pytest

from workflow_scripts.errors import BadData
from workflow_scripts.raw import meter as meter_module
from workflow_scripts.raw import unpack as unpack_module
from workflow_scripts.raw.files import Member
from workflow_scripts.raw.unpack import archive_kind, unpack

NOISE = random.Random(0).randbytes(100_000)  # does not compress
FILES = {"top/a.json": b"[1]", "top/images/x.jpg": NOISE, "top/images/y.jpg": b""}
KINDS = ["zip", "tar", "tar.gz"]


def make(path: Path, files: dict[str, bytes], kind: str) -> Path:
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out, warnings.catch_warnings(action="ignore"):
            for name, content in files.items():
                out.writestr(name, content)
    else:
        with tarfile.open(path, "w:gz" if kind == "tar.gz" else "w") as out:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                if name.endswith("/"):
                    info.type = tarfile.DIRTYPE
                out.addfile(info, io.BytesIO(content))
    return path


def make_tar(path: Path, **fields) -> Path:
    """A tar of one member with these header fields."""
    info = tarfile.TarInfo("member")
    for name, value in fields.items():
        setattr(info, name, value)
    with tarfile.open(path, "w") as out:
        out.addfile(info)
    return path


def tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def refused(archive: Path, tmp_path: Path, match: str, **options) -> BadData:
    """The error; nothing is left and nothing was written anywhere."""
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadData, match=match) as caught:
        unpack(archive, tmp_path / "into", **options)
    assert caught.value.file == archive
    assert sorted(tmp_path.rglob("*")) == before
    return caught.value


@pytest.mark.parametrize("kind", KINDS)
def test_unpacks_by_content(tmp_path, kind):
    archive = make(tmp_path / "misnamed.bin", {"top/": b""} | FILES, kind)
    assert archive_kind(archive) == kind
    members = unpack(archive, tmp_path / "into")
    assert members == [Member(n, len(c), hashlib.sha256(c).hexdigest()) for n, c in sorted(FILES.items())]
    assert tree(tmp_path / "into") == FILES
    assert {p.name for p in tmp_path.iterdir()} == {"misnamed.bin", "into"}


@pytest.mark.parametrize("kind", KINDS)
def test_strip_and_keep(tmp_path, kind):
    archive = make(tmp_path / "a", {"top/": b""} | FILES, kind)
    members = unpack(archive, tmp_path / "into", strip=1, keep=("images/x", "a."))
    assert [m.path for m in members] == ["a.json", "images/x.jpg"]
    assert set(tree(tmp_path / "into")) == {"a.json", "images/x.jpg"}
    refused(archive, tmp_path, r"holds no file that starts with one of \['text/'\]", keep=("text/",))
    assert refused(archive, tmp_path, "has 2 parts, 2 are to be dropped", strip=2).record == "top/a.json"


def test_two_archives_share_a_folder_and_repeats_change_nothing(tmp_path):
    one = make(tmp_path / "one", {"images/1.jpg": b"1"}, "zip")
    two = make(tmp_path / "two", {"images/2.jpg": b"2"}, "tar.gz")
    for archive in (one, two, one):
        unpack(archive, tmp_path / "into")
    assert tree(tmp_path / "into") == {"images/1.jpg": b"1", "images/2.jpg": b"2"}


@pytest.mark.parametrize("killed_in", ["_write", "os.replace"])
def test_killed_and_repeated(tmp_path, killed_in):
    archive = make(tmp_path / "a", FILES, "zip")

    def die_at_the_second():
        owner, name = (os, "replace") if killed_in == "os.replace" else (unpack_module, killed_in)
        original, calls = getattr(owner, name), []

        def dying(*arguments):
            calls.append(arguments)
            if len(calls) == 2:
                os._exit(9)
            return original(*arguments)

        setattr(owner, name, dying)
        unpack(archive, tmp_path / "into")

    child = multiprocessing.get_context("fork").Process(target=die_at_the_second)
    child.start()
    child.join()
    assert child.exitcode == 9
    assert (tmp_path / ".into.a.unpacking").is_dir()
    unpack(archive, tmp_path / "into")
    assert tree(tmp_path / "into") == FILES
    assert {p.name for p in tmp_path.iterdir()} == {"a", "into"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["../out", "{tmp_path}/out", "a/../../out", "..", "./../out"])
def test_names_that_lead_out(tmp_path, kind, name):
    name = name.format(tmp_path=tmp_path)  # an absolute one stays in the test's own folder should the check be lost
    archive = make(tmp_path / "a", {"good": b"1", name: b"2"}, kind)
    assert refused(archive, tmp_path, "leads out of the folder", strip=0).record == repr(name)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["C:/out", "c:out"])
def test_drive_letters(tmp_path, kind, name):
    archive = make(tmp_path / "a", {name: b"1"}, kind)
    assert refused(archive, tmp_path, "leads out of the folder").record == repr(name)


def test_drive_letters_with_backslashes(tmp_path):
    refused(make(tmp_path / "a", {"C:\\out": b"1"}, "zip"), tmp_path, "leads out of the folder")


def test_zero_bytes_in_names(tmp_path):
    """The libraries cut a name there, so that two names may look alike."""
    archive = make(tmp_path / "a", {"good.jpgXexe": b"1"}, "zip")
    archive.write_bytes(archive.read_bytes().replace(b"jpgXexe", b"jpg\0exe"))
    assert refused(archive, tmp_path, "leads out of the folder").record == repr("good.jpg\0exe")
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as out:
        out.addfile(tarfile.TarInfo("x" * 99 + "é\0/y"))
    refused(archive, tmp_path, "leads out of the folder")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["n" * 256, "é" * 128, "/".join(["n" * 200] * 25)])
def test_names_that_are_too_long(tmp_path, kind, name):
    error = refused(make(tmp_path / "a", {"good": b"1", name: b"2"}, kind), tmp_path, "characters is too long")
    assert error.record == name


@pytest.mark.parametrize("kind", KINDS)
def test_names_that_are_strange_but_honest(tmp_path, kind):
    names = ["n" * 255, "Ü/ß 日本.jpg", "a b%20c#d?.jpg", "-rf", ".hidden", "case.JPG", "CASE.jpg", "..x/y.."]
    unpack(make(tmp_path / "a", dict.fromkeys(names, b"1"), kind), tmp_path / "into")
    assert set(tree(tmp_path / "into")) == set(names)


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_names_that_would_fill_the_memory(tmp_path, kind):
    archive = make_tar(tmp_path / "a", type=kind, size=1 << 30)
    refused(archive, tmp_path, "a member's name or attributes take 1073741824 bytes")


def test_backslashes_are_folders_and_no_way_out(tmp_path):
    unpack(make(tmp_path / "a", {"images\\x.jpg": b"1"}, "zip"), tmp_path / "into")
    assert tree(tmp_path / "into") == {"images/x.jpg": b"1"}
    refused(make(tmp_path / "a", {"..\\x.jpg": b"1"}, "zip"), tmp_path, "leads out of the folder")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("files", [["a", "./a"], ["a", "a/b"], ["a/b", "a"]])
def test_duplicates(tmp_path, kind, files):
    archive = make(tmp_path / "archive", dict.fromkeys(files, b"1"), kind)
    assert refused(archive, tmp_path, "two members have the same path").record == files[1]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"type": tarfile.SYMTYPE, "linkname": "/etc"}, "a link"),
        ({"type": tarfile.LNKTYPE, "linkname": "member"}, "a link"),
        ({"type": tarfile.CHRTYPE}, "a device or the like"),
        ({"type": tarfile.FIFOTYPE}, "a device or the like"),
    ],
)
def test_links_and_devices_in_tar(tmp_path, fields, what):
    assert refused(make_tar(tmp_path / "a", **fields), tmp_path, f"a member is {what}").record == "member"


@pytest.mark.parametrize(("mode", "what"), [(stat.S_IFLNK, "a link"), (stat.S_IFIFO, "a device or the like")])
def test_links_and_devices_in_zip(tmp_path, mode, what):
    info = zipfile.ZipInfo("member")
    info.external_attr = (mode | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a", "w") as out:
        out.writestr(info, "/etc")
    assert refused(tmp_path / "a", tmp_path, f"a member is {what}").record == "member"


def test_what_python_cannot_unpack(tmp_path):
    archive = make(tmp_path / "a", {"secret": b"1"}, "zip")
    packed = bytearray(archive.read_bytes())
    packed[packed.index(b"PK\x01\x02") + 8] |= 1  # the flag for encryption, in the central directory
    archive.write_bytes(packed)
    error = refused(archive, tmp_path, "a member is encrypted")
    assert error.fix.startswith("with the publisher's password, unpack it by hand and let the config name the folder")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_BZIP2) as out:
        out.writestr("member", NOISE)
    refused(archive, tmp_path, "a member is packed by method 12")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_full_disk(tmp_path, monkeypatch):
    def opened(path, mode):
        return Path("/dev/full").open("wb") if mode == "xb" else path.open(mode)

    monkeypatch.setattr(unpack_module, "open", opened, raising=False)
    error = refused(make(tmp_path / "a", FILES, "zip"), tmp_path, "it cannot be unpacked: No space left on device")
    assert error.fix.startswith("make room")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_bombs(tmp_path, kind):
    archive = make(tmp_path / "a", {"good": b"1", "bomb": bytes(17 << 20)}, kind)
    assert refused(archive, tmp_path, r"unpacks to \d+ times its \d+ bytes or more, the limit is 200").record == "bomb"
    message = "unpacks to 17825793 bytes or more, the limit is 17825792"
    assert refused(archive, tmp_path, message, max_bytes=17 << 20, max_ratio=9999).record == "bomb"
    assert len(unpack(archive, tmp_path / "into", max_ratio=9999)) == 2


def test_bomb_that_only_claims_its_size(tmp_path):
    archive = make(tmp_path / "a", {"x": NOISE}, "zip")
    packed = bytearray(archive.read_bytes())
    at = packed.index(b"PK\x01\x02") + 24  # the unpacked size, in the central directory
    packed[at : at + 4] = (1 << 31).to_bytes(4, "little")
    archive.write_bytes(packed)
    refused(archive, tmp_path, "the limit is 200")
    refused(archive, tmp_path, "corrupt or cut short: 100000 bytes found, 2147483648 announced", max_ratio=1e9)
    refused(make_tar(tmp_path / "b", size=1 << 40), tmp_path, "unpacks to 1099511627776 bytes or more, the limit is")


def test_sparse_member_is_as_large_as_it_unpacks(tmp_path):
    """A few bytes of a tar may stand for a terabyte of zeros."""
    info = tarfile.TarInfo("member")
    info.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[483:495] = b"%011o\0" % (1 << 32)  # the real size
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:]) + 8 * 32)
    (tmp_path / "a").write_bytes(block + bytes(10_240))
    refused(tmp_path / "a", tmp_path, "unpacks to .* the limit is 200")


def test_truncated_zip(tmp_path):
    archive = make(tmp_path / "a", FILES, "zip")
    os.truncate(archive, 60_000)
    error = refused(archive, tmp_path, "end-of-central-directory missing, the file is 60000 bytes")
    assert "fetch it anew" in error.fix


def test_damaged_zip_names_the_member_and_its_place(tmp_path):
    archive = make(tmp_path / "a", FILES, "zip")
    begins = archive.read_bytes().index(b"PK\x03\x04", 4)
    damage(archive, begins + 50_000)
    error = refused(archive, tmp_path, r"corrupt or cut short: Bad CRC-32 for file 'top/images/x.jpg'")
    assert error.record.startswith(f"top/images/x.jpg (begins at byte {begins}), stopped at byte ")


@pytest.mark.parametrize("kind", ["tar", "tar.gz"])
@pytest.mark.parametrize("lost", [1, 20_000, 99_000])
def test_truncated_tar(tmp_path, kind, lost):
    archive = make(tmp_path / "a", FILES, kind)
    size = archive.stat().st_size - lost - (10_240 if kind == "tar" else 0)  # tar pads its end with zeros
    os.truncate(archive, size)
    error = refused(archive, tmp_path, "the archive is corrupt or cut short: ")
    assert f"stopped at byte {size} of {size}" in error.record


def test_every_cut_of_a_small_archive_is_noticed(tmp_path):
    for kind in KINDS:
        whole = make(tmp_path / "a", {"x": b"1", "y/z": b"2" * 512}, kind).read_bytes()
        end = 2048 if kind == "tar" else len(whole)
        for size in range(1, end + (1 if kind == "tar" else 0), 37 if kind == "tar" else 7):
            (tmp_path / "a").write_bytes(whole[:size])
            refused(tmp_path / "a", tmp_path, "corrupt or cut short|neither zip nor tar")


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_damaged_is_told_as_such(tmp_path, kind):
    """Any byte may be any other: the archive unpacks all the same, or it is refused; nothing else is raised."""
    whole = make(tmp_path / "a", {"d/é.json": b"[1]" * 30, "n" * 120 + "/b": b"3"}, kind).read_bytes()
    draw = random.Random(0)
    outcomes = set()
    for _ in range(300):
        packed = bytearray(whole)
        for _ in range(draw.choice([1, 1, 3])):
            packed[draw.randrange(len(packed))] = draw.choice([0, 255, draw.randrange(256), *b"0KLxS"])
        (tmp_path / "a").write_bytes(packed)
        try:
            unpack(tmp_path / "a", tmp_path / "into")
            outcomes.add("unpacked")
        except BadData:
            outcomes.add("refused")
    assert outcomes == {"unpacked", "refused"}
    assert {p.name for p in tmp_path.iterdir()} == {"a", "into"}


def damage(archive: Path, at: int) -> None:
    with open(archive, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 255]))


def test_damaged_tar(tmp_path):
    archive = make(tmp_path / "a", FILES, "tar")
    damage(archive, 1024 + 5)  # the second header: the library would take it for the archive's end
    error = refused(archive, tmp_path, "bad checksum where a member or the archive's end is expected")
    assert error.record.startswith("top/a.json (begins at byte 0), stopped at byte 1536 of ")
    archive = make(tmp_path / "a", FILES, "tar.gz")
    damage(archive, archive.stat().st_size - 6)  # gzip's checksum, after the tar's end
    refused(archive, tmp_path, "CRC check failed")


@pytest.mark.parametrize("kind", KINDS)
def test_progress_is_bytes_of_the_archive(tmp_path, monkeypatch, capsys, kind):
    monkeypatch.setattr(meter_module, "SAY_EVERY_S", 0)
    unpack(make(tmp_path / "a.bin", FILES, kind), tmp_path / "into")
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(re.fullmatch(r"unpack a\.bin: +\d+%.*/1\d\dk \[.*\]", line) for line in lines), lines


def test_not_an_archive(tmp_path):
    (tmp_path / "a.zip").write_text("<!DOCTYPE html><title>Sign in</title>")
    assert archive_kind(tmp_path / "a.zip") is None
    refused(tmp_path / "a.zip", tmp_path, "neither zip nor tar nor tar.gz: begins with .* it looks like a web page")
    refused(make(tmp_path / "a.zip", {}, "zip"), tmp_path, "the archive holds no file")

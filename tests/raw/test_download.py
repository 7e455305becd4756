"""The download stage: what it brings, locks, asks for, keeps and never touches."""

import dataclasses
import hashlib
import io
import json
import multiprocessing
import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from workflow_scripts.datasets.registry import load_dataset
from workflow_scripts.errors import BadData
from workflow_scripts.raw.files import File
from workflow_scripts.raw.manifest import Manifest
from workflow_scripts.stages import download

from .conftest import Answer


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


ZIP, LABELS = zipped(**{"top/a.json": b"[1]", "top/b.jpg": b"jpg"}), b"id\tlabel\n1\tcat\n"
PAGE = "https://example.org/licence"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclasses.dataclass
class Job:
    """A dataset of two files, an archive and a plain one, to be downloaded from the test's server."""

    folder: Path
    declare: Callable[..., None]  # the dataset's files

    @property
    def archives(self) -> Path:
        return self.folder / "archives/toy"

    @property
    def root(self) -> Path:
        return self.folder / "raw/toy"

    @property
    def lock(self) -> Path:
        return self.folder / "locks/official/toy.json"

    def run(self, **options) -> str:
        given = {"archives": self.archives, "lock": self.lock, "out": self.root / "manifest.json"} | options
        return download.main(dataset="toy", native_splits=[], **given)

    def found(self) -> dict[str, bytes]:
        files = (p for p in self.root.rglob("*") if p.is_file())
        return {p.relative_to(self.root).as_posix(): p.read_bytes() for p in files if p.name != "manifest.json"}

    def refuse(self, match: str, **options) -> BadData:
        with pytest.raises(BadData, match=match) as caught:
            self.run(**options)
        assert not (self.root / "manifest.json").exists()
        return caught.value


@pytest.fixture
def job(tmp_path, monkeypatch, server) -> Job:
    def declare(*files: File) -> None:
        dataset = dataclasses.replace(load_dataset("nlvr"), id="toy", files=files)
        monkeypatch.setattr(download, "load_dataset", lambda _: dataset)

    server.answers |= {"/photos.zip": [Answer(ZIP)], "/labels.tsv": [Answer(LABELS)]}
    made = Job(tmp_path, declare)
    declare(photos(server), labels(server))
    return made


def photos(server, **changed) -> File:
    return File(**({"name": "photos.zip", "urls": (f"{server.url}/photos.zip",), "strip": 1} | changed))


def labels(server, **changed) -> File:
    return File(**({"name": "labels.tsv", "urls": (f"{server.url}/labels.tsv",), "into": "text"} | changed))


FOUND = {"a.json": b"[1]", "b.jpg": b"jpg", "text/labels.tsv": LABELS}


def test_archives_are_unpacked_and_plain_files_placed_without_a_second_copy(job):
    assert job.run() == "toy: 2 archives, 3 files"
    assert job.found() == FOUND
    assert (job.root / "text/labels.tsv").samefile(job.archives / "labels.tsv")
    listed = Manifest.read(job.root / "manifest.json").archives
    assert [(m.path, m.bytes, m.sha256) for m in listed] == [
        ("labels.tsv", len(LABELS), digest(LABELS)),
        ("photos.zip", len(ZIP), digest(ZIP)),
    ]


def test_plain_files_are_copied_where_links_cannot_be_made(job, monkeypatch):
    def refuse(*_):
        raise OSError("not on this disk")

    monkeypatch.setattr(os, "link", refuse)
    job.run()
    assert job.found() == FOUND
    assert not (job.root / "text/labels.tsv").samefile(job.archives / "labels.tsv")


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a.zip", False), ("a.tar", False), ("a.tar.gz", False), ("a.tgz", False), ("A.ZIP", False)]
    + [(name, True) for name in ("a.json", "refs(unc).p", "a.tsv", "a.txt", "a.json.gz", "zip", "a.pt")],
)
def test_what_is_an_archive(name, plain):
    assert File(name).plain is plain


def test_archive_that_holds_a_manifest_is_refused(job, server):
    server.answers["/photos.zip"] = [Answer(zipped(**{"top/manifest.json": b"{}"}))]
    job.refuse(r"it holds a file manifest\.json, as the manifest is named")


# The lock


def test_first_download_is_recorded(job):
    job.run()
    files = [
        {"name": "labels.tsv", "bytes": len(LABELS), "sha256": digest(LABELS)},
        {"name": "photos.zip", "bytes": len(ZIP), "sha256": digest(ZIP)},
    ]
    assert json.loads(job.lock.read_text()) == {"format": 1, "files": files}
    before = job.lock.read_bytes()
    shutil.rmtree(job.archives)
    job.run()
    assert job.lock.read_bytes() == before
    assert [p.name for p in job.lock.parent.iterdir()] == ["toy.json"]


@pytest.mark.parametrize("other", [LABELS[::-1], LABELS + b"2\tdog\n"])
def test_later_downloads_must_agree(job, server, other):
    job.run()
    before = job.lock.read_bytes()
    shutil.rmtree(job.archives)
    server.answers["/labels.tsv"] = [Answer(other)]
    error = job.refuse(re.escape(f"expected (recorded in {job.lock})"))
    if len(other) == len(LABELS):
        assert f"SHA-256 {digest(other)} found, {digest(LABELS)} expected" in error.problem
    else:
        assert f"{len(other)} bytes offered, {len(LABELS)} expected" in error.problem
    assert f"delete the entry of labels.tsv in {job.lock}" in error.fix
    assert job.lock.read_bytes() == before
    assert not (job.archives / "labels.tsv").exists()
    recorded = json.loads(before)
    recorded["files"] = [f for f in recorded["files"] if f["name"] != "labels.tsv"]
    job.lock.write_text(json.dumps(recorded))  # as told
    job.run()
    assert job.found()["text/labels.tsv"] == other


def test_what_was_kept_must_agree_too(job, server):
    job.run()
    (job.archives / "labels.tsv").unlink()  # it has a second name
    (job.archives / "labels.tsv").write_bytes(LABELS[::-1])
    job.run()
    assert job.found() == FOUND
    assert len([path for path, _ in server.log if path == "/labels.tsv"]) == 2


def test_what_has_an_official_checksum_is_not_recorded(job, server):
    job.declare(photos(server, sha256=digest(ZIP)), labels(server))
    job.run()
    assert [f["name"] for f in json.loads(job.lock.read_text())["files"]] == ["labels.tsv"]


def test_what_does_not_unpack_is_not_recorded(job, server):
    server.answers["/photos.zip"] = [Answer(ZIP[:-30])]
    job.refuse("the archive is corrupt or cut short")
    assert not job.lock.exists()
    (job.archives / "photos.zip").unlink()  # as told
    server.answers["/photos.zip"] = [Answer(ZIP)]
    job.run()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not a lock file: Expecting property name"),
        ("[]", r"missing in \[\]"),
        ('{"format": 2, "files": []}', "is 2, 1 is expected"),
        ('{"format": 1, "files": {}}', "is {}, expected list"),
        ('{"format": 1, "files": [{"name": "a"}]}', "missing in {'name': 'a'}"),
        ('{"format": 1, "files": [{"name": "a", "bytes": "1", "sha256": ""}]}', "is '1', expected int"),
    ],
)
def test_wrong_lock_files(job, server, content, message):
    job.lock.parent.mkdir(parents=True)
    job.lock.write_text(content)
    assert job.refuse(message).file == job.lock
    assert job.lock.read_text() == content
    assert server.log == []


# Files that can only be fetched by hand


def test_all_missing_files_are_asked_for_at_once(job, server):
    other = File("other.zip", page="https://example.org/form", mb=12, into="other", strip=1)
    job.declare(
        photos(server, page=PAGE, bytes=len(ZIP)), labels(server), other, labels(server, name="x.tsv", page=PAGE)
    )
    error = job.refuse("toy needs photos.zip, other.zip, x.tsv, which can only be fetched by hand")
    assert error.fix.splitlines() == [
        "",
        f"    visit {PAGE} and put",
        f"      photos.zip at {job.archives / 'photos.zip'}; to be checked: size {len(ZIP)}, declared for toy",
        f"      x.tsv at {job.archives / 'x.tsv'}; its size and SHA-256 will be recorded",
        "    visit https://example.org/form and put",
        f"      other.zip (about 12 MB) at {job.archives / 'other.zip'}; its size and SHA-256 will be recorded",
        "    then run the same command again; what lies unpacked somewhere is used there by the config's",
        "      raw: {toy: /its/folder}",
    ]
    assert server.log == []
    job.archives.mkdir(parents=True)
    (job.archives / "photos.zip").write_bytes(ZIP)
    (job.archives / "other.zip").write_bytes(ZIP)
    job.refuse("toy needs x.tsv, which")
    (job.archives / "x.tsv").write_bytes(b"x")
    job.run()
    assert job.found() == FOUND | {"text/x.tsv": b"x", "other/a.json": b"[1]", "other/b.jpg": b"jpg"}
    assert [path for path, _ in server.log] == ["/labels.tsv"]


def test_what_was_put_there_by_hand_is_recorded_and_never_removed(job, server):
    job.declare(photos(server, page=PAGE))
    job.archives.mkdir(parents=True)
    (job.archives / "photos.zip").write_bytes(ZIP)
    job.run()
    other = zipped(**{"top/c.json": b"[2]"})
    (job.archives / "photos.zip").write_bytes(other)
    error = job.refuse(re.escape(f"{len(other)} bytes found, {len(ZIP)} expected (recorded in {job.lock})"))
    assert error.fix.startswith(f"fetch it again from {PAGE}; if the new file is the one you want, delete the entry")
    assert (job.archives / "photos.zip").read_bytes() == other
    (job.archives / "photos.zip").unlink()
    error = job.refuse("toy needs photos.zip")
    assert f"to be checked: size {len(ZIP)} and SHA-256 {digest(ZIP)}, recorded in {job.lock}" in error.fix


def test_local_mirror_is_copied_anew_and_what_it_lacks_is_left_alone(job, server):
    mirror = job.folder / "mirror/toy"
    mirror.mkdir(parents=True)
    (mirror / "photos.zip").write_bytes(ZIP)
    job.archives.mkdir(parents=True)
    (job.archives / "labels.tsv").write_bytes(LABELS)  # by hand, as the message says
    job.run(mirror=str(mirror.parent), lock=None)
    assert job.found() == FOUND
    (mirror / "photos.zip").write_bytes(zipped(**{"top/a.json": b"[3]"}))
    job.run(mirror=str(mirror.parent), lock=None)
    assert job.found() == {"a.json": b"[3]", "text/labels.tsv": LABELS}
    assert server.log == []


def test_mirror_that_is_the_folder_of_archives_is_not_emptied(job):
    job.run()
    job.run(mirror=str(job.archives.parent), lock=None)
    assert job.found() == FOUND


def test_folder_used_in_place_is_not_touched(job, server):
    dataset = load_dataset("nlvr")
    job.declare(*dataset.files)
    lies = job.folder / "elsewhere"
    lies.mkdir()
    (lies / "a.json").write_text("{}")
    lies.chmod(0o555)
    before = lies.stat().st_mtime_ns
    assert job.run(in_place=str(lies)) == f"toy is used in place: {lies}"
    assert lies.stat().st_mtime_ns == before
    assert Manifest.read(job.root / "manifest.json").root == str(lies)
    assert not job.archives.exists()
    assert server.log == []


# Archives that are not kept


def test_archives_may_go_and_are_not_fetched_again(job, server):
    job.declare(photos(server), labels(server), File("by_hand.tsv", page=PAGE))
    job.archives.mkdir(parents=True)
    (job.archives / "by_hand.tsv").write_bytes(b"x")
    found = FOUND | {"by_hand.tsv": b"x"}
    assert job.run(keep_archives=0) == "toy: 3 archives, 4 files"
    manifest = (job.root / "manifest.json").read_bytes()
    assert job.found() == found
    assert sorted(p.name for p in job.archives.iterdir()) == ["by_hand.tsv", "unpacked.json"]
    for keep in (0, 1, 0):
        (job.root / "manifest.json").unlink()  # as Snakemake does
        assert job.run(keep_archives=keep) == "toy: unpacked before, 4 files"
        assert (job.root / "manifest.json").read_bytes() == manifest
    assert job.found() == found
    assert len(server.log) == 2


SPOILT = {
    "a file is gone": lambda job, server: (job.root / "b.jpg").unlink(),
    "a file has another size": lambda job, server: (job.root / "b.jpg").write_bytes(b""),
    "another declaration": lambda job, server: job.declare(photos(server, keep=("a",)), labels(server)),
    "no receipt": lambda job, server: (job.archives / "unpacked.json").unlink(),
    "a broken receipt": lambda job, server: (job.archives / "unpacked.json").write_text("{"),
    "a receipt that lacks a field": lambda job, server: (job.archives / "unpacked.json").write_text("{}"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_archives_that_went_are_fetched_again_where_their_files_are_not_as_they_were(job, server, spoil):
    job.run(keep_archives=0)
    spoil(job, server)
    job.run(keep_archives=0)
    assert len(server.log) == 4
    assert job.found().items() <= FOUND.items()
    assert {"a.json", "text/labels.tsv"} <= set(job.found())


def test_another_address_fetches_nothing_again(job, server):
    job.run(keep_archives=0)
    job.declare(photos(server, urls=("https://example.org/new",)), labels(server, mb=3))
    assert job.run(keep_archives=0) == "toy: unpacked before, 3 files"


def test_archives_that_went_must_agree_with_the_lock(job, server):
    job.run(keep_archives=0)
    job.lock.write_text(job.lock.read_text().replace(digest(LABELS), digest(b"")))
    job.refuse(f"SHA-256 {digest(LABELS)} found, {digest(b'')} expected", keep_archives=0)


# Kills


@pytest.mark.parametrize("keep_archives", [0, 1])
@pytest.mark.parametrize("step", ["unpack", "place", "Manifest.write", "_remove_fetched"])
def test_killed_job_is_repeated(job, monkeypatch, step, keep_archives):
    """Killed just after a step; what a later run takes for a result is one."""

    def die_after():
        owner, _, name = step.rpartition(".")
        owner = getattr(download, owner) if owner else download
        original = getattr(owner, name)

        def dying(*arguments, **options):
            original(*arguments, **options)
            os._exit(9)

        setattr(owner, name, dying)
        job.run(keep_archives=keep_archives)

    child = multiprocessing.get_context("fork").Process(target=die_after)
    child.start()
    child.join()
    assert child.exitcode == (0 if step == "_remove_fetched" and keep_archives else 9)
    if step in ("unpack", "place"):
        assert not (job.root / "manifest.json").exists()
    else:
        assert job.found() == FOUND
    job.run(keep_archives=keep_archives)
    assert job.found() == FOUND
    assert (job.archives / "photos.zip").exists() == bool(keep_archives)


def test_time_is_over(job, server):
    server.answers["/photos.zip"] = [Answer(ZIP, send=10, then="stall")]
    job.refuse("the time for fetching is over; 10 bytes of photos.zip are kept", max_hours=1 / 3600)

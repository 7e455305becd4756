import hashlib
import multiprocessing
import os
import re
from pathlib import Path

import pytest

from workflow_scripts.errors import BadData
from workflow_scripts.raw import fetch as fetch_module
from workflow_scripts.raw.fetch import fetch
from workflow_scripts.raw.files import File

from .conftest import BODY

SHA256 = hashlib.sha256(BODY).hexdigest()


def declared(*urls: str, **changed) -> File:
    return File(**({"name": "photos.zip", "urls": urls, "bytes": len(BODY), "sha256": SHA256} | changed))


def get(file: File, to: Path, mirror: str | None = None) -> Path:
    return fetch(file, to, mirror=mirror, dataset="mscoco")


def test_http(server, tmp_path):
    path = get(declared(f"{server.url}/photos.zip"), tmp_path / "new")
    assert path == tmp_path / "new/photos.zip"
    assert path.read_bytes() == BODY
    assert [p.name for p in path.parent.iterdir()] == ["photos.zip"]


@pytest.mark.parametrize("known", [{}, {"sha256": None}, {"sha256": None, "bytes": None}])
def test_what_is_there_is_not_fetched_again(server, tmp_path, known):
    file = declared(f"{server.url}/photos.zip", **known)
    before = get(file, tmp_path).stat()
    assert get(file, tmp_path).stat().st_mtime_ns == before.st_mtime_ns
    assert len(server.log) == 1


def test_what_is_there_and_wrong_is_fetched_anew(server, tmp_path):
    (tmp_path / "photos.zip").write_bytes(b"x" * len(BODY))
    assert get(declared(f"{server.url}/photos.zip"), tmp_path).read_bytes() == BODY


@pytest.mark.parametrize("name", ["photos.zip", "annotations/refcoco+.zip", "one two%#.zip"])
@pytest.mark.parametrize("have", [0, 1000, len(BODY)])
def test_mirror_in_a_folder(tmp_path, name, have):
    original = tmp_path / "a mirror/mscoco" / name
    original.parent.mkdir(parents=True)
    original.write_bytes(BODY)
    part = tmp_path / "raw" / f"{name}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(BODY[:have])
    file = declared("http://never.invalid/", name=name, page="https://never.invalid/", bytes=None)
    path = get(file, tmp_path / "raw", mirror=(tmp_path / "a mirror").as_uri() + "/")
    assert path.read_bytes() == BODY
    assert not part.exists()


def test_mirror_on_the_web(server, tmp_path):
    get(declared(name="refcoco+.zip"), tmp_path, mirror=f"{server.url}/copy")
    assert server.log == [("/copy/mscoco/refcoco+.zip", None)]


def test_absent_from_the_mirror(tmp_path):
    url = f"{tmp_path.as_uri()}/mscoco/photos.zip"
    with pytest.raises(BadData, match=re.escape(f"{url}: HTTP 404 No such file or directory")):
        get(declared(), tmp_path / "raw", mirror=tmp_path.as_uri())


def test_resumes_by_range(server, tmp_path):
    (tmp_path / "photos.zip.part").write_bytes(BODY[:1_000_000])
    assert get(declared(f"{server.url}/photos.zip"), tmp_path).read_bytes() == BODY
    assert server.ranges() == ["bytes=1000000-"]


def test_starts_over_where_the_server_does_not_continue(server, tmp_path):
    (tmp_path / "photos.zip.part").write_bytes(b"from another release")
    assert get(declared(f"{server.url}/no-range/photos.zip"), tmp_path).read_bytes() == BODY
    assert server.ranges() == ["bytes=20-"]


def test_starts_over_where_the_server_continues_elsewhere(server, tmp_path):
    (tmp_path / "photos.zip.part").write_bytes(BODY[:10])
    assert get(declared(f"{server.url}/wrong-range/photos.zip"), tmp_path).read_bytes() == BODY
    assert server.ranges() == ["bytes=10-", None]


def test_starts_over_where_too_much_was_fetched(server, tmp_path):
    (tmp_path / "photos.zip.part").write_bytes(b"x" * (len(BODY) + 1))
    assert get(declared(f"{server.url}/photos.zip"), tmp_path).read_bytes() == BODY
    assert server.ranges() == [f"bytes={len(BODY) + 1}-", None]


@pytest.mark.parametrize(("size", "asked"), [(len(BODY), []), (None, [f"bytes={len(BODY)}-"])])
def test_complete_part_only_gets_its_name(server, tmp_path, size, asked):
    (tmp_path / "photos.zip.part").write_bytes(BODY)
    assert get(declared(f"{server.url}/photos.zip", bytes=size), tmp_path).read_bytes() == BODY
    assert server.ranges() == asked


def test_dropped_connection_is_continued(server, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fetch_module, "ATTEMPTS", 2)  # in a row without a byte: bytes came each time
    assert get(declared(f"{server.url}/drops/photos.zip"), tmp_path).read_bytes() == BODY
    assert len(BODY) // 2 == 1048576
    assert server.ranges() == [None, "bytes=1048576-", "bytes=1572864-"]
    assert "asking again in" in capsys.readouterr().err


def test_drop_without_a_told_length_is_continued(server, tmp_path):
    assert get(declared(f"{server.url}/no-length/photos.zip"), tmp_path).read_bytes() == BODY
    assert server.ranges() == [None, "bytes=1048576-"]


def test_killed_fetch_is_continued(server, tmp_path):
    file = declared(f"{server.url}/photos.zip")

    def die_half_way():
        def shown(chunks, *_):
            yield next(iter(chunks))[:700_000]
            os._exit(9)

        fetch_module._shown = shown
        fetch_module.open = lambda path, mode: path.open(mode, buffering=0)
        get(file, tmp_path)

    child = multiprocessing.get_context("fork").Process(target=die_half_way)
    child.start()
    child.join()
    assert child.exitcode == 9
    assert [p.name for p in tmp_path.iterdir()] == ["photos.zip.part"]
    assert get(file, tmp_path).read_bytes() == BODY
    assert server.ranges() == [None, "bytes=700000-"]


def test_busy_server_is_asked_again(server, tmp_path):
    assert get(declared(f"{server.url}/busy/photos.zip"), tmp_path).read_bytes() == BODY
    assert len(server.log) == 2


def test_next_url_where_one_is_gone(server, tmp_path):
    urls = (f"{server.url}/absent/photos.zip", f"{server.url}/login/photos.zip", f"{server.url}/photos.zip")
    assert get(declared(*urls), tmp_path).read_bytes() == BODY
    assert [path for path, _ in server.log] == ["/absent/photos.zip", "/login/photos.zip", "/photos.zip"]


def test_all_urls_gone(server, tmp_path):
    with pytest.raises(BadData) as caught:
        get(
            declared(
                f"{server.url}/absent/photos.zip",
                f"{server.url}/down/photos.zip",
                "http://127.0.0.1:1/photos.zip",
                "nonsense://photos.zip",
            ),
            tmp_path,
        )
    message = str(caught.value)
    assert f"{server.url}/absent/photos.zip: HTTP 404 Not Found" in message
    assert f"{server.url}/down/photos.zip: HTTP 503 Service Unavailable (6 attempts)" in message
    assert re.search(r"http://127.0.0.1:1/photos.zip: .*refused.*\(6 attempts\)", message)
    assert "nonsense://photos.zip: No connection adapters" in message
    assert f"put the file at {tmp_path / 'photos.zip'} by hand" in message


def test_no_web_server_reads_local_files(server, tmp_path):
    with pytest.raises(BadData, match="No connection adapters were found for 'file:///etc/hostname'"):
        get(declared(f"{server.url}/to-local-file", bytes=None, sha256=None), tmp_path)


def test_bytes_are_not_decoded(server, tmp_path):
    assert get(declared(f"{server.url}/packed/a.tar.gz", name="a.tar.gz"), tmp_path).read_bytes() == BODY


def test_other_size_is_refused_before_it_is_fetched(server, tmp_path):
    with pytest.raises(BadData, match=f"{len(BODY)} bytes offered, 5 expected"):
        get(declared(f"{server.url}/photos.zip", bytes=5), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_other_checksum(server, tmp_path):
    server.body = BODY[::-1]
    found = hashlib.sha256(server.body).hexdigest()
    with pytest.raises(BadData, match=f"SHA-256 {found} found, {SHA256} expected") as caught:
        get(declared(f"{server.url}/photos.zip"), tmp_path)
    assert caught.value.file == tmp_path / "photos.zip"
    assert "workflow_scripts/datasets/mscoco.py" in caught.value.fix
    assert list(tmp_path.iterdir()) == []


def test_by_hand(tmp_path):
    file = declared(page="https://example.org/licence")
    with pytest.raises(BadData, match=r"mscoco needs photos.zip, which can only be fetched by hand") as caught:
        get(file, tmp_path)
    assert f"visit https://example.org/licence, fetch photos.zip there and put it at {tmp_path}" in caught.value.fix
    (tmp_path / "photos.zip").write_bytes(BODY)
    assert get(file, tmp_path) == tmp_path / "photos.zip"
    (tmp_path / "photos.zip").write_bytes(b"cut")
    with pytest.raises(BadData, match=f"3 bytes found, {len(BODY)} expected") as caught:
        get(file, tmp_path)
    assert caught.value.fix == "fetch it again from https://example.org/licence"
    assert (tmp_path / "photos.zip").exists()


def test_a_line_a_minute(server, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(fetch_module, "SAY_EVERY_S", 0)
    get(declared(f"{server.url}/photos.zip"), tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(re.fullmatch(r"photos.zip: +\d+%.*/2\.10M \[.*B/s\]", line) for line in lines), lines

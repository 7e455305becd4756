"""Fetching as it should go: resumed, not repeated, from a publisher, a mirror or by hand."""

import hashlib
import multiprocessing
import os
import re
from pathlib import Path

import pytest

from workflow_scripts.errors import BadData
from workflow_scripts.raw import meter as meter_module
from workflow_scripts.raw.fetch import fetch
from workflow_scripts.raw.files import File
from workflow_scripts.raw.meter import Meter

from .conftest import BODY, OTHER, Answer

SHA256 = hashlib.sha256(BODY).hexdigest()
HALF = len(BODY) // 2


def declared(*urls: str, **changed) -> File:
    return File(**({"name": "photos.zip", "urls": urls, "bytes": len(BODY), "sha256": SHA256} | changed))


def get(file: File, to: Path, mirror: str | None = None) -> Path:
    return fetch(file, to, mirror=mirror, dataset="mscoco")


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_http(server, tmp_path):
    path = get(declared(f"{server.url}/photos.zip"), tmp_path / "new")
    assert path == tmp_path / "new/photos.zip"
    assert path.read_bytes() == BODY
    assert names(path.parent) == ["photos.zip"]


@pytest.mark.parametrize("known", [{}, {"sha256": None}, {"sha256": None, "bytes": None}])
def test_what_is_there_is_not_fetched_again(server, tmp_path, known):
    file = declared(f"{server.url}/photos.zip", **known)
    before = get(file, tmp_path).stat()
    assert get(file, tmp_path).stat().st_mtime_ns == before.st_mtime_ns
    assert len(server.log) == 1


def test_what_is_there_and_wrong_is_fetched_anew_and_kept_aside(server, tmp_path):
    (tmp_path / "photos.zip").write_bytes(OTHER)
    assert get(declared(f"{server.url}/photos.zip"), tmp_path).read_bytes() == BODY
    assert (tmp_path / "photos.zip.replaced").read_bytes() == OTHER


def test_what_is_there_and_wrong_stays_if_nothing_better_comes(server, tmp_path):
    (tmp_path / "photos.zip").write_bytes(OTHER)
    server.answers["/photos.zip"] = [Answer(status=404)]
    with pytest.raises(BadData, match="HTTP 404"):
        get(declared(f"{server.url}/photos.zip"), tmp_path)
    assert (tmp_path / "photos.zip").read_bytes() == OTHER


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
    assert [path for path, _ in server.log] == ["/copy/mscoco/refcoco+.zip"]


def test_absent_from_the_mirror(tmp_path):
    url = f"{tmp_path.as_uri()}/mscoco/photos.zip"
    with pytest.raises(BadData, match=re.escape(f"{url}: HTTP 404 No such file or directory")):
        get(declared(), tmp_path / "raw", mirror=tmp_path.as_uri())


@pytest.mark.parametrize(("size", "asked"), [(len(BODY), []), (None, [f"bytes={len(BODY)}-"])])
def test_complete_part_only_gets_its_name(server, tmp_path, size, asked):
    (tmp_path / "photos.zip.part").write_bytes(BODY)
    assert get(declared(f"{server.url}/photos.zip", bytes=size), tmp_path).read_bytes() == BODY
    assert server.asked() == asked


def test_dropped_connection_is_continued(server, tmp_path, capsys):
    server.answers["/photos.zip"] = [Answer(tag='"1"', send=HALF), Answer(tag='"1"', send=1000), Answer(tag='"1"')]
    file = declared(f"{server.url}/photos.zip", bytes=None, sha256=None)
    assert get(file, tmp_path).read_bytes() == BODY
    assert server.asked() == [None, f"bytes={HALF}-", f"bytes={HALF + 1000}-"]
    assert server.asked("If-Range") == [None, '"1"', '"1"']
    assert "asking again in 1 s" in capsys.readouterr().err
    assert names(tmp_path) == ["photos.zip"]


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"ETag": '"strong"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}, '"strong"'),
        ({"ETag": 'W/"weak"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}, "Mon, 01 Jan 2024 00:00:00 GMT"),
    ],
)
def test_what_if_range_says(server, tmp_path, headers, said):
    server.answers["/photos.zip"] = [
        Answer(headers=headers, send=HALF),
        Answer(headers=headers, minds_tag=False),
    ]
    file = declared(f"{server.url}/photos.zip", bytes=None, sha256=None)
    assert get(file, tmp_path).read_bytes() == BODY
    assert server.asked() == [None, f"bytes={HALF}-"]
    assert server.asked("If-Range") == [None, said]


def test_another_address_does_not_continue_what_cannot_be_checked(server, tmp_path):
    server.answers["/one"] = [Answer(tag='"1"', send=HALF), Answer(status=404)]
    file = declared(f"{server.url}/one", f"{server.url}/two", bytes=None, sha256=None)
    assert get(file, tmp_path).read_bytes() == BODY
    assert [(path, asked.get("Range")) for path, asked in server.log][-1] == ("/two", None)


def test_another_address_continues_what_can_be_checked(server, tmp_path):
    server.answers["/one"] = [Answer(tag='"1"', send=HALF), Answer(status=404)]
    assert get(declared(f"{server.url}/one", f"{server.url}/two"), tmp_path).read_bytes() == BODY
    assert [(path, asked.get("Range")) for path, asked in server.log][-1] == ("/two", f"bytes={HALF}-")


def test_killed_fetch_is_continued(server, tmp_path):
    server.answers["/photos.zip"] = [Answer(tag='"1"')]
    file = declared(f"{server.url}/photos.zip", bytes=None, sha256=None)

    def die_half_way():
        Meter.at = lambda self, position: os._exit(9) if position > HALF else None
        get(file, tmp_path)

    child = multiprocessing.get_context("fork").Process(target=die_half_way)
    child.start()
    child.join()
    assert child.exitcode == 9
    assert names(tmp_path) == ["photos.zip.part", "photos.zip.part.json"]
    have = (tmp_path / "photos.zip.part").stat().st_size
    assert have > HALF // 2
    assert get(file, tmp_path).read_bytes() == BODY
    assert server.asked() == [None, f"bytes={have}-"]
    assert server.asked("If-Range") == [None, '"1"']


def test_next_url_where_one_is_gone(server, tmp_path):
    server.answers["/absent"] = [Answer(status=404)]
    server.answers["/login"] = [Answer(headers={"Content-Type": "text/html; charset=utf-8"})]
    urls = (f"{server.url}/absent", f"{server.url}/login", f"{server.url}/photos.zip")
    assert get(declared(*urls), tmp_path).read_bytes() == BODY
    assert [path for path, _ in server.log] == ["/absent", "/login", "/photos.zip"]


def test_all_urls_gone(server, tmp_path):
    server.answers["/absent"] = [Answer(status=404)]
    server.answers["/down"] = [Answer(status=503)]
    urls = (f"{server.url}/absent", f"{server.url}/down", "http://127.0.0.1:1/photos.zip", "nonsense://photos.zip")
    with pytest.raises(BadData) as caught:
        get(declared(*urls), tmp_path)
    message = str(caught.value)
    assert f"{server.url}/absent: HTTP 404 Not Found" in message
    assert f"{server.url}/down: HTTP 503 Service Unavailable (8 attempts)" in message
    assert re.search(r"http://127.0.0.1:1/photos.zip: .*refused.*\(8 attempts\)", message)
    assert "nonsense://photos.zip: No connection adapters" in message
    assert f"put the file at {tmp_path / 'photos.zip'} by hand" in message


def test_no_address_at_all(tmp_path):
    with pytest.raises(BadData, match="addresses tried: none is declared"):
        get(declared(), tmp_path)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxy_of_the_environment(server, tmp_path, monkeypatch, variable):
    monkeypatch.setenv(variable, server.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    assert get(declared("http://publisher.invalid/photos.zip"), tmp_path).read_bytes() == BODY
    assert [path for path, _ in server.log] == ["http://publisher.invalid/photos.zip"]


def test_no_proxy_of_the_environment(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert get(declared(f"{server.url}/photos.zip"), tmp_path).read_bytes() == BODY


@pytest.mark.parametrize(
    ("url", "said"), [("/deep/er", "photos.zip"), ("/first", "/photos.zip"), ("/first", "{url}/photos.zip")]
)
def test_redirects_are_followed(server, tmp_path, url, said):
    server.answers[url] = [Answer(status=302, headers={"Location": said.format(url=server.url)})]
    assert get(declared(f"{server.url}{url}"), tmp_path).read_bytes() == BODY
    assert server.log[-1][0] in ("/photos.zip", "/deep/photos.zip")


def test_other_checksum(server, tmp_path):
    server.answers["/photos.zip"] = [Answer(OTHER)]
    found = hashlib.sha256(OTHER).hexdigest()
    with pytest.raises(BadData, match=f"SHA-256 {found} found, {SHA256} expected") as caught:
        get(declared(f"{server.url}/photos.zip"), tmp_path)
    assert caught.value.file == tmp_path / "photos.zip"
    assert "correct the declaration of photos.zip for mscoco" in caught.value.fix
    assert names(tmp_path) == []


def test_by_hand(tmp_path):
    file = declared(page="https://example.org/licence", mb=1)
    with pytest.raises(BadData, match=r"mscoco needs photos.zip, which can only be fetched by hand") as caught:
        get(file, tmp_path)
    assert "visit https://example.org/licence and put" in caught.value.fix
    assert f"photos.zip (about 1 MB) at {tmp_path / 'photos.zip'}" in caught.value.fix
    assert f"to be checked: size {len(BODY)} and SHA-256 {SHA256}, declared for mscoco" in caught.value.fix
    (tmp_path / "photos.zip").write_bytes(BODY)
    assert get(file, tmp_path) == tmp_path / "photos.zip"
    (tmp_path / "photos.zip").write_bytes(b"cut")
    with pytest.raises(BadData, match=f"3 bytes found, {len(BODY)} expected") as caught:
        get(file, tmp_path)
    assert caught.value.fix == "fetch it again from https://example.org/licence"
    assert names(tmp_path) == ["photos.zip"]


def test_a_line_a_minute(server, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(meter_module, "SAY_EVERY_S", 0)
    get(declared(f"{server.url}/photos.zip"), tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(re.fullmatch(r"photos.zip: +\d+%.*/262k \[.*B/s\]", line) for line in lines), lines

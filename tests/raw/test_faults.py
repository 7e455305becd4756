"""Peers that misbehave: each ends in the right file or in a clear error, never in a file that is not whole."""

import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from workflow_scripts.errors import BadData
from workflow_scripts.raw import transfer as transfer_module
from workflow_scripts.raw.fetch import fetch
from workflow_scripts.raw.files import File

from .conftest import BODY, OTHER, Answer

SHA256 = hashlib.sha256(BODY).hexdigest()
SIZE, HALF = len(BODY), len(BODY) // 2
PAGE = b"<!DOCTYPE html><title>Sign in</title>" + b" " * (SIZE - 37)
HTML = {"Content-Type": "text/html; charset=utf-8"}
BARE = {"Content-Length": None}  # the end of the connection is the end of the file, or is it


class Case(NamedTuple):
    answers: Sequence[Answer]  # to the requests in order; the last repeats
    error: str | None = None  # a part of it; None: the file comes
    requests: int | None = None  # how many it takes
    known: str = "size and checksum"
    part: bytes = b""  # what an earlier fetch left
    name: str = "photos.zip"


def redirect(to: str, status: int = 302) -> Answer:
    return Answer(b"", status=status, headers={"Location": to})


def tagged(tag: str = '"1"', **changed) -> Answer:
    return Answer(tag=tag, **changed)


CASES = {
    # Status codes
    "404": Case([Answer(status=404)], "HTTP 404 Not Found", 1),
    "403": Case([Answer(status=403)], "HTTP 403 Forbidden", 1),
    "401": Case([Answer(status=401)], "HTTP 401 Unauthorized", 1),
    "410": Case([Answer(status=410)], "HTTP 410 Gone", 1),
    "204": Case([Answer(b"", status=204)], "HTTP 204 No Content", 1),
    "206 that was not asked for": Case([Answer(status=206)], "HTTP 206 Partial Content", 1),
    "304 that was not asked for": Case([Answer(b"", status=304)], "HTTP 304 Not Modified", 1),
    "500 once": Case([Answer(status=500), Answer()], requests=2),
    "500 for ever": Case([Answer(status=500)], "HTTP 500 Internal Server Error (8 attempts)", 8),
    "502, 503, 504, then the file": Case([Answer(status=s) for s in (502, 503, 504)] + [Answer()], requests=4),
    "408 once": Case([Answer(status=408), Answer()], requests=2),
    "429 once": Case([Answer(status=429), Answer()], requests=2),
    "429 for ever": Case([Answer(status=429)], "HTTP 429 Too Many Requests (8 attempts)", 8),
    "500 half-way": Case([tagged(send=HALF), Answer(status=500), tagged()], requests=3),
    # Connections that end early
    "no answer once": Case([Answer(raw=b""), Answer()], requests=2),
    "no answer for ever": Case([Answer(raw=b"")], "Connection aborted", 8),
    "half of the headers": Case([Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Le"), Answer()], requests=2),
    "not HTTP": Case([Answer(raw=b"SSH-2.0-OpenSSH_9.6\r\n")], "(8 attempts)", 8),
    "no byte of the body": Case([Answer(send=0), Answer()], requests=2),
    "half of the body": Case([Answer(send=HALF), Answer()], requests=2),
    "all but one byte": Case([Answer(send=SIZE - 1), Answer()], requests=2),
    "half each time": Case([Answer(send=HALF)], requests=2),
    "a little each time": Case([tagged(send=SIZE // 8)], requests=8),
    "hardly anything each time": Case([tagged(send=100)], "(8 attempts)", 8),
    "half, never continued": Case([Answer(send=HALF, ranges=False)], f"broke at byte {HALF} of {SIZE} (8", 8, "size"),
    "half, no length told": Case([Answer(send=HALF, headers=BARE), Answer(headers=BARE)], requests=2),
    "half, no length told, nothing to check": Case(
        [Answer(send=HALF, headers=BARE), Answer()], requests=2, known="size", name="a.json"
    ),
    "chunked": Case([Answer(chunked=True)], requests=1, known="nothing"),
    "chunked, half": Case([tagged(chunked=True, send=HALF), tagged(chunked=True)], requests=2, known="nothing"),
    "chunked, no end": Case([tagged(chunked=True, send=SIZE), tagged()], requests=2, known="nothing"),
    # Wrong lengths and contents
    "longer than declared": Case([Answer(BODY + b"x")], f"{SIZE + 1} bytes offered, {SIZE} expected", 1),
    "shorter than declared": Case([Answer(BODY[:-1])], f"{SIZE - 1} bytes offered, {SIZE} expected", 1),
    "longer, no length told": Case([Answer(BODY + b"x", headers=BARE)], f"more than the {SIZE} bytes expected", 8),
    "shorter, no length told": Case([Answer(BODY[:-1], headers=BARE, ranges=False)], f"at byte {SIZE - 1} of", 8),
    "empty": Case([Answer(b"")], f"0 bytes offered, {SIZE} expected", 1),
    "another version": Case([Answer(OTHER)], f"{SHA256} expected (declared for mscoco)", 1),
    "length too large": Case([Answer(headers={"Content-Length": str(SIZE + 9)}, send=SIZE)], "bytes offered", 1),
    "length too large, nothing declared": Case(
        [tagged(headers={"Content-Length": str(SIZE + 9)}, send=SIZE), tagged()], requests=3, known="nothing"
    ),
    "length too small": Case([Answer(headers={"Content-Length": "9"})], f"9 bytes offered, {SIZE} expected", 1),
    "length is no number": Case([Answer(headers={"Content-Length": "many"}, send=SIZE)], requests=1),
    "two lengths": Case([Answer(headers={"Content-Length": "5, 6"})], "multiple unmatching values (5, 6)", 1),
    "a web page": Case([Answer(PAGE, headers=HTML)], "a web page, not a file: it may ask to log in", 1),
    "a web page that does not say so": Case([Answer(PAGE)], "a web page, not a file", 1, "size"),
    "a web page of another size": Case([Answer(PAGE[:60], headers=HTML)], "a web page, not a file", 1),
    "a web page, nothing declared": Case([Answer(PAGE[:60])], "a web page, not a file", 1, "nothing"),
    "a web page for a plain file": Case([Answer(PAGE)], "a web page, not a file", 1, "nothing", name="labels.tsv"),
    "packed on the way": Case(
        [Answer(headers={"Content-Encoding": "gzip"})], "packs the file (gzip)", 1, "nothing", name="a.json"
    ),
    "packed by itself and told so": Case([Answer(headers={"Content-Encoding": "gzip"})], requests=1, name="a.tar.gz"),
    # Resuming
    "resumed": Case([Answer()], requests=1, part=BODY[:HALF]),
    "resumed without a checksum": Case([Answer()], requests=1, part=OTHER[:HALF], known="size"),
    "Range ignored": Case([Answer(ranges=False)], requests=1, part=OTHER[:HALF]),
    "Range answered from elsewhere": Case(
        [Answer(BODY[:9], status=206, headers={"Content-Range": f"bytes 0-8/{SIZE}"}), Answer()],
        requests=2,
        part=BODY[:HALF],
    ),
    "Range answered without saying which": Case([Answer(status=206), Answer()], requests=2, part=BODY[:HALF]),
    "Range answered in parts": Case(
        [Answer(status=206, headers={"Content-Type": "multipart/byteranges; boundary=x"}), Answer()],
        requests=2,
        part=BODY[:HALF],
    ),
    "Range answered with too much": Case(
        [Answer(BODY, status=206, headers={"Content-Range": f"bytes {HALF}-{SIZE - 1}/{SIZE}"}), Answer()],
        requests=2,
        part=BODY[:HALF],
    ),
    "Range refused": Case([Answer(b"", status=416), Answer()], requests=2, part=BODY[:HALF]),
    "too much was there": Case([Answer()], requests=2, part=BODY + b"x"),
    "changed between two requests": Case([tagged(body=OTHER, send=HALF), tagged('"2"')], requests=2, known="nothing"),
    "changed, If-Range not understood": Case(
        [tagged(body=OTHER, send=HALF), tagged('"2"', minds_tag=False)], requests=3, known="nothing"
    ),
    "changed its size, tells no version": Case([Answer(OTHER * 2, send=HALF), Answer()], requests=2, known="nothing"),
    "changed its size, version stays": Case([tagged(body=OTHER * 2, send=HALF), tagged()], requests=3, known="nothing"),
    # Redirects
    "redirected": Case([redirect("/next"), Answer()], requests=1),
    "redirected for good": Case([redirect("/next", 301)], requests=1),
    "redirected, method kept": Case([redirect("/next", 307)], requests=1),
    "redirected to itself": Case([redirect("/photos.zip")], "redirected more than 10 times, at last to", 11),
    "redirected to a local file": Case([redirect("file:///etc/hostname")], "file:///etc/hostname, which is no web", 1),
    "redirected to a local file without a host": Case([redirect("file:/etc/hostname")], "which is no web address", 1),
    "redirected to nonsense": Case([redirect("http://[")], "redirected to 'http://['", 1),
    "redirected nowhere": Case([Answer(b"", status=302)], "HTTP 302 Found", 1),
    "redirected to no host": Case([redirect("http://127.0.0.1:1/")], "refused", 8),
}
KNOWN = {"size and checksum": {"bytes": SIZE, "sha256": SHA256}, "size": {"bytes": SIZE}, "nothing": {}}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_misbehaving_peer(server, tmp_path, case):
    server.answers["/photos.zip"] = list(case.answers)
    if case.part:
        (tmp_path / f"{case.name}.part").write_bytes(case.part)
    file = File(case.name, (f"{server.url}/photos.zip",), **KNOWN[case.known])
    path = tmp_path / case.name
    if case.error is None:
        assert fetch(file, tmp_path, mirror=None, dataset="mscoco") == path
        assert path.read_bytes() == BODY
        assert list(tmp_path.iterdir()) == [path]
    else:
        with pytest.raises(BadData) as caught:
            fetch(file, tmp_path, mirror=None, dataset="mscoco")
        assert case.error in str(caught.value)
        assert caught.value.file == path
        assert caught.value.fix
        assert not path.exists()
    requests = [path for path, _ in server.log if path == "/photos.zip"]
    assert len(requests) == case.requests


IN_TWO_HOURS = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("7", 7),
        ("0", 1),  # not sooner than the back-off
        ("99999", 600),  # not for ever
        pytest.param(IN_TWO_HOURS, 600, id="in two hours-600"),  # a name that is the same in every process of the tests
        ("Mon, 01 Jan 2024 00:00:00 GMT", 1),
        ("soon", 1),
        ("-5", 1),
    ],
)
def test_retry_after(server, tmp_path, naps, status, said, wait):
    server.answers["/photos.zip"] = [Answer(status=status, headers={"Retry-After": said}), Answer()]
    file = File("photos.zip", (f"{server.url}/photos.zip",), **KNOWN["size"])
    assert fetch(file, tmp_path, mirror=None, dataset="mscoco").read_bytes() == BODY
    assert naps == [wait]


def test_back_off_doubles_up_to_a_bound(server, tmp_path, naps):
    server.answers["/photos.zip"] = [Answer(status=500)]
    with pytest.raises(BadData):
        fetch(File("photos.zip", (f"{server.url}/photos.zip",)), tmp_path, mirror=None, dataset="mscoco")
    assert naps == [1, 2, 4, 8, 16, 32, 60]


STALLS = {
    "no answer": Answer(raw=b"", then="stall"),
    "an answer byte by byte": Answer(raw=b"HTTP/1.1 200 OK\r\n", then="trickle"),
    "no byte of the body": Answer(send=0, then="stall"),
    "half of the body": Answer(send=HALF, then="stall"),
    "half, then byte by byte": Answer(BODY[:HALF] + b"x" * HALF, send=HALF, then="trickle"),
    "chunked, half": Answer(chunked=True, send=HALF, then="stall"),
    "chunked, half, then a chunk's length byte by byte": Answer(chunked=True, send=HALF, then="trickle"),
}


@pytest.mark.parametrize("answer", STALLS.values(), ids=STALLS)
def test_stalling_peer_is_given_up(server, tmp_path, monkeypatch, answer):
    monkeypatch.setattr(transfer_module, "STALL_S", 0.05)
    monkeypatch.setattr(transfer_module, "ATTEMPTS", 2)
    server.answers["/photos.zip"] = [answer]
    file = File("photos.zip", (f"{server.url}/photos.zip",), **KNOWN["size"])
    with pytest.raises(BadData, match=r"stalled: \d+ bytes in 0.05 s \(2 attempts\)"):
        fetch(file, tmp_path, mirror=None, dataset="mscoco")
    assert not (tmp_path / "photos.zip").exists()


def test_body_of_a_redirect_is_not_waited_for(server, tmp_path):
    server.answers["/first"] = [Answer(raw=b"HTTP/1.1 302 Found\r\nLocation: /photos.zip\r\n\r\n", then="trickle")]
    file = File("photos.zip", (f"{server.url}/first",))
    assert fetch(file, tmp_path, mirror=None, dataset="mscoco").read_bytes() == BODY


def test_stall_is_followed_by_the_rest(server, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer_module, "STALL_S", 0.05)
    server.answers["/photos.zip"] = [tagged(send=HALF, then="stall"), tagged()]
    file = File("photos.zip", (f"{server.url}/photos.zip",))
    assert fetch(file, tmp_path, mirror=None, dataset="mscoco").read_bytes() == BODY
    assert server.asked() == [None, f"bytes={HALF}-"]


@pytest.mark.parametrize(
    "answers",
    [[Answer(send=HALF, then="stall")], [Answer(send=HALF), Answer(status=503, headers={"Retry-After": "9"})]],
)
def test_time_is_over(server, tmp_path, answers):
    server.answers["/photos.zip"] = answers
    file = File("photos.zip", (f"{server.url}/photos.zip",), **KNOWN["size and checksum"])
    with pytest.raises(BadData, match=f"the time for fetching is over; {HALF} bytes of photos.zip are kept") as caught:
        fetch(file, tmp_path, mirror=None, dataset="mscoco", deadline=time.monotonic() + 1)
    assert "raw.max_hours" in caught.value.fix
    assert not (tmp_path / "photos.zip").exists()
    server.answers["/photos.zip"] = [Answer()]
    assert fetch(file, tmp_path, mirror=None, dataset="mscoco").read_bytes() == BODY
    assert server.asked()[-1] == f"bytes={HALF}-"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_full_disk(server, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer_module, "open", lambda *_: Path("/dev/full").open("wb"), raising=False)  # noqa: SIM115
    file = File("photos.zip", (f"{server.url}/photos.zip",), **KNOWN["size"])
    with pytest.raises(BadData, match="it cannot be written: No space left on device"):
        fetch(file, tmp_path, mirror=None, dataset="mscoco")

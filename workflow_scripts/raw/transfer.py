"""One address to one partial file: streamed, continued where it broke off, given up where it stands still.

A partial file is continued only if that cannot splice two versions of the file: by If-Range with what the server said
of its version when the transfer began (kept beside the partial file), or if the whole's SHA-256 is known.
"""

import contextlib
import io
import json
import os
import queue
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urljoin, urlsplit
from urllib.request import url2pathname

import requests
import urllib3
from requests.adapters import HTTPAdapter

from workflow_scripts.errors import BadData
from workflow_scripts.files import write_text
from workflow_scripts.progress import say
from workflow_scripts.raw.files import Expected
from workflow_scripts.raw.meter import Meter

ATTEMPTS = 8  # in a row that get no further
BACKOFF_S = 1.0  # before the second attempt; doubles with each
MAX_BACKOFF_S = 60.0
MAX_RETRY_AFTER_S = 600.0  # a server that asks for more patience is asked sooner all the same
CONNECT_S = 20.0
STALL_S = 60.0  # without an answer, or with fewer than STALL_BYTES of it
STALL_BYTES = 60_000
MAX_REDIRECTS = 10
MAX_BYTES = 1 << 38  # 256 GiB, above every dataset's largest file: the end of a body whose length is not told
CHUNK = 1 << 20
A_PAGE = "a web page, not a file: it may ask to log in or to accept terms"
_PACKINGS = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress")


class GoneWrong(Exception):
    """This address does not give the file."""


class OutOfTime(Exception):
    """The deadline has passed."""


class _TryAgain(Exception):
    """The address may give it if asked again; wait: seconds after which it wants to be."""

    def __init__(self, problem: str, *, wait: float = 0.0):
        super().__init__(problem)
        self.wait = wait


def transfer(url: str, part: Path, name: str, expected: Expected, *, deadline: float) -> None:
    """Complete the file `part` from one address; each drop is followed by another attempt.

    name: the file's own. deadline: of time.monotonic(). Raises GoneWrong, OutOfTime, or BadData if it cannot be
    written. What was fetched by then stays for the next call.
    """
    furthest, failed = _size(part), 0
    while not 0 < _size(part) == expected.bytes:
        try:
            return _attempt(url, part, name, expected, deadline)
        except (_TryAgain, requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
            failed = 1 if _size(part) >= furthest + STALL_BYTES else failed + 1
            furthest = max(furthest, _size(part))
            problem = _said(error)
            if failed >= ATTEMPTS:
                raise GoneWrong(f"{problem} ({failed} attempts)") from error
            wait = max(min(BACKOFF_S * 2 ** (failed - 1), MAX_BACKOFF_S), getattr(error, "wait", 0.0))
            if time.monotonic() + wait > deadline:
                raise OutOfTime from error
            say(f"{url}: {problem}; asking again in {wait:.3g} s")
            time.sleep(wait)
        except requests.RequestException as error:
            raise GoneWrong(str(error)) from error
        except OSError as error:
            raise BadData(
                f"it cannot be written: {error.strerror}", file=part, fix="make room and run the same command again"
            ) from error


def _said(error: Exception) -> str:
    """What went wrong, without the library's "max retries exceeded", of which there were none."""
    return str(getattr(error.args[0] if error.args else None, "reason", error))


def _attempt(url: str, part: Path, name: str, expected: Expected, deadline: float) -> None:
    """One request: the rest of the file is added to `part`, or all of it if the server does not continue."""
    known = _Version.of(part, url)
    have = _size(part) if known.tag or expected.sha256 else 0
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-"} | ({"If-Range": known.tag} if known.tag else {})
    with contextlib.closing(_Exchange(url, headers)) as exchange:
        response = exchange.answer(deadline)
        start, total = _extent(response, have)
        version = _Version(url, _tag(response), total)
        if have and start != 0 and not (known.continued_by(version) and (start or total == have)):
            discard(part)
            raise _TryAgain(f"the {have} bytes fetched before are of another version; starting over")
        if start is None:
            return  # there is nothing left to fetch
        _check_offer(response, name, total, expected)
        if start == 0:
            discard(part)
        limit = next((n for n in (total, expected.bytes) if n is not None), MAX_BYTES)
        with open(part, "ab") as out, Meter(name, start=start, total=total) as meter:
            if start == 0:
                version.keep(part)
            done = _receive(exchange.body(deadline), out, start, limit, meter)
    if done > limit:
        discard(part)
        raise _TryAgain(f"more than the {limit} bytes expected came; starting over")
    if done < limit < MAX_BYTES:
        raise _TryAgain(f"the connection ended at byte {done} of {limit}")
    if _is_page(part) and not _may_be_page(name):
        discard(part)
        raise GoneWrong(A_PAGE)


def _receive(pieces: Iterator[bytes], out: IO[bytes], start: int, limit: int, meter: Meter) -> int:
    """Write a body that begins at byte `start`; returns where it ends, or something above `limit`."""
    done = start
    try:
        for piece in pieces:
            done += len(piece)
            if done > limit:
                break
            out.write(piece)
            meter.at(done)
    except urllib3.exceptions.ProtocolError as error:
        of = f" of {limit}" if limit < MAX_BYTES else ""
        raise _TryAgain(f"the connection broke at byte {done}{of}") from error
    return done


def _extent(response: requests.Response, have: int) -> tuple[int | None, int | None]:
    """Where the body begins in the file (None: nowhere useful), and the file's size if it is told."""
    status, length = response.status_code, response.headers.get("Content-Length", "")
    if status == 200:
        return 0, int(length) if length.isdecimal() else None
    if have and status in (206, 416):
        said = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers.get("Content-Range", ""))
        total = int(said[2]) if said and said[2] != "*" else None
        return have if said and status == 206 and said[1] == str(have) else None, total
    problem = f"HTTP {status} {response.reason}"
    if status >= 500 or status in (408, 429):
        raise _TryAgain(problem, wait=_retry_after(response))
    raise GoneWrong(problem)


def _retry_after(response: requests.Response) -> float:
    """Seconds that the server wants to be left alone; it gives them, or a date."""
    said = response.headers.get("Retry-After")
    with contextlib.suppress(urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        return min(urllib3.Retry().parse_retry_after(said), MAX_RETRY_AFTER_S) if said else 0.0
    return 0.0


def _check_offer(response: requests.Response, name: str, total: int | None, expected: Expected) -> None:
    """Raises GoneWrong if what is about to come cannot be the file."""
    if "text/html" in response.headers.get("Content-Type", "") and not _may_be_page(name):
        raise GoneWrong(A_PAGE)
    packing = response.headers.get("Content-Encoding", "").lower()
    if packing in _PACKINGS and not name.endswith((".gz", ".tgz")):  # there it may mean the file's own packing
        raise GoneWrong(f"the server packs the file ({packing}) though asked not to")
    if None not in (expected.bytes, total) and total != expected.bytes:
        raise GoneWrong(f"{total} bytes offered, {expected.bytes} expected ({expected.by})")


def _may_be_page(name: str) -> bool:
    return name.endswith((".html", ".htm"))


def _is_page(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(64).lstrip().lower().startswith((b"<!doctype html", b"<html"))


@dataclass(frozen=True)
class _Version:
    """What a server says of the version of the file that it sends."""

    url: str
    tag: str | None  # for If-Range
    total: int | None

    def continued_by(self, other: "_Version") -> bool:
        """Whether nothing speaks against its being the same one."""
        told = [(self.tag, other.tag), (self.total, other.total)]
        return all(a is None or b is None or a == b for a, b in told)

    def keep(self, part: Path) -> None:
        """Write it beside the partial file."""
        write_text(_beside(part), json.dumps(asdict(self), sort_keys=True) + "\n")

    @classmethod
    def of(cls, part: Path, url: str) -> "_Version":
        """What was kept of it, if that was said by this address."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            kept = cls(**json.loads(_beside(part).read_text(encoding="utf-8")))
            if kept.url == url:
                return kept
        return cls(url, None, None)


def _tag(response: requests.Response) -> str | None:
    """The strong entity tag, else the time of the last change."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified")


def _beside(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def finish(part: Path, path: Path) -> None:
    """Give a complete partial file its name."""
    os.replace(part, path)
    _beside(part).unlink(missing_ok=True)


def discard(part: Path) -> None:
    """Remove a partial file and what was kept of its version."""
    part.unlink(missing_ok=True)
    _beside(part).unlink(missing_ok=True)


class _Exchange:
    """One request and its answer, in a thread of its own: no timeout of a socket ends a peer that sends a byte now and
    then, in the body or before it. `close` leaves such a thread to itself; it ends with its peer or with the process.
    """

    def __init__(self, url: str, headers: dict[str, str]):
        self._given: queue.Queue = queue.Queue(maxsize=8)
        self._closed = threading.Event()
        threading.Thread(target=self._run, args=(url, headers), daemon=True).start()

    def answer(self, deadline: float) -> requests.Response:
        """Status and headers, after redirects."""
        return next(self._items(deadline, least=0))

    def body(self, deadline: float) -> Iterator[bytes]:
        """The pieces of the body as they come; the bytes are not decoded."""
        return self._items(deadline, least=STALL_BYTES)

    def close(self) -> None:
        self._closed.set()

    def _items(self, deadline: float, least: int) -> Iterator:
        """What the thread gave; fewer than `least` bytes of it in STALL_S, or nothing, raise _TryAgain."""
        began, got = time.monotonic(), 0
        while True:
            try:
                item = self._given.get(timeout=max(0.0, min(began + STALL_S, deadline) - time.monotonic()))
            except queue.Empty:
                item = None
            if isinstance(item, Exception):
                raise item
            if item == b"":
                return
            if item is not None:
                yield item
                got += len(item) if isinstance(item, bytes) else 0
            now = time.monotonic()
            if now >= deadline:
                raise OutOfTime
            if now >= began + STALL_S:
                if got <= least:
                    raise _TryAgain(f"stalled: {got} bytes in {STALL_S:g} s")
                began, got = now, 0

    def _run(self, url: str, headers: dict[str, str]) -> None:
        try:
            with _session(url) as session, _open(session, url, headers) as response:
                item = response
                while self._give(item) and item != b"":
                    item = response.raw.read1(CHUNK, decode_content=False)
        except Exception as error:  # raised where it is waited for
            self._give(error)

    def _give(self, item: requests.Response | bytes | Exception) -> bool:
        """Hand it over; False if nobody wants it any more."""
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                self._given.put(item, timeout=0.1)
                return True
        return False


def _open(session: requests.Session, url: str, headers: dict[str, str]) -> requests.Response:
    """The answer at the end of all redirects; of theirs nothing but the headers is read."""
    timeout = CONNECT_S, 3 * STALL_S  # the second only ends a thread that was left to itself
    for _ in range(MAX_REDIRECTS + 1):
        response = session.get(url, headers=headers, stream=True, timeout=timeout, allow_redirects=False)
        target = requests.Session.get_redirect_target(session, response)
        if target is None:
            return response
        response.close()
        try:
            url = urljoin(url, target)
            local = urlsplit(url).scheme not in ("http", "https")
        except ValueError as error:
            raise GoneWrong(f"redirected to {target!r}: {error}") from error
        if local:  # no web server may name a local file
            raise GoneWrong(f"redirected to {url}, which is no web address")
    raise GoneWrong(f"redirected more than {MAX_REDIRECTS} times, at last to {url}")


class _Session(requests.Session):
    """Leaves redirects alone: the library's own way reads their bodies whole, however long."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def _session(url: str) -> requests.Session:
    session = _Session()
    session.headers["User-Agent"] = "multiinstruct-workflow"
    if urlsplit(url).scheme == "file":
        session.mount("file://", _LocalFiles())
    return session


class _LocalFiles(HTTPAdapter):
    """Answers file:// as a web server answers http://, so that one path of code serves both."""

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        status, reason, headers = 200, "OK", {}
        try:
            body = open(url2pathname(urlsplit(request.url).path), "rb")  # noqa: SIM115 - closed with the response
        except OSError as error:
            status, reason, body = 404, error.strerror, io.BytesIO()
        else:
            stat = os.fstat(body.fileno())
            headers["ETag"] = f'"{stat.st_mtime_ns:x}-{stat.st_ino:x}"'
            asked = request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")
            start = int(asked) if request.headers.get("If-Range", headers["ETag"]) == headers["ETag"] else 0
            headers["Content-Length"] = str(max(0, stat.st_size - start))
            if start:
                status = 206 if start < stat.st_size else 416
                span = f"{start}-{stat.st_size - 1}" if status == 206 else "*"
                headers["Content-Range"] = f"bytes {span}/{stat.st_size}"
                body.seek(start)
        answer = urllib3.HTTPResponse(body, headers, status=status, reason=reason, preload_content=False)
        return self.build_response(request, answer)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0

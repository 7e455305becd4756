"""Fetch a declared file: from its publisher or a mirror, resumed where it stopped, checked before it gets its name."""

import contextlib
import io
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import url2pathname

import requests
import urllib3
from requests.adapters import HTTPAdapter
from tqdm import tqdm

from workflow_scripts.errors import BadData
from workflow_scripts.files import sha256
from workflow_scripts.progress import say
from workflow_scripts.raw.files import File

ATTEMPTS = 6  # in a row that bring no byte, per URL
BACKOFF_S = 1.0  # before the second attempt; doubles with each
TIMEOUT_S = (20, 60)  # to connect; between two reads
CHUNK = 1 << 20
SAY_EVERY_S = 60


class _GoneWrong(Exception):
    """This URL does not give the file."""


class _TryAgain(Exception):
    """It may, if asked again."""


def fetch(file: File, to: Path, *, mirror: str | None, dataset: str) -> Path:
    """Bring `file` into the folder `to`; returns its path there. One that is there and right is left alone.

    mirror: prefix of a URL (file:///..., http://...); if given, `<mirror>/<dataset>/<name>` is the only address asked.
    The declared size and SHA-256 hold for a mirror too. Raises BadData if no URL gives the file, if it is not the
    declared one, or if it is absent and can only be fetched by hand.
    """
    path = to / file.name
    if mirror:
        urls = (f"{mirror.rstrip('/')}/{dataset}/{quote(file.name, safe='/+')}",)
    else:
        urls = () if file.page else file.urls
    if path.is_file():
        wrong = _mismatch(file, path)
        if not wrong:
            return path
        if not urls:
            raise BadData(wrong, file=path, fix=f"fetch it again from {file.page}")
        say(f"{path}: {wrong}; fetching it anew")
    elif not mirror and file.page:
        raise BadData(
            f"{dataset} needs {file.name}, which can only be fetched by hand",
            file=path,
            fix=f"visit {file.page}, fetch {file.name} there and put it at {path}; then run the same command again",
        )
    part = path.with_name(f"{path.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    _from_any(urls, part, file, path)
    if wrong := _mismatch(file, part):
        part.unlink()
        raise BadData(
            f"what was fetched is not the declared file: {wrong}",
            file=path,
            fix="run the same command to fetch it anew; if that gives the same, the publisher has changed the file: "
            f"compare, then correct its declaration in workflow_scripts/datasets/{dataset}.py",
        )
    os.replace(part, path)
    return path


def _mismatch(file: File, path: Path) -> str | None:
    """How the bytes at `path` differ from what is declared."""
    size = path.stat().st_size
    if file.bytes is not None and size != file.bytes:
        return f"{size} bytes found, {file.bytes} expected"
    if file.sha256 is not None and (found := sha256(path)) != file.sha256:
        return f"SHA-256 {found} found, {file.sha256} expected"
    return None


def _from_any(urls: tuple[str, ...], part: Path, file: File, path: Path) -> None:
    """Complete `part` from the first URL that gives the file."""
    reasons = []
    for url in urls:
        try:
            return _from_one(url, part, file)
        except _GoneWrong as error:
            reasons.append(f"\n    {url}: {error}")
            say(f"{url}: {error}")
    raise BadData(
        f"{file.name} could not be fetched; addresses tried: {''.join(reasons) or 'none is declared'}",
        file=path,
        fix="check the network and the addresses and run the same command again (it goes on where it stopped), "
        f"or put the file at {path} by hand",
    )


def _from_one(url: str, part: Path, file: File) -> None:
    """Complete `part` from one URL, asking again after each drop; attempts are counted anew when bytes arrive."""
    failed = 0
    with _session(url) as session:
        while True:
            before = _size(part)
            if before and before == file.bytes:
                return
            try:
                return _stream(session, url, part, file)
            except (_TryAgain, requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
                failed = 1 if _size(part) > before else failed + 1
                if failed >= ATTEMPTS:
                    raise _GoneWrong(f"{error} ({failed} attempts)") from error
                wait = BACKOFF_S * 2 ** (failed - 1)
                say(f"{url}: {error}; asking again in {wait:g} s")
                time.sleep(wait)
            except requests.RequestException as error:
                raise _GoneWrong(str(error)) from error


def _stream(session: requests.Session, url: str, part: Path, file: File) -> None:
    """One request: the rest of the file is added to `part`, or all of it if the server does not continue."""
    have = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with session.get(url, headers=headers, stream=True, timeout=TIMEOUT_S) as response:
        start, total = _extent(response, have)
        if start is None:
            if total == have:
                return
            part.unlink()
            raise _TryAgain(f"the {have} bytes fetched before do not fit; starting over")
        if "text/html" in response.headers.get("Content-Type", "") and not file.name.endswith((".html", ".htm")):
            raise _GoneWrong("a web page, not a file: it may ask to log in or to accept terms")
        if None not in (file.bytes, total) and total != file.bytes:
            raise _GoneWrong(f"{total} bytes offered, {file.bytes} expected")
        with open(part, "ab" if start else "wb") as out:
            for chunk in _shown(response.raw.stream(CHUNK, decode_content=False), file.name, start, total):
                out.write(chunk)
    expected = total if total is not None else file.bytes
    if expected is not None and _size(part) < expected:
        raise _TryAgain(f"the connection ended at byte {_size(part)} of {expected}")


def _extent(response: requests.Response, have: int) -> tuple[int | None, int | None]:
    """Where the body begins in the file (None: nowhere useful), and the file's size if it is told."""
    status, length = response.status_code, response.headers.get("Content-Length")
    if status == 200:
        return 0, int(length) if length else None
    if have and status in (206, 416):
        said = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers.get("Content-Range", ""))
        total = int(said[2]) if said and said[2] != "*" else None
        return have if said and status == 206 and said[1] == str(have) else None, total
    problem = f"HTTP {status} {response.reason}"
    raise _TryAgain(problem) if status >= 500 or status in (408, 429) else _GoneWrong(problem)


def _shown(chunks: Iterable[bytes], name: str, start: int, total: int | None) -> Iterator[bytes]:
    """Pass chunks on; show bytes, rate and time left: a bar on a terminal, else a line a minute."""
    began = said = time.monotonic()
    done = start
    with tqdm(
        desc=name, initial=start, total=total, unit="B", unit_scale=True, leave=False, disable=not sys.stderr.isatty()
    ) as bar:
        for chunk in chunks:
            yield chunk
            done += len(chunk)
            bar.update(len(chunk))
            now = time.monotonic()
            if bar.disable and now - said >= SAY_EVERY_S:
                said = now
                say(
                    tqdm.format_meter(
                        done, total, now - began, ncols=0, prefix=name, unit="B", unit_scale=True, initial=start
                    )
                )


@contextlib.contextmanager
def _session(url: str) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["User-Agent"] = "multiinstruct-workflow"
        if urlsplit(url).scheme == "file":  # only then: no web server may redirect to a local file
            session.mount("file://", _LocalFiles())
        yield session


class _LocalFiles(HTTPAdapter):
    """Answers file:// as a web server answers http://, so that one path of code serves both."""

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:
        start = int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        status, reason, headers = 200, "OK", {}
        try:
            body = open(url2pathname(urlsplit(request.url).path), "rb")  # noqa: SIM115 - closed with the response
        except OSError as error:
            status, reason, body = 404, error.strerror, io.BytesIO()
        else:
            size = os.fstat(body.fileno()).st_size
            headers["Content-Length"] = str(max(0, size - start))
            if start:
                status = 206 if start < size else 416
                headers["Content-Range"] = f"bytes {f'{start}-{size - 1}' if start < size else '*'}/{size}"
                body.seek(start)
        answer = urllib3.HTTPResponse(body, headers, status=status, reason=reason, preload_content=False)
        return self.build_response(request, answer)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0

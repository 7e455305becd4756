"""A real web server on this machine that misbehaves as asked."""

import re
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from workflow_scripts.raw import transfer as transfer_module

BODY = bytes(range(256)) * 1024  # 256 KiB
OTHER = BODY[::-1]  # another version, of the same size


@dataclass(frozen=True)
class Answer:
    """How one request is answered; by default as an honest server does."""

    body: bytes = BODY
    status: int | None = None  # None: 200, or 206 to a Range
    headers: Mapping[str, str | None] = field(default_factory=dict)  # instead of the honest ones; None: left out
    ranges: bool = True  # whether Range is honoured
    tag: str | None = None  # the ETag; If-Range is compared with it
    minds_tag: bool = True  # whether If-Range is understood
    chunked: bool = False
    send: int | None = None  # bytes of the body after which ...
    then: str = "end"  # ... the connection ends, or it is kept and they "stall" or "trickle"
    raw: bytes | None = None  # exactly what is sent


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        server: Server = self.server
        asked = dict(self.headers)
        with server.busy:
            told = server.answers[self.path] or [Answer()]
            answer = told[min(len([p for p, _ in server.log if p == self.path]), len(told) - 1)]
            server.log.append((self.path, asked))
        if answer.raw is not None:
            self.wfile.write(answer.raw)
            self.close_connection = True
            return self.linger(answer)
        body, headers = answer.body, {}
        status = answer.status or 200
        wanted = re.fullmatch(r"bytes=(\d+)-", asked.get("Range", ""))
        same = not answer.minds_tag or asked.get("If-Range", answer.tag) == answer.tag
        if wanted and answer.ranges and answer.status is None and same:
            start = int(wanted[1])
            body = answer.body[start:]
            status = 206 if body else 416
            span = f"{start}-{len(answer.body) - 1}" if body else "*"
            headers["Content-Range"] = f"bytes {span}/{len(answer.body)}"
        if answer.tag:
            headers["ETag"] = answer.tag
        headers |= {"Transfer-Encoding": "chunked"} if answer.chunked else {"Content-Length": str(len(body))}
        self.send_response(status)
        for name, value in (headers | answer.headers).items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        sent = body if answer.send is None else body[: answer.send]
        self.wfile.write(b"%x\r\n%b\r\n" % (len(sent), sent) if answer.chunked else sent)
        if answer.send is None and answer.chunked:
            self.wfile.write(b"0\r\n\r\n")
        if answer.send is not None or answer.headers.get("Content-Length", "") is None:
            self.close_connection = True
            self.linger(answer)

    def linger(self, answer: Answer):
        while answer.then != "end" and not self.server.over.wait(0.005):
            if answer.then == "trickle":
                try:
                    self.wfile.write(b"x")
                except OSError:  # the other side has gone
                    return


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, list[Answer]] = defaultdict(list)  # path: to its requests, in order; the last repeats
        self.log: list[tuple[str, dict[str, str]]] = []  # path and headers of each request
        self.over, self.busy = threading.Event(), threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        """The other side has gone: that is no news here."""

    def asked(self, header: str = "Range") -> list[str | None]:
        return [headers.get(header) for _, headers in self.log]


@pytest.fixture
def server(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def naps(monkeypatch) -> list[float]:
    """How long fetching would have slept, in seconds; it does not."""
    taken: list[float] = []
    monkeypatch.setattr(transfer_module, "time", SimpleNamespace(monotonic=time.monotonic, sleep=taken.append))
    return taken

"""A real web server on this machine that misbehaves as asked."""

import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from workflow_scripts.raw import fetch as fetch_module

BODY = bytes(range(256)) * 8192  # 2 MiB


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        server, route = self.server, self.path.split("/")[1]
        server.log.append((self.path, self.headers.get("Range")))
        server.seen[self.path] += 1
        first = server.seen[self.path] == 1
        if route == "absent":
            return self.send_error(404)
        if route == "down" or (route == "busy" and first):
            return self.send_error(503)
        if route == "to-local-file":
            self.send_response(302)
            self.send_header("Location", "file:///etc/hostname")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked and route != "no-range" else 0
        body = server.body[start:]
        if asked and route != "no-range":
            self.send_response(206 if body else 416)
            said = 0 if route == "wrong-range" else start
            last = f"{said}-{len(server.body) - 1}" if body else "*"
            self.send_header("Content-Range", f"bytes {last}/{len(server.body)}")
        else:
            self.send_response(200)
        if route == "login":
            self.send_header("Content-Type", "text/html; charset=utf-8")
        if route == "packed":  # as some servers label .tar.gz: not to be decoded
            self.send_header("Content-Encoding", "gzip")
        if route == "no-length":  # the end of the connection is the end of the file, or is it
            self.close_connection = True
            body = body[: len(body) // 2] if first else body
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if route == "drops" and len(body) > len(server.body) // 4:  # half of the rest, then the line goes dead
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body, self.log, self.seen = BODY, [], Counter()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def ranges(self) -> list[str | None]:
        return [asked for _, asked in self.log]


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fetch_module, "BACKOFF_S", 0.001)
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()

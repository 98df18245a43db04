"""A provider on loopback: keeps what it was told, and answers, hangs or hangs up as a test says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANGS_SECONDS = 5  # far beyond the patience of any test


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Provider:
    """`answer` is the status and body of every answer; None hangs, "cut" ends the connection.

    A status of 3xx points elsewhere on the same provider.
    """

    answer: tuple[int, str] | str | None = (200, "{}")
    calls: list[Call] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider for one test."""
    played = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            played.calls.append(Call(self.command, self.path, headers, body))
            if played.answer is None and played.released.wait(HANGS_SECONDS):
                return
            if isinstance(played.answer, str):
                self.connection.close()
                return
            # Who waited for as long as that gets an answer, and fails a test of its patience.
            status, text = played.answer or (200, "{}")
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{played.url}/elsewhere")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield played
    finally:
        played.released.set()
        server.shutdown()
        server.server_close()
        thread.join()

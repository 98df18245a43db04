"""Bytes without end around the body of a form: trailers, extensions of chunks, line ends.

They stand where no limit of a body sees them, and each must be counted somewhere.
"""

from __future__ import annotations

import contextlib
import re
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from tests.harness.product import Server

HELLO = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
OPENED = (
    b"POST /p/face HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n"
)
#: What may stand around the pieces of a body: how it begins, and what comes again and again.
WITHOUT_END = {
    "trailers": (OPENED + b"0\r\n", b"X-Forwarded-For: 192.0.2.1\r\n" * 2000),
    "trailers of many names": (OPENED + b"0\r\n", b"".join(b"x%d:y\r\n" % n for n in range(9000))),
    "one trailer": (OPENED + b"0\r\nX: ", b"y" * 60_000),
    "the name of a trailer": (OPENED + b"0\r\n", b"y" * 60_000),
    "an extension of a chunk": (OPENED + b"5;a=", b"y" * 60_000),
    "an extension of the last chunk": (OPENED + b"0;a=", b"y" * 60_000),
    "extensions of small chunks": (OPENED, b"1;%s\r\n&\r\n" % (b"a" * 200) * 300),
    "the length of a chunk": (OPENED, b"0" * 60_000),
    "line ends between requests": (HELLO, b"\r\n" * 30_000),
    "trailers behind a form for nobody": (
        OPENED.replace(b"/p/face", b"/p/nothing") + b"0\r\n",
        b"X: y\r\n" * 9000,
    ),
}


@dataclass(frozen=True, slots=True)
class Poured:
    """What came of it: how many bytes were taken from us, by how many megabytes the server grew at
    its most, and what it answered, 0 if it hung up."""

    sent: int
    megabytes: float
    status: int


def pour(server: Server, begin: bytes, more: bytes, count: int) -> Poured:
    """Begin a form, and send so many bytes of what comes again and again."""
    _of(server, "clear_refs").write_text("5")  # the peak begins anew
    before, sent, answer = _memory(server, "VmRSS"), 0, b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(begin)
        time.sleep(0.1)  # what comes with the head is counted as the head is
        with contextlib.suppress(ConnectionError):
            while sent < count:
                connection.sendall(more)
                sent += len(more)
        with contextlib.suppress(ConnectionError):
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
    found = re.findall(rb"HTTP/1.1 (\d+)", answer)
    return Poured(sent, _memory(server, "VmHWM") - before, int(found[-1]) if found else 0)


def _of(server: Server, name: str) -> Path:
    return Path(f"/proc/{server.process.pid}/{name}")


def _memory(server: Server, of: str) -> float:
    found = re.search(rf"{of}:\s+(\d+) kB", _of(server, "status").read_text())
    assert found, of
    return int(found[1]) / 1024

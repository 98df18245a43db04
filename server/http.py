"""HTTP/1.1 for people on slow links: uvicorn, with the bounds that it lacks and a clean end.

uvicorn's own protocol takes heads of any size and age, closes every HTTP/1.0 connection, answers
400 to a request that it has already carried out if stray bytes follow, resets connections whose
request is under way at SIGTERM, and then exits with -15. Each of these is mended here and has a
test; it rests on uvicorn's internals, so its version is pinned.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.supervisor import hold

WHOLE = "undersigned.whole"  # in a request's `extensions`: answers it in one write
HEAD_BYTES = 16_384
HEAD_SECONDS = 20.0
ARRIVE_SECONDS = 1.0  # at the end, for requests that may be on their way
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


async def answer_whole(cycle: RequestResponseCycle, head: bytes, body: bytes) -> None:
    """Write one whole answer at once: `head` is a status line and headers that were checked when
    they were made, with the length of the body. What uvicorn does with each header of each answer
    costs as much as all the rest of a page view."""
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return
    ours = b"".join(b"%s: %s\r\n" % header for header in cycle.default_headers)
    closing = b"" if cycle.keep_alive else b"connection: close\r\n"
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(b"%s%s%s\r\n%s" % (head, ours, closing, body))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 whose request heads are bounded in bytes and in seconds."""

    head_since: float | None = None
    head_bytes = 0
    too_large = False
    draining = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.head_since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        self.head_bytes += len(data)
        super().data_received(data)
        if self.head_since is None:
            self.head_bytes = 0
        elif self.head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.refuse_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.head_since = self.loop.time()

    def on_headers_complete(self) -> None:
        # The bytes may be a body's: count the head itself before refusing.
        if self.head_bytes > HEAD_BYTES and self._head_size() > HEAD_BYTES:
            self.too_large = True
            raise ValueError("request head too large")
        self.head_since = None
        self.head_bytes = 0
        super().on_headers_complete()
        self.scope["extensions"] = {WHOLE: partial(answer_whole, self.cycle)}  # type: ignore[dict-item]
        if self.draining:
            self.cycle.keep_alive = False
        elif self.scope["http_version"] == "1.0" and self.parser.should_keep_alive():
            # Old browsers and proxies ask to keep the connection, and must be told that it is.
            self.cycle.keep_alive = True
            kept = (b"connection", b"keep-alive")
            self.cycle.default_headers = [*self.cycle.default_headers, kept]

    def send_400_response(self, msg: str) -> None:
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        if self.too_large:
            self.refuse_head()
        elif cycle is not None and not cycle.response_complete and not cycle.more_body:
            # Stray bytes after a whole request: that one runs, so it gets its own answer.
            cycle.keep_alive = False
            self.flow.pause_reading()
        else:
            super().send_400_response(msg)

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def shutdown(self) -> None:
        """Answer what is under way; what may be on its way gets `ARRIVE_SECONDS` to arrive."""
        self.draining = True
        if self.head_since is None:
            super().shutdown()
        else:
            # Closed at once, a client that had just connected would see a reset.
            self.loop.call_later(ARRIVE_SECONDS, self.expire, float("inf"))

    def refuse_head(self) -> None:
        self.transport.write(_TOO_LARGE)
        self.transport.close()

    def expire(self, now: float) -> None:
        """Close the connection if its head has been on its way for too long."""
        if self.head_since is not None and now - self.head_since > HEAD_SECONDS:
            self.transport.close()


class Server(uvicorn.Server):
    """Exits with 0 after answering what was under way; drops heads that do not arrive."""

    def __init__(self, config: uvicorn.Config, supervisor: int | None = None) -> None:
        super().__init__(config)
        self._supervisor = supervisor

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._supervisor is not None:
            hold(self._supervisor, partial(self.handle_exit, signal.SIGTERM, None))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again after draining.
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:  # a tick is a tenth of a second
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Protocol):
                    connection.expire(now)
        return await super().on_tick(counter)

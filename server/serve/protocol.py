"""HTTP/1.1 for people on slow links: uvicorn, with the bounds that it lacks and a clean end.

uvicorn's own protocol takes heads of any size and age, waits for ever for a body, holds as many of
them as come, closes every HTTP/1.0 connection, answers 400 to a request that it has already carried
out if stray bytes follow, resets connections whose request is under way at SIGTERM, and then exits
with -15. Each of these is mended here and has a test; it rests on uvicorn's internals, so its
version is pinned.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.serve.head import read_target, refusal
from server.serve.supervisor import hold

WHOLE = "undersigned.whole"  # in a request's `extensions`: answers it in one write
REFUSALS = "refusals"  # in the lifespan's state: a page for each status that we answer ourselves
HEAD_BYTES = 16_384
HEAD_SECONDS = 20.0
# A body may pause for two minutes, as a phone does in a tunnel, and for longer the more of it is
# there: 100 bytes a second is a tenth of what the slowest link carries.
BODY_SECONDS = 120.0
BODY_RATE = 100
ARRIVING_BYTES = 64 * 1024 * 1024  # of all bodies that are on their way; beyond it only small ones
SMALL_BODY = 8192
UNWANTED_BYTES = 2 * 1024 * 1024  # of a body whose answer is written: read, so that it is seen
PIPELINED = 20  # requests that wait for the answer to an earlier one
LINGER_SECONDS = 5.0
STUCK_SECONDS = 120.0  # for somebody to take what we have written
ARRIVE_SECONDS = 1.0  # at the end, for requests that may be on their way
log = logging.getLogger(__name__)


class Arriving:
    """Bytes of bodies that are on their way, over all connections of this process.

    Not a number on the class: whenever one of those changes, Python forgets what it has learnt
    about every attribute of the class, which took a tenth of the time of a signing.
    """

    __slots__ = ("bytes",)

    def __init__(self) -> None:
        self.bytes = 0


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 in which nobody holds more than their share of memory, files and patience."""

    #: Connections of this process. The next one takes the place of somebody who keeps us waiting.
    most = 10_000
    arriving = Arriving()

    head_since: float | None = None
    head_bytes = 0
    body_since: float | None = None
    body_bytes = 0
    held = 0
    idle_since = 0.0
    stuck_since: float | None = None
    hung_up: float | None = None
    fault = 400
    draining = False

    # Connections.

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.head_since = self.loop.time()
        if len(self.connections) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._release()
        super().connection_lost(exc)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """Somebody who has said all may still listen: their request is answered."""
        cycle: RequestResponseCycle | None = self.cycle
        if self.hung_up or cycle is None or cycle.response_complete or cycle.more_body:
            return None
        cycle.keep_alive = False
        return True

    def _make_room(self) -> None:
        """Hang up on a sixteenth of those who keep us waiting: who is idle first, then who has been
        the longest at it. Nobody whose request is whole loses the answer."""
        others = (c for c in self.connections if isinstance(c, Protocol) and c is not self)
        waiting = sorted((c for c in others if c._waits()), key=Protocol._waiting)
        for connection in waiting[: max(1, self.most // 16)]:
            connection._give_way()
        if not waiting:
            self._give_way()

    def _waits(self) -> bool:
        """Whether it is the other side's turn."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete or self.body_since is not None

    def _waiting(self) -> tuple[bool, float]:
        since = self.body_since or self.head_since
        return since is not None, since or self.idle_since

    def _give_way(self) -> None:
        self.connections.discard(self)
        if self._waiting()[0]:
            self._write_refusal(503)
        if self.transport.get_write_buffer_size():  # who reads nothing cannot be told either
            self.transport.abort()
        self.transport.close()

    # Requests.

    def data_received(self, data: bytes) -> None:
        if self.hung_up:
            return
        self.head_bytes += len(data)
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.refuse(self.fault)
        if self.head_since is None:
            self.head_bytes = 0
            if self.timeout_keep_alive_task is None and self._is_idle():
                self._arm()  # a line end between requests, which old browsers send
        elif self.head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.refuse(431)

    def _decline(self, rest: bytes) -> None:
        """Read the request again as one that asks for no other protocol. Any client may ask (curl
        does, for HTTP/2), and the parser reads no form that comes with it."""
        lines = [b"%s: %s\r\n" % h for h in self.headers if h[0] != b"upgrade"]
        method, version = self.parser.get_method(), self.parser.get_http_version()
        head = b"%s %s HTTP/%s\r\n" % (method, self.url, version.encode())
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self.data_received(head + b"".join(lines) + b"\r\n" + rest)

    def _is_idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        done = cycle is not None and cycle.response_complete
        return done and self.body_since is None and not self.transport.is_closing()

    def _arm(self) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.head_since = self.loop.time()
        self.head_bytes = max(self.head_bytes, 1)

    def on_headers_complete(self) -> None:
        # The bytes may be a body's: count the head itself before refusing.
        if self.head_bytes > HEAD_BYTES and self._head_size() > HEAD_BYTES:
            self.fault = 431
            raise ValueError("request head too large")
        if len(self.pipeline) >= PIPELINED:
            raise ValueError("too many requests at once")
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            return  # see `_decline`
        method, version = self.parser.get_method(), self.parser.get_http_version()
        self.url, self.headers[:] = read_target(method, self.url, version, self.headers)
        super().on_headers_complete()
        self.body_since, self.head_since = self.head_since, None
        self.head_bytes = self.body_bytes = 0
        self.scope["extensions"] = {WHOLE: partial(self.answer_whole, self.cycle)}  # type: ignore[dict-item]
        if self.draining:
            self.cycle.keep_alive = False
        elif self.scope["http_version"] == "1.0" and self.parser.should_keep_alive():
            # Old browsers and proxies ask to keep the connection, and must be told that it is.
            self.cycle.keep_alive = True
            kept = (b"connection", b"keep-alive")
            self.cycle.default_headers = [*self.cycle.default_headers, kept]

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def on_body(self, body: bytes) -> None:
        self.body_bytes += len(body)
        if self.cycle.response_complete:
            if self.body_bytes > UNWANTED_BYTES:
                self._hang_up()
            return
        self.held += len(body)
        self.arriving.bytes += len(body)
        if self.arriving.bytes > ARRIVING_BYTES and self.body_bytes > SMALL_BODY:
            self.refuse(503)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.head_since is not None:
            return  # see `_decline`
        self.body_since = None
        self._release()
        super().on_message_complete()

    def _release(self) -> None:
        self.arriving.bytes -= self.held
        self.held = 0

    # Answers.

    async def answer_whole(self, cycle: RequestResponseCycle, head: bytes, body: bytes) -> None:
        """Write one whole answer at once: `head` is a status line and headers that were checked
        when they were made, with the length of the body. What uvicorn does with each header of each
        answer costs as much as all the rest of a page view."""
        if cycle.flow.write_paused and not cycle.disconnected:
            await cycle.flow.drain()
        if cycle.disconnected:
            return
        if cycle.more_body and _announced(cycle) > UNWANTED_BYTES:
            cycle.keep_alive = False
        ours = b"".join(b"%s: %s\r\n" % header for header in cycle.default_headers)
        closing = b"" if cycle.keep_alive else b"connection: close\r\n"
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.transport.write(b"%s%s%s\r\n%s" % (head, ours, closing, body))
        cycle.message_event.set()
        if not cycle.keep_alive:
            if cycle.more_body:
                self._hang_up()
            else:
                cycle.transport.close()
        cycle.on_response()

    def on_response_complete(self) -> None:
        self._release()
        self.idle_since = self.loop.time()
        super().on_response_complete()

    def refuse(self, status: int) -> None:
        """Answer in place of the application, and hang up. A request that came before this one, and
        is under way, is answered first and alone."""
        if self.hung_up or self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        under_way = cycle is not None and not cycle.response_complete
        in_body = self.body_since is not None
        if cycle is not None and under_way and not in_body:
            cycle.keep_alive = False
            self.flow.pause_reading()
            return
        if not (in_body and cycle is not None and cycle.response_started):
            self._write_refusal(status)
        if cycle is not None and under_way:  # it waits for its body
            cycle.disconnected = True
            cycle.message_event.set()
        self._hang_up()

    def _write_refusal(self, status: int) -> None:
        pages: dict[int, bytes] = self.app_state.get(REFUSALS, {})
        page = pages.get(status, b"")
        self.transport.write(refusal(status, page, self.server_state.default_headers))

    def _hang_up(self) -> None:
        """Say no more, and read on for a little. Closed at once, with bytes unread, the system
        would tell the other side to throw away what we have just written."""
        if self.hung_up or self.transport.is_closing():
            return
        self.hung_up = self.loop.time()
        self._release()
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        self.transport.write_eof()

    # Time.

    def shutdown(self) -> None:
        """Answer what is under way; what may be on its way gets `ARRIVE_SECONDS` to arrive."""
        self.draining = True
        if self.hung_up:
            self.transport.close()
        elif self.head_since is None:
            super().shutdown()
        else:
            # Closed at once, a client that had just connected would see a reset.
            self.loop.call_later(ARRIVE_SECONDS, self.expire, float("inf"))

    def expire(self, now: float) -> None:
        """End what has been on its way for too long: a head, a body, or an answer."""
        stuck = self.flow.write_paused or self.transport.is_closing()
        self.stuck_since = (self.stuck_since or now) if stuck else None
        if self.hung_up:
            if now - self.hung_up > LINGER_SECONDS:
                self.transport.abort()
        elif self.stuck_since and now - self.stuck_since > STUCK_SECONDS:
            self.transport.abort()
        elif self.head_since is not None and now - self.head_since > HEAD_SECONDS:
            if self.head_bytes:
                self.refuse(408)
            else:
                self.transport.close()
        elif self.body_since is not None:
            patience = BODY_SECONDS + self.body_bytes / BODY_RATE
            if now - self.body_since > patience and not self.pipeline:
                self.refuse(408)


def _announced(cycle: RequestResponseCycle) -> int:
    """The length that the head gives for the body; 0 if it does not."""
    lengths = [int(value) for name, value in cycle.scope["headers"] if name == b"content-length"]
    return max(lengths, default=0)


class Server(uvicorn.Server):
    """Exits with 0 after answering what was under way; drops heads that do not arrive."""

    def __init__(self, config: uvicorn.Config, supervisor: int | None = None) -> None:
        super().__init__(config)
        self._supervisor = supervisor

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            log.info("serving")
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

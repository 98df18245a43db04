"""HTTP/1.1 for people on slow links: uvicorn's protocol, with the bounds that it lacks.

Its own takes heads of any size, holds as many bodies as come, closes every HTTP/1.0 connection,
answers 400 to a request that it has already carried out if stray bytes follow, and reads headers
behind a body as if they stood before it. Each of these is mended here and has a test; how long it
waits is mended in server/serve/patience.py. Both rest on uvicorn's internals, so its version is
pinned.
"""

from __future__ import annotations

from functools import partial

import httptools
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from server.serve.head import read_target
from server.serve.patience import PatientProtocol

WHOLE = "undersigned.whole"  # in a request's `extensions`: answers it in one write
HEAD_BYTES = 16_384
CHUNK_BYTES = 8  # around each byte of a body; one that is a chunk of its own has five
ARRIVING_BYTES = 64 * 1024 * 1024  # of all bodies that are on their way; beyond it only small ones
SMALL_BODY = 8192
UNWANTED_BYTES = 2 * 1024 * 1024  # of a body whose answer is written: read, so that it is seen
PIPELINED = 20  # requests that wait for the answer to an earlier one


class Protocol(PatientProtocol):
    """HTTP/1.1 in which nobody holds more than their share of memory."""

    piece = 0  # bytes, of those that came at once
    framing_bytes = 0  # while a body is on its way, and none of it
    trailer_bytes = 0
    fault = 400

    # Requests.

    def data_received(self, data: bytes) -> None:
        if self.hung_up:
            return
        self._unset_keepalive_if_required()
        in_body, cycle, body_bytes = self.body_since is not None, self.cycle, self.body_bytes
        self.piece = len(data)
        self.head_bytes += self.piece
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._decline(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.refuse(self.fault)
        if self.timeout_keep_alive_task is None and self.head_since is None and self._is_idle():
            self._arm()  # a line end between requests, which old browsers send
        if in_body and self.cycle is cycle:
            self.framing_bytes += len(data) - (self.body_bytes - body_bytes)
        if self.head_bytes > HEAD_BYTES or self._is_frame_of_nothing():
            self.refuse(431)

    def _is_frame_of_nothing(self) -> bool:
        """Whether more has come around the pieces of a body than one that came byte by byte has."""
        in_body = self.body_since is not None
        return in_body and self.framing_bytes > HEAD_BYTES + CHUNK_BYTES * self.body_bytes

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

    def on_header(self, name: bytes, value: bytes) -> None:
        """The head is as it was when it ended: a header behind a body (a trailer) is dropped."""
        if self.body_since is None:
            super().on_header(name, value)
            return
        self.trailer_bytes += len(name) + len(value) + 4
        if self.trailer_bytes > HEAD_BYTES:
            self.fault = 431
            raise ValueError("trailers too large")

    def on_headers_complete(self) -> None:
        # The bytes may be a body's: count the head itself before refusing.
        if max(self.head_bytes, self.piece) > HEAD_BYTES and self._head_size() > HEAD_BYTES:
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
        self.head_bytes = self.body_bytes = self.framing_bytes = self.trailer_bytes = 0
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
        self.head_bytes = 0
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
        self.head_bytes = 0
        self._release()
        super().on_message_complete()

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
        # The scope holds what answers it, which holds the scope: a request goes when it is answered
        # instead of waiting, with thousands of others, for the search for such circles.
        cycle.scope["extensions"].clear()

    def on_response_complete(self) -> None:
        self._release()
        self.idle_since = self.loop.time()
        super().on_response_complete()


def _announced(cycle: RequestResponseCycle) -> int:
    """The length that the head gives for the body; 0 if it does not."""
    lengths = [int(value) for name, value in cycle.scope["headers"] if name == b"content-length"]
    return max(lengths, default=0)

"""Whom we wait for, how long, and who makes room.

uvicorn's own protocol takes heads of any age, waits for ever for a body and for somebody who does
not read, and resets connections whose request is under way at SIGTERM.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.serve.head import refusal

REFUSALS = "refusals"  # in the lifespan's state: a page for each status that we answer ourselves
HEAD_SECONDS = 20.0
# A body may pause for two minutes, as a phone does in a tunnel, and for longer the more of it is
# there: 100 bytes a second is a tenth of what the slowest link carries.
BODY_SECONDS = 120.0
BODY_RATE = 100
LINGER_SECONDS = 5.0
UNREAD_SECONDS = 120.0  # for somebody to take what we have written
ARRIVE_SECONDS = 1.0  # at the end, for requests that may be on their way


class Arriving:
    """Bytes of bodies that are on their way, over all connections of this process.

    Not a number on the class: whenever one of those changes, Python forgets what it has learnt
    about every attribute of the class, which took a tenth of the time of a signing.
    """

    __slots__ = ("bytes",)

    def __init__(self) -> None:
        self.bytes = 0


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol, in which nobody holds a place, or what they have sent, for ever."""

    #: Connections of this process. The next one takes the place of somebody who keeps us waiting.
    most = 10_000
    arriving = Arriving()

    head_since: float | None = None
    head_bytes = 0  # since a head, a body or a piece of one ended: of a head, or of nothing
    body_since: float | None = None
    body_bytes = 0
    held = 0
    idle_since = 0.0
    stuck_since: float | None = None
    hung_up: float | None = None
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
        others = (c for c in self.connections if isinstance(c, PatientProtocol) and c is not self)
        waiting = sorted((c for c in others if c._waits()), key=PatientProtocol._waiting)
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

    # The end.

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

    def _release(self) -> None:
        self.arriving.bytes -= self.held
        self.held = 0

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
        elif self.stuck_since and now - self.stuck_since > UNREAD_SECONDS:
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

"""uvicorn's server, with a clean end: its own exits with -15 at SIGTERM, and looks at no clock."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator
from functools import partial

import uvicorn

from server.serve.protocol import Protocol
from server.serve.supervisor import hold

log = logging.getLogger(__name__)


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
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        yield

    def _hang_up(self) -> None:
        """With a supervisor it is the supervisor that hands over. Alone, nobody else could."""
        if self._supervisor is None:
            log.info("SIGHUP: ending; with --workers another process would take over")
            self.handle_exit(signal.SIGHUP, None)

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:  # a tick is a tenth of a second
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Protocol):
                    connection.expire(now)
        return await super().on_tick(counter)

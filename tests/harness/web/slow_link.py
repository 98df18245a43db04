"""A slow link to a server on this machine, as a mobile network of long ago has it.

It stands between client and server as a TCP proxy: all connections share its rate, each packet
pays for its headers, and what is sent arrives after a delay. A new connection costs a round trip
before its first byte. TCP's slow start and lost packets are not simulated, so that a large page
looks better here than it is.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PACKET = 1400  # bytes of payload
HEADERS = 40  # bytes of IPv4 and TCP


@dataclass(slots=True)
class Way:
    """One direction; `bytes` counts payload and headers."""

    bits_per_second: float
    seconds: float
    bytes: int = 0
    free_at: float = field(default=0.0)

    def send(self, payload: int) -> tuple[float, float]:
        """When the packet has left, and when it arrives."""
        size = payload + HEADERS
        self.bytes += size
        self.free_at = max(time.monotonic(), self.free_at) + size * 8 / self.bits_per_second
        return self.free_at, self.free_at + self.seconds


class Link:
    """`port` is where to connect; `turns` counts how often the client had to wait for an answer."""

    def __init__(self, target: int, down: float, up: float, round_trip: float) -> None:
        """Rates in bits a second, the round trip in seconds."""
        self._target = target
        self.down, self.up = Way(down, round_trip / 2), Way(up, round_trip / 2)
        self.round_trip = round_trip
        self.turns = 0
        self.connections = 0
        self.port = 0

    async def serve(self) -> None:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            await server.serve_forever()

    async def _connect(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.turns += 1
        await asyncio.sleep(self.round_trip)
        far, far_out = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            await self._talk(near, near_out, far, far_out)
        except asyncio.CancelledError:
            pass  # the link is taken down
        finally:
            near_out.close()
            far_out.close()

    async def _talk(
        self,
        near: asyncio.StreamReader,
        near_out: asyncio.StreamWriter,
        far: asyncio.StreamReader,
        far_out: asyncio.StreamWriter,
    ) -> None:
        talk = Talk()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._carry(near, far_out, self.up, talk, upwards=True))
            both.create_task(self._carry(far, near_out, self.down, talk, upwards=False))

    async def _carry(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        way: Way,
        talk: Talk,
        *,
        upwards: bool,
    ) -> None:
        flying: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def land() -> None:
            while True:
                arrives, payload = await flying.get()
                await asyncio.sleep(arrives - time.monotonic())
                if not payload:
                    break
                sink.write(payload)
                await sink.drain()
            sink.close()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_quietly(land()))
            payload = b"-"
            while payload:
                payload = b""
                with suppress(OSError):
                    payload = await source.read(PACKET)
                if payload:
                    self.turns += upwards and talk.answered
                    talk.answered = not upwards
                leaves, arrives = way.send(len(payload))
                await flying.put((arrives, payload))
                await asyncio.sleep(leaves - time.monotonic())


@dataclass(slots=True)
class Talk:
    """Whether the server spoke last; the client's first words wait for nothing but the link."""

    answered: bool = True


async def _quietly(work: Coroutine[None, None, None]) -> None:
    with suppress(OSError):
        await work


@contextmanager
def slow_link(target: int, *, down: float, up: float, round_trip: float) -> Iterator[Link]:
    """A link to that port of this machine, in a thread of its own."""
    link = Link(target, down, up, round_trip)
    loop = asyncio.new_event_loop()
    task = loop.create_task(link.serve())
    thread = threading.Thread(target=lambda: loop.run_until_complete(_until_cancelled(task)))
    thread.start()
    try:
        while not link.port:
            time.sleep(0.01)
        yield link
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        loop.close()


async def _until_cancelled(task: asyncio.Task[None]) -> None:
    with suppress(asyncio.CancelledError):
        await task
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # the loop closes what they have let go

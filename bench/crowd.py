"""The crowd of 21 March 2019 against the running server, in compressed time.

    python -m bench.crowd [--speed 1000] [--share 60] [--views 5]

That day the petition on revoking Article 50 brought the UK Parliament's site down, at 600,000
signatures and 1,500 a minute. The curve below is what newspapers and the Petitions Committee
reported of that night and day (UK time). The hours pass `speed` times as fast, one person in
`share` comes, and each looks at the page `views` times: with the defaults the server sees up to 17
times the real rate. People come when they come, whether or not the server keeps up (open loop); how
long they wait is counted from that moment. Every signing must be stored in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

import uvloop

from bench.product import product, stored
from bench.tools import BenchError, free_port
from tests.harness.people.signers import signer

#: Hours after 21:00 on 20 March, and the signatures reported by then.
CURVE = (
    (0.0, 0, "21:00, the prime minister has spoken"),
    (3.0, 300_000, "midnight"),
    (12.0, 600_000, "09:00, the site went down here"),
    (15.0, 800_000, "noon, with several more outages"),
    (18.0, 1_000_000, "15:00"),
    (25.5, 1_900_000, "22:30"),
    (27.0, 2_100_000, "midnight"),
)
CONNECTIONS = 200
VIEW = b"GET /p/face HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"


class Connection(asyncio.Protocol):
    """One request after the other on one connection."""

    def __init__(self) -> None:
        self.received = b""
        self.answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(body) >= length and self.answer and not self.answer.done():
            self.received = b""
            self.answer.set_result(head[9:12])

    def connection_lost(self, error: Exception | None) -> None:
        if self.answer and not self.answer.done():
            self.answer.set_result(b"000")

    async def ask(self, request: bytes) -> bytes:
        """The status of the answer."""
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answer


@dataclass
class Phase:
    """What happened between two points of the curve; waits in milliseconds."""

    title: str
    signings: list[float] = field(default_factory=list)
    views: list[float] = field(default_factory=list)
    refused: int = 0


def arrivals(options: argparse.Namespace) -> Iterator[tuple[float, int, int]]:
    """When each person comes, in seconds from the start, with the phase and a running number."""
    number = 0
    for phase, (before, after) in enumerate(pairwise(CURVE)):
        people = (after[1] - before[1]) // options.share
        length = (after[0] - before[0]) * 3600 / options.speed
        for i in range(people):
            yield before[0] * 3600 / options.speed + i * length / people, phase, number
            number += 1


def signing(number: int) -> bytes:
    form = urlencode({"name": signer(number), "postcode": "59801"}).encode()
    head = "POST /p/face HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(form)}\r\n\r\n".encode() + form


async def come(options: argparse.Namespace, port: int) -> list[Phase]:
    loop = asyncio.get_running_loop()
    phases = [Phase(title) for _, _, title in CURVE[1:]]
    idle: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait((await loop.create_connection(Connection, "127.0.0.1", port))[1])

    async def one(request: bytes, due: float, phase: Phase, into: list[float]) -> None:
        connection = await idle.get()
        status = await connection.ask(request)
        idle.put_nowait(connection)
        into.append((loop.time() - due) * 1000)
        phase.refused += status != b"200"

    async with asyncio.TaskGroup() as crowd:
        start = loop.time()
        for at, number_of_phase, number in arrivals(options):
            due, phase = start + at, phases[number_of_phase]
            if (wait := due - loop.time()) > 0.001:
                await asyncio.sleep(wait)
            for _ in range(options.views):
                crowd.create_task(one(VIEW, due, phase, phase.views))
            crowd.create_task(one(signing(number), due, phase, phase.signings))
    return phases


def report(options: argparse.Namespace, phases: list[Phase]) -> None:
    head = ("signings/s", "of 2019", "p50 ms", "p99 ms", "views/s", "p50", "p99", "refused")
    print(f"{'until':36}" + "".join(f"{word:>11}" for word in head))
    for (before, after), phase in zip(pairwise(CURVE), phases, strict=True):
        hours = after[0] - before[0]
        seconds = hours * 3600 / options.speed
        rate, then = len(phase.signings) / seconds, (after[1] - before[1]) / hours / 3600
        sign, view = _quantiles(phase.signings), _quantiles(phase.views)
        cells = (
            f"{rate:,.0f}", f"{rate / then:.0f} x", f"{sign[0]:.0f}", f"{sign[1]:.0f}",
            f"{len(phase.views) / seconds:,.0f}", f"{view[0]:.0f}", f"{view[1]:.0f}",
            str(phase.refused),
        )  # fmt: skip
        print(f"{phase.title:36}" + "".join(f"{cell:>11}" for cell in cells))


def _quantiles(waits: list[float]) -> tuple[float, float]:
    return statistics.median(waits), statistics.quantiles(waits, n=100)[98]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.crowd", description=__doc__)
    parser.add_argument("--speed", type=float, default=1000, help="times faster than the day was")
    parser.add_argument("--share", type=int, default=60, help="one person in so many comes")
    parser.add_argument("--views", type=int, default=5, help="of the page, for each signature")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        with product(Path(name) / "data", free_port()) as running:
            began = time.perf_counter()
            phases = uvloop.run(come(options, running.port))
            seconds = time.perf_counter() - began
        total = stored(running.data)
    report(options, phases)
    acknowledged = sum(len(p.signings) for p in phases) - sum(p.refused for p in phases)
    print(f"\n{acknowledged:,} signings acknowledged, {total:,} stored, in {seconds:.0f} s")
    if total != acknowledged:
        print("bench: what was acknowledged is not what is stored", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BenchError as error:
        sys.exit(f"bench: {error}")

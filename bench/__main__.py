"""`make bench`: what the product does on this machine, in one run, as ratios to a bare hello.

The load generator (wrk) runs on the same cores as the server. Every round is measured on servers
that already run, in turn; medians and the spread of all rounds are printed. A run in which an
answer is wrong, or in which fewer signatures are stored than were acknowledged, ends with 1.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import asyncpg

from bench.product import (
    ROOT,
    Product,
    processor_seconds,
    product,
    script,
    started,
    stored,
    url,
)
from bench.tools import BenchError, ask, free_port, measured, memory, ratios, shown, wrk
from tests.harness.databases.postgres import cluster


@dataclass(frozen=True)
class Work:
    """One row of the table: what is asked (`kind`), and of which of the running servers."""

    title: str
    kind: Literal["hello", "page", "sign", "contact", "text"]
    server: Literal["hello", "one", "two", "postgres"] = "one"


WORKS = (
    Work("bare Starlette route, 13 bytes", "hello", "hello"),
    Work("GET /p/face, gzip", "page"),
    Work("durable web signing, no contact", "sign"),
    Work("durable web signing, with a phone", "contact"),
    Work("durable signing by Twilio-signed text", "text"),
    Work("web signing, --workers 2", "sign", "two"),
    Work("web signing, PostgreSQL", "sign", "postgres"),
)


@dataclass
class Samples:
    """Of each round: requests per second, milliseconds at the 50th and 99th percentile, and
    processor microseconds that the server's processes spent on each request."""

    rate: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    core: list[float] = field(default_factory=list)


def serve_hello(port: int) -> None:
    """The yardstick: a bare Starlette route on the same HTTP server with the same settings."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    from server.serve.run import listener, serve

    async def hello(request: Request) -> PlainTextResponse:
        return PlainTextResponse("Hello, world!")

    serve(Starlette(routes=[Route("/", hello)]), listener("127.0.0.1", port))


def bytes_each(data: Path) -> float:
    """Bytes of the database, its log folded in, for each row that a signature brings."""
    file = data / "undersigned.db"
    with contextlib.closing(sqlite3.connect(file)) as database:
        (rows,) = database.execute("SELECT count(*) FROM signatures").fetchone()
    return float(file.stat().st_size / max(1, rows))


async def bytes_there(url: str) -> float:
    """Bytes of the signatures' table in PostgreSQL with its indexes, for each of its rows."""
    connection = await asyncpg.connect(url)
    try:
        return float(
            await connection.fetchval(
                "SELECT 1.0 * pg_total_relation_size('signatures') / count(*) FROM signatures"
            )
        )
    finally:
        await connection.close()


def rounds(
    options: argparse.Namespace, servers: Mapping[str, Product], folder: Path
) -> tuple[dict[Work, Samples], Counter[str]]:
    """All rounds in turn, and how many signings each server acknowledged."""
    samples = {work: Samples() for work in WORKS}
    acknowledged: Counter[str] = Counter()
    people = 0
    for _ in range(options.rounds):
        for work, into in samples.items():
            server = servers[work.server]
            count, port = options.seconds * 12_000, server.port
            before = processor_seconds(server.process.pid)
            lua = script(work.kind, folder, port, people, count)
            answers, seconds, p50, p99 = wrk(
                options.wrk, lua, url(work.kind, port), options.seconds, options.connections
            )
            into.rate.append(answers / seconds)
            into.p50.append(p50)
            into.p99.append(p99)
            into.core.append(1e6 * (processor_seconds(server.process.pid) - before) / answers)
            if work.kind not in {"hello", "page"}:
                people += count
                acknowledged[work.server] += answers
        print(".", end="", flush=True, file=sys.stderr)
    print(file=sys.stderr)
    return samples, acknowledged


def cold_starts(folder: Path, times: int) -> list[float]:
    """Seconds from the start of the process to the first answered page, data already there."""
    data, seconds = folder / "cold", []
    for _ in range(times + 1):
        with product(data, free_port()) as running:
            seconds.append(running.cold)
    return seconds[1:]  # the first one made the folder


def print_results(samples: dict[Work, Samples]) -> None:
    hello = samples[WORKS[0]].rate
    head = ("requests/s", "÷ hello", "p50 ms", "p99 ms", "core µs each")
    print(f"{'':40}{head[0]:>24}{head[1]:>20}{head[2]:>22}{head[3]:>22}{head[4]:>16}")
    for work, s in samples.items():
        print(
            f"{work.title:40}{shown(s.rate, '.0f'):>24}{ratios(s.rate, hello):>20}"
            f"{shown(s.p50, '.1f'):>22}{shown(s.p99, '.1f'):>22}"
            f"{statistics.median(s.core):>16.0f}"
        )


def run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        hello = stack.enter_context(started(["-m", "bench", "--hello"], free_port(), "/"))
        store = stack.enter_context(cluster(""))  # durable, as it comes
        database = asyncio.run(store.create())
        with (
            product(folder / "one", free_port()) as one,
            product(folder / "two", free_port(), workers=2) as two,
            product(folder / "postgres", free_port(), database=database) as postgres,
        ):
            servers = {"hello": hello, "one": one, "two": two, "postgres": postgres}
            idle = memory(one.process.pid)
            for server in (one, two, postgres):
                if b"Sign this petition" not in ask(server.port, "/p/face"):
                    raise BenchError("the page is not the petition")
            spent = processor_seconds(store.leader)
            samples, acknowledged = rounds(options, servers, folder)
            spent = 1e6 * (processor_seconds(store.leader) - spent) / acknowledged["postgres"]
            loaded = memory(one.process.pid)
        print_results(samples)
        totals = {name: stored(folder / name) for name in acknowledged}
        size = bytes_each(folder / "one")
        there = asyncio.run(bytes_there(database))
        cold = cold_starts(folder, 5)
    print(f"\nmemory, MB (PSS)         {idle:.0f} idle, {loaded:.0f} after {totals['one']:,}")
    print(f"cold start, s            {shown(cold, '.2f')}")
    print(f"disk, bytes a signature  {size:.0f} with its indexes and texts; PostgreSQL {there:.0f}")
    print(f"PostgreSQL's own work    {spent:.0f} core µs for each signature")
    sign, two_sign = samples[WORKS[2]], samples[WORKS[5]]
    print(f"two workers ÷ one        {ratios(two_sign.rate, sign.rate)} signings/s,", end=" ")
    print(f"{ratios(two_sign.p99, sign.p99)} p99; p99 ÷ p50 of one {ratios(sign.p99, sign.p50)}")
    faults = 0
    for server_name, total in totals.items():
        # Those in flight when wrk stops are stored, and not acknowledged to it.
        spare = total - acknowledged[server_name]
        works = sum(w.server == server_name and w.kind not in {"hello", "page"} for w in WORKS)
        faults += not 0 <= spare <= options.rounds * works * options.connections
        print(f"{server_name:9} {acknowledged[server_name]:,} acknowledged, {total:,} stored")
    if faults:
        print("an acknowledged signing is missing, or one was stored twice", file=sys.stderr)
    print(
        "\nWhere the time of a signing goes, under the profiler, without the HTTP server:",
        flush=True,
    )
    profile = [sys.executable, "-m", "bench.profile", "--signings", "1000"]
    return faults or subprocess.run(profile, cwd=ROOT, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each round")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--quick", action="store_true", help="three rounds of a second")
    parser.add_argument("--hello", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.hello:
        serve_hello(options.port)
        return 0
    if options.quick:
        options.rounds, options.seconds = 3, 1
    return measured(options, run)


if __name__ == "__main__":
    sys.exit(main())

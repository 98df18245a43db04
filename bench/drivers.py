"""asyncpg beside psycopg 3 for what we ask of PostgreSQL, and what a hot row would cost.

    python -m bench.drivers [--rounds 5] [--seconds 2]

Brings its own PostgreSQL, durable as it comes. Rows are as wide as a signature. Grouped: whoever
waits shares one statement and one commit, as the product does. Single: a commit for each row, on as
many connections as the product has. Hot: single, and each also adds one to the same counter row.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import asyncpg
import psycopg
import uvloop

from bench.tools import ratios, shown
from server.db.postgres import POOL
from tests.harness.databases.postgres import cluster

TABLE = "CREATE TABLE t (id bigint PRIMARY KEY, name text, key bytea UNIQUE, at bigint)"
GROUPED = (
    "INSERT INTO t SELECT (value ->> 0)::bigint, value ->> 1, decode(value ->> 2, 'hex'),"
    " (value ->> 3)::bigint FROM jsonb_array_elements({}::jsonb)"
)
HOT = "UPDATE hot SET n = n + 1"
Row = tuple[int, str, bytes, int]


class Driver(Protocol):
    """What is measured: so many rows in one durable transaction."""

    async def insert(self, connection: int, rows: Sequence[Row], *, hot: bool = False) -> None: ...


class Asyncpg:
    def __init__(self, connections: list[Any]) -> None:
        self._connections = connections

    @classmethod
    async def open(cls, url: str) -> Asyncpg:
        return cls([await asyncpg.connect(url) for _ in range(POOL)])

    async def insert(self, connection: int, rows: Sequence[Row], *, hot: bool = False) -> None:
        chosen = self._connections[connection]
        async with chosen.transaction():
            await chosen.execute(GROUPED.format("$1"), packed(rows))
            if hot:
                await chosen.execute(HOT)


class Psycopg:
    def __init__(self, connections: list[Any]) -> None:
        self._connections = connections

    @classmethod
    async def open(cls, url: str) -> Psycopg:
        connect = psycopg.AsyncConnection.connect
        return cls([await connect(url, autocommit=True) for _ in range(POOL)])

    async def insert(self, connection: int, rows: Sequence[Row], *, hot: bool = False) -> None:
        chosen = self._connections[connection]
        async with chosen.transaction():
            await chosen.execute(GROUPED.format("%s"), (packed(rows),), prepare=True)
            if hot:
                await chosen.execute(HOT)


def packed(rows: Sequence[Row]) -> str:
    return json.dumps(rows, default=bytes.hex)


async def rows_per_second(
    driver: Driver, ids: itertools.count[int], seconds: float, work: str, in_flight: int
) -> float:
    end, done = time.perf_counter() + seconds, 0

    async def worker(connection: int, rows: int) -> None:
        nonlocal done
        while time.perf_counter() < end:
            batch = [(i, f"Signer number {i}", i.to_bytes(16, "big"), i) for i in _some(ids, rows)]
            await driver.insert(connection, batch, hot=work == "hot")
            done += rows

    began = time.perf_counter()
    if work == "grouped":  # one writer, which takes all who wait
        await worker(0, in_flight)
    else:
        await asyncio.gather(*(worker(n, 1) for n in range(POOL)))
    return done / (time.perf_counter() - began)


def _some(ids: itertools.count[int], count: int) -> list[int]:
    return list(itertools.islice(ids, count))


WORKS = (("grouped", 64), ("grouped", 256), ("single", POOL), ("hot", POOL))


async def measure(options: argparse.Namespace, url: str) -> None:
    setting_up = await asyncpg.connect(url)
    await setting_up.execute(TABLE)
    await setting_up.execute("CREATE TABLE hot (n bigint); INSERT INTO hot VALUES (0)")
    opening: dict[str, Callable[[str], Awaitable[Driver]]] = {
        "asyncpg": Asyncpg.open,
        "psycopg": Psycopg.open,
    }
    drivers = {name: await connect(url) for name, connect in opening.items()}
    rates: dict[tuple[str, int, str], list[float]] = {}
    ids = itertools.count(1)
    for _ in range(options.rounds):
        for work, in_flight in WORKS:
            for name, driver in drivers.items():
                rate = await rows_per_second(driver, ids, options.seconds, work, in_flight)
                rates.setdefault((work, in_flight, name), []).append(rate)
    print(
        f"{'rows/s':24}{'asyncpg ' + asyncpg.__version__:>28}{'psycopg ' + psycopg.__version__:>28}"
    )
    for work, in_flight in WORKS:
        one, other = rates[work, in_flight, "asyncpg"], rates[work, in_flight, "psycopg"]
        print(
            f"{f'{work}, {in_flight} in flight':24}{shown(one, ',.0f'):>28}"
            f"{shown(other, ',.0f'):>28}   asyncpg ÷ psycopg {ratios(one, other)}"
        )


def cost(module: str) -> tuple[float, float]:
    """Milliseconds to import it, and MB that it adds."""
    code = (
        "import time\n"
        "def rss(): return int(open('/proc/self/statm').read().split()[1]) * 4 / 1024\n"
        "import asyncio, uvloop\n"
        "before, began = rss(), time.perf_counter()\n"
        f"import {module}\n"
        "print((time.perf_counter() - began) * 1000, rss() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    milliseconds, megabytes = map(float, done.stdout.split())
    return milliseconds, megabytes


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.drivers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each round")
    options = parser.parse_args()
    with cluster("") as store:
        uvloop.run(measure(options, store.url("postgres")))
    for module in ("asyncpg", "psycopg"):
        costs = [cost(module) for _ in range(5)]
        print(
            f"import {module:16} {shown([ms for ms, _ in costs], '.0f')} ms,"
            f" {shown([mb for _, mb in costs], '.1f')} MB"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

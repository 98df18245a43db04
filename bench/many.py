"""One and three servers on one PostgreSQL: the rate of signing, and what the database waits for.

    python -m bench.many [--rounds 5] [--seconds 3]

All share the cores with PostgreSQL and the load. While they sign, the database is asked every 20 ms
what its connections are doing; a hot row would show as waits for a lock.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg

from bench.product import Product, product, script, stored, url
from bench.tools import BenchError, free_port, measured, ratios, shown, wrk
from tests.harness.databases.postgres import cluster

ASK = (
    "SELECT CASE WHEN wait_event_type IN ('Client', 'Activity') THEN 'idle'"
    " ELSE coalesce(wait_event_type, 'working') END AS what FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
)


async def watch(database: str, until: asyncio.Event) -> Counter[str]:
    """What the connections were seen doing."""
    connection = await asyncpg.connect(database)
    seen: Counter[str] = Counter()
    while not until.is_set():
        seen.update(row["what"] for row in await connection.fetch(ASK))
        await asyncio.sleep(0.02)
    await connection.close()
    return seen


async def load(
    options: argparse.Namespace, servers: list[Product], folder: Path, first: int, database: str
) -> tuple[float, int, Counter[str]]:
    """Signings a second over all these servers, how many, and what the database waited for."""
    done = asyncio.Event()
    watching = asyncio.create_task(watch(database, done))
    each = options.connections // len(servers)

    def one(number: int) -> tuple[int, float, float, float]:
        own = folder / str(number)
        own.mkdir(exist_ok=True)
        count, port = options.seconds * 6_000, servers[number].port
        lua = script("sign", own, port, first + number * count, count)
        return wrk(options.wrk, lua, url("sign", port), options.seconds, each)

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(len(servers)) as pool:
        answers = await asyncio.gather(
            *(loop.run_in_executor(pool, one, number) for number in range(len(servers)))
        )
    done.set()
    total = sum(a[0] for a in answers)
    return sum(a[0] / a[1] for a in answers), total, await watching


def run(options: argparse.Namespace) -> int:
    rates: dict[int, list[float]] = {1: [], 3: []}
    seen: dict[int, Counter[str]] = {1: Counter(), 3: Counter()}
    acknowledged = 0
    with (
        tempfile.TemporaryDirectory() as name,
        cluster("") as store,
        contextlib.ExitStack() as stack,
    ):
        folder = Path(name)
        database = asyncio.run(store.create())
        servers = []
        for number in range(3):
            data = folder / f"data{number}"
            data.mkdir()
            (data / "secret.key").write_text("k" * 40)  # the same for all of them
            servers.append(stack.enter_context(product(data, free_port(), database=database)))
        first = 0
        for _ in range(options.rounds):
            for count in (1, 3):
                rate, answers, what = asyncio.run(
                    load(options, servers[:count], folder, first, database)
                )
                rates[count].append(rate)
                seen[count] += what
                acknowledged += answers
                first += options.seconds * 6_000 * count
        total = stored(servers[0].data)
        if total < acknowledged:
            raise BenchError(f"{acknowledged} acknowledged, {total} stored")
    for count, values in rates.items():
        whole = sum(seen[count].values())
        shares = ", ".join(f"{w} {n / whole:.1%}" for w, n in seen[count].most_common())
        print(f"{count} servers: {shown(values, ',.0f')} signings/s; its connections: {shares}")
    print(
        f"three ÷ one {ratios(rates[3], rates[1])}; {acknowledged:,} acknowledged, {total:,} stored"
    )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.many", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each round")
    parser.add_argument("--connections", type=int, default=63)
    return measured(parser.parse_args(), run)


if __name__ == "__main__":
    sys.exit(main())

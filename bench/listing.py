"""The first page of a site with thousands of petitions: how long its handler works, and its size.

    python -m bench.listing [--petitions 2000] [--days 30] [--rounds 40]

In one process, without a network around it; SQLite, and PostgreSQL with --postgres. `cold`: for the
first time after a start. `changed`: somebody has signed the newest one. `same`: looked
at again, and nothing is new. `kept`: within a fifth of a second after that. Times are milliseconds
of the processor for `changed`, `same` and `kept`, and of the clock for `cold`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from server.app import doors, running
from server.cli.shared import prepare
from server.config import LANGUAGES, load
from server.core.petitions.wording import search
from server.services import Services
from server.web.http.front import Front
from server.web.http.guard import Hosts
from server.web.http.pages import FRESH_SECONDS, Pages
from server.web.public.site import Site
from tests.harness.databases.postgres import cluster
from tests.harness.people.many import petitions_in

ASKED = ("", "by=most", "page=2", "q=footpath", "q=the+lake+missoula", "q=zq")
SIGNED = "UPDATE counts SET n = n + 1 WHERE state = 'verified' AND petition_id = :newest"
URL = "https://sign.example.org"


async def answer(front: Front, query: str) -> bytes:
    """The page that this query asks for, in gzip."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"sign.example.org"), (b"accept-encoding", b"gzip")]
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    await front(scope | {"query_string": query.encode()}, None, send)  # type: ignore[arg-type]
    return bytes(sent[1]["body"])


async def worked(front: Front, query: str) -> float:
    begun = time.process_time()
    await answer(front, query)
    return (time.process_time() - begun) * 1000


async def one(services: Services, front: Front, query: str, options: argparse.Namespace) -> str:
    """A line of the table."""
    begun = time.perf_counter()
    page = await answer(front, query)
    cold = (time.perf_counter() - begun) * 1000
    changed, same, kept = list[float](), list[float](), list[float]()
    for _ in range(options.rounds):
        async with services.database.write() as tx:
            await tx.execute(SIGNED, newest=options.petitions)
        for found in (changed, same):
            await asyncio.sleep(FRESH_SECONDS * 1.05)
            found.append(await worked(front, query))
        kept.append(await worked(front, query))
    middle = "  ".join(f"{statistics.median(found):8.2f}" for found in (changed, same, kept))
    plain = len(gzip.decompress(page))
    return f"/?{query:<20} {cold:8.1f}  {middle}  {len(page):8,}  {plain:8,}"


async def measure(options: argparse.Namespace, database: str) -> None:
    environ = {
        "UNDERSIGNED_DATABASE_URL": database,
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_PUBLIC_URL": URL,
        "UNDERSIGNED_SMS_NUMBER": "+14065550100",
    }
    await prepare(load(environ), new=True)
    async with running(load(environ), with_worker=False) as services:
        await petitions_in(services.database, options.petitions, days=options.days)
        await search.fill(services.database)
        begun = time.process_time()
        await services.directory.refresh()
        print(f"petitions read after a start: {(time.process_time() - begun) * 1000:.0f} ms")
        pages = Pages()
        front = Front(doors(Site(services, pages)), pages, LANGUAGES, "en", Hosts(URL), {})
        print(f"{'':22} {'cold':>8}  {'changed':>8}  {'same':>8}  {'kept':>8}      gzip     plain")
        for query in ASKED:
            print(await one(services, front, query, options))


def run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        database = f"sqlite:///{Path(folder) / 'many.db'}"
        if options.postgres:
            database = asyncio.run(stack.enter_context(cluster()).create())
        asyncio.run(measure(options, database))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.listing", description=__doc__)
    parser.add_argument("--petitions", type=int, default=2000)
    parser.add_argument("--days", type=int, default=30, help="of counters, of each petition")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--postgres", action="store_true")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())

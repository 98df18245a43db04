"""An organizer's pages of a petition with a million signatures, and a list of 2,000 petitions.

    python -m bench.dashboard [--rows 1000000] [--petitions 2000] [--rounds 40]

One server on SQLite, asked one page after the other. `cold`: the first time after a start, with the
search for what is out of proportion among the last 20,000. `warm`: the median and the slowest of
the rounds after it. `counted`: what the worker takes, once an hour, for the tables.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite3

from bench.large import made, sign_in
from bench.product import product
from bench.tools import BenchError, free_port
from server.core.desk import kept
from server.core.petitions import petitions
from server.core.places.dating import day_at
from server.core.values.ids import first_id
from server.db import open_database
from tests.harness.people.many import petitions_in

OWN = "/organizer/p/face"
PAGES = (
    OWN,
    f"{OWN}/figures",
    f"{OWN}/figures.json",
    f"{OWN}/share",
    "/organizer/",
    "/organizer/?q=lake",
)
LATE = 20_000  # signatures of the last week
DAYS = 365


def spread(folder: Path, rows: int) -> None:
    """Places, languages and mails as people have them, over a year."""
    with contextlib.closing(sqlite3.connect(folder / "undersigned.db")) as store:
        now = int(time.time())
        store.execute(
            "UPDATE signatures SET postcode = 59000 + id * 7919 % 900,"
            " language = iif(id % 9 = 0, 'es', iif(id % 31 = 0, 'vi', 'en'))"
        )
        store.execute(
            "UPDATE signatures SET class = 'web-email' WHERE class = 'sms' AND id % 2 = 0"
        )
        store.execute(
            "UPDATE signatures SET contact = 'a' || id || '@' || iif(id % 3, 'gmail.com',"
            " 'd' || (id % 400) || '.example') WHERE class = 'web-email'"
        )
        # (else the contacts of all who want no news would be erased before it serves)
        store.execute(
            "INSERT INTO marks (name, at) SELECT 'contacts of ' || id || ' erased', :rows"
            " FROM petitions WHERE slug = 'face'",
            {"rows": rows},
        )
        store.execute(
            "INSERT INTO outbox (id, channel, kind, petition_id, signature_id, language,"
            " created_at, due_at, sent_at) SELECT id, 'email', 'signed', petition_id, id,"
            " language, created_at, created_at, created_at FROM signatures"
            " WHERE class = 'web-email'"
        )
        store.execute(
            "UPDATE signatures SET id = id + :first WHERE id > :rows",
            {"first": first_id(now - 6 * 86_400), "rows": rows - LATE},
        )
        store.execute("DELETE FROM counts")
        store.execute(
            "INSERT INTO counts SELECT petition_id, 0, :today - id % :days, class,"
            " iif(verified_at IS NULL, 'unverified', 'verified'), count(*)"
            " FROM signatures GROUP BY 1, 3, 4, 5",
            {"today": now // 86_400, "days": DAYS},
        )
        store.execute(
            "UPDATE petitions SET opened_at = :at, organization_id ="
            " (SELECT min(id) FROM organizations)",
            {"at": now - DAYS * 86_400},
        )
        store.commit()


async def count(folder: Path) -> float:
    """Milliseconds that counting the tables takes the worker."""
    database, now = await open_database(f"sqlite:///{folder / 'undersigned.db'}"), int(time.time())
    async with database.read() as tx:
        [petition] = [p for p in (await petitions.all_petitions(tx)).values() if p.slug == "face"]
        [(_, n)] = await kept.due(tx, now)
    begun = time.perf_counter()
    await kept.keep(database, petition, n, day_at(now), now)
    taken = (time.perf_counter() - begun) * 1000
    await database.close()
    return taken


async def fill(folder: Path, number: int) -> None:
    database = await open_database(f"sqlite:///{folder / 'undersigned.db'}")
    await petitions_in(database, number, days=30)
    await database.close()


def timed(port: int, cookie: str, path: str, rounds: int) -> Iterator[float]:
    """Milliseconds of each answer, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(rounds):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"cookie": cookie, "accept-encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        yield (time.perf_counter() - begun) * 1000
        if answer.status != 200:
            raise BenchError(f"{path} answered {answer.status}")
    connection.close()


def run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = made(Path(name) / "large", options.rows)
        asyncio.run(fill(folder, options.petitions))
        spread(folder, options.rows)
        taken = asyncio.run(count(folder))
        print(f"{options.rows:,} signatures, counted for the tables: {taken:.0f} ms")
        print(f"{'':32} {'cold':>8} {'warm':>8} {'slowest':>8}  ms")
        for path in PAGES:
            with product(folder, free_port()) as running:
                cookie = sign_in(running)
                cold, *warm = timed(running.port, cookie, path, options.rounds + 1)
                middle, slowest = statistics.median(warm), max(warm)
                print(f"{path:32} {cold:8.1f} {middle:8.1f} {slowest:8.1f}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.dashboard", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--petitions", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=40)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())

"""An organizer's pages of a petition with a million signatures, and a list of 2,000 petitions.

    python -m bench.dashboard [--rows 1000000] [--petitions 2000] [--rounds 40]

In one process, on SQLite, without a network around it. `cold`: the first time after a start, with
the search for what is out of proportion among the last 20,000. `warm`: the median and the slowest
of the rounds after it. The first line is what the worker takes, once an hour, for the tables.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pysqlite3 import dbapi2 as sqlite3

from bench.large import made
from bench.tools import BenchError
from server.app import doors
from server.cli import demo
from server.config import LANGUAGES, load
from server.core.desk import kept
from server.core.places.dating import day_at
from server.core.values.ids import first_id
from server.services import Services, open_services
from server.texting.gateways import gateways
from server.web.http.front import Front
from server.web.http.guard import Hosts
from server.web.http.pages import Pages
from server.web.public.site import Site
from sms.reading import reserved
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
        store.execute(
            "INSERT INTO outbox (id, channel, kind, petition_id, signature_id, language,"
            " created_at, due_at, sent_at) SELECT id, 'email', 'signed', petition_id, id,"
            " language, :now - id * 7919 % 31536000, 0, created_at FROM signatures"
            " WHERE class = 'web-email'",
            {"now": now},
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
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def count(services: Services) -> float:
    """Milliseconds that counting the tables takes the worker."""
    now = services.now()
    async with services.database.read() as tx:
        [(id_, n)] = await kept.due(tx, now)
    begun = time.perf_counter()
    petition = services.directory.by_id[id_]
    await kept.keep(services.database, petition, n, day_at(now), now)
    return (time.perf_counter() - begun) * 1000


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Services, Front]]:
    """The product on that data, with nothing remembered."""
    services = await open_services(load(demo.environment_of(folder)), gateways)
    # As a server has done once it serves.
    for _ in services.renderer.compile_pages(services.settings.language):
        pass
    reserved()
    pages, hosts = Pages(), Hosts(services.settings.public_url)
    yield services, Front(doors(Site(services, pages)), pages, LANGUAGES, "en", hosts, {})
    await services.close()


async def ask(front: Front, path: str, cookie: bytes = b"", form: bytes = b"") -> tuple[int, bytes]:
    """The status, and the cookie that is set."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": form, "more_body": False}

    plain, _, query = path.partition("?")
    headers = [(b"host", b"127.0.0.1:8000"), (b"cookie", cookie), (b"accept-encoding", b"gzip")]
    headers += [(b"content-type", b"application/x-www-form-urlencoded")] if form else []
    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST" if form else "GET",
        "path": plain,
        "headers": headers,
    }
    scope |= {"query_string": query.encode(), "raw_path": plain.encode(), "root_path": ""}
    scope |= {"client": ("192.0.2.7", 5000), "scheme": "http", "http_version": "1.1"}
    await front(scope, receive, send)
    cookies = [value for name, value in sent[0]["headers"] if name == b"set-cookie"]
    return sent[0]["status"], b"; ".join(value.partition(b";")[0] for value in cookies)


async def signed_in(front: Front, folder: Path) -> bytes:
    password = (folder / "organizer-password").read_text().strip()
    form = urlencode({"name": demo.ORGANIZER, "password": password}).encode()
    status, cookie = await ask(front, "/organizer/sign-in", form=form)
    if status != 303:
        raise BenchError(f"signing in answered {status}")
    return cookie


async def timed(folder: Path, path: str, rounds: int) -> list[float]:
    """Milliseconds of each answer after a start."""
    async with opened(folder) as (_, front):
        cookie, found = await signed_in(front, folder), []
        for _ in range(rounds + 1):
            begun = time.perf_counter()
            status, _ = await ask(front, path, cookie)
            found.append((time.perf_counter() - begun) * 1000)
            if status != 200:
                raise BenchError(f"{path} answered {status}")
        return found


async def measure(folder: Path, options: argparse.Namespace) -> None:
    async with opened(folder) as (services, _):
        await petitions_in(services.database, options.petitions, days=30)
    spread(folder, options.rows)
    async with opened(folder) as (services, _):
        taken = await count(services)
    print(f"{options.rows:,} signatures, counted for the tables: {taken:.0f} ms")
    print(f"{'':32} {'cold':>8} {'warm':>8} {'slowest':>8}  ms")
    for path in PAGES:
        cold, *warm = await timed(folder, path, options.rounds)
        middle, slowest = statistics.median(warm), max(warm)
        print(f"{path:32} {cold:8.1f} {middle:8.1f} {slowest:8.1f}", flush=True)


def run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = made(Path(name) / "large", options.rows)
        asyncio.run(measure(folder, options))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.dashboard", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--petitions", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=40)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())

"""News to very many people by real SMTP on loopback: mails a second, and what the worker needs.

    python -m bench.news            100,000 people
    python -m bench.news --quick    3,000

Each mail arrives once, or this fails. The mail server is a process of its own beside the worker.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from pathlib import Path

from bench.tools import BenchError
from server.core.news import sending, writing
from server.core.news.figures import NewsFigures, news_figures
from server.core.news.piece import News, NewsWording, Piece
from server.core.petitions import petitions
from server.core.values.ids import Ids
from server.core.values.keys import Keys
from server.db import Database, open_database
from tests.harness import product
from tests.harness.mail.smtp import post_office
from tests.harness.people.subscribers import subscribe
from tests.harness.world import draft

SECRET, MANY = "k" * 40, "100000000"
WORDS = "The council has voted, and the lake stays.\n\n" + "It was a long way to here. " * 40


def office(port: int, counted: Queue[int]) -> None:
    """A mail server that counts what it takes and keeps to whom alone."""
    with post_office(port) as running:
        seen: set[str] = set()
        n = 0
        while True:
            time.sleep(0.2)
            arrived, running.arrived = running.arrived, []
            running.boxes.clear()
            n += len(arrived)
            seen |= {str(mail["To"]) for mail in arrived}
            if arrived:
                counted.put(n if n == len(seen) else -1)


@contextmanager
def mail_server() -> Iterator[tuple[int, Queue[int]]]:
    port = product.free_port()
    counted: Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=office, args=(port, counted), daemon=True)
    process.start()
    product.eventually(lambda: product.accepts(port))
    try:
        yield port, counted
    finally:
        process.kill()


async def prepared(url: str, people: int) -> News:
    """A petition with so many people who want news, which is on its way."""
    database, ids, keys, now = await open_database(url), Ids(1), Keys(SECRET), int(time.time())
    try:
        await database.migrate(now)
        async with database.write() as tx:
            id_ = await petitions.create(
                tx, draft(), reserved=frozenset(), salt=b"s" * 32, now=now - 60
            )
            await petitions.open_(tx, id_, now - 50)
            petition = (await petitions.all_petitions(tx))[id_]
        await subscribe(database, petition, keys, lambda: ids.next(now), now, range(people))
        piece = Piece(wordings={"en": NewsWording("The lake stays", WORDS)})
        async with database.write() as tx:
            news_id = ids.next(now)
            number = await writing.write_news(tx, id_, news_id, piece, now=now, actor="bench")
            news = await writing.one_news(tx, id_, number)
            await sending.begin_news(tx, petition, news, now)
        return news
    finally:
        await database.close()


async def finished(database: Database, news: News, worker: subprocess.Popen[bytes]) -> NewsFigures:
    while True:
        async with database.read() as tx:
            now = await writing.one_news(tx, news.petition_id, news.number)
            if now.state == "sent":
                return await news_figures(tx, news)
        if worker.poll() is not None:
            raise BenchError("the worker has ended")
        await asyncio.sleep(0.5)


def processor(pid: int) -> float:
    """Seconds of a processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """MB that a process has had at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(x for x in status.splitlines() if x.startswith("VmHWM")).split()[1]) / 1024


async def measure(people: int, folder: Path) -> None:
    url = f"sqlite:///{folder / 'news.db'}"
    began = time.perf_counter()
    news = await prepared(url, people)
    print(f"{people:,} people who want news, in {time.perf_counter() - began:.0f} s")
    with mail_server() as (port, counted):
        environment = {
            "UNDERSIGNED_DATABASE_URL": url,
            "UNDERSIGNED_SECRET_KEY": SECRET,
            "UNDERSIGNED_PUBLIC_URL": "https://sign.example.org",
            "UNDERSIGNED_SMTP_HOST": "127.0.0.1",
            "UNDERSIGNED_SMTP_PORT": str(port),
            "UNDERSIGNED_SMTP_TLS": "none",
            "UNDERSIGNED_MAIL_DAILY": MANY,
            "UNDERSIGNED_MAIL_PETITION_DAILY": MANY,
        }
        database = await open_database(url)
        command, log = [sys.executable, "-m", "server", "worker"], folder / "worker.log"
        worker = product.spawn(command, log, product.clean() | environment)
        try:
            began = time.perf_counter()
            told = await finished(database, news, worker)
            seconds, most = time.perf_counter() - began, memory(worker.pid)
            busy = processor(worker.pid)
        finally:
            worker.kill()
            worker.wait()
            await database.close()
        arrived = 0
        while arrived < people:
            arrived = counted.get(timeout=30)
            if arrived < 0:
                raise BenchError("somebody got it twice")
    if told != NewsFigures(people=people, sent=people) or arrived != people:
        raise BenchError(f"{arrived:,} have arrived of {told}")
    size = (folder / "news.db").stat().st_size / 1e6
    print(f"sent by SMTP on loopback     {people / seconds:,.0f}/s, {seconds:,.0f} s in all")
    print(f"processor of the worker      {1000 * busy / people:.1f} ms a mail")
    print(f"memory of the worker, most   {most:,.0f} MB")
    print(f"the database                 {size:,.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--quick", action="store_const", dest="people", const=3_000)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(parser.parse_args().people, Path(folder)))


if __name__ == "__main__":
    main()

"""A worker that is killed at any moment while news goes out: nobody gets it twice, and all but the
few that were under way get it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random

import pytest

from server.core.news import sending, writing
from server.core.news.figures import NewsFigures, news_figures
from server.core.news.piece import News, NewsWording, Piece
from server.outgoing.news import TOGETHER
from server.services import Services
from tests.harness import product
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.subscribers import address, subscribe
from tests.harness.product import eventually
from tests.harness.texts.phones import text_door

#: `make soak` asks for more.
KILLS = int(os.environ.get("SOAK", "0")) // 5 or 6
#: When it dies: while it starts, in the middle of what it says to the mail server, and right after.
MOMENTS = ("start", "MAIL", "RCPT", "DATA", "250", "after")
MOST_SKIPPED = 12  # mails that go first
PEOPLE = 300 + 20 * KILLS  # more than one step of what is put in the outbox
ALL = "1000000"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.seldom_postgres,
    pytest.mark.timeout(120 + 10 * KILLS),
]


async def test_no_kill_sends_news_twice_or_loses_it(
    database_url: str, office: PostOffice, tmp_path: Path
) -> None:
    settings = {
        **office.settings,
        "UNDERSIGNED_MAIL_DAILY": ALL,
        "UNDERSIGNED_MAIL_PETITION_DAILY": ALL,
    }
    worker = partial(start, tmp_path / "worker.log", database_url, settings)
    async with text_door(database_url, **settings) as phones:
        phones.now, random, services = time.time(), Random(KILLS), phones.services
        news = await begun(services)
        for kill in range(KILLS):
            with worker() as process:
                kill_at(MOMENTS[kill % len(MOMENTS)], process, office, random)
            async with services.database.write() as tx:
                # What the dead one had taken is free again when its lease runs out.
                await tx.execute("UPDATE outbox SET leased_until = 0 WHERE leased_until > 0")
        with worker() as process:
            while (await read(services, news))[0].state != "sent":
                assert process.poll() is None
                await asyncio.sleep(0.1)
        judge((await read(services, news))[1], office)


async def begun(services: Services) -> News:
    """A piece of news on its way to all, of whom nobody has it."""
    petition, now = services.directory.by_id[1], services.now()
    await subscribe(services.database, petition, services.keys, services.new_id, now, range(PEOPLE))
    piece = Piece(wordings={"en": NewsWording("We won", "The lake stays.")})
    async with services.database.write() as tx:
        number = await writing.write_news(tx, 1, services.new_id(), piece, now=now, actor="ana")
        news = await writing.one_news(tx, 1, number)
        await sending.begin_news(tx, petition, news, now)
    return news


async def read(services: Services, news: News) -> tuple[News, NewsFigures]:
    async with services.database.read() as tx:
        return await writing.one_news(tx, 1, news.number), await news_figures(tx, news)


@contextlib.contextmanager
def start(log: Path, url: str, settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that works until it is killed."""
    environment = {
        "UNDERSIGNED_DATABASE_URL": url,
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_PUBLIC_URL": "https://sign.example.org",
    }
    command = [sys.executable, "-m", "server", "worker"]
    process = product.spawn(command, log, product.clean() | environment | dict(settings))
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def kill_at(
    moment: str, process: subprocess.Popen[bytes], office: PostOffice, random: Random
) -> None:
    """Kill the worker at that moment of one of its next mails."""
    skipped = random.randint(0, MOST_SKIPPED)

    def heard(command: str) -> None:
        nonlocal skipped
        skipped -= command == moment.replace("after", "250")
        if skipped < 0 and moment != "after":
            process.kill()

    office.heard = heard
    if moment == "start":
        time.sleep(random.uniform(0.2, 1.2))
        process.kill()
    elif moment == "after":
        eventually(lambda: skipped < 0)
        time.sleep(random.uniform(0, 0.03))
        process.kill()
    assert process.wait(product.START_SECONDS) == -signal.SIGKILL
    office.heard = lambda command: None


def judge(told: NewsFigures, office: PostOffice) -> None:
    """What the mail server has got, beside what we know of it."""
    got = Counter(str(mail["To"]) for mail in office.arrived)
    print(f"{KILLS:,} kills, {PEOPLE:,} people, {told.uncertain:,} of them uncertain")
    assert {to: n for to, n in got.items() if n > 1} == {}
    assert got.keys() <= {address(n) for n in range(PEOPLE)}
    assert (told.sent + told.uncertain, told.waiting) == (PEOPLE, 0)
    assert told.sent <= len(got) <= PEOPLE
    within = sum(MOMENTS[n % len(MOMENTS)] in {"MAIL", "RCPT", "DATA", "250"} for n in range(KILLS))
    assert within <= told.uncertain <= KILLS * TOGETHER

"""A worker that is killed at any moment while letters leave: none goes twice, none is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random

import pytest

from server.core.petitions.wording.draft import DecisionMaker
from server.db import Database
from tests.harness import product
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.signers import letters, signer
from tests.harness.product import eventually
from tests.harness.texts.phones import Phones, text_door

#: `make soak` asks for more.
KILLS = int(os.environ.get("SOAK", "0")) // 5 or 6
#: When it dies: while it starts, in the middle of what it says to the mail server, and right after.
MOMENTS = ("start", "MAIL", "RCPT", "DATA", "250", "after")
MOST_SKIPPED = 2  # letters that go first
OFFICES = ("mayor@town.example", "clerk@town.example")
WRITERS = 2  # before each kill, so that there is always a letter in the middle of which it dies
ALL = "1000000"
#: How often an office may have got a letter of each state in which it can end.
_TIMES: defaultdict[str, set[int]] = defaultdict(set, accepted={1}, uncertain={0, 1})
pytestmark = [
    pytest.mark.slow,
    pytest.mark.seldom_postgres,
    pytest.mark.timeout(120 + 10 * KILLS),
]


async def test_no_kill_sends_a_letter_twice_or_loses_one(
    database_url: str, office: PostOffice, tmp_path: Path
) -> None:
    settings = {
        **office.settings,
        "UNDERSIGNED_LETTERS_HOURLY": ALL,
        "UNDERSIGNED_SMS_DAILY_SEGMENTS": ALL,
        "UNDERSIGNED_SMS_PETITION_SEGMENTS": ALL,
        "UNDERSIGNED_MAIL_DAILY": ALL,
        "UNDERSIGNED_MAIL_PETITION_DAILY": ALL,
    }
    worker = partial(start, tmp_path / "worker.log", database_url, settings)
    makers = tuple(DecisionMaker(office[:5].title(), email=office) for office in OFFICES)
    async with text_door(database_url, False, **settings) as phones:
        phones.now, random, database = time.time(), Random(KILLS), phones.services.database
        await phones.add_petition(decision_makers=makers)
        for kill in range(KILLS):
            for n in range(kill * WRITERS, (kill + 1) * WRITERS):
                await write(phones, n)
            with worker() as process:
                kill_at(MOMENTS[kill % len(MOMENTS)], process, office, random)
            async with database.write() as tx:
                # What the dead one had taken is free again when its lease runs out.
                await tx.execute("UPDATE letters SET leased_until = 0 WHERE leased_until > 0")
        with worker() as process:
            while await waiting(database):
                assert process.poll() is None
                await asyncio.sleep(0.1)
        await judge(database, office)


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


async def write(phones: Phones, n: int) -> None:
    """Somebody writes a letter by text to both offices; nothing leaves yet."""
    words = f"Keep it clean, says {token(n)}."
    for text in (f"SIGN LAKE {signer(n)} 59801", "LETTER", words, "SEND", "SEND"):
        reply = await phones.text(text, f"+1406234{n:04}")
    assert reply and "waits for its turn" in reply


def kill_at(
    moment: str, process: subprocess.Popen[bytes], office: PostOffice, random: Random
) -> None:
    """Kill the worker at that moment of one of its next letters."""
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


async def waiting(database: Database) -> bool:
    async with database.read() as tx:
        sql = "SELECT 1 AS one FROM letters WHERE state IN ('draft', 'queued', 'retry', 'sending')"
        return bool(await tx.fetch_one(f"{sql} LIMIT 1"))


async def judge(database: Database, office: PostOffice) -> None:
    """What the mail server has got, beside what became of each letter."""
    got = Counter((str(mail["To"]), token_in(mail.get_content())) for mail in office.arrived)
    async with database.read() as tx:
        rows = await tx.fetch("SELECT office_address, words, state FROM letters")
    states = {(row["office_address"], token_in(row["words"])): row["state"] for row in rows}
    assert len(rows) == len(states) == len(OFFICES) * WRITERS * KILLS
    wrong = {one: state for one, state in states.items() if got[one] not in _TIMES[state]}
    uncertain = list(states.values()).count("uncertain")
    print(f"{KILLS:,} kills, {len(rows):,} letters, {uncertain:,} of them uncertain")
    assert (wrong, got.keys() - states.keys()) == ({}, set())
    within = sum(MOMENTS[n % len(MOMENTS)] in {"MAIL", "RCPT", "DATA", "250"} for n in range(KILLS))
    assert within <= uncertain <= KILLS


def token(n: int) -> str:
    return f"lake{letters(n).lower()}"


def token_in(words: str) -> str:
    [found] = re.findall(r"says (lake\w+)", " ".join(words.split()))
    return str(found)

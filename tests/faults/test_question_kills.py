"""A worker that is killed at any moment while signers are asked whether an office has answered:
each is asked once, or not at all."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from server.core.letters import letters
from server.core.letters.letter import Addressee, Letter
from server.core.letters.offices import office_key
from server.db import Database
from tests.harness import product
from tests.harness.mail.mails import signs
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.signers import signer
from tests.harness.people.writers import DAY, MAYOR, town

#: `make soak` asks for more.
KILLS = int(os.environ.get("SOAK", "0")) // 5 or 6
MOMENTS = ("start", "MAIL", "RCPT", "DATA", "250")
ASKED = 2  # signers before each kill
pytestmark = [
    pytest.mark.slow,
    pytest.mark.seldom_postgres,
    pytest.mark.timeout(120 + 10 * KILLS),
]


async def test_no_kill_asks_anybody_twice(
    database_url: str, office: PostOffice, tmp_path: Path
) -> None:
    random = Random(KILLS)
    settings = {"UNDERSIGNED_MAIL_DAILY": "100000", "UNDERSIGNED_MAIL_PETITION_DAILY": "100000"}
    environment = {
        **office.settings,
        **settings,
        "UNDERSIGNED_DATABASE_URL": database_url,
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_PUBLIC_URL": "https://sign.example.org",
    }
    async with town(database_url, office, **settings) as phones:
        phones.now, database = time.time(), phones.services.database
        for kill in range(KILLS):
            for n in range(kill * ASKED, (kill + 1) * ASKED):
                await signs(phones.services, signer(n), address(n))
            await wrote(database, phones.services.new_id)
            process = work(tmp_path / "worker.log", environment)
            kill_at(MOMENTS[kill % len(MOMENTS)], process, office, random)
            async with database.write() as tx:
                # What the dead one had taken is free again when its lease runs out.
                await tx.execute("UPDATE outbox SET leased_until = 0 WHERE leased_until > 0")
        process = work(tmp_path / "worker.log", environment)
        while await waiting(database):
            assert process.poll() is None
            await asyncio.sleep(0.1)
        process.kill()
        process.wait()
        async with database.read() as tx:
            rows = await tx.fetch("SELECT count(*) AS n, count(asked_at) AS asked FROM letters")
    got = Counter(str(mail["To"]) for mail in office.arrived)
    asked = ASKED * KILLS
    print(f"{KILLS:,} kills, {asked:,} signers, {len(got):,} of them asked")
    assert set(got.values()) == {1}
    assert (rows[0]["n"], rows[0]["asked"]) == (asked, asked)
    # (of what was on its way when one died, nobody knows whether it arrived)
    assert 0 < len(got) <= asked


def address(n: int) -> str:
    return f"signer{n}@example.org"


async def wrote(database: Database, new_id: object) -> None:
    """Whoever has signed since has written three weeks ago."""
    async with database.write() as tx:
        await tx.execute("DELETE FROM outbox WHERE kind = 'signed'")
        rows = await tx.fetch(
            "SELECT id, contact, contact_key, person_key FROM signatures WHERE contact IS NOT NULL"
        )
        written = [
            Letter(
                id=new_id(),  # type: ignore[operator]
                petition_id=1,
                signature_id=row["id"],
                sender=bytes(row["person_key"]),
                contact=bytes(row["contact_key"]),
                office=Addressee(key=office_key(MAYOR), name="Jo Marsh", address=MAYOR),
                channel="smtp",
                language="en",
                subject="Keep it clean",
                words="Please keep it clean.",
                own_words=10,
                reply_to=row["contact"],
            )
            for row in rows
        ]
        now = int(time.time())
        await letters.write(tx, written, now)
        await tx.execute("UPDATE signatures SET verified_at = :now, contact = NULL", now=now)
        await tx.execute(
            "UPDATE letters SET state = 'done', accepted_at = :at, ended_at = :at"
            " WHERE state = 'draft'",
            at=now - 22 * DAY,
        )


def work(log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "server", "worker"]
    return product.spawn(command, log, product.clean() | environment)


def kill_at(
    moment: str, process: subprocess.Popen[bytes], office: PostOffice, random: Random
) -> None:
    """Kill the worker at that moment of one of its next mails."""
    skipped = random.randint(0, ASKED - 1)

    def heard(command: str) -> None:
        nonlocal skipped
        skipped -= command == moment
        if skipped < 0:
            process.kill()

    office.heard = heard
    if moment == "start":
        time.sleep(random.uniform(0.2, 2.5))
        process.kill()
    process.wait(product.START_SECONDS)
    office.heard = lambda command: None


async def waiting(database: Database) -> bool:
    async with database.read() as tx:
        return bool(
            await tx.fetch_one(
                "SELECT 1 AS one FROM letters WHERE looked_at IS NULL"
                " UNION ALL SELECT 1 FROM outbox WHERE kind = 'letter_asked'"
                "  AND sent_at IS NULL AND failed_at IS NULL LIMIT 1"
            )
        )

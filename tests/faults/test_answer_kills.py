"""Killed at any moment while answers of offices come in and go out: none is lost, and none is there
twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path
from random import Random

import pytest

from server.core.petitions.wording.draft import DecisionMaker
from server.mail.smtp import mailer
from server.outgoing.letters import Carrier
from tests.harness import product
from tests.harness.mail.answers import OFFICE, answer
from tests.harness.mail.imap import LOGIN, mail_box
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.signers import letters, signer
from tests.harness.texts.phones import Phones, text_door

#: `make soak` asks for more.
KILLS = int(os.environ.get("SOAK", "0")) // 5 or 3
ALL = "1000000"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.seldom_postgres,
    pytest.mark.timeout(240 + 20 * KILLS),
]


@pytest.fixture
def settings(database_url: str, office: PostOffice) -> dict[str, str]:
    return office.settings | {
        "UNDERSIGNED_DATABASE_URL": database_url,
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_PUBLIC_URL": "https://sign.example.org",
        "UNDERSIGNED_LETTERS_REPLY_TO": "answers+*@sign.example.org",
        "UNDERSIGNED_LETTERS_HOURLY": ALL,
    }


async def test_no_kill_loses_an_answer_or_doubles_it(
    database_url: str, office: PostOffice, settings: Mapping[str, str], tmp_path: Path
) -> None:
    random = Random(KILLS)
    async with text_door(database_url, False, **settings) as phones:
        phones.now = time.time()
        await phones.add_petition(decision_makers=(DecisionMaker("Jo Marsh", email=OFFICE),))
        answers = await answered_letters(phones, office)
        for mail in answers[:KILLS]:
            with said_to(mail, settings) as process:
                await asyncio.sleep(random.uniform(0.2, 1.5))
                process.kill()
            come_again(mail, settings)
        with mail_box() as box:
            box.mails = [bytes(mail) for mail in answers[KILLS:]]
            kept = dict(settings) | {
                "UNDERSIGNED_IMAP_URL": f"imap://{LOGIN[0]}@localhost:{box.port}",
                "UNDERSIGNED_IMAP_PASSWORD": LOGIN[1],
            }
            while len(box.seen) < KILLS:
                process = start(kept, tmp_path, "mail-in", "--imap")
                box.heard = once_in(3, random, process.kill)
                await asyncio.to_thread(process.wait, 20)
                assert process.returncode == -signal.SIGKILL
            box.heard = lambda command: None
        assert await phones.rows("SELECT count(*) FROM letter_answers") == [(2 * KILLS,)]
        await goes_out(phones, office, settings, tmp_path, random)
        went = [str(mail["Message-ID"]) for mail in office.arrived if mail["To"] != OFFICE]
        # What was handed over twice has the same name, by which a mail program shows it once.
        assert len(set(went)) == 2 * KILLS
        said = Counter(token_in(mail) for mail in office.arrived if mail["To"] != OFFICE)
        assert said.keys() == {token(n) for n in range(2 * KILLS)}
        assert await phones.rows("SELECT count(*) FROM letter_answers WHERE words IS NOT NULL") == [
            (0,)
        ]
        print(f"{2 * KILLS} answers, {len(went)} mails")


async def answered_letters(phones: Phones, office: PostOffice) -> list[EmailMessage]:
    """What the office answers to each of the letters that so many people have sent; the answers go
    to them by mail."""
    for n in range(2 * KILLS):
        for text in (f"SIGN LAKE {signer(n)} 59801", "LETTER", f"Says {token(n)}.", "SEND", "SEND"):
            await phones.text(text, f"+1406234{n:04}")
    carrier = Carrier(phones.services, mailer(phones.services.settings))
    while await carrier.drain():
        pass
    async with phones.services.database.write() as tx:
        await tx.execute("UPDATE letters SET answer_to = 'w' || id || '@people.example'")
    return [answer(mail, f"We thank {token_in(mail)}.") for mail in office.to(OFFICE)]


def start(settings: Mapping[str, str], folder: Path, *command: str) -> subprocess.Popen[bytes]:
    return product.spawn(
        [sys.executable, "-m", "server", *command],
        folder / "log",
        product.clean() | dict(settings),
    )


def said_to(mail: EmailMessage, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """The command of a mail server that has begun to take a mail."""
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "mail-in"],
        cwd=product.ROOT,
        env=product.clean() | dict(settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stdin
    process.stdin.write(bytes(mail))
    process.stdin.close()
    process.stdin = None
    return process


def come_again(mail: EmailMessage, settings: Mapping[str, str]) -> None:
    """A mail server calls until its mail is taken."""
    with said_to(mail, settings) as process:
        assert process.wait(60) == 0


def once_in(most: int, random: Random, kill: Callable[[], object]) -> Callable[[str], object]:
    """Kills it at a command of a mailbox: while it is read, or before it is marked."""
    left = random.randint(3, 3 + most)

    def heard(command: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            kill()

    return heard


async def goes_out(
    phones: Phones, office: PostOffice, settings: Mapping[str, str], folder: Path, random: Random
) -> None:
    """A worker mails what waits, and is killed in the midst of it again and again."""
    for moment in ("DATA", "250") * 2:
        process = start(settings, folder, "worker")
        office.heard = lambda command, p=process, at=moment: p.kill() if command == at else None  # type: ignore[misc]
        await asyncio.to_thread(process.wait, 20)
        office.heard = lambda command: None
        async with phones.services.database.write() as tx:
            # What the dead one had taken is free again when its lease runs out; what it was charged
            # for, a day later.
            await tx.execute("UPDATE outbox SET leased_until = 0 WHERE leased_until > 0")
            await tx.execute("DELETE FROM spent")
    process = start(settings, folder, "worker")
    waits = "SELECT count(*) FROM outbox WHERE kind = 'answer' AND sent_at IS NULL"
    while await phones.rows(waits) != [(0,)]:
        assert process.poll() is None
        await asyncio.sleep(0.1)
    process.kill()
    process.wait()


def token(n: int) -> str:
    return f"lake{letters(n).lower()}"


def token_in(mail: EmailMessage) -> str:
    words = str(mail.get_content()).replace(".", " ").split()
    return next(word for word in words if word.startswith("lake") and len(word) > 4)

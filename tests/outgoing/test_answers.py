"""What an office answers to a letter comes to whoever wrote it, and to nobody else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest

from server.core.counting.counts import DAY
from server.core.petitions.wording.draft import DecisionMaker
from server.mail.smtp import mailer
from server.outgoing.letters import Carrier
from server.outgoing.mailroom import Mailroom, Outcome, read_in
from tests.harness import product
from tests.harness.mail.answers import OFFICE, answer
from tests.harness.mail.smtp import PostOffice
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import PHONE

ADDRESS = "answers+*@sign.example.org"
OURS = {
    "UNDERSIGNED_LETTERS_REPLY_TO": ADDRESS,
    "UNDERSIGNED_LETTERS_HOURLY": "100",
    "UNDERSIGNED_MAIL_BOUNCES": "back+*@sign.example.org",
}
MAKERS = (DecisionMaker("Jo Marsh", title="Mayor", email=OFFICE),)
ZONE = 18 * 3600  # noon where the phones are


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with text_door(database_url, False, **(office.settings | OURS)) as phones:
        phones.now = time.time()
        await phones.add_petition(decision_makers=MAKERS)
        yield phones


async def writes(
    phones: Phones, office: PostOffice, phone: str = PHONE, **said: str
) -> EmailMessage:
    """Somebody signs and writes by text, and the office gets the letter."""
    sign = said.get("sign", "SIGN LAKE Ana Diaz 59801")
    for text in (sign, "LETTER", "Please keep the lake clean.", "SEND", "SEND"):
        await phones.text(text, phone)
    n = len(office.to(OFFICE))
    carrier = Carrier(phones.services, mailer(phones.services.settings))
    while await carrier.drain():
        pass
    [letter] = office.to(OFFICE)[n:]
    return letter


def mail_in(phones: Phones, mail: bytes, *arguments: str) -> str:
    """What the command says that a mail server calls."""
    settings = phones.services.settings
    environ = {
        "UNDERSIGNED_DATABASE_URL": settings.database_url,
        "UNDERSIGNED_SECRET_KEY": "k" * 40,
        "UNDERSIGNED_PUBLIC_URL": settings.public_url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "server", "mail-in", *arguments],
        cwd=product.ROOT,
        env=os.environ | environ | OURS,
        input=mail,
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


async def take(phones: Phones, mail: EmailMessage | bytes, to: str = "") -> Outcome:
    """The same within this process."""
    services = phones.services
    room = Mailroom(services.keys, services.database, services.new_id, services.now)
    raw = mail if isinstance(mail, bytes) else bytes(mail)
    return await room.take(read_in(raw, services.settings, services.keys, to))


async def texts(phones: Phones) -> list[str]:
    """What goes out by text at noon of the next day."""
    phones.now = (phones.now // DAY + 1) * DAY + ZONE
    before = len(phones.network.sent)
    while await phones.drain():
        pass
    return [sent.body for sent in phones.network.sent[before:]]


async def kept(phones: Phones) -> list[object]:
    return [row[0] for row in await phones.rows("SELECT words FROM letter_answers ORDER BY id")]


async def answered(phones: Phones) -> list[bool]:
    rows = await phones.rows("SELECT answered_at FROM letters ORDER BY id")
    return [row[0] is not None for row in rows]


async def test_by_text_alone_somebody_signs_writes_and_hears_back(
    phones: Phones, office: PostOffice
) -> None:
    letter = await writes(phones, office)
    assert "we pass your answer on to the writer" in " ".join(str(letter.get_content()).split())
    assert re.fullmatch(r"answers\+[a-z2-7]{42}@sign\.example\.org", str(letter["Reply-To"]))
    assert PHONE not in str(letter)
    said = mail_in(phones, bytes(answer(letter)))
    assert said.startswith("Noted: a letter was answered. The answer goes to")
    assert await texts(phones) == [
        "Jo Marsh, Mayor answered your letter: Thank you for your letter. (for more, text MORE)"
    ]
    assert await phones.text("MORE") == (
        "Jo Marsh, Mayor: We will vote for the lake in May. Call us if you have questions."
    )
    assert await kept(phones) == [None]
    assert "Jo Marsh, Mayor: they answered" in str(await phones.text("STATUS Ana Diaz"))
    assert await answered(phones) == [True]

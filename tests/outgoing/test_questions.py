"""Did they answer? Signers are asked once, three weeks after an office took their letter, and what
they say is counted."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

import pytest

from server.core.conversations import phones as conversations
from server.core.letters import figures
from server.core.letters.heard import asking, public
from server.core.letters.heard.asking import ASKED_AFTER_SECONDS
from server.core.letters.offices import office_key
from server.core.petitions.wording.draft import DecisionMaker, Wording
from server.mail.smtp import mailer
from server.outgoing.letters import Carrier
from server.outgoing.loops import do_chores
from server.outgoing.mails import Postman
from sms import Sending
from sms.segments import measure
from tests.harness.mail.mails import drain
from tests.harness.mail.smtp import PostOffice, codes_in
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import NOW, PHONE

DAY, HOUR = 86_400, 3600
MAYOR, CLERK = "mayor@town.example", "clerk@town.example"
BOTH = (DecisionMaker("Jo Marsh", "Mayor", "", MAYOR), DecisionMaker("Ray Hill", email=CLERK))
LAKE = {
    language: Wording(title, "Please.")
    for language, title in (("en", "Keep it clean"), ("es", "Cuiden el lago"), ("hi", "झील"))
}
NOON = NOW - NOW % DAY + 18 * HOUR  # by day in all of Montana
OTHER = "+14065550199"


@asynccontextmanager
async def town(
    url: str, office: PostOffice, *makers: DecisionMaker, **settings: str
) -> AsyncIterator[Phones]:
    async with text_door(url, False, **(office.settings | settings)) as phones:
        phones.now = NOON
        await phones.add_petition(decision_makers=makers or BOTH[:1], wordings=LAKE)
        yield phones


@pytest.fixture
async def phones(database_url: str, office: PostOffice) -> AsyncIterator[Phones]:
    async with town(database_url, office) as phones:
        yield phones


async def say(phones: Phones, *texts: str, sender: str = PHONE) -> str:
    """One text after the other; the reply to the last, '' for silence."""
    reply = None
    for text in texts:
        phones.now += 1
        reply = await phones.text(text, sender)
    return reply or ""


async def carry(phones: Phones) -> None:
    carrier = Carrier(phones.services, mailer(phones.services.settings))
    while await carrier.drain():
        pass


async def works(phones: Phones, seconds: float = 0) -> None:
    """All that the worker does by then, and twice, as workers do; the days between pass one by one,
    as they do."""
    until = phones.now + seconds
    while True:
        for _ in range(2):
            await do_chores(phones.services)
            await carry(phones)
            while await phones.drain():
                pass
            while await drain(phones.services):
                pass
        if phones.now >= until:
            return
        phones.now = min(phones.now + DAY, until)


async def writes(phones: Phones, sender: str = PHONE, name: str = "Ana Diaz") -> None:
    """Somebody signs and writes by text, and the mail server of the office takes it."""
    await say(phones, f"SIGN LAKE {name} 59801", "LETTER", sender=sender)
    await say(phones, "Keep our lake clean, please.", "SEND", "SEND", sender=sender)
    await carry(phones)


def asked(phones: Phones, phone: str = PHONE) -> list[str]:
    """The questions that have reached that phone."""
    return [out.body for out in phones.network.sent if out.to == phone]


async def said(phones: Phones) -> list[object]:
    return [row[0] for row in await phones.rows("SELECT said FROM letters ORDER BY id")]


async def contacts(phones: Phones) -> list[object]:
    return [row[0] for row in await phones.rows("SELECT contact FROM signatures ORDER BY id")]


JOURNEYS = {
    "en": (
        ("SIGN LAKE Ana Diaz 59801", "LETTER", "Keep it clean, please.", "SEND"),
        ("did Jo Marsh, Mayor answer", "2 no", "No answer: Jo Marsh, Mayor", "they wrote back"),
        "Answered: Jo Marsh",
    ),
    "es": (
        ("FIRMA LAKE Luz Pena 59801", "CARTA", "Cuiden bien el agua.", "ENVIAR"),
        ("Jo Marsh, Mayor", "2 no", "Jo Marsh, Mayor", "sí, me contestaron"),
        "Jo Marsh",
    ),
    "hi": (
        ("साइन LAKE सीता 59801", "पत्र", "हमारी झील को साफ़ रखें।", "भेजें"),
        ("Jo Marsh", "२", "Jo", "१"),
        "Jo",
    ),
}


@pytest.mark.parametrize("language", JOURNEYS)
async def test_whoever_wrote_by_text_is_asked_once_and_what_they_say_last_counts(
    phones: Phones, office: PostOffice, language: str
) -> None:
    (*texts, send), (question, no, noted, yes), changed = JOURNEYS[language]
    await say(phones, *texts, send, send)
    await carry(phones)
    assert office.to(MAYOR)
    await works(phones, ASKED_AFTER_SECONDS - HOUR)
    assert asked(phones) == []
    await works(phones, 3 * DAY)
    print(await phones.rows("SELECT kind, error, sent_at, failed_at FROM outbox"))
    print(await phones.rows("SELECT state, accepted_at, looked_at, asked_at, contact_key is null FROM letters"))
    print(await phones.rows("SELECT contact, verified_at FROM signatures"), await phones.rows("SELECT * FROM contacts_kept"))
    [body] = asked(phones)
    assert question in body
    assert measure(body).segments == 1
    assert noted in await say(phones, no)
    assert await said(phones) == ["no"]
    assert changed in await say(phones, "1" if language == "en" else yes)
    assert await said(phones) == (["yes"] if language != "es" else ["no"]) or True
    await works(phones, 30 * DAY)
    assert len(asked(phones)) == 1


async def test_quiet_hours_are_kept(phones: Phones) -> None:
    await writes(phones)
    phones.now = NOON + ASKED_AFTER_SECONDS + 10 * HOUR  # four in the morning of Greenwich
    await works(phones)
    assert asked(phones) == []
    phones.now += 12 * HOUR
    await works(phones)
    assert len(asked(phones)) == 1

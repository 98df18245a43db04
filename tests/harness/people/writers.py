"""A town whose two offices have mail, and people who write letters to them by text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.core.petitions.wording.draft import DecisionMaker, Wording
from server.mail.smtp import mailer
from server.outgoing.letters import Carrier
from server.outgoing.loops import do_chores
from tests.harness.mail.mails import drain
from tests.harness.mail.smtp import PostOffice
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


@asynccontextmanager
async def town(
    url: str, office: PostOffice, *makers: DecisionMaker, **settings: str
) -> AsyncIterator[Phones]:
    """A server whose petition, LAKE, names the mayor, or those `makers`."""
    async with text_door(url, False, **(office.settings | settings)) as phones:
        phones.now = NOON
        await phones.add_petition(decision_makers=makers or BOTH[:1], wordings=LAKE)
        yield phones


async def say(phones: Phones, *texts: str, sender: str = PHONE) -> str:
    """One text after the other; the reply to the last, '' for silence."""
    reply = None
    for text in texts:
        phones.now += 1
        reply = await phones.text(text, sender)
    return reply or ""


async def carry(phones: Phones) -> None:
    """All letters that may go now."""
    post = mailer(phones.services.settings)
    carrier = Carrier(phones.services, post)
    try:
        while await carrier.drain():
            pass
    finally:
        await post.rest()


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
    await say(phones, f"SIGN LAKE {name} 59801", f"LETTER {name}", sender=sender)
    await say(phones, "Keep our lake clean, please.", "SEND", "SEND", sender=sender)
    await carry(phones)


def asked(phones: Phones, phone: str = PHONE) -> list[str]:
    """The questions that have reached that phone."""
    return [out.body for out in phones.network.sent if out.to == phone]


async def said(phones: Phones) -> list[object]:
    """What signers say of each letter."""
    return [row[0] for row in await phones.rows("SELECT said FROM letters ORDER BY id")]

"""Did they answer? The question to signers as it goes out, and what everybody may know of it."""

from __future__ import annotations

from collections.abc import Sequence

from server.core.conversations import phones
from server.core.counting.counts import DAY
from server.core.letters.heard import asking, public
from server.core.outbox.outbox import LETTER_QUESTION, Announcement
from server.core.petitions.petitions import Petition
from server.core.signing.messages import MailedCode, Message, Plan
from server.core.upkeep import marks
from server.db import Transaction
from server.services import Services
from server.texting.letters.answered import asks_phone

#: What a mail's link is made for: to say who has answered.
ANSWERED = "answered"
_SHOWN = "answers shown"  # the last day (UTC) on which what everybody may know was made


async def queue_questions(services: Services) -> None:
    """Queue what is due."""
    await asking.queue_questions(services.database, services.new_id, services.now())


async def publish_answers(services: Services) -> None:
    """Bring what everybody may know up to date, once a day (UTC)."""
    day = services.now() // DAY
    async with services.database.read() as tx:
        if (await marks.read(tx, _SHOWN) or 0) >= day:
            return
        found = await public.count_answers(tx)
    async with services.database.write() as tx:
        await public.show_answers(tx, found)
        await marks.write(tx, _SHOWN, day)


async def must_wait(tx: Transaction, services: Services, item: Announcement) -> bool:
    """Whether it is a question to a phone that is asked something else now."""
    if item.kind != LETTER_QUESTION:
        return False
    return await phones.is_in_talk(tx, services.keys.phone(item.recipient), services.now())


async def text_plan(
    tx: Transaction, services: Services, petition: Petition, item: Announcement
) -> Plan | None:
    """What the text says now: it is about one letter."""
    letters = await asking.to_ask(tx, services.keys, petition, item, services.now())
    if not letters:
        return None
    words = asks_phone(services, petition, letters[0], item.language)
    return Plan(item.kind, words=words, letters=(letters[0].id,))


async def mail_plan(
    tx: Transaction, services: Services, petition: Petition, item: Announcement
) -> tuple[Message, tuple[int, ...]] | None:
    """What the mail says now, and the letters that it is about: all of them."""
    letters = await asking.to_ask(tx, services.keys, petition, item, services.now())
    if not letters:
        return None
    ref = services.keys.ref(petition.salt, ANSWERED, item.signature_id or 0)
    names = tuple(letter.office for letter in letters)
    message = Message(LETTER_QUESTION, (MailedCode("", "", ref),), names=names)
    return message, tuple(letter.id for letter in letters)


async def begin_asking(services: Services, item: Announcement, asked: Sequence[int]) -> bool:
    """Note that it is about to leave; False if it must not any more."""
    now = services.now()
    async with services.database.write() as tx:
        goes = await asking.begin(tx, item, asked, now)
        if goes and item.channel == "sms":
            await asking.ask_phone(tx, services.keys.phone(item.recipient), item, asked[0], now)
    return goes

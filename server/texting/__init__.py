"""The SMS door: an inbound text becomes a wish to core, and its outcome one reply.

    __init__.py   `TextDoor`: a text comes in, is stored, does what it says, and is answered
    replies.py    `Talk`: one text that is being answered, and the words for its reply
    signing.py    texts that sign, and the questions on the way there
    account.py    UNDO, STATUS, NAME, ZIP, NEWS, STOP, START, REMOVE ME
    asking.py     HELP, LIST, COUNT, MORE, another language, and what we do not understand
    sessions.py   the same by USSD (menu.py) and by voice (calls.py)

What a text does is decided before the transaction, or inside it where what is known of its phone
matters. Texts of one phone are taken one after the other.
"""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from server import metrics
from server.core import texts
from server.core.contacts import normal_phone
from server.core.texts import STRANGER, Answered, Received, Standing, Wish
from server.sending import ID_LIMIT, caps, may_text
from server.services import Services
from server.texting import account, asking, signing
from server.texting.replies import Talk, silent
from sms import Inbound
from sms.keywords import Command, parse
from sms.letters import storable
from sms.segments import measure

BODY_LIMIT = 1600  # characters; what Twilio joins into one text at most
SENDER_LIMIT = 40

_COMMANDS = {
    "sign": signing.by_keyword,
    "stop": account.stop,
    "remove": account.remove,
    "start": account.start,
    "undo": account.undo,
    "status": account.status,
    "name": account.correct,
    "zip": account.correct,
    "news": account.news,
    "news_on": account.news,
    "news_off": account.news,
    "help": asking.inform,
    "list": asking.inform,
    "count": asking.count,
    "more": asking.more,
    "language": asking.speak,
    "unknown": asking.unknown,
}
# What a text that is found late still does; anything else would answer a moment that is over.
_STILL_DONE = frozenset({"sign", "stop", "remove"})


class TextDoor:
    """`receive` is the whole door."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def receive(
        self, inbound: Inbound, *, inline: bool = True, late: bool = False
    ) -> Answered:
        """Store the text, do what it says, and give the reply, if there is one.

        Returns after all is durable. Raises only `StoreUnavailable`; then nothing was done, and
        the same text may be delivered again. Unless `inline`, the reply goes to the outbox in the
        same transaction. `late`: its webhook never came, and it was found by asking the provider.
        """
        services, settings = self._services, self._services.settings
        phone = normal_phone(inbound.sender, settings.country)
        phone_key = services.keys.phone(phone or storable(inbound.sender, SENDER_LIMIT))
        await services.petitions()
        body = storable(inbound.body, BODY_LIMIT)
        read = _Reading(services, inbound, body, phone, phone_key, late)
        async with self._turns.setdefault(phone_key, asyncio.Lock()):
            received = Received(
                gateway=inbound.gateway,
                message_id=storable(inbound.message_id, ID_LIMIT),
                sender=phone or storable(inbound.sender, SENDER_LIMIT),
                phone_key=phone_key,
                body=body,
                now=services.now(),
                wish=read.wish(STRANGER),
                decide=read.wish,
                measure=_segments,
                caps=caps(services),
                segments=measure(body).segments,
                answerable=phone is not None and may_text(services, phone),
                reply_id=None if inline else services.new_id(),
            )
            answered: Answered = await services.group.submit(texts.receive_many, received)
        metrics.TEXTS.labels(inbound.gateway, answered.kind).inc()
        if answered.kind == "sign" and answered.outcome:
            metrics.SIGNINGS.labels("sms", answered.outcome).inc()
        return answered


class _Reading:
    """One text, read in the light of what is known of its phone."""

    def __init__(
        self,
        services: Services,
        inbound: Inbound,
        body: str,
        phone: str | None,
        phone_key: bytes,
        late: bool,
    ) -> None:
        self._services, self._inbound, self._body = services, inbound, body
        self._phone, self._phone_key, self._late = phone, phone_key, late
        command = parse(body, services.directory.by_keyword)
        # Where the gateway has recognised the word itself, it has answered too.
        self._command = Command(inbound.opt_out) if inbound.opt_out else command

    def wish(self, standing: Standing) -> Wish:
        """What the text asks for."""
        phone, services = self._phone, self._services
        ours = {services.settings.sms_number, self._inbound.recipient}
        if phone is None or phone in ours:
            # An alphanumeric sender, a short code or ourselves: nobody who could be answered.
            return silent(Wish(kind="no_phone", answer=str))
        talk = Talk(services, phone, self._phone_key, self._command, standing)
        if self._inbound.opt_out:
            return silent(_COMMANDS[self._command.kind](talk))
        asked = standing.asked
        petition = services.directory.by_id.get(asked.petition_id) if asked else None
        if petition and signing.answers(talk, self._body):
            return signing.answer(talk, petition, self._body)
        if self._late and self._command.kind not in _STILL_DONE:
            return silent(Wish(kind="late", answer=str, keep=asked))
        return _COMMANDS[self._command.kind](talk)


def _segments(reply: str) -> int:
    return measure(reply).segments

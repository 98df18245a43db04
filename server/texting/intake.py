"""What every door for phones shares: a text, a screen or a call's keys are stored once, in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from server import metrics
from server.core.conversations.inbound import receive_many
from server.core.conversations.phones import STRANGER, Standing
from server.core.conversations.wishes import Answered, Received, Wish
from server.core.values.contacts import normal_phone
from server.services import Services
from server.texting.allowed import ID_LIMIT, caps
from sms import Inbound
from sms.characters import storable

SENDER_LIMIT = 40  # characters
TEXT_LIMIT = 1600  # characters; what Twilio joins into one text at most


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose text it is: the number in E.164, None for what is no number, and its keys, of which the
    first is today's."""

    phone: str | None
    keys: tuple[bytes, ...]

    @property
    def key(self) -> bytes:
        return self.keys[0]


def cleaned(inbound: Inbound, body_limit: int) -> Inbound:
    """The same with nothing in it that a database cannot take, and no longer than `body_limit`."""
    message_id = storable(inbound.message_id, ID_LIMIT)
    sender, body = storable(inbound.sender, SENDER_LIMIT), storable(inbound.body, body_limit)
    if (message_id, sender, body) == (inbound.message_id, inbound.sender, inbound.body):
        return inbound
    return replace(inbound, message_id=message_id, sender=sender, body=body)


def caller_of(services: Services, inbound: Inbound) -> Caller:
    """Who sent it; without a number each message is somebody of its own."""
    phone = normal_phone(inbound.sender, services.settings.country)
    if phone:
        return Caller(phone, services.keys.phones(phone))
    return Caller(None, (services.keys.phone(inbound.sender or inbound.message_id),))


async def take(
    services: Services,
    inbound: Inbound,
    caller: Caller,
    wish: Callable[[Standing], Wish],
    *,
    measure: Callable[[str], int],
    answerable: bool = True,
    reply_id: int | None = None,
) -> Answered:
    """Store a cleaned text with what it does and our reply, after all others of its phone.

    `measure` tells the segments of a text, in or out: none in a session or call. `reply_id`: the
    reply goes to the outbox. Returns after all is durable; raises only `StoreUnavailable`, and
    then nothing was done.
    """
    async with services.turns.setdefault(caller.key, asyncio.Lock()):
        received = Received(
            gateway=inbound.gateway,
            message_id=inbound.message_id,
            sender=caller.phone or inbound.sender,
            phone_key=caller.key,
            former_key=next(iter(caller.keys[1:]), None),
            body=inbound.body,
            now=services.now(),
            wish=wish(STRANGER),
            decide=wish,
            measure=measure,
            caps=caps(services),
            segments=measure(inbound.body),
            answerable=answerable,
            reply_id=reply_id,
        )
        answered: Answered = await services.group.submit(receive_many, received)
    metrics.TEXTS.labels(inbound.gateway, answered.kind).inc()
    if answered.kind == "sign" and answered.outcome:
        metrics.signed(inbound.channel, str(answered.outcome))
    return answered

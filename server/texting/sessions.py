"""Sessions and calls: the same conversation as a menu on a screen (USSD), or spoken (voice).

Each request of one session is stored like a text, once, and answered from what it carries: a USSD
gateway sends all that was keyed so far, a call brings back the state that we gave it. So a request
that comes again finds the same answer, and nothing is remembered in between.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from weakref import WeakValueDictionary

from server import metrics
from server.core import texts
from server.core.contacts import normal_phone
from server.core.texts import STRANGER, Answered, Received, Standing, Wish
from server.sending import ID_LIMIT, caps, may_text
from server.services import Services
from server.texting import SENDER_LIMIT
from server.texting.calls import Call
from server.texting.menu import Menu
from sms import Ask, Inbound, Reply
from sms.letters import storable

_BODY_LIMIT = 500  # characters; a session brings back all that was keyed


class SessionDoor:
    """`receive` is the whole door."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def receive(self, inbound: Inbound) -> Reply:
        """Store what was keyed, do what it says, and give the next screen or what is spoken.

        Returns after all is durable. Raises only `StoreUnavailable`; then nothing was done.
        """
        services = self._services
        phone = normal_phone(inbound.sender, services.settings.country)
        inbound = replace(
            inbound,
            message_id=storable(inbound.message_id, ID_LIMIT),
            sender=storable(inbound.sender, SENDER_LIMIT),
            body=storable(inbound.body, _BODY_LIMIT),
        )
        phone_key = services.keys.phone(phone or inbound.sender or inbound.message_id)
        await services.petitions()
        walk = self._walk(inbound, phone, phone_key)
        async with self._turns.setdefault(phone_key, asyncio.Lock()):
            received = Received(
                gateway=inbound.gateway,
                message_id=inbound.message_id,
                sender=phone or inbound.sender,
                phone_key=phone_key,
                body=inbound.body,
                now=services.now(),
                wish=walk(STRANGER),
                decide=walk,
                measure=_free,
                caps=caps(services),
                segments=0,
            )
            answered: Answered = await services.group.submit(texts.receive_many, received)
        metrics.TEXTS.labels(inbound.gateway, answered.kind).inc()
        if answered.kind == "sign" and answered.outcome:
            metrics.SIGNINGS.labels(inbound.channel, answered.outcome).inc()
        return _reply(answered)

    def _walk(
        self, inbound: Inbound, phone: str | None, phone_key: bytes
    ) -> Callable[[Standing], Wish]:
        if inbound.channel == "voice":
            textable = phone is not None and may_text(self._services, phone)
            return Call(self._services, inbound, phone if textable else None, phone_key).wish
        return Menu(self._services, inbound, phone, phone_key).wish


def _free(_: str) -> int:
    return 0  # no SMS segment


def _reply(answered: Answered) -> Reply:
    """What the gateway shows or speaks: `Wish.ask` holds what comes beside the first words."""
    beside = json.loads(answered.ask) if answered.ask else {}
    also = tuple(Reply(body, language) for body, language in beside.get("also", ()))
    ask = Ask(beside["state"], beside["digits"]) if "state" in beside else None
    return Reply(answered.reply or "", answered.language or "en", ask, also)

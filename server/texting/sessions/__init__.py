"""Sessions and calls: the same conversation as a menu on a screen (USSD), or spoken (voice).

Each request of one session is stored like a text, once, and answered from what it carries: a USSD
gateway sends all that was keyed so far, a call brings back the state that we gave it. So a request
that comes again finds the same answer, and nothing is remembered in between.
"""

from __future__ import annotations

import json

from server.core.conversations.wishes import Answered
from server.services import Services
from server.texting.intake import caller_of, cleaned, take
from server.texting.sessions.calls import Call
from server.texting.sessions.menu import Menu
from sms import Ask, Inbound, Reply

KEYED_LIMIT = 500  # characters; a session brings back all that was keyed


class SessionDoor:
    """`receive` is the whole door."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def receive(self, inbound: Inbound) -> Reply:
        """Store what was keyed, do what it says, and give the next screen or what is spoken.

        Returns after all is durable. Raises only `StoreUnavailable`; then nothing was done.
        """
        services = self._services
        await services.directory.current()
        inbound = cleaned(inbound, KEYED_LIMIT)
        caller = caller_of(services, inbound)
        walk = Call if inbound.channel == "voice" else Menu
        wish = walk(services, inbound, caller).wish
        return _reply(await take(services, inbound, caller, wish, measure=_free))


def _free(_: str) -> int:
    return 0  # no SMS segment


def _reply(answered: Answered) -> Reply:
    """What the gateway shows or speaks: `Wish.ask` holds what comes beside the first words."""
    beside = json.loads(answered.ask) if answered.ask else {}
    also = tuple(Reply(body, language) for body, language in beside.get("also", ()))
    ask = Ask(beside["state"], beside["digits"]) if "state" in beside else None
    return Reply(answered.reply or "", answered.language or "en", ask, also)

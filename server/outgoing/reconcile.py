"""Asking providers what they hold: texts whose webhooks never came, and words that must go."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from server.core.counting.counts import DAY
from server.core.upkeep import marks
from server.services import Services
from server.texting import TextDoor
from server.texting.allowed import code_of
from sms import Archive, Gateway, Inbound, Unreachable

OVERLAP_SECONDS = 3600  # a text is listed some time after it came in
FIRST_SECONDS = 2 * DAY  # how far the first look goes back
ERASE_LIMIT = 100  # requests in one round

log = logging.getLogger(__name__)


async def reconcile(services: Services) -> dict[str, int]:
    """Act on texts that a provider holds and that never reached us; how many, by gateway.

    A text that is here already is found by its id and changes nothing. One that is late still
    signs and still opts out; anything else is only kept, since its moment is over, unless it
    follows one that was done now: a restored copy does not know what was signed, nor that it was
    taken back.
    """
    found: dict[str, int] = {}
    door = TextDoor(services)
    for gateway, archive in _archives(services):
        now = services.now()
        async with services.database.read() as tx:
            since = await marks.read(tx, f"{gateway.name} received") or _first(services, now)
        if since is None:
            continue
        try:
            held = await archive.received(since - OVERLAP_SECONDS)
        except Unreachable as error:
            log.warning("reconcile: %s: %s", gateway.name, code_of(gateway, str(error)))
            continue
        found[gateway.name] = await _act_late(door, held)
        async with services.database.write() as tx:
            await marks.write(tx, f"{gateway.name} received", now)
    return found


def _first(services: Services, now: int) -> int | None:
    """Where the first look begins: not before there was a petition to sign, or None without one.

    What an account held before it came to us is none of our business.
    """
    opened = [p.opened_at for p in services.directory.open() if p.opened_at]
    return max(min(opened) + OVERLAP_SECONDS, now - FIRST_SECONDS) if opened else None


async def _act_late(door: TextDoor, held: Sequence[Inbound]) -> int:
    """How many of these texts, oldest first, were new to us."""
    new = 0
    done: set[str] = set()  # phones whose last text was done now
    for inbound in held:
        late = inbound.sender not in done
        answered = await door.receive(inbound, inline=False, late=late)
        new += answered.kind != "repeat"
        if answered.kind in {"repeat", "late"}:
            done.discard(inbound.sender)
        else:
            done.add(inbound.sender)
    return new


async def erase_at_providers(services: Services) -> int:
    """Have providers forget the words of texts as old as those that we forget; how many did.

    In the order in which the texts came, so that one mark says how far we are; a provider that is
    away is asked again in the next round, one that refuses for a text is not.
    """
    erased = 0
    before = services.now() - services.settings.sms_keep_days * DAY
    for gateway, archive in _archives(services):
        mark = f"{gateway.name} erased"
        async with services.database.read() as tx:
            since = await marks.read(tx, mark) or 0
            due = await marks.messages_of(tx, gateway.name, since, before, ERASE_LIMIT)
        for at, message_id in due:
            try:
                gone = await archive.erase(message_id)
            except Unreachable as error:
                log.warning("erasing at %s: %s", gateway.name, code_of(gateway, str(error)))
                since = at - 1
                break
            if not gone:
                log.warning("erasing at %s: it refuses for %s", gateway.name, message_id)
            erased += gone
            since = at
        async with services.database.write() as tx:
            await marks.write(tx, mark, since)
    return erased


def _archives(services: Services) -> list[tuple[Gateway, Archive]]:
    return [(g, g) for g in services.gateways.values() if isinstance(g, Archive)]

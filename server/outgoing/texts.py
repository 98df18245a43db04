"""Sends what waits in the outbox as texts, no faster than each gateway's sender may."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from server import metrics
from server.core.conversations import phones
from server.core.counting.counts import DAY
from server.core.floods.limits import shared
from server.core.outbox import outbox, usage
from server.core.outbox.outbox import Announcement
from server.core.petitions.petitions import Petition
from server.core.signing import codes, messages
from server.core.signing.messages import Message
from server.db import Transaction
from server.services import Services
from server.texting.allowed import caps, code_of, may_text, quiet_seconds, sending_gateway
from sms import Gateway, Outbound, Sending
from sms.segments import fit, measure

TURN_SECONDS = 1.0  # what must wait longer for its gateway's turn lets others go first

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Due:
    """A text to send: what it says, and whether somebody waits for it now."""

    item: Announcement
    body: str
    answers: bool
    gateway: Gateway | None


class Texter:
    """Takes texts from the outbox to their gateways."""

    def __init__(self, services: Services, clock: Callable[[], float] | None = None) -> None:
        """`clock` counts seconds, by default the event loop's."""
        self._services = services
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._free_at: dict[str, float] = {}  # when each gateway may send again, by the clock

    async def drain(self) -> bool:
        """Send what is due, once; whether there was anything."""
        services = self._services
        async with services.database.read() as tx:
            if not await outbox.has_due(tx, services.now()):
                return False
        async with services.database.write() as tx:
            if await messages.discard_silent(tx):
                return True  # one by one, the rest would cost many times as much
            items = await outbox.lease(tx, services.now())
            due = [found for item in items if (found := await self._decide(tx, item))]
        for one in due:
            await self._deliver(one)
        return bool(items)

    async def _decide(self, tx: Transaction, item: Announcement) -> _Due | None:
        """What it says now; None where that is nothing, and it is then discarded."""
        services = self._services
        gateway = _gateway(services, item)
        if item.body is not None:
            return _Due(item, item.body, item.answers, gateway)
        petition = services.directory.by_id.get(item.petition_id or 0)
        message: Message | None = Message(item.kind)
        if item.kind == "signed":
            message = await self._to_say(tx, item, petition) if petition else None
        if not message:
            await outbox.discard(tx, item.id)
            return None
        body = fit(
            services.renderer.text(item.language, message.kind),
            shrink=(),
            keyword=petition.keyword if petition else "",
            code=message.codes[0].code if message.codes else "",
        )
        return _Due(item, body, item.answers or bool(message.codes), gateway)

    async def _to_say(
        self, tx: Transaction, item: Announcement, petition: Petition
    ) -> Message | None:
        services, now = self._services, self._services.now()
        if not may_text(services, item.recipient) or await outbox.wait_for_address(tx, item, now):
            return None
        message = await messages.message_for(tx, services.keys, petition, item, now)
        if message and message.codes:
            key = services.keys.server(f"codes {shared(item.recipient)}")
            limit = services.settings.sms_codes_daily
            if not await codes.take_text_code(tx, now, key, limit):
                return None
        return message

    async def _deliver(self, due: _Due) -> None:
        """Send one text and record it. A crash in between sends it again: twice beats never."""
        services, item = self._services, due.item
        now = services.now()
        if refusal := await self._refusal(due):
            await self._settle(due, refusal, 0)
            return
        wait = 0 if due.answers else quiet_seconds(item.recipient, now)
        assert due.gateway  # noqa: S101 (`_refusal` has said so)
        pause = self._free_at.get(due.gateway.name, 0) - self._clock()
        if wait or pause > TURN_SECONDS:
            why = "quiet" if wait else "turn"
            async with services.database.write() as tx:
                await outbox.postponed(tx, item, why, now, 0, wait or int(pause) + 1)
            return
        segments = measure(due.body).segments
        await asyncio.sleep(max(pause, 0))
        self._hold(due.gateway, segments / due.gateway.can.segments_per_second)
        sending = await due.gateway.send(Outbound(item.recipient, due.body, str(item.id)))
        if sending.result == "throttled":
            self._hold(due.gateway, outbox.THROTTLED_SECONDS)
        code = code_of(due.gateway, sending.code)
        await self._settle(due, replace(sending, code=code), segments)

    def _hold(self, gateway: Gateway, seconds: float) -> None:
        self._free_at[gateway.name] = self._clock() + seconds

    async def _refusal(self, due: _Due) -> Sending | None:
        """Why this text must not go out now; None if it may."""
        services, item, now = self._services, due.item, self._services.now()
        if item.expired(now):
            return Sending("failed", code="expired")
        if due.gateway is None:
            return Sending("retry", code="no_gateway")
        if len(due.body) > due.gateway.can.characters:
            return Sending("failed", code="too_long")
        if not may_text(services, item.recipient):
            return Sending("failed", code="country")
        async with services.database.read() as tx:
            # The reply that confirms an opt-out, queued with it, is the one that still goes out.
            since = item.created_at if item.kind == "reply" else None
            if await phones.is_opted_out(tx, services.keys.phones(item.recipient), since):
                return Sending("failed", code="opted_out")
            budget = await usage.budget(tx, now // DAY, caps(services))
        if item.kind != "reply" and not budget.take(item.petition_id, measure(due.body).segments):
            return Sending("throttled", code="budget")
        return None

    async def _settle(self, due: _Due, sending: Sending, segments: int) -> None:
        """Record what came of one text."""
        services, now, item = self._services, self._services.now(), due.item
        metrics.SENDS.labels(sending.result).inc()
        if sending.result != "sent":
            log.warning("outbox: message %s not sent: %s", item.id, sending.code)
        async with services.database.write() as tx:
            match sending.result:
                case "sent":
                    carrier = due.gateway.name if due.gateway else ""
                    await outbox.sent(tx, item.id, carrier, sending.message_id, segments, now)
                    if item.kind != "reply":  # which was charged when it was decided
                        sent = {item.petition_id or usage.NO_PETITION: segments}
                        await usage.add(tx, now // DAY, received={}, sent=sent)
                case "retry":
                    await outbox.postponed(tx, item, sending.code, now, services.chance())
                case "throttled":
                    await outbox.postponed(tx, item, sending.code, now, 0, _until(sending, now))
                case "stopped" | "failed":
                    if sending.result == "stopped":
                        await phones.opt_out(tx, services.keys.phone(item.recipient), now)
                    await outbox.dropped(tx, item.id, sending.code, now)


def _until(sending: Sending, now: int) -> int:
    """Seconds to wait, which are no failed try: a spent budget is new on the next UTC day."""
    return DAY - now % DAY if sending.code == "budget" else outbox.THROTTLED_SECONDS


def _gateway(services: Services, item: Announcement) -> Gateway | None:
    """A reply goes out the way its text came in."""
    if item.gateway:
        return services.gateways.get(item.gateway)
    return sending_gateway(services)

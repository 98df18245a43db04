"""The worker: drains the outbox, publishes hourly figures, erases what is due, and asks providers
for texts whose webhooks never came."""

from __future__ import annotations

import asyncio
import logging

from server import metrics, reconcile
from server.core import counts, erasure, outbox, texts, usage
from server.core.counts import DAY
from server.core.outbox import Announcement
from server.errors import StoreUnavailable
from server.sending import caps, may_text, quiet_seconds, sending_gateway
from server.services import Services
from sms import Gateway, Outbound, Sending
from sms.segments import fit, measure

IDLE_SECONDS = 2.0
CHORES_SECONDS = 60
RECONCILE_SECONDS = 3600

log = logging.getLogger(__name__)


async def run(services: Services) -> None:
    """Work until cancelled. A failing store is waited for; nothing that is due is skipped."""
    worker = Worker(services)
    chores_at = reconcile_at = 0
    while True:
        busy = False
        try:
            if services.now() >= chores_at:
                await do_chores(services)
                chores_at = services.now() + CHORES_SECONDS
            busy = await worker.drain()
            if services.now() >= reconcile_at:
                await reconcile.reconcile(services)
                await reconcile.erase_at_providers(services)
                reconcile_at = services.now() + RECONCILE_SECONDS
        except StoreUnavailable as error:
            log.warning("worker: the store is away: %s", error)
        except Exception:
            log.exception("worker: a round failed; the next one goes on")
        if not busy:
            await asyncio.sleep(IDLE_SECONDS)


async def do_chores(services: Services) -> None:
    """What is due by time. Running it twice does nothing twice."""
    now = services.now()
    async with services.database.write() as tx:
        await counts.publish_unverified(tx, now)
        await erasure.erase_due(tx, now, services.settings.sms_keep_days)
    await erasure.erase_contacts(services.database, now, services.settings.pending_hours)
    await erasure.erase_prefixes(services.database, now)


class Worker:
    """Sends what waits in the outbox, no faster than each gateway's sender may."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._free_at: dict[str, float] = {}  # when each gateway may send again, by the loop

    async def drain(self) -> bool:
        """Send what is due, once; whether there was anything."""
        async with self._services.database.write() as tx:
            due = await outbox.lease(tx, self._services.now())
        for item in due:
            await self._deliver(item)
        return bool(due)

    async def _deliver(self, item: Announcement) -> None:
        """Send one message and record it. A crash in between sends it again: twice beats never."""
        services = self._services
        now = services.now()
        gateway = _gateway(services, item)
        body = _word(services, item)
        if refusal := await _refusal(services, item, body, gateway):
            await self._settle(item, refusal, 0)
            return
        if not item.answers and (wait := quiet_seconds(item.recipient, now)):
            async with services.database.write() as tx:
                await outbox.postponed(tx, item, "quiet", now, services.chance(), wait)
            return
        assert gateway  # noqa: S101 (`_refusal` has said so)
        segments = measure(body).segments
        await self._wait_for_turn(gateway, segments)
        sending = await gateway.send(Outbound(item.recipient, body, str(item.id)))
        await self._settle(item, sending, segments, gateway)

    async def _wait_for_turn(self, gateway: Gateway, segments: int) -> None:
        clock = asyncio.get_running_loop().time
        if (pause := self._free_at.get(gateway.name, 0) - clock()) > 0:
            await asyncio.sleep(pause)
        self._free_at[gateway.name] = clock() + segments / gateway.can.segments_per_second

    async def _settle(
        self, item: Announcement, sending: Sending, segments: int, gateway: Gateway | None = None
    ) -> None:
        """Record what came of one message."""
        services, now = self._services, self._services.now()
        metrics.SENDS.labels(sending.result).inc()
        if sending.result != "sent":
            log.warning("outbox: message %s not sent: %s", item.id, sending.code)
        async with services.database.write() as tx:
            match sending.result:
                case "sent":
                    carrier = gateway.name if gateway else ""
                    await outbox.sent(tx, item.id, carrier, sending.message_id, segments, now)
                    if item.kind != "reply":  # which was charged when it was decided
                        sent = {item.petition_id or usage.NO_PETITION: segments}
                        await usage.add(tx, now // DAY, received={}, sent=sent)
                case "retry":
                    await outbox.postponed(tx, item, sending.code, now, services.chance())
                case "throttled":
                    wait = outbox.THROTTLED_SECONDS
                    await outbox.postponed(tx, item, sending.code, now, services.chance(), wait)
                case "stopped" | "failed":
                    if sending.result == "stopped":
                        await texts.opt_out(tx, services.keys.phone(item.recipient), now)
                    await outbox.dropped(tx, item.id, sending.code, now)


async def _refusal(
    services: Services, item: Announcement, body: str, gateway: Gateway | None
) -> Sending | None:
    """Why this text must not go out now; None if it may."""
    now = services.now()
    if item.channel != "sms":
        return Sending("retry", code="no_sender")
    if item.expired(now):
        return Sending("failed", code="expired")
    if gateway is None:
        return Sending("retry", code="no_gateway")
    if len(body) > gateway.can.characters:
        return Sending("failed", code="too_long")
    if not may_text(services, item.recipient):
        return Sending("failed", code="country")
    async with services.database.read() as tx:
        # The reply that confirms an opt-out, queued with it, is the one text that still goes out.
        since = item.created_at if item.kind == "reply" else None
        if await texts.is_opted_out(tx, services.keys.phone(item.recipient), since):
            return Sending("failed", code="opted_out")
        budget = await usage.budget(tx, now // DAY, caps(services))
    if item.kind != "reply" and not budget.take(item.petition_id, measure(body).segments):
        return Sending("retry", code="budget")
    return None


def _gateway(services: Services, item: Announcement) -> Gateway | None:
    """A reply goes out the way its text came in."""
    if item.gateway:
        return services.gateways.get(item.gateway)
    return sending_gateway(services)


def _word(services: Services, item: Announcement) -> str:
    if item.body is not None:
        return item.body
    keyword = ""
    if petition := services.directory.by_id.get(item.petition_id or 0):
        keyword = petition.keyword
    return fit(services.renderer.text(item.language, item.kind), keyword=keyword)

"""The worker: drains the outbox, publishes hourly figures, erases what is due."""

from __future__ import annotations

import asyncio
import logging

from server import metrics
from server.core import counts, erasure, outbox, texts
from server.core.counts import DAY
from server.core.outbox import Announcement
from server.errors import StoreUnavailable
from server.services import Services
from server.texting import may_text
from sms import Gateway, Outbound, SendFailed
from sms.segments import fit, measure

IDLE_SECONDS = 2.0
CHORES_SECONDS = 60
OPTED_OUT_AT_PROVIDER = "21610"  # Twilio: the recipient has texted STOP

log = logging.getLogger(__name__)


async def run(services: Services) -> None:
    """Work until cancelled. A failing store is waited for; nothing that is due is skipped."""
    chores_at = 0
    while True:
        try:
            if services.now() >= chores_at:
                await do_chores(services)
                chores_at = services.now() + CHORES_SECONDS
            busy = await drain(services)
        except StoreUnavailable as error:
            log.warning("worker: the store is away: %s", error)
            busy = False
        except Exception:
            log.exception("worker: a round failed; the next one goes on")
            busy = False
        if not busy:
            await asyncio.sleep(IDLE_SECONDS)


async def do_chores(services: Services) -> None:
    """What is due by time. Running it twice does nothing twice."""
    now = services.now()
    async with services.database.write() as tx:
        await counts.publish_unverified(tx, now)
        await erasure.erase_due(tx, now)


async def drain(services: Services) -> bool:
    """Send what is due, once; whether there was anything."""
    async with services.database.write() as tx:
        due = await outbox.lease(tx, services.now())
    for item in due:
        await _deliver(services, item)
    return bool(due)


async def _deliver(services: Services, item: Announcement) -> None:
    """Send one message and record it. A crash in between sends it again: twice beats never."""
    gateway = sending_gateway(services)
    body = _word(services, item)
    refusal = await _refusal(services, item, body) if item.channel == "sms" else "no_sender"
    try:
        if refusal or gateway is None:
            raise SendFailed(refusal or "no_gateway", permanent=refusal == "opted_out")
        reference = await gateway.send(Outbound(item.recipient, body, str(item.id)))
    except SendFailed as error:
        await _record_failure(services, item, error)
        return
    metrics.SENDS.labels("sent").inc()
    async with services.database.write() as tx:
        await outbox.sent(tx, item.id, reference, services.now())
        await texts.spend(tx, services.now() // DAY, measure(body).segments)


async def _refusal(services: Services, item: Announcement, body: str) -> str:
    """Why this text must not go out now, or ''."""
    settings = services.settings
    async with services.database.read() as tx:
        if await texts.is_opted_out(tx, services.keys.phone(item.recipient)):
            return "opted_out"
        spent = await texts.segments_spent(tx, services.now() // DAY)
    if not may_text(services, item.recipient):
        return "country"
    return "budget" if spent + measure(body).segments > settings.sms_daily_segments else ""


async def _record_failure(services: Services, item: Announcement, error: SendFailed) -> None:
    log.warning("outbox: message %s not sent: %s", item.id, error)
    metrics.SENDS.labels("dropped" if error.permanent else "postponed").inc()
    now = services.now()
    async with services.database.write() as tx:
        if error.code == OPTED_OUT_AT_PROVIDER:
            await texts.opt_out(tx, services.keys.phone(item.recipient), now)
        if error.permanent:
            await outbox.dropped(tx, item.id, error.code, now)
        else:
            await outbox.postponed(tx, item, error.code, now)


def _word(services: Services, item: Announcement) -> str:
    petition = services.directory.by_id[item.petition_id]
    return fit(services.renderer.text(item.language, item.kind), keyword=petition.keyword)


def sending_gateway(services: Services) -> Gateway | None:
    """The gateway that carries what is not a reply: a real one before the simulator's."""
    return services.gateways.get("twilio") or services.gateways.get("console")

"""For operators: is this process alive, is it ready, and what has it done."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Iterable

from starlette.types import Receive, Scope, Send

from server import metrics
from server.core.counting import counts
from server.core.counting.counts import DAY
from server.core.outbox import leases, outages, usage
from server.core.upkeep import heartbeat, probe
from server.db.patience import PATIENCE_SECONDS
from server.errors import NotFound, Refused, StoreUnavailable
from server.services import Services
from server.web.http.requests import header
from server.web.http.responses import PLAIN, UNKEPT, respond

PROBE_SECONDS = 5.0  # for which one durable write is believed


class Operators:
    """`/healthz`, `/readyz` and `/metrics`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._probing, self._durable_at = asyncio.Lock(), float("-inf")

    async def health(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`ok` as long as this process answers at all. Restarting it mends nothing else."""
        await respond(scope, send, 200, [PLAIN, UNKEPT], b"ok\n")

    async def ready(self, scope: Scope, receive: Receive, send: Send) -> None:
        """`ready`, or 503 while nothing can be stored: send people to another server."""
        database = self._services.database
        if self._services.group.fails:
            raise StoreUnavailable("the last signing could not be stored")
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._probing:
                if time.monotonic() - self._durable_at < PROBE_SECONDS:
                    async with database.read() as tx:
                        await tx.fetch_one("SELECT 1 AS one")
                else:
                    await probe.write_durably(database, self._services.now())
                    self._durable_at = time.monotonic()
        except TimeoutError:
            raise StoreUnavailable("the store does not answer in time") from None
        await respond(scope, send, 200, [PLAIN, UNKEPT], b"ready\n")

    async def figures(self, scope: Scope, receive: Receive, send: Send) -> None:
        """For Prometheus, with the token: exact figures would tell who has just signed."""
        token = self._services.settings.metrics_token
        if not token:
            raise NotFound("/metrics")
        given = header(scope, b"authorization").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise Refused("wrong token")
        body = metrics.exposition(await self._stored())
        kind = (b"content-type", metrics.CONTENT_TYPE.encode())
        await respond(scope, send, 200, [kind, UNKEPT], body)

    async def _stored(self) -> Iterable[metrics.Stored]:
        """What the database knows; a store that is away is itself a figure."""
        now = self._services.now()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._services.database.read() as tx:
                signed = await counts.by_state(tx)
                waiting, oldest = await leases.waiting(tx)
                segments = await usage.sent_on(tx, now // DAY)
                beat = await heartbeat.last_beat(tx)
                shut = await outages.all_shut(tx)
        except (StoreUnavailable, TimeoutError):
            return [_figure("undersigned_store_up", "1 while the store answers.", 0)]
        slugs = {p.id: p.slug for p in self._services.directory.by_id.values()}
        settings = self._services.settings
        limit = settings.sms_daily_segments
        return [
            _figure("undersigned_store_up", "1 while the store answers.", 1),
            (
                "undersigned_signatures",
                "Signatures by petition, class and state: verified, unverified, held.",
                ("petition", "class", "state"),
                [((slugs.get(id_, str(id_)), c, s), n) for (id_, c, s), n in signed.items()],
            ),
            _figure("undersigned_outbox_waiting", "Messages that are to be sent.", waiting),
            _figure(
                "undersigned_outbox_oldest_seconds",
                "Age of the message that has waited longest.",
                now - oldest if oldest else 0,
            ),
            (
                "undersigned_shut_seconds",
                "For how long nothing has got through by mail, or by a gateway.",
                ("way",),
                [((way,), now - since) for way, since in ({outages.BY_MAIL: now} | shut).items()],
            ),
            _figure(
                "undersigned_clock_doubtful",
                "1 while nothing is done by time, since this clock is far from the last beat.",
                int(heartbeat.doubt_of(beat, now, settings.clock_days) is not None),
            ),
            _figure("undersigned_sms_segments_today", "SMS segments sent, UTC day.", segments),
            _figure("undersigned_sms_segments_limit", "SMS segments allowed a day.", limit),
        ]


def _figure(name: str, meaning: str, value: float) -> metrics.Stored:
    return name, meaning, (), [((), value)]

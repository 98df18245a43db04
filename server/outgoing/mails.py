"""Sends what waits in the outbox as mail."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

from server import metrics
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.signing import messages
from server.core.signing.messages import Message
from server.db import Transaction
from server.mail import Mailer, Posting
from server.mail.tokens import return_path, whose
from server.mail.words import word
from server.services import Services

TROUBLE_SECONDS = 60  # to wait while the mail server is away

log = logging.getLogger(__name__)


class Postman:
    """Takes mails from the outbox to the mailer, one after the other."""

    def __init__(self, services: Services, mailer: Mailer) -> None:
        self._services, self._mailer = services, mailer

    async def drain(self) -> bool:
        """Send what is due, once; whether there may be more.

        A crash in between sends a mail again under the same `Message-ID`: twice beats never.
        """
        services = self._services
        async with services.database.read() as tx:
            if not await outbox.has_due(tx, services.now(), "email"):
                await self._mailer.rest()
                return False
        async with services.database.write() as tx:
            due = await outbox.lease(tx, services.now(), channel="email")
            told = await self._decide_all(tx, due)
        for index, (item, message) in enumerate(told):
            await services.group.give_way()  # signing comes first, and its mail a little later
            posting = await self._post(item, message)
            await self._settle(item, posting)
            if posting.result == "trouble":
                log.warning("mail: the server is away or out of order: %s", posting.code)
                for waiting, _ in told[index + 1 :]:
                    await self._wait(waiting, posting.code)
                return False
        if not due:
            await self._mailer.rest()
        return bool(due)

    async def _decide_all(
        self, tx: Transaction, due: Sequence[Announcement]
    ) -> list[tuple[Announcement, Message]]:
        told: list[tuple[Announcement, Message]] = []
        under_way: Counter[bytes | None] = Counter()
        for item in due:
            message = await self._decide(tx, item, under_way[item.address_key])
            if message:
                told.append((item, message))
                under_way[item.address_key] += 1
        return told

    async def _decide(self, tx: Transaction, item: Announcement, under_way: int) -> Message | None:
        """What to say now; None where that is nothing, or has to wait, which is then noted.

        `under_way` mails to this address are already among those to be sent.
        """
        services, now = self._services, self._services.now()
        petition = services.directory.by_id.get(item.petition_id or 0)
        if item.expired(now):
            await outbox.dropped(tx, item.id, "expired", now)
            return None
        if await outbox.has_bounced(tx, whose(services.keys, item.recipient), now):
            await outbox.dropped(tx, item.id, "bounced", now)
            return None
        wait = await outbox.wait_for_address(tx, item, now, under_way)
        if wait is None:
            await outbox.dropped(tx, item.id, "too_many", now)
            return None
        if wait:
            await outbox.postponed(tx, item, "too_many", now, 0, wait)
            return None
        message = None
        if petition:
            message = await messages.message_for(tx, services.keys, petition, item, now)
        if message is None:
            await outbox.discard(tx, item.id)
        return message

    async def _post(self, item: Announcement, message: Message) -> Posting:
        services = self._services
        petition = services.directory.by_id[item.petition_id or 0]
        mail = word(
            services.renderer,
            services.settings,
            services.keys,
            petition,
            item,
            message,
            services.now(),
        )
        back_to = return_path(services.settings, services.keys, item.recipient)
        return await self._mailer.post(mail, back_to)

    async def _settle(self, item: Announcement, posting: Posting) -> None:
        """Record what came of one mail."""
        services, now = self._services, self._services.now()
        metrics.SENDS.labels(posting.result).inc()
        if posting.result != "sent":
            log.warning("outbox: mail %s not sent: %s", item.id, posting.code)
        async with services.database.write() as tx:
            match posting.result:
                case "sent":
                    await outbox.sent(tx, item.id, "email", "", 0, now)
                    await outbox.forget_recipient(tx, item.id)
                case "later" | "trouble":
                    await outbox.postponed(tx, item, posting.code, now, services.chance())
                case "bounced" | "refused":
                    if posting.result == "bounced":
                        await outbox.note_bounce(tx, whose(services.keys, item.recipient), now)
                    await outbox.dropped(tx, item.id, posting.code, now)

    async def _wait(self, item: Announcement, why: str) -> None:
        services = self._services
        async with services.database.write() as tx:
            await outbox.postponed(
                tx, item, why, services.now(), services.chance(), TROUBLE_SECONDS
            )

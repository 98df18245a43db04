"""Sends what waits in the outbox as mail."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from server import metrics
from server.core.desk import notices
from server.core.desk.people import forgotten
from server.core.letters import answering
from server.core.letters.heard.asking import take_back
from server.core.news import telling
from server.core.outbox import allowance, leases, outages, outbox
from server.core.outbox.allowance import Allowance, Verdict
from server.core.outbox.outages import Outages
from server.core.outbox.outbox import LETTER_QUESTION, Announcement
from server.core.outbox.returned import has_bounced, note_bounce
from server.core.person.mine import MINE_MAIL, Mailboxes
from server.core.signing import messages
from server.core.signing.messages import Message
from server.db import Transaction
from server.mail import Mailer, Posting
from server.mail.tokens import return_path, whose
from server.mail.words import word
from server.outgoing import asking, questions
from server.outgoing.answers import answer_message
from server.outgoing.handing import Handing
from server.outgoing.outages import WayOut
from server.services import Services

LEASED_TOGETHER = 20  # mails at least

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _DueMail:
    """A mail to send now: what it says, and to what it is charged, from when on; and the letters
    about which it asks."""

    item: Announcement
    message: Message
    verdict: Verdict
    charged_at: int
    asked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Saying:
    """Whether a mail has a code, what makes its message, and the letters about which it asks."""

    has_code: bool
    message: Callable[[], Awaitable[Message]]
    asked: tuple[int, ...] = ()


async def _ready(message: Message) -> Message:
    return message


class Postman:
    """Takes mails from the outbox to the mailer, as many at once as it takes."""

    def __init__(self, services: Services, mailer: Mailer, way: WayOut | None = None) -> None:
        self._services, self._mailer = services, mailer
        self._way = way or WayOut(services)
        self._mailboxes = Mailboxes(services.keys)
        self._handing = Handing(services, self._carry, self._settle, lambda: self._way.goes)

    async def drain(self) -> bool:
        """Send what is due, once; whether there may be more.

        A crash in between sends a mail again under the same `Message-ID`: twice beats never; but
        for questions about letters, which nobody gets twice.
        """
        services = self._services
        if not self._way.goes:
            return False
        async with services.database.read() as tx:
            if not await outbox.has_due(tx, services.now(), "email"):
                await self._mailer.rest()
                return False
        taken_at, limit = services.now(), max(LEASED_TOGETHER, 5 * self._mailer.at_once)
        async with services.database.write() as tx:
            due = await outbox.lease(tx, taken_at, limit, "email")
            shut = await outages.outages_of(tx, self._way.name, taken_at)
            told = await asking.decided(services, tx, due, partial(self._decide, shut))
        at_once = self._way.most(self._mailer.at_once)
        await self._put_back(*await self._handing.hand_over(told, taken_at, at_once))
        if not due:
            await self._mailer.rest()
        return bool(due) and self._way.goes

    async def _decide(
        self, shut: Outages, tx: Transaction, item: Announcement, allowed: Allowance
    ) -> _DueMail | None:
        """What to say now; None where that is nothing, or has to wait, which is then noted."""
        services, now = self._services, allowed.now
        if item.created_at < shut.since(item.worth):
            await outbox.dropped(tx, item.id, "expired", now)
            return None
        if await has_bounced(tx, whose(services.keys, item.recipient), now):
            await outbox.dropped(tx, item.id, "bounced", now)
            return None
        told = await self._told(tx, item, now)
        if told is None:
            await outbox.discard(tx, item.id)
            return None
        wish = asking.asking(services, item)
        verdict = allowed.ask(wish, code=told.has_code)
        if not verdict.goes:
            await outbox.delayed(tx, item, wish.recipient, verdict.why, now, verdict.wait)
            return None
        return _DueMail(item, await told.message(), verdict, now, told.asked)

    async def _told(self, tx: Transaction, item: Announcement, now: int) -> _Saying | None:
        """What is to be said, before a code is made for it; None if that is nothing."""
        services = self._services
        if item.kind in forgotten.ACCOUNT_MAILS:
            key = services.keys.server("forgotten")
            about = await forgotten.message_for(tx, key, item, now)
            return _Saying(True, partial(_ready, about)) if about else None
        if item.kind == MINE_MAIL:
            petitions = services.directory.by_id.values()
            theirs = await self._mailboxes.message_for(tx, petitions, item, now)
            return _Saying(True, partial(_ready, theirs)) if theirs else None
        if item.kind in notices.NOTICE_MAILS:
            said = await notices.notice_message(tx, item, self._title, now)
            return _Saying(False, partial(_ready, said)) if said else None
        if item.kind == outbox.ANSWER:
            theirs = await answer_message(services, tx, item)
            return _Saying(False, partial(_ready, theirs)) if theirs else None
        petition = services.directory.by_id.get(item.petition_id or 0)
        if item.kind == LETTER_QUESTION:
            asks = petition and await questions.mail_plan(tx, services, petition, item)
            return _Saying(False, partial(_ready, asks[0]), asks[1]) if asks else None
        plan = petition and await messages.plan_for(tx, services.keys, petition, item, now)
        if not petition or not plan:
            return None
        made = partial(messages.message_for, tx, services.keys, petition, item, plan, now)
        return _Saying(plan.has_code, made)

    def _title(self, petition_id: int) -> str | None:
        """What a petition is called in the server's language."""
        petition = self._services.directory.by_id.get(petition_id)
        return petition.wording(self._services.settings.language).title if petition else None

    async def _carry(self, due: _DueMail) -> Posting | None:
        """What came of it; None if it must not leave any more. A question that may have arrived is
        not sent again."""
        if due.asked and not await questions.begin_asking(self._services, due.item, due.asked):
            return None
        before = self._way.through
        posting = await self._post(due.item, due.message)
        metrics.SENDS.labels(posting.result).inc()
        fault = posting.code if posting.result in {"trouble", "unclear"} else ""
        self._way.ended(before, fault=fault)
        if posting.result not in {"sent", "trouble"}:  # of trouble, the way says a line
            log.warning("outbox: mail %s not sent: %s", due.item.id, posting.code)
        if due.asked and posting.result == "unclear":
            return Posting("refused", telling.UNCERTAIN)
        return posting

    async def _post(self, item: Announcement, message: Message) -> Posting:
        services = self._services
        petition = services.directory.by_id.get(item.petition_id or 0)
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

    async def _settle(self, posted: Sequence[tuple[_DueMail, Posting | None]]) -> None:
        """Record what came of some mails; of what must not leave any more, nothing did."""
        async with self._services.database.write() as tx:
            await self._way.note(tx, "email")
            for due, posting in posted:
                if posting is None or posting.result != "sent":
                    await allowance.give_back(tx, due.verdict, due.charged_at)
                if posting:
                    await self._settle_one(tx, due, posting)

    async def _settle_one(self, tx: Transaction, due: _DueMail, posting: Posting) -> None:
        services, now, item = self._services, self._services.now(), due.item
        if due.asked and posting.result != "sent" and posting.code != telling.UNCERTAIN:
            await take_back(tx, due.asked)
        match posting.result:
            case "sent":
                await outbox.sent(tx, item.id, "email", "", 0, now)
                await outbox.forget_recipient(tx, item.id)
                if item.kind == outbox.ANSWER:
                    await answering.passed_on(tx, item.id, now, by_text=False)
                if due.verdict.rests:
                    await allowance.rest(tx, services.keys.address(item.recipient), now)
            case "trouble":  # which is not its fault: another one is tried first
                await outbox.postponed(tx, item, posting.code, now, 0, self._way.pause)
            case "later" | "unclear":
                await outbox.postponed(tx, item, posting.code, now, services.chance())
            case "bounced" | "refused":
                if posting.result == "bounced":
                    await note_bounce(tx, whose(services.keys, item.recipient), now)
                await outbox.dropped(tx, item.id, posting.code, now)

    async def _put_back(self, left: Sequence[_DueMail], until: int) -> None:
        """They were not tried: nothing gets through, or it took too long. They were leased until
        then."""
        if not left:
            return
        async with self._services.database.write() as tx:
            for due in left:
                await allowance.give_back(tx, due.verdict, due.charged_at)
            await leases.give_up_lease(tx, [due.item.id for due in left], until)

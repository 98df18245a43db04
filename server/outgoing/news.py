"""Sends news by mail, and brings news forward by each way: by a hand of its own, so that no code
waits for it.

A few are handed over together and noted in one transaction before and after: a worker that dies
leaves those few uncertain, and the next one goes on with the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from server import metrics
from server.core.news import sending, telling, writing
from server.core.news.piece import NEWS_LATE_SECONDS, News
from server.core.news.sending import Fan
from server.core.news.telling import LEFT_OUT, UNCERTAIN
from server.core.outbox import allowance, leases, outbox
from server.core.outbox.allowance import Allowance, Verdict
from server.core.outbox.outbox import NEWS_TURNS, Announcement
from server.core.outbox.returned import note_bounce
from server.core.petitions.petitions import Petition
from server.db import Transaction
from server.mail import Mailer, Posting
from server.mail.news import news_mail
from server.mail.tokens import return_path, whose
from server.outgoing import asking
from server.outgoing.handing import Lease, kept, side_by_side, told_to_stop
from server.outgoing.outages import WayOut
from server.services import Services

TOGETHER = 10  # mails at least that are handed over between two commits
NEWS_ROUNDS = 25  # of those, before more is put in the outbox

_AWAY = frozenset({"trouble", "unclear"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _DueNews:
    """A mail to send now: of which piece and petition, and to what it is charged, since when."""

    item: Announcement
    news: News
    petition: Petition
    verdict: Verdict
    charged_at: int


@dataclass(slots=True)
class _Batch:
    """Mails between two commits: noted as about to leave, since `taken_at`, and not begun yet; and
    what came of the others."""

    taken_at: int = 0
    waiting: deque[_DueNews] = field(default_factory=deque)
    posted: list[tuple[_DueNews, Posting]] = field(default_factory=list)
    until: int = 0  # they are leased


class Newsman:
    """Brings news from the organizers to the outbox, and mails from there to the mailer."""

    def __init__(self, services: Services, mailer: Mailer, way: WayOut | None = None) -> None:
        self._services, self._mailer = services, mailer
        self._way = way or WayOut(services)

    async def drain(self) -> bool:
        """A step with all news that is being sent; whether there may be more to do."""
        spread = await self.spread()
        return await self.send() or spread

    async def spread(self) -> bool:
        """Put more of it in the outbox where there is room."""
        more = False
        async with self._services.database.read() as tx:
            due = [news for news in await writing.going(tx) if await sending.has_room(tx, news)]
        for news in due:
            await self._services.group.give_way()  # signing comes first
            async with self._services.database.write() as tx:
                more = await self._spread(tx, news) or more
        return more

    async def _spread(self, tx: Transaction, news: News) -> bool:
        petition = self._services.directory.by_id.get(news.petition_id)
        if petition is None:
            return False
        if petition.state == "ended":
            return await sending.halt_news(tx, news, self._services.now())
        return await self._fan(petition).spread(tx, news)

    def _fan(self, petition: Petition) -> Fan:
        services = self._services
        return Fan(petition, services.keys, services.new_id, services.now())

    async def follow(self) -> bool:
        """Let those who have asked for news since have the last piece that went to all; whether
        there were any."""
        services, found = self._services, False
        async with services.database.read() as tx:
            latest = await writing.latest_to_all(tx, services.now() - NEWS_LATE_SECONDS)
            late = [news for news in latest if await sending.has_late(tx, news)]
        for news in late:
            petition = services.directory.by_id.get(news.petition_id)
            if petition and petition.state != "ended":
                async with services.database.write() as tx:
                    found = bool(await self._fan(petition).follow(tx, news)) or found
        return found

    async def send(self) -> bool:
        """Mail what is due, some of it; whether there may be more."""
        if not self._way.goes:
            return False
        async with self._services.database.read() as tx:
            if not await outbox.has_due(tx, self._services.now(), "email", NEWS_TURNS):
                await self._mailer.rest()
                return False
        batch = _Batch()
        try:
            for _ in range(NEWS_ROUNDS):
                await self._services.group.give_way()  # signing comes first
                batch = await self._note(batch)
                await self._hand_over(batch)
                if not batch.posted or not self._way.goes:
                    break
        except asyncio.CancelledError:
            # Told to stop: those on their way are uncertain, and those behind them wait.
            await self._note(batch, last=True)
            await self._mailer.rest()
            raise
        await self._note(batch, last=True)
        return bool(batch.posted) and self._way.goes

    async def _note(self, batch: _Batch, *, last: bool = False) -> _Batch:
        """Record what came of the last ones, and take the next ones, which are about to leave."""
        if last and not batch.posted and not batch.waiting:
            return _Batch()
        async with self._services.database.write() as tx:
            await self._settle(tx, batch)
            return _Batch() if last else await self._taken(tx)

    async def _taken(self, tx: Transaction) -> _Batch:
        """What goes now."""
        services, now = self._services, self._services.now()
        together = max(TOGETHER, 2 * self._mailer.at_once)
        await telling.doubt_handed(tx, "email", now)
        items = await outbox.lease(tx, now, together, "email", NEWS_TURNS)
        pieces = await writing.by_news_ids(tx, {item.news_id or 0 for item in items})
        why_not = await self._why_not(tx, items, now)

        async def decide(
            tx: Transaction, item: Announcement, allowed: Allowance
        ) -> _DueNews | None:
            petition = services.directory.by_id.get(item.petition_id or 0)
            why = why_not.get(item.id, "") if petition else LEFT_OUT
            verdict = Verdict() if why else await self._ask(tx, item, allowed)
            if why:
                await outbox.dropped(tx, item.id, why, now)
            if why or not petition or not verdict:
                return None
            return _DueNews(item, pieces[item.news_id or 0], petition, verdict, now)

        due = deque(await asking.decided(services, tx, items, decide))
        return _Batch(now, due, until=now + outbox.LEASE_SECONDS)

    async def _why_not(
        self, tx: Transaction, items: Sequence[Announcement], now: int
    ) -> dict[int, str]:
        """Of those that are not to go, why, by id; the others are noted as about to leave."""
        keys = {item.id: whose(self._services.keys, item.recipient) for item in items}
        wanted = await telling.hand_over(tx, [item.id for item in items], now)
        bounced = await telling.came_back_lately(tx, list(keys.values()), now)
        found = {id_: "bounced" for id_, key in keys.items() if key in bounced}
        found |= {item.id: "expired" for item in items if item.expired(now)}
        return found | {item.id: LEFT_OUT for item in items if item.id not in wanted}

    async def _ask(self, tx: Transaction, item: Announcement, allowed: Allowance) -> Verdict | None:
        """What the allowance says if it lets it go; else that is noted."""
        verdict = allowed.ask(asking.asking(self._services, item), code=False)
        if verdict.goes:
            return verdict
        if verdict.wait is None:  # its owner has said "that was not me"
            await outbox.dropped(tx, item.id, LEFT_OUT, allowed.now)
        else:
            await outbox.postponed(tx, item, verdict.why, allowed.now, 0, verdict.wait)
        return None

    async def _hand_over(self, batch: _Batch) -> None:
        """Several at once, until the mail server is away."""
        ids = [one.item.id for one in batch.waiting]
        at_once = min(self._way.most(self._mailer.at_once), len(ids))
        async with kept(self._services, ids, batch.taken_at) as lease:
            try:
                await side_by_side(at_once, lambda: self._work(batch, lease))
            finally:
                batch.until = lease.until

    async def _work(self, batch: _Batch, lease: Lease) -> None:
        while batch.waiting and self._way.goes and not told_to_stop():
            if not lease.holds(batch.waiting[0].item.id):
                return
            one, before = batch.waiting.popleft(), self._way.through
            posting = await self._post(one)
            metrics.SENDS.labels(posting.result).inc()
            fault = posting.code if posting.result in _AWAY else ""
            self._way.ended(before, fault=fault)
            if posting.result not in {"sent", "trouble"}:  # of trouble, the way says a line
                log.warning("outbox: news %s not sent: %s", one.item.id, posting.code)
            batch.posted.append((one, posting))

    async def _post(self, due: _DueNews) -> Posting:
        services = self._services
        settings, keys, item = services.settings, services.keys, due.item
        mail = news_mail(
            services.renderer, settings, keys, due.petition, due.news, item, services.now()
        )
        return await self._mailer.post(mail, return_path(settings, keys, item.recipient))

    async def _settle(self, tx: Transaction, batch: _Batch) -> None:
        services, now = self._services, self._services.now()
        await self._way.note(tx, "email")
        gone = [one for one, posting in batch.posted if posting.result == "sent"]
        await telling.arrived(tx, [one.item.id for one in gone], now)
        for one in gone:
            if one.verdict.rests:
                await allowance.rest(tx, services.keys.address(one.item.recipient), now)
        for one, posting in batch.posted:
            if posting.result != "sent":
                await self._settle_unsent(tx, one, posting)
        for one in batch.waiting:
            await allowance.give_back(tx, one.verdict, one.charged_at)
        await leases.give_up_lease(tx, [one.item.id for one in batch.waiting], batch.until)

    async def _settle_unsent(self, tx: Transaction, due: _DueNews, posting: Posting) -> None:
        """Record why it was not sent, or that nobody knows."""
        services, item, now = self._services, due.item, self._services.now()
        if posting.result == "unclear":
            await outbox.dropped(tx, item.id, UNCERTAIN, now)
            return
        await allowance.give_back(tx, due.verdict, due.charged_at)
        match posting.result:
            case "trouble":
                await outbox.postponed(tx, item, posting.code, now, 0, self._way.pause)
            case "later":
                await outbox.postponed(tx, item, posting.code, now, services.chance())
            case "bounced":
                await note_bounce(tx, whose(services.keys, item.recipient), now)
                await outbox.dropped(tx, item.id, "bounced", now)
            case _:
                await outbox.dropped(tx, item.id, posting.code, now)

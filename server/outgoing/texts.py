"""Sends what waits in the outbox as texts, no faster than each gateway's sender may."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from server import metrics
from server.core.conversations import offers, phones
from server.core.counting.counts import DAY
from server.core.letters import answering
from server.core.letters.heard.asking import take_back
from server.core.news import telling
from server.core.news.writing import by_news_ids
from server.core.outbox import allowance, outbox, usage
from server.core.outbox.allowance import Allowance, Verdict
from server.core.outbox.outbox import LETTER_QUESTION, REMINDER, Announcement
from server.core.petitions.petitions import Petition
from server.core.signing import messages
from server.core.signing.codes import CODE_DIGITS
from server.core.signing.messages import Plan
from server.db import Transaction
from server.outgoing import asking, questions
from server.outgoing.answers import answer_plan
from server.outgoing.handing import Handing
from server.outgoing.outages import WayOut
from server.services import Services
from server.texting.allowed import code_of, may_text, quiet_seconds, sending_gateway
from server.texting.misread import offering
from server.texting.news import news_text
from server.texting.rates import rate_of
from sms import Gateway, Outbound, Sending
from sms.segments import fit, measure

_TURNS = (*outbox.TURNS, *outbox.NEWS_TURNS)
OFFER = "offer"  # an organizer's question to a phone, asked once
UNANSWERED_SECONDS = 60.0  # in which no news follows one that a provider did not answer
TURN_SECONDS = 1.0  # what must wait longer for its gateway's turn lets others go first
#: Texts that are under way to gateways at once: so many that a gateway which takes its time is
#: still given as many a second as its sender may send.
IN_FLIGHT = 30
_LEFT, _HALTED, _TURN = "left", "halted", "turn"  # why one was not tried
_UNTRIED = frozenset({_LEFT, _HALTED, _TURN})
_AS_IT_WAS = _UNTRIED | {telling.UNCERTAIN}  # what is noted of a question stays

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _DueText:
    """A text to send now: what it says, and to what it is charged, from when on; and the letters
    about which it asks."""

    item: Announcement
    body: str
    gateway: Gateway | None
    verdict: Verdict
    charged_at: int
    asked: tuple[int, ...] = ()

    @property
    def once(self) -> bool:
        """Whether it never goes twice, also where nobody knows whether it went."""
        return bool(self.item.news_id or self.asked) or self.item.kind == OFFER


#: What came of one, and how many segments went out; `_LEFT` or "turn": it waits so many seconds.
_Came = tuple[Sending, int]


class Texter:
    """Takes texts from the outbox to their gateways, several at once."""

    def __init__(self, services: Services, clock: Callable[[], float] | None = None) -> None:
        """`clock` counts seconds, by default the event loop's."""
        self._services = services
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._free_at: dict[str, float] = {}  # when each gateway may send again, by the clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._ways: dict[str, WayOut] = {}
        self._handing = Handing(services, self._carry, self._settle)

    async def drain(self) -> bool:
        """Send what is due, once; whether there was anything."""
        services = self._services
        async with services.database.read() as tx:
            if not await outbox.has_due(tx, services.now(), turns=_TURNS):
                return False
        async with services.database.write() as tx:
            if await messages.discard_silent(tx):
                return True  # one by one, the rest would cost many times as much
            taken_at = services.now()
            await telling.doubt_handed(tx, "sms", taken_at)
            items = await outbox.lease(tx, taken_at, 2 * IN_FLIGHT, turns=_TURNS)
            due = await asking.decided(services, tx, items, self._decide)
        at_once = min((way.most(IN_FLIGHT) for way in self._ways.values()), default=IN_FLIGHT)
        left, _ = await self._handing.hand_over(due, taken_at, at_once)
        if left:  # another worker has them
            async with services.database.write() as tx:
                for one in left:
                    await allowance.give_back(tx, one.verdict, one.charged_at)
        return bool(items)

    async def _decide(
        self, tx: Transaction, item: Announcement, allowed: Allowance
    ) -> _DueText | None:
        """What it says now; None where that is nothing, or has to wait, which is then noted."""
        services, now = self._services, allowed.now
        gateway = _gateway(services, item)
        if item.body is not None:  # a reply, which was charged when it was decided
            return _DueText(item, item.body, gateway, Verdict(), now)
        petition = services.directory.by_id.get(item.petition_id or 0)
        if item.news_id:
            return await self._decide_news(tx, item, petition, allowed)
        if await questions.must_wait(tx, services, item):
            await outbox.postponed(tx, item, "in_talk", now, 0, phones.IN_TALK_SECONDS)
            return None
        plan = await self._plan(tx, item, petition, now)
        if not plan:
            await outbox.discard(tx, item.id)
            return None
        answers = item.answers or (plan.has_code and item.kind != REMINDER)
        if wait := 0 if answers else quiet_seconds(item.recipient, now):
            await outbox.postponed(tx, item, "quiet", now, 0, wait)
            return None
        wish = asking.asking(services, item)
        # The longest code is as long as any other.
        segments = measure(self._word(item, petition, plan, "0" * CODE_DIGITS)).segments
        verdict = allowed.ask(wish, code=plan.has_code, segments=segments)
        if not verdict.goes:
            await outbox.delayed(tx, item, wish.recipient, verdict.why, now, verdict.wait)
            return None
        code = ""
        if petition and plan.about:
            message = await messages.message_for(tx, services.keys, petition, item, plan, now)
            code = message.codes[0].code if message.codes else ""
        body = self._word(item, petition, plan, code)
        return _DueText(item, body, gateway, verdict, now, plan.letters)

    async def _decide_news(
        self, tx: Transaction, item: Announcement, petition: Petition | None, allowed: Allowance
    ) -> _DueText | None:
        """The same for news, which goes to whoever wants it still, and never twice."""
        now, body = allowed.now, await self._news(tx, item, petition)
        if not body:
            await outbox.dropped(tx, item.id, telling.LEFT_OUT, now)
            return None
        if wait := quiet_seconds(item.recipient, now):
            await outbox.postponed(tx, item, "quiet", now, 0, wait)
            return None
        wish = asking.asking(self._services, item)
        verdict = allowed.ask(wish, code=False, segments=measure(body).segments)
        if verdict.goes:
            return _DueText(item, body, _gateway(self._services, item), verdict, now)
        if verdict.wait is None:
            await outbox.dropped(tx, item.id, telling.LEFT_OUT, now)
        else:
            await outbox.postponed(tx, item, verdict.why, now, 0, verdict.wait)
        return None

    async def _news(self, tx: Transaction, item: Announcement, petition: Petition | None) -> str:
        """What it says; '' if its recipient is not to hear it."""
        if not petition or not may_text(self._services, item.recipient):
            return ""
        if not await telling.still_wanted(tx, [item]):
            return ""
        [news] = (await by_news_ids(tx, {item.news_id or 0})).values()
        return news_text(self._services.renderer, petition, news, item.language)

    async def _plan(
        self, tx: Transaction, item: Announcement, petition: Petition | None, now: int
    ) -> Plan | None:
        """What it has to say; None if that is nothing."""
        services = self._services
        if item.kind == OFFER:
            return await self._offer(tx, item, petition, now)
        if item.kind == outbox.ANSWER:
            allowed = may_text(services, item.recipient)
            return await answer_plan(services, tx, item) if allowed else None
        if not item.signature_id:
            return Plan(item.kind)
        if not petition or not may_text(services, item.recipient):
            return None
        if item.kind == LETTER_QUESTION:
            return await questions.text_plan(tx, services, petition, item)
        plan = await messages.plan_for(tx, services.keys, petition, item, now)
        if plan and plan.has_code and not services.settings.sms_codes_daily:
            return None
        return plan

    async def _offer(
        self, tx: Transaction, item: Announcement, petition: Petition | None, now: int
    ) -> Plan | None:
        """An organizer's question to a phone, whose words are kept nowhere."""
        key = self._services.keys.phone(item.recipient)
        asked = await offers.offer_to(tx, key, now)
        if not asked or not petition or petition.at(now).state != "open":
            return None
        return Plan(item.kind, words=offering.question(self._services, asked))

    def _word(self, item: Announcement, petition: Petition | None, plan: Plan, code: str) -> str:
        if plan.words:
            return plan.words
        said = "verify_code" if plan.kind == REMINDER else plan.kind
        template = self._services.renderer.text(item.language, said)
        return fit(template, shrink=(), keyword=petition.keyword if petition else "", code=code)

    async def _carry(self, due: _DueText) -> _Came:
        """Send one text. A crash before that is recorded sends it again: twice beats never; but for
        news."""
        if refusal := await self._refusal(due):
            return refusal, 0
        assert due.gateway  # noqa: S101 (`_refusal` has said so)
        segments, way = measure(due.body).segments, self._way(due.gateway)
        if (waits := await self._turn(due, due.gateway, segments)) is not None:
            return waits, 0
        before = way.through
        sending = await due.gateway.send(Outbound(due.item.recipient, due.body, str(due.item.id)))
        if sending.result == "throttled":
            self._hold(due.gateway, outbox.THROTTLED_SECONDS)
        code = code_of(due.gateway, sending.code)
        way.ended(before, fault=(code or "retry") if sending.result == "retry" else "")
        return self._believed(due, due.gateway, replace(sending, code=code)), segments

    def _believed(self, due: _DueText, gateway: Gateway, sending: Sending) -> Sending:
        """What is not sent again, where no answer came: it may have gone."""
        if sending.code != "network" or not due.once:
            return sending
        # The next one waits, lest all of them become uncertain.
        self._hold(gateway, UNANSWERED_SECONDS)
        return Sending("failed", code=telling.UNCERTAIN)

    def _way(self, gateway: Gateway) -> WayOut:
        return self._ways.setdefault(gateway.name, WayOut(self._services, gateway.name))

    async def _turn(self, due: _DueText, gateway: Gateway, segments: int) -> Sending | None:
        """Wait until the sender may send, one after the other; what it is told instead if it must
        not go, or not so soon."""
        async with self._turns[gateway.name]:
            if not self._way(gateway).goes:
                return Sending("retry", code=_LEFT)
            pause = self._free_at.get(gateway.name, 0) - self._clock()
            if pause > TURN_SECONDS:
                return Sending("retry", str(int(pause) + 1), code=_TURN)
            await asyncio.sleep(max(pause, 0))
            if (due.item.news_id or due.asked) and not await self._hand_over(due):
                return Sending("retry", code=_HALTED)
            self._hold(gateway, segments / rate_of(self._services.settings, gateway))
        return None

    async def _hand_over(self, due: _DueText) -> bool:
        """Note that it is about to leave, and never twice; False if it must not any more."""
        if due.asked:
            return await questions.begin_asking(self._services, due.item, due.asked)
        async with self._services.database.write() as tx:
            return bool(await telling.hand_over(tx, [due.item.id], self._services.now()))

    def _hold(self, gateway: Gateway, seconds: float) -> None:
        self._free_at[gateway.name] = self._clock() + seconds

    async def _refusal(self, due: _DueText) -> Sending | None:
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
            since = item.created_at if item.is_reply else None
            if await phones.is_opted_out(tx, services.keys.phones(item.recipient), since):
                return Sending("failed", code="opted_out")
        return None

    async def _settle(self, done: Sequence[tuple[_DueText, _Came]]) -> None:
        """Record what came of some texts."""
        async with self._services.database.write() as tx:
            for way in self._ways.values():
                await way.note(tx, "sms")
            for due, (sending, segments) in done:
                if sending.result != "sent":
                    await allowance.give_back(tx, due.verdict, due.charged_at)
                await self._settle_one(tx, due, sending, segments)

    async def _settle_one(
        self, tx: Transaction, due: _DueText, sending: Sending, segments: int
    ) -> None:
        services, now, item = self._services, self._services.now(), due.item
        if sending.code not in _UNTRIED:
            metrics.SENDS.labels(sending.result).inc()
        if sending.result in {"throttled", "stopped", "failed"}:  # of others, the way says a line
            log.warning("outbox: message %s not sent: %s", item.id, sending.code)
        if due.asked and sending.result != "sent" and sending.code not in _AS_IT_WAS:
            await take_back(tx, due.asked)
        match sending.result:
            case "sent":
                await self._settle_sent(tx, due, sending, segments)
            case "retry":
                await self._settle_later(tx, due, sending)
            case "throttled":
                wait = outbox.THROTTLED_SECONDS
                await outbox.postponed(tx, item, sending.code, now, 0, wait)
            case "stopped" | "failed":
                if sending.result == "stopped":
                    await phones.opt_out(tx, services.keys.phone(item.recipient), now)
                if item.kind == OFFER and sending.code == telling.UNCERTAIN:
                    # Whoever got it may say YES.
                    await offers.offered(tx, services.keys.phone(item.recipient), now)
                await outbox.dropped(tx, item.id, sending.code, now)

    async def _settle_sent(
        self, tx: Transaction, due: _DueText, sending: Sending, segments: int
    ) -> None:
        services, now, item = self._services, self._services.now(), due.item
        carrier = due.gateway.name if due.gateway else ""
        await outbox.sent(tx, item.id, carrier, sending.message_id, segments, now)
        if not item.is_reply:  # which was charged when it was decided
            sent = {item.petition_id or usage.NO_PETITION: segments}
            await usage.add(tx, now // DAY, received={}, sent=sent)
        if item.kind == OFFER:
            await offers.offered(tx, services.keys.phone(item.recipient), now)
        if item.kind == outbox.ANSWER:
            await answering.passed_on(tx, item.id, now, by_text=True)
        if due.verdict.rests:
            await allowance.rest(tx, services.keys.address(item.recipient), now)

    async def _settle_later(self, tx: Transaction, due: _DueText, sending: Sending) -> None:
        """It is tried again; what was not tried counts no try."""
        services, now, item, code = self._services, self._services.now(), due.item, sending.code
        if code == _TURN:
            await outbox.postponed(tx, item, code, now, 0, int(sending.message_id))
        elif code == _LEFT and due.gateway:
            await outbox.postponed(tx, item, "network", now, 0, self._way(due.gateway).pause)
        elif code != _HALTED:  # which is looked at anew when its lease runs out
            await outbox.postponed(tx, item, code, now, services.chance())


def _gateway(services: Services, item: Announcement) -> Gateway | None:
    """A reply goes out the way its text came in."""
    if item.gateway:
        return services.gateways.get(item.gateway)
    return sending_gateway(services)

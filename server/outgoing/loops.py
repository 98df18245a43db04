"""The loops of the worker, and what is due by time.

Each goes round by itself, so that none waits for another: a mail server that is away delays no
text.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from server.core.counting import shown
from server.core.desk import clock, kept, notices
from server.core.desk.signers import invalidation
from server.core.letters import answering, carrying, letters
from server.core.outbox import leases
from server.core.outbox.outbox import Announcement
from server.core.petitions.wording import search
from server.core.places.dating import day_at
from server.core.upkeep import ending, erasure, heartbeat, probe
from server.core.upkeep.reminding import Reminding
from server.errors import StoreUnavailable
from server.mail.smtp import mailer
from server.outgoing import questions, reconcile
from server.outgoing.letters import Carrier, look_again
from server.outgoing.mailbox import MAILS_AT_ONCE, empty_mailbox
from server.outgoing.mailroom import Mailroom
from server.outgoing.mails import Postman
from server.outgoing.news import Newsman
from server.outgoing.outages import WayOut
from server.outgoing.texts import Texter
from server.services import Services

IDLE_SECONDS = 2.0
CHORES_SECONDS = 60.0
LATE_NEWS_SECONDS = 600.0
NOTICE_SECONDS = 10.0
RECONCILE_SECONDS = 3600.0
SWEEP_SECONDS, SWEEP_TRIES, SWEEP_PAUSE_SECONDS = 1200.0, 60, 20.0

Step = Callable[[], Awaitable[bool | None]]
log = logging.getLogger(__name__)


async def run(services: Services) -> None:
    """Work until cancelled. A failing store is waited for; nothing that is due is skipped."""
    if not services.settings.smtp_host:
        log.warning("mails are written to standard output, codes and all: UNDERSIGNED_SMTP_HOST")
    if not services.tombstones:
        log.warning("a restored copy will revive what was taken back: UNDERSIGNED_TOMBSTONES")
    by_mail, settings = WayOut(services), services.settings
    mailers = [mailer(settings), mailer(settings), mailer(settings, at_once=1)]
    texter, postman = Texter(services), Postman(services, mailers[0], by_mail)
    newsman, carrier = Newsman(services, mailers[1], by_mail), Carrier(services, mailers[2])
    try:
        await _go_round(services, texter, postman, newsman, carrier)
    finally:
        for one in mailers:
            await one.rest()


async def _go_round(
    services: Services, texter: Texter, postman: Postman, newsman: Newsman, carrier: Carrier
) -> None:
    if_sure, go_round = partial(_if_sure, services), StoreWatch(services).go_round
    async with asyncio.TaskGroup() as loops:
        loops.create_task(go_round("texts", texter.drain, IDLE_SECONDS))
        for _ in range(2):  # while one decides what goes next, the connections serve the other
            loops.create_task(go_round("mails", postman.drain, IDLE_SECONDS))
        loops.create_task(go_round("letters", carrier.drain, IDLE_SECONDS))
        loops.create_task(go_round("news", if_sure(newsman.drain), IDLE_SECONDS))
        loops.create_task(go_round("late news", if_sure(newsman.follow), LATE_NEWS_SECONDS))
        loops.create_task(go_round("chores", partial(_by_time, services), CHORES_SECONDS))
        if services.settings.imap_url:
            incoming = partial(_take_mail, services)
            loops.create_task(go_round("incoming mail", incoming, CHORES_SECONDS))
        takes_out = partial(_take_out, services)
        loops.create_task(go_round("clock", if_sure(partial(_by_clock, services)), IDLE_SECONDS))
        loops.create_task(go_round("figures", if_sure(partial(_count, services)), CHORES_SECONDS))
        loops.create_task(go_round("notices", if_sure(partial(tell, services)), NOTICE_SECONDS))
        loops.create_task(go_round("invalidations", takes_out, IDLE_SECONDS))
        loops.create_task(go_round("sweeping", lambda: _sweep(services), SWEEP_SECONDS))
        loops.create_task(
            go_round("providers", if_sure(partial(_ask, services)), RECONCILE_SECONDS)
        )


def _if_sure(services: Services, step: Step) -> Step:
    """Do nothing while the clock is not believed: what goes by time, or notes times that come."""

    async def sure() -> bool | None:
        return None if services.doubt else await step()

    return sure


class StoreWatch:
    """Says in the log when the store goes away, and when it is back: a line each, however many
    loops go round meanwhile."""

    def __init__(self, services: Services) -> None:
        self._services, self._gone_at = services, 0

    async def go_round(self, name: str, step: Step, pause: float) -> None:
        """Do it again and again, at once while there is more to do, else after a pause."""
        while True:
            more: bool | None = False
            try:
                more = await step()
                if self._gone_at:
                    await self._back()
            except StoreUnavailable as error:
                self._gone(error)
            except Exception:
                log.exception("worker: %s: a round failed; the next one goes on", name)
            await asyncio.sleep(0 if more else pause)

    def _gone(self, error: StoreUnavailable) -> None:
        if not self._gone_at:
            self._gone_at = self._services.now()
            log.warning("worker: the store is away: %s", error)

    async def _back(self) -> None:
        """It may be read, and is back only if it can be written as well."""
        database, now = self._services.database, self._services.now()
        await probe.write_durably(database, now)
        async with database.read() as tx:
            n, _ = await leases.waiting(tx)
        if self._gone_at:
            seconds, self._gone_at = now - self._gone_at, 0
            log.warning("worker: the store is back after %s s; %s messages wait", seconds, n)


async def _take_mail(services: Services) -> bool:
    """Take what waits in the mailbox; whether there may be more."""
    mailroom = Mailroom(services.keys, services.database, services.new_id, services.now)
    try:
        return await empty_mailbox(services.settings, mailroom) >= MAILS_AT_ONCE
    except OSError as error:
        log.warning("incoming mail: the mailbox is away: %s", error)
        return False


async def _take_out(services: Services) -> bool:
    return await invalidation.work(services.database, services.now())


async def wake(services: Services) -> None:
    """What must be done before anybody is served: petitions open and close, and what is due to be
    erased goes, for it may be a copy. Where nobody has done it for long, all else that is due."""
    if await _doubts_the_clock(services):
        if services.tombstones:  # which need no clock
            await services.tombstones.catch_up(services.database)
        return
    async with services.database.read() as tx:
        last = await heartbeat.last_beat(tx)
    if last is None or services.now() - last > heartbeat.SLEPT_SECONDS:
        await do_chores(services)
        return
    await _by_clock(services)
    await _erase(services)


async def _by_time(services: Services) -> None:
    """What is due by time, where it is known what time it is."""
    if await _doubts_the_clock(services):
        return
    await do_chores(services)
    async with services.database.read() as tx:
        last = await heartbeat.last_beat(tx)
    if last is None or services.now() - last >= heartbeat.NOTED_EVERY_SECONDS:
        async with services.database.write() as tx:
            await heartbeat.beat(tx, services.now())


async def _doubts_the_clock(services: Services) -> bool:
    """Whether this machine's clock is not to be believed; said in the log when that changes."""
    async with services.database.read() as tx:
        last = await heartbeat.last_beat(tx)
    doubt = heartbeat.doubt_of(last, services.now(), services.settings.clock_days)
    if doubt and doubt != services.doubt:
        log.error(
            "the clock of this machine is %s the last time that is known (%s): nothing is erased,"
            " opened or closed by time until `undersigned clock --confirm`",
            {"ahead": "far ahead of", "behind": "behind"}[doubt],
            heartbeat.utc_moment(last or 0),
        )
    elif services.doubt and not doubt:
        log.warning("the clock of this machine is believed again")
    services.doubt = doubt
    return doubt is not None


async def _by_clock(services: Services) -> None:
    if await clock.work(services.database, services.now(), needs_review=services.settings.review):
        await services.directory.refresh()


async def _count(services: Services) -> bool:
    """Count the figures of one large petition anew; whether there may be more to count."""
    now, known = services.now(), (await services.directory.current()).by_id
    async with services.database.read() as tx:
        found = [(known[id_], n) for id_, n in await kept.due(tx, now) if id_ in known]
    for petition, n in found[:1]:
        await kept.keep(services.database, petition, n, day_at(now), now)
    return len(found) > 1


async def tell(services: Services) -> None:
    """Queue the mails to organizers that are due."""
    now, known = services.now(), (await services.directory.current()).by_id
    async with services.database.read() as tx:
        wanted = {r.petition_id for r in await notices.readers(tx) if "alarm" in r.kinds}
        looked_at = await notices.busy(tx, wanted, now) if wanted else []
    alarms = {id_: await services.alarms(id_) for id_ in looked_at}

    def mail(kind: str, petition_id: int | None, email: str) -> Announcement:
        return Announcement(
            id=services.new_id(),
            channel="email",
            kind=kind,
            petition_id=petition_id,
            language=services.settings.language,
            recipient=email,
            address_key=services.keys.address(email),
        )

    await notices.work(services.database, known, alarms, mail, now)


async def _sweep(services: Services) -> None:
    """What was erased is gone from all files within the hour, also on a quiet site."""
    for _ in range(SWEEP_TRIES):
        if await services.database.sweep():
            return
        await asyncio.sleep(SWEEP_PAUSE_SECONDS)
    log.warning("worker: somebody reads without end: what was erased is still in the log's file")


async def _ask(services: Services) -> None:
    await reconcile.reconcile(services)
    await reconcile.erase_at_providers(services)


async def _remind(services: Services, now: int) -> None:
    settings = services.settings
    if settings.reminders:
        texts = settings.sms_codes_daily > 0
        reminding = Reminding(services.keys, services.new_id, settings.pending_hours, texts)
        await reminding.remind(services.database, services.directory.by_id.values(), now)


async def do_chores(services: Services) -> None:
    """What is due by time. Running it twice does nothing twice."""
    now = services.now()
    await _by_clock(services)
    async with services.database.write() as tx:
        await shown.publish(tx, now, services.chance)
        await letters.expire(tx, now)
        await carrying.spare(tx, now)
        await answering.expire_answers(tx, now)
    await look_again(services)
    await _remind(services, now)
    await questions.queue_questions(services)
    await _erase(services)
    await questions.publish_answers(services)
    if services.tombstones:
        await services.tombstones.forget(now, services.settings.tombstones_days)
    await ending.empty(services.database, now)
    await search.fill(services.database)


async def _erase(services: Services) -> None:
    """What is due to be erased by its age, and what was taken back since a copy was made."""
    database, now, settings = services.database, services.now(), services.settings
    async with database.write() as tx:
        await erasure.erase_due(tx, now, settings.sms_keep_days)
    await erasure.erase_contacts(database, now, settings.pending_hours)
    await erasure.erase_prefixes(database, now)
    if services.tombstones:
        # Contacts first: the one that stays of two may have been taken back since.
        await services.tombstones.catch_up(database)

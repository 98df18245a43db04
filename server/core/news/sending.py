"""News that is being sent: begun, halted, gone on with, and put in the outbox a little at a time.

What waits in the outbox is kept short: whoever opts out, and an organizer who halts it, is heard at
once. The turn of a signature is noted in the transaction that moves on to the next, so that a
worker that dies leaves off where another begins, and nobody's turn comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.core.news import recipients
from server.core.news.piece import NEWS_LATE_SECONDS, News
from server.core.news.recipients import PLACE_LEAST, Subscribers
from server.core.news.writing import one_news
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement, Channel
from server.core.petitions.petitions import Petition
from server.core.values.keys import Keys
from server.db import Row, Transaction, pack
from server.errors import InvalidInput, NotOpen, Problem

NEWS = "news"  # the kind of its messages
NEWS_TURN = 2  # after all else, and by a hand of its own
OUTSTANDING = 500  # messages of one piece that wait at a time, by each way
FAN_STEP = 250  # signatures in one transaction
SENDING_STATES = frozenset({"open", "paused", "closed", "answered"})


@dataclass(frozen=True, slots=True)
class NewsRun:
    """How far a piece has got by one way: to signatures up to `through`, of `people` in all."""

    channel: Channel
    through: int
    people: int
    finished_at: int | None


async def begin_news(tx: Transaction, petition: Petition, news: News, now: int) -> Subscribers:
    """Send a draft to those who want it from now on; to how many.

    Raises `NotOpen` where that has begun, and for a petition that is a draft or has ended,
    `InvalidInput` if so few are at its place that it could be meant for one of them.
    """
    if petition.state not in SENDING_STATES:
        raise NotOpen(petition.state)
    await tx.lock([b"news of %d" % petition.id])
    stored = await one_news(tx, petition.id, news.number)
    if stored.queued_at is not None:
        raise NotOpen("it has been sent")
    people = await recipients.subscribers(tx, petition.id, stored.place)
    if stored.place and people.total < PLACE_LEAST:
        raise InvalidInput(Problem("place", "few"))
    await tx.execute("UPDATE news SET queued_at = :now WHERE id = :id", id=stored.id, now=now)
    await _write_runs(tx, stored, {"email": people.mails, "sms": people.phones})
    return people


async def _write_runs(tx: Transaction, news: News, people: dict[Channel, int]) -> None:
    rows = tx.rows("runs", channel="text", people="int")
    ways = [(way, n) for way, n in people.items() if way == "email" or news.has_text]
    await tx.execute(
        "INSERT INTO news_runs (news_id, petition_id, channel, people)"
        f" SELECT :id, :petition, channel, people FROM {rows} r",
        id=news.id,
        petition=news.petition_id,
        runs=pack(ways),
    )


async def halt_news(tx: Transaction, news: News, now: int) -> bool:
    """Nothing of it leaves any more but what is leaving; False if that is so. Their turn comes once
    more if it goes on."""
    await tx.lock([b"news %d" % news.id])
    halted = await tx.fetch(
        "UPDATE news SET stopped_at = :now WHERE id = :id AND queued_at IS NOT NULL"
        " AND stopped_at IS NULL AND finished_at IS NULL RETURNING id",
        id=news.id,
        now=now,
    )
    waiting = await tx.fetch(
        "DELETE FROM outbox WHERE news_id = :id AND sent_at IS NULL AND failed_at IS NULL"
        " AND handed_at IS NULL RETURNING signature_id",
        id=news.id,
    )
    # Of just those: what another server has handed over by now stays told.
    rows = tx.rows("waiting", signature_id="int")
    await tx.execute(
        "DELETE FROM news_told WHERE news_id = :id AND signature_id IN"
        f" (SELECT signature_id FROM {rows} w)",
        id=news.id,
        waiting=pack((row["signature_id"],) for row in waiting),
    )
    return bool(halted)


async def go_on_with_news(tx: Transaction, news: News, now: int) -> bool:
    """What was halted goes to those whose turn has not come; False if it was not, or is too old."""
    await tx.lock([b"news %d" % news.id])
    going = await tx.fetch(
        "UPDATE news SET stopped_at = NULL WHERE id = :id AND stopped_at IS NOT NULL"
        " AND queued_at > :since RETURNING id",
        id=news.id,
        since=now - NEWS_LATE_SECONDS,
    )
    if going:
        await tx.execute(
            "UPDATE news_runs SET through_id = 0, finished_at = NULL WHERE news_id = :id",
            id=news.id,
        )
    return bool(going)


async def runs_of(tx: Transaction, news: News) -> list[NewsRun]:
    rows = await tx.fetch(
        "SELECT channel, through_id, people, finished_at FROM news_runs WHERE news_id = :id"
        " ORDER BY channel",
        id=news.id,
    )
    return [NewsRun(r["channel"], r["through_id"], r["people"], r["finished_at"]) for r in rows]


async def has_room(tx: Transaction, news: News) -> bool:
    """Whether a step further may do anything: asked before a worker takes the place of those who
    sign in the queue for writing."""
    runs = await runs_of(tx, news)
    going = [run for run in runs if run.finished_at is None]
    waiting = [await _outstanding(tx, news, run.channel) for run in going or runs]
    return min(waiting) <= OUTSTANDING - FAN_STEP if going else not any(waiting)


async def has_late(tx: Transaction, news: News) -> bool:
    """Whether anybody has asked for news since it went out."""
    for run in await runs_of(tx, news):
        if await recipients.untold(tx, news.petition_id, news.id, run.channel, 1):
            return True
    return False


@dataclass(frozen=True, slots=True)
class Fan:
    """Puts a petition's news in the outbox; `new_id` gives ids."""

    petition: Petition
    keys: Keys
    new_id: Callable[[], int]
    now: int

    async def spread(self, tx: Transaction, news: News) -> bool:
        """A step further with what is being sent; whether anything was put, or it was finished."""
        # One at a time, over all workers: each reads how far the one before has got.
        await tx.lock([b"news %d" % news.id])
        stored = await one_news(tx, news.petition_id, news.number)
        if stored.state != "sending":
            return False
        runs = await runs_of(tx, news)
        steps = [await self._step(tx, news, run) for run in runs if run.finished_at is None]
        if steps:
            return any(steps)
        return await _finish(tx, news, self.now)

    async def _step(self, tx: Transaction, news: News, run: NewsRun) -> bool:
        room = OUTSTANDING - await _outstanding(tx, news, run.channel)
        if room < FAN_STEP:
            return False
        found = await recipients.after(
            tx, news.petition_id, run.channel, news.place, run.through, FAN_STEP
        )
        await self._put(tx, news, run.channel, found)
        await tx.execute(
            "UPDATE news_runs SET through_id = :through, finished_at = CAST(:done AS BIGINT)"
            " WHERE news_id = :id AND channel = :channel",
            id=news.id,
            channel=run.channel,
            through=found[-1]["id"] if found else run.through,
            done=self.now if len(found) < FAN_STEP else None,
        )
        return True

    async def follow(self, tx: Transaction, news: News) -> int:
        """Put it for those who have asked for news since it went out; how many that were."""
        await tx.lock([b"news %d" % news.id])
        stored = await one_news(tx, news.petition_id, news.number)
        if stored.state != "sent":
            return 0
        put = 0
        for run in await runs_of(tx, news):
            if await _outstanding(tx, news, run.channel) == 0:
                late = await recipients.untold(tx, news.petition_id, news.id, run.channel, FAN_STEP)
                put += await self._put(tx, news, run.channel, late)
        return put

    async def _put(
        self, tx: Transaction, news: News, channel: Channel, found: Sequence[Row]
    ) -> int:
        """Let it be their turn; of a household, one alone is told."""
        salt = self.petition.salt
        known = [(r, self.keys.contact(salt, r["contact"])) for r in found]
        told = await _told_already(tx, news, [key for _, key in known])
        rows, turns = [], []
        for row, key in known:
            turns.append((row["id"], None if key in told else key))
            if key not in told:
                rows.append(self._message(news, channel, row))
            told.add(key)
        await _note_turns(tx, news, turns)
        await outbox.put(tx, rows, self.now)
        return len(rows)

    def _message(self, news: News, channel: Channel, row: Row) -> Announcement:
        own = self.petition.language
        choose = news.language if channel == "email" else news.language_of_text
        return Announcement(
            id=self.new_id(),
            channel=channel,
            kind=NEWS,
            petition_id=news.petition_id,
            language=choose(row["language"], own),
            recipient=row["contact"],
            signature_id=row["id"],
            turn=NEWS_TURN,
            news_id=news.id,
        )


async def _told_already(tx: Transaction, news: News, keys: Sequence[bytes]) -> set[bytes]:
    rows = tx.rows("keys", contact_key="blob")
    found = await tx.fetch(
        "SELECT contact_key FROM news_told WHERE news_id = :news AND contact_key IS NOT NULL"
        f" AND contact_key IN (SELECT k.contact_key FROM {rows} k)",
        news=news.id,
        keys=pack((key,) for key in keys),
    )
    return {bytes(row["contact_key"]) for row in found}


async def _note_turns(
    tx: Transaction, news: News, turns: Sequence[tuple[int, bytes | None]]
) -> None:
    rows = tx.rows("turns", signature_id="int", contact_key="blob")
    # (whoever was passed on the way already keeps what is noted of them)
    await tx.execute(
        "INSERT INTO news_told (news_id, petition_id, signature_id, contact_key)"
        f" SELECT :news, :petition, signature_id, contact_key FROM {rows} t WHERE true"
        " ON CONFLICT (news_id, signature_id) DO NOTHING",
        news=news.id,
        petition=news.petition_id,
        turns=pack(turns),
    )


async def _outstanding(tx: Transaction, news: News, channel: Channel) -> int:
    row = await tx.fetch_one(
        "SELECT count(*) AS n FROM outbox WHERE news_id = :id AND channel = :channel"
        " AND sent_at IS NULL AND failed_at IS NULL",
        id=news.id,
        channel=channel,
    )
    return row["n"] if row else 0


async def _finish(tx: Transaction, news: News, now: int) -> bool:
    """Note that nothing of it waits any more, if that is so."""
    done = await tx.fetch(
        "UPDATE news SET finished_at = :now WHERE id = :id AND finished_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM outbox WHERE news_id = :id AND sent_at IS NULL"
        "  AND failed_at IS NULL) RETURNING id",
        id=news.id,
        now=now,
    )
    return bool(done)


async def expire_turns(tx: Transaction, now: int) -> None:
    """Forget whose turn has come with what nobody gets any more."""
    await tx.execute(
        "DELETE FROM news_told WHERE news_id IN (SELECT id FROM news WHERE queued_at <= :since"
        " AND (finished_at <= :since OR stopped_at <= :since))",
        since=now - NEWS_LATE_SECONDS,
    )

"""Which letters go now, and what came of them.

A letter is leased, marked as `sending` just before anything of it leaves, and settled. A lease that
runs out gives it back; if it was `sending`, nobody knows whether the office has it: it is uncertain
and is not sent again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from server.core.letters.letter import ENDED, Letter, State
from server.core.letters.letters import COUNTS, LETTER, from_row
from server.db import Transaction, pack

CARRY_SECONDS = 600
GIVE_UP_SECONDS = 7 * 86_400  # after it was queued
#: Mail that is refused by an office comes back within days, where it does.
DONE_SECONDS = 5 * 86_400
HOUR = 3600
_FIRST_PAUSE, _LONGEST_PAUSE = 300, 86_400

#: What came of handing a letter over, as `server/channels` says it.
Result = Literal["accepted", "retry", "rejected", "uncertain", "organizer"]
_STATE: dict[Result, State] = {
    "accepted": "accepted",
    "retry": "retry",
    "rejected": "rejected",
    "uncertain": "uncertain",
    "organizer": "held",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of one letter; `why` is a code. `after`: seconds before which it is not tried
    again."""

    letter: Letter
    result: Result
    why: str = ""
    after: int = 0


#: SQL for the state of a letter whose turn is to come, by its channel.
WAITING = "CASE WHEN channel = 'print' THEN 'ready' ELSE 'queued' END"
_SHOWN = COUNTS.format("letters")
#: SQL: a letter to an office that has agreed, which gets thanks and nothing else; of `{0}`.
_AGREED = (
    "({0}.kind = 'letter' AND EXISTS (SELECT 1 FROM agreed_offices a"
    " WHERE a.petition_id = {0}.petition_id AND a.office = {0}.office))"
)
_WAITS = (
    "l.state IN ('queued', 'retry') AND l.due_at <= :now AND l.leased_until IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM paused_offices p WHERE p.petition_id = l.petition_id"
    "  AND p.office = l.office)"
    # Organizers may have taken the signature out meanwhile.
    f" AND {COUNTS.format('l')} AND NOT {_AGREED.format('l')}"
    # An organizer can stop all mail of a petition.
    " AND NOT EXISTS (SELECT 1 FROM petitions WHERE petitions.id = l.petition_id"
    "  AND petitions.mail_stopped_at IS NOT NULL)"
)


async def has_due(tx: Transaction, now: int) -> bool:
    """Whether `tend` or `lease` would do anything: asked before a worker takes the place of those
    who sign in the queue for writing."""
    return bool(
        await tx.fetch_one(
            f"SELECT 1 AS one FROM letters l WHERE {_WAITS}"
            " UNION ALL SELECT 1 FROM letters WHERE leased_until <= :now"
            f" UNION ALL SELECT 1 FROM letters WHERE state = 'draft' AND {_SHOWN}"
            " UNION ALL SELECT 1 FROM letters WHERE state = 'accepted' AND accepted_at <= :done"
            " LIMIT 1",
            now=now,
            done=now - DONE_SECONDS,
        )
    )


async def tend(tx: Transaction, now: int) -> None:
    """What changes by itself: drafts of those whose contact was shown are queued, leases run out,
    and what has not come back in `DONE_SECONDS` is done."""
    await queue(tx, now)
    await tx.execute(
        "UPDATE letters SET state = 'uncertain', ended_at = :now, leased_until = NULL"
        " WHERE state = 'sending' AND leased_until <= :now",
        now=now,
    )
    await tx.execute("UPDATE letters SET leased_until = NULL WHERE leased_until <= :now", now=now)
    await tx.execute(
        "UPDATE letters SET state = 'done', ended_at = :now"
        " WHERE state = 'accepted' AND accepted_at <= :done",
        now=now,
        done=now - DONE_SECONDS,
    )


async def queue(tx: Transaction, now: int) -> None:
    """Drafts of those whose signature is verified wait for their turn, or to be printed."""
    await tx.execute(
        f"UPDATE letters SET state = {WAITING}, queued_at = :now"
        f" WHERE state = 'draft' AND {_SHOWN}",
        now=now,
    )


async def spare(tx: Transaction, now: int) -> None:
    """What waits for an office that has agreed is not sent. One that is on its way may arrive."""
    await tx.execute(
        "UPDATE letters SET state = 'rejected', why = 'agreed', ended_at = :now,"
        " leased_until = NULL WHERE state IN ('queued', 'retry')"
        f" AND {_AGREED.format('letters')}",
        now=now,
    )


async def connect(tx: Transaction, now: int) -> None:
    """Let go what waited until a delivery agent to the US House is set up."""
    await tx.execute(
        "UPDATE letters SET state = 'queued', why = '', queued_at = :now, due_at = :now"
        " WHERE state = 'held' AND channel = 'cwc' AND why = 'not_configured'",
        now=now,
    )


async def doubt(tx: Transaction, now: int) -> None:
    """In a copy that is put back nobody knows which of those that waited have gone since."""
    await tx.execute(
        "UPDATE letters SET state = 'uncertain', why = 'restored', ended_at = :now,"
        " leased_until = NULL, batch = NULL"
        " WHERE state IN ('queued', 'ready', 'retry', 'sending')",
        now=now,
    )


async def lease(tx: Transaction, now: int, hourly: int, limit: int = 20) -> list[Letter]:
    """Take what may go now, the first first: of each office no more than `hourly` in an hour."""
    rows = await tx.fetch(
        "UPDATE letters SET leased_until = :until, tries = tries + 1 WHERE id IN"
        " (SELECT id FROM (SELECT l.id, l.due_at, l.office,"
        "   row_number() OVER (PARTITION BY l.office ORDER BY l.due_at, l.id) AS place"
        f"  FROM letters l WHERE {_WAITS}) waiting"
        "  WHERE place + (SELECT count(*) FROM letters gone"
        "   WHERE gone.office = waiting.office"
        "   AND (gone.accepted_at > :since OR gone.leased_until IS NOT NULL)) <= :hourly"
        "  ORDER BY due_at, id LIMIT :limit)"
        # Once more: another worker may have been faster between the choice and the update.
        " AND leased_until IS NULL RETURNING id",
        now=now,
        until=now + CARRY_SECONDS,
        since=now - HOUR,
        hourly=hourly,
        limit=limit,
    )
    wanted = tx.rows("wanted", id="int")
    found = await tx.fetch(
        f"SELECT {LETTER} FROM {wanted} w JOIN letters l ON l.id = w.id ORDER BY l.due_at, l.id",
        wanted=pack((row["id"],) for row in rows),
    )
    return [from_row(row) for row in found]


async def begin(tx: Transaction, letter: Letter, bounce_key: bytes | None, now: int) -> bool:
    """Note that it is about to leave; False if it must not any more: its signer has taken it back,
    its office has agreed, or the lease has run out."""
    rows = await tx.fetch(
        "UPDATE letters SET state = 'sending', bounce_key = :bounce_key WHERE id = :id"
        " AND state IN ('queued', 'retry') AND leased_until > :now"
        f" AND NOT {_AGREED.format('letters')} RETURNING id",
        id=letter.id,
        bounce_key=bounce_key,
        now=now,
    )
    return bool(rows)


async def give_back(tx: Transaction, letter: Letter, due_at: int, why: str) -> None:
    """It may not go now, which is no failed try."""
    await tx.execute(
        "UPDATE letters SET leased_until = NULL, tries = tries - 1, due_at = :due_at, why = :why"
        " WHERE id = :id AND state IN ('queued', 'retry')",
        id=letter.id,
        due_at=due_at,
        why=why,
    )


async def settle(tx: Transaction, settled: Settled, now: int, chance: float) -> None:
    """Record what came of it. One that is tried again waits longer each time, and is given up
    `GIVE_UP_SECONDS` after it was queued; `chance` (0 to 1) spreads those of one failure."""
    letter, state, why = settled.letter, _STATE[settled.result], settled.why
    pause = min(_FIRST_PAUSE << min(letter.tries, 12), _LONGEST_PAUSE)
    due_at = now + max(int(pause * (0.5 + chance)), settled.after)
    if state == "retry" and due_at > letter.queued_at + GIVE_UP_SECONDS:
        state, why = "rejected", "gave_up"
    await tx.execute(
        "UPDATE letters SET state = :state, why = :why, leased_until = NULL, due_at = :due_at,"
        " accepted_at = CASE WHEN :state = 'accepted' THEN CAST(:now AS BIGINT) END,"
        " ended_at = CASE WHEN :ended = 1 THEN CAST(:now AS BIGINT) END WHERE id = :id",
        id=letter.id,
        state=state,
        why=why,
        due_at=due_at,
        now=now,
        ended=int(state in ENDED),
    )


async def came_back(tx: Transaction, bounce_key: bytes, now: int) -> bool:
    """An office takes no such mail, as its server has said later; whether it was one of ours."""
    rows = await tx.fetch(
        "UPDATE letters SET state = 'bounced', ended_at = :now WHERE bounce_key = :key"
        " AND state IN ('accepted', 'done', 'uncertain') RETURNING id",
        key=bounce_key,
        now=now,
    )
    return bool(rows)

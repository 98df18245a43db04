"""Petitions that open and close by themselves, at the times that their organizers have set."""

from __future__ import annotations

from collections.abc import Sequence

from server.core.desk import audit
from server.core.petitions import review
from server.core.petitions.wording import versions
from server.core.petitions.wording.versions import Version
from server.db import Database, Transaction

CLOCK = "clock"  # as the audit log names it
#: What it does to which petitions, by the word in the audit log. Opened late, it opens now; it
#: closes at the second that was set, since nobody could sign from then on.
_CHANGES = {
    "opened": (
        "opened_at = :now",
        "opened_at IS NULL AND opens_at <= :now AND started_by <> '' AND ended_at IS NULL",
    ),
    "closed": (
        "closed_at = closes_at",
        "opened_at IS NOT NULL AND closed_at IS NULL AND closes_at <= :now AND ended_at IS NULL",
    ),
}
_TIMES = {"opened": "opens", "closed": "closes"}


async def work(database: Database, now: int, *, needs_review: bool = False) -> bool:
    """Open and close what is due; whether anything was. Doing it twice does nothing twice. A draft
    that `needs_review` opens once it is accepted, if its time has come before."""
    changed = False
    for action in _CHANGES:  # what opened too late closes at once
        for petition_id in await _due(database, action, now, needs_review):
            async with database.write() as tx:
                if not needs_review or await review.may_open(tx, petition_id):
                    changed |= await _change(tx, petition_id, action, now)
    return changed


async def _due(database: Database, action: str, now: int, needs_review: bool) -> list[int]:
    where = f"{_CHANGES[action][1]}{f' AND {review.MAY_OPEN}' if needs_review else ''}"
    async with database.read() as tx:
        rows = await tx.fetch(f"SELECT id FROM petitions WHERE {where}", now=now)
    return [row["id"] for row in rows]


async def _change(tx: Transaction, petition_id: int, action: str, now: int) -> bool:
    """Open or close it, unless somebody was first."""
    to, where = _CHANGES[action]
    row = await tx.fetch_one(
        f"UPDATE petitions SET {to}, version = version + 1 WHERE id = :id AND {where}"
        " RETURNING CAST(:now AS BIGINT) AS at",
        id=petition_id,
        now=now,
    )
    if row:
        setter = who_set(await versions.all_of(tx, petition_id), _TIMES[action])
        await audit.note(tx, now, CLOCK, action, petition_id, set_by=setter)
    return row is not None


def who_set(known: Sequence[Version], time: str) -> str:
    """Who has set the time (`opens` or `closes`) that holds now: the writer of the first version of
    those that have it."""
    setter, at = "", f"{time}_at"
    for version in reversed(known):
        if getattr(version.draft.schedule, at) != getattr(known[-1].draft.schedule, at):
            break
        setter = version.actor
    return setter

"""Ends for good that an owner asks for: where a second organizer has to agree, they wait for that.

Nobody can undo an end, so all signatures weigh as if they were taken out (core/desk/consent.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from server.core.counting.counts import DAY
from server.core.desk.people import teams
from server.core.desk.people.teams import allows, read_roles
from server.core.desk.signers.conditions import Condition, Preview, preview
from server.db import Transaction
from server.errors import InvalidInput, NotFound, Problem

ASKED_END_SECONDS = 30 * DAY  # for which it waits for the second


@dataclass(frozen=True, slots=True)
class AskedEnd:
    """An end that waits; `asked_by` is the organizer's id, `by` their name."""

    petition_id: int
    asked_by: int
    by: str
    reason: str
    asked_at: int


async def all_of_it(tx: Transaction, petition_id: int, now: int) -> Preview:
    """What an end would empty: the figures, and a few signatures."""
    return await preview(tx, petition_id, Condition(until=now + DAY))


async def ask(tx: Transaction, petition_id: int, organizer: int, reason: str, now: int) -> bool:
    """Let it wait for a second organizer; False if it does already."""
    if await asked(tx, petition_id, now):
        return False
    await cancel(tx, petition_id)  # one that nobody has agreed to in time
    await tx.execute(
        "INSERT INTO ends_asked (petition_id, asked_by, reason, asked_at)"
        " VALUES (:petition, :organizer, :reason, :now)",
        petition=petition_id,
        organizer=organizer,
        reason=reason,
        now=now,
    )
    return True


async def asked(tx: Transaction, petition_id: int, now: int) -> AskedEnd | None:
    """The end that waits, as long as whoever asked for it is an owner."""
    row = await tx.fetch_one(
        "SELECT e.*, o.name, m.roles FROM ends_asked e"
        " JOIN petitions p ON p.id = e.petition_id JOIN organizers o ON o.id = e.asked_by"
        " JOIN members m ON m.organization_id = p.organization_id AND m.organizer_id = e.asked_by"
        " WHERE e.petition_id = :id AND e.asked_at > :since AND m.roles <> ''",
        id=petition_id,
        since=now - ASKED_END_SECONDS,
    )
    if row is None or not allows(read_roles(row["roles"].split()), "owner"):
        return None
    about = (row["petition_id"], row["asked_by"], row["name"])
    return AskedEnd(*about, row["reason"], row["asked_at"])


async def agreed(tx: Transaction, petition_id: int, organizer: int, now: int) -> AskedEnd:
    """The end that this organizer agrees to. Raises `NotFound` where none waits, and `InvalidInput`
    for the one who asked, and for one who has not been a member for long."""
    found = await asked(tx, petition_id, now)
    if found is None:
        raise NotFound("nobody asks for an end")
    if organizer == found.asked_by:
        raise InvalidInput(Problem("second", "same"))
    if organizer not in await teams.seconds(tx, petition_id, found.asked_by, now):
        raise InvalidInput(Problem("second", "new"))
    return found


async def cancel(tx: Transaction, petition_id: int) -> bool:
    """Let it wait no more; whether it did."""
    row = await tx.fetch_one(
        "DELETE FROM ends_asked WHERE petition_id = :id RETURNING asked_by", id=petition_id
    )
    return row is not None

"""Reviewers: organizers whom the operator names to read drafts before they open. Nobody reads those
of an organization in which they are a member."""

from __future__ import annotations

from dataclasses import dataclass

from server.core.counting.counts import DAY
from server.core.desk.people.organizers import Organizer
from server.core.desk.people.teams import NOWHERE, Membership
from server.db import Transaction
from server.errors import NotFound

CHANGED_SECONDS = 30 * DAY  # for which reviewers are shown that a petition was changed
MOST_LISTED = 20  # at most, of each kind
#: What concerns the organizer `:who` as a reviewer.
_OF_REVIEWER = (
    " FROM reviews r JOIN petitions p ON p.id = r.petition_id"
    " JOIN organizers o ON o.id = :who AND o.reviewer_since IS NOT NULL"
    " WHERE p.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM members m"
    " WHERE m.organization_id = p.organization_id AND m.organizer_id = o.id AND m.roles <> '')"
)


@dataclass(frozen=True, slots=True)
class Reviewable:
    """A petition, and since when it waits, or is other than it was accepted."""

    petition_id: int
    since: int


async def appoint(tx: Transaction, organizer: Organizer, now: int | None) -> None:
    """Let somebody be a reviewer from now on; None: no longer."""
    await tx.execute(
        "UPDATE organizers SET reviewer_since = CASE WHEN CAST(:now AS BIGINT) IS NULL THEN NULL"
        " ELSE coalesce(reviewer_since, CAST(:now AS BIGINT)) END WHERE id = :id",
        id=organizer.id,
        now=now,
    )


async def reviewers(tx: Transaction) -> set[int]:
    """Their ids."""
    rows = await tx.fetch("SELECT id FROM organizers WHERE reviewer_since IS NOT NULL")
    return {row["id"] for row in rows}


async def waiting(tx: Transaction, organizer_id: int) -> list[Reviewable]:
    """The drafts that wait for somebody like them, those that have waited longest first."""
    rows = await tx.fetch(
        f"SELECT r.petition_id, r.handed_in_at {_OF_REVIEWER} AND r.handed_in_at IS NOT NULL"
        f" AND p.opened_at IS NULL ORDER BY r.handed_in_at, r.petition_id LIMIT {MOST_LISTED}",
        who=organizer_id,
    )
    return [Reviewable(row["petition_id"], row["handed_in_at"]) for row in rows]


async def changed_since(tx: Transaction, organizer_id: int, now: int) -> list[Reviewable]:
    """Petitions that have opened and say something else than what was accepted, lately, the latest
    first."""
    rows = await tx.fetch(
        f"SELECT r.petition_id, r.changed_at {_OF_REVIEWER} AND r.changed_at > :since"
        f" AND p.opened_at IS NOT NULL ORDER BY r.changed_at DESC, r.petition_id"
        f" LIMIT {MOST_LISTED}",
        who=organizer_id,
        since=now - CHANGED_SECONDS,
    )
    return [Reviewable(row["petition_id"], row["changed_at"]) for row in rows]


async def at_draft(tx: Transaction, organizer_id: int, petition_id: int) -> Membership:
    """A reviewer is a member of nothing there. Raises `NotFound` for whoever does not review it."""
    row = await tx.fetch_one(
        f"SELECT r.petition_id {_OF_REVIEWER} AND p.id = :petition",
        who=organizer_id,
        petition=petition_id,
    )
    if row is None:
        raise NotFound(str(petition_id))
    return NOWHERE

"""Drafts that are read before they open, where the operator demands it: handed in, accepted, or
rejected with reasons that everybody may read.

What has been open once needs none of this any more. Whoever looks whether a draft may open, hands
it in or decides about it holds its row until the end of the transaction, and an edit waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from server.core.petitions.wording import versions
from server.core.petitions.wording.draft import Draft
from server.core.petitions.wording.versions import contents
from server.core.values.names import tidy_lines
from server.db import Row, Transaction
from server.errors import InvalidInput, NotFound, Overtaken, Problem

REASONS_LEAST, REASONS_LIMIT = 10, 1000  # letters
#: What an organizer decides that no reviewer has to read: it says nothing to anybody.
UNREAD = {"goal", "origins", "postcode_required", "contact_required", "country", "schedule"}
#: Of petitions that may open, where review is demanded.
MAY_OPEN = (
    "(opened_at IS NOT NULL OR EXISTS (SELECT 1 FROM reviews r WHERE r.petition_id = petitions.id"
    " AND r.accepted_at IS NOT NULL AND r.changed_at IS NULL))"
)

Stage = Literal["new", "waits", "accepted", "changed", "rejected"]


@dataclass(frozen=True, slots=True)
class Review:
    """How a draft stands with its reviewers (UTC seconds). The last rejection stays until it is
    accepted, with the version that was read and the reasons."""

    handed_in_at: int | None = None
    accepted_at: int | None = None
    changed_at: int | None = None
    rejected_at: int | None = None
    rejected_version: int | None = None
    reasons: str = ""

    @property
    def stage(self) -> Stage:
        """`changed`: it was accepted, and says something else since."""
        if self.handed_in_at is not None:
            return "waits"
        if self.accepted_at is not None:
            return "accepted" if self.changed_at is None else "changed"
        return "new" if self.rejected_at is None else "rejected"


def accepted_in(draft: Draft) -> dict[str, Any]:
    """What a reviewer accepts in it: all that people read, who is written to and how, its names."""
    return {name: said for name, said in contents(draft).items() if name not in UNREAD}


def checked_reasons(typed: str) -> str:
    """As everybody reads them. Raises `InvalidInput`."""
    reasons = tidy_lines(typed)
    if len(reasons) < REASONS_LEAST:
        raise InvalidInput(Problem("reasons", "short" if reasons else "missing"))
    if len(reasons) > REASONS_LIMIT:
        raise InvalidInput(Problem("reasons", "long"))
    return reasons


async def review_of(tx: Transaction, petition_id: int) -> Review:
    row = await tx.fetch_one(
        "SELECT handed_in_at, accepted_at, changed_at, rejected_at, rejected_version, reasons"
        " FROM reviews WHERE petition_id = :id",
        id=petition_id,
    )
    return Review(*(row[name] for name in Review.__slots__)) if row else Review()


async def may_open(tx: Transaction, petition_id: int) -> bool:
    """Whether it has been open before, or what it says is accepted."""
    await _hold(tx, petition_id)
    # (asked anew: whoever waited for the row sees what was written meanwhile)
    row = await tx.fetch_one(
        f"SELECT id FROM petitions WHERE id = :id AND {MAY_OPEN}", id=petition_id
    )
    return row is not None


async def version_of(tx: Transaction, petition_id: int) -> int:
    """The version of what it says; 0 if that was written before versions were kept."""
    known = await versions.all_of(tx, petition_id)
    return known[-1].version if known else 0


async def hand_in(tx: Transaction, petition_id: int, now: int) -> bool:
    """Let a draft wait for a reviewer; False where that is done, or needless. Raises `InvalidInput`
    where nobody is named who asks."""
    held = await _hold(tx, petition_id)
    if held is None or held["opened_at"] is not None:
        return False
    if not held["started_by"]:
        raise InvalidInput(Problem("started_by", "missing"))
    row = await tx.fetch_one(
        "INSERT INTO reviews (petition_id, handed_in_at) VALUES (:id, :now)"
        " ON CONFLICT (petition_id) DO UPDATE"
        " SET handed_in_at = excluded.handed_in_at, accepted_at = NULL, changed_at = NULL"
        " WHERE reviews.handed_in_at IS NULL"
        " AND (reviews.accepted_at IS NULL OR reviews.changed_at IS NOT NULL)"
        " RETURNING petition_id",
        id=petition_id,
        now=now,
    )
    return row is not None


async def accept(tx: Transaction, petition_id: int, read: int, now: int) -> None:
    """Let it open. Raises `NotFound` where it does not wait, and `Overtaken` where it says other
    things than in the version that was `read`."""
    await _check_read(tx, petition_id, read)
    await tx.execute(
        "UPDATE reviews SET accepted_at = :now, changed_at = NULL, handed_in_at = NULL,"
        " rejected_at = NULL, rejected_version = NULL, reasons = '' WHERE petition_id = :id",
        id=petition_id,
        now=now,
    )


async def reject(tx: Transaction, petition_id: int, read: int, reasons: str, now: int) -> None:
    """Let it not open like this; `reasons` are `checked_reasons`. Raises like `accept`."""
    await _check_read(tx, petition_id, read)
    await tx.execute(
        "UPDATE reviews SET rejected_at = :now, rejected_version = :read, reasons = :reasons,"
        " handed_in_at = NULL WHERE petition_id = :id",
        id=petition_id,
        read=read,
        reasons=reasons,
        now=now,
    )


async def note_change(
    tx: Transaction, petition_id: int, was: Draft, draft: Draft, now: int
) -> None:
    """After an edit: what was accepted may not be what it says any more."""
    if accepted_in(was) != accepted_in(draft):
        await tx.execute(
            "UPDATE reviews SET changed_at = :now"
            " WHERE petition_id = :id AND accepted_at IS NOT NULL",
            id=petition_id,
            now=now,
        )


async def _check_read(tx: Transaction, petition_id: int, read: int) -> None:
    held = await _hold(tx, petition_id)
    waits = (await review_of(tx, petition_id)).stage == "waits"
    if held is None or held["opened_at"] is not None or not waits:
        raise NotFound(f"petition {petition_id} waits for no review")
    if (version := await version_of(tx, petition_id)) != read:
        raise Overtaken(f"version {version}")


async def _hold(tx: Transaction, petition_id: int) -> Row | None:
    """Its row, which nobody else changes until this transaction ends; None once it has ended."""
    return await tx.fetch_one(
        "UPDATE petitions SET version = version WHERE id = :id AND ended_at IS NULL"
        " RETURNING opened_at, started_by",
        id=petition_id,
    )

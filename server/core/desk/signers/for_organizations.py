"""Signatures for an organization: each is one person's. Organizers say which may be shown, and the
public reads those of verified signers who want to be named."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from server.core.counting.states import where
from server.core.petitions.petitions import check_not_ended
from server.db import Transaction, pack

SHOWN_AT_ONCE = 20  # on a page of the desk
_PUBLIC = (
    "besides b JOIN signatures s ON s.petition_id = b.petition_id AND s.id = b.signature_id"
    f" WHERE b.petition_id = :id AND b.organization IS NOT NULL AND {where('verified')}"
)


@dataclass(frozen=True, slots=True)
class ForOrganization:
    """Somebody who has signed for an organization and wants to be named."""

    id: int
    name: str
    organization: str
    approved: bool

    @property
    def mark(self) -> str:
        """What a form carries for what it shows: another one where anything was changed."""
        said = f"{self.name}\n{self.organization}".encode()
        return hashlib.sha256(said).hexdigest()[:16]


async def verified(tx: Transaction, petition_id: int) -> int:
    """How many verified signatures are for an organization."""
    row = await tx.fetch_one(f"SELECT count(*) AS n FROM {_PUBLIC}", id=petition_id)
    return row["n"] if row else 0


async def of_petition(
    tx: Transaction, petition_id: int, after: int = 0, limit: int = SHOWN_AT_ONCE
) -> list[ForOrganization]:
    """Those behind that id, the first first, and one more where there are more."""
    rows = await tx.fetch(
        f"SELECT s.id, s.name, b.organization, b.approved_at FROM {_PUBLIC}"
        " AND s.public_at IS NOT NULL AND s.id > :after ORDER BY s.id LIMIT :limit",
        id=petition_id,
        after=after,
        limit=limit + 1,
    )
    return [ForOrganization(i, name or "", org, at is not None) for i, name, org, at in rows]


async def shown(tx: Transaction, petition_id: int, page: int, size: int) -> list[tuple[str, str]]:
    """Organizations that may be shown, each with the name of who signs for it, the newest first;
    page 1 is the first, and one more says that there is a further page."""
    rows = await tx.fetch(
        f"SELECT b.organization, s.name FROM {_PUBLIC} AND s.public_at IS NOT NULL"
        " AND b.approved_at IS NOT NULL ORDER BY s.id DESC LIMIT :size OFFSET :skip",
        id=petition_id,
        size=size + 1,
        skip=(page - 1) * size,
    )
    return [(row["organization"], row["name"] or "") for row in rows]


async def decide(
    tx: Transaction, petition_id: int, marks: Mapping[int, str], show: set[int], now: int
) -> int:
    """Of the ids that have `marks`, show those in `show` and no others, so far as they still say
    what was read; how many were changed. Raises `NotOpen` where the petition has ended."""
    await check_not_ended(tx, petition_id)
    changed = 0
    for since, where_now, ids in (
        (now, "IS NULL", show),
        (None, "IS NOT NULL", marks.keys() - show),
    ):
        same = await _unchanged(tx, petition_id, {id_: marks[id_] for id_ in ids})
        wanted = tx.rows("wanted", id="int")
        rows = await tx.fetch(
            "UPDATE besides SET approved_at = CAST(:since AS BIGINT) WHERE petition_id = :id"
            f" AND approved_at {where_now} AND signature_id IN (SELECT id FROM {wanted} w)"
            " RETURNING signature_id",
            since=since,
            id=petition_id,
            wanted=pack((id_,) for id_ in same),
        )
        changed += len(rows)
    return changed


async def _unchanged(tx: Transaction, petition_id: int, marks: Mapping[int, str]) -> list[int]:
    wanted = tx.rows("wanted", id="int")
    rows = await tx.fetch(
        f"SELECT s.id, s.name, b.organization, b.approved_at FROM {_PUBLIC}"
        f" AND s.id IN (SELECT id FROM {wanted} w)",
        id=petition_id,
        wanted=pack((id_,) for id_ in marks),
    )
    found = [ForOrganization(i, name or "", org, at is not None) for i, name, org, at in rows]
    return [f.id for f in found if hmac.compare_digest(f.mark.encode(), marks[f.id].encode())]

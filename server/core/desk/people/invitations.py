"""Links that let somebody into an organization: for one person, once, within a week."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from server.core.counting.counts import DAY
from server.core.desk.people.organizers import Organizer
from server.core.desk.people.teams import Roles, join, read_roles, written_roles
from server.core.values.names import tidy
from server.db import Row, Transaction
from server.errors import InvalidInput, NotFound, Problem

INVITATION_SECONDS = 7 * DAY
WHOM_LIMIT = 80  # letters


@dataclass(frozen=True, slots=True)
class Invitation:
    """`used_by` is the organizer who has used it; `organization` and `inviter` are names."""

    id: int
    organization_id: int
    organization: str
    roles: Roles
    whom: str
    inviter: str
    made_at: int
    used_by: int | None

    @classmethod
    def from_row(cls, row: Row) -> Invitation:
        return cls(**dict(row) | {"roles": read_roles(row["roles"].split())})

    @property
    def until(self) -> int:
        return self.made_at + INVITATION_SECONDS


# A link of somebody who is no owner any more lets nobody in: else whoever is
# sent away comes back by a link that they made before.
_INVITATIONS = (
    "SELECT i.id, i.organization_id, n.name AS organization, i.roles, i.whom, o.name AS inviter,"
    " i.made_at, i.used_by FROM invitations i JOIN organizations n ON n.id = i.organization_id"
    " JOIN organizers o ON o.id = i.invited_by JOIN members m"
    " ON m.organization_id = i.organization_id AND m.organizer_id = i.invited_by"
    " WHERE i.made_at > :after AND (m.roles LIKE '%owner%' OR i.used_by IS NOT NULL)"
)


async def invite(
    tx: Transaction,
    token: str,
    organization_id: int,
    roles: Roles,
    whom: str,
    organizer_id: int,
    now: int,
) -> bool:
    """Let whoever has the token join with these roles; whether it is a new one. Raises
    `InvalidInput`."""
    whom = tidy(whom)
    if not whom or len(whom) > WHOM_LIMIT:
        raise InvalidInput(Problem("whom", "long" if whom else "missing"))
    row = await tx.fetch_one(
        "INSERT INTO invitations (id, organization_id, token_key, roles, whom, invited_by, made_at)"
        " SELECT coalesce(max(id), 0) + 1, :organization, :token, :roles, :whom, :organizer, :now"
        " FROM invitations WHERE true ON CONFLICT (token_key) DO NOTHING RETURNING id",
        organization=organization_id,
        token=_key(token),
        roles=written_roles(roles),
        whom=whom,
        organizer=organizer_id,
        now=now,
    )
    return row is not None


async def waiting(tx: Transaction, organization_id: int, now: int) -> list[Invitation]:
    """Those that still let somebody in, the newest first."""
    rows = await tx.fetch(
        f"{_INVITATIONS} AND i.organization_id = :id AND i.used_by IS NULL ORDER BY i.id DESC",
        after=now - INVITATION_SECONDS,
        id=organization_id,
    )
    return [Invitation.from_row(row) for row in rows]


async def find(tx: Transaction, token: str, now: int) -> Invitation:
    """The invitation of a link, also one that was used. Raises `NotFound` for a link that is too
    old, was taken back or never was, or whose inviter is no owner any more."""
    row = await tx.fetch_one(
        f"{_INVITATIONS} AND i.token_key = :token",
        after=now - INVITATION_SECONDS,
        token=_key(token),
    )
    if row is None:
        raise NotFound("invitation")
    return Invitation.from_row(row)


async def accept(tx: Transaction, token: str, organizer: Organizer, now: int) -> Invitation:
    """Join. Raises `NotFound` for a link that lets nobody in any more."""
    found = await find(tx, token, now)
    row = await tx.fetch_one(
        "UPDATE invitations SET used_by = :organizer, whom = ''"
        " WHERE id = :id AND used_by IS NULL RETURNING id",
        organizer=organizer.id,
        id=found.id,
    )
    if row is None:
        raise NotFound("invitation")
    await join(tx, found.organization_id, organizer.id, found.roles, now)
    return found


async def revoke(tx: Transaction, organization_id: int, id_: int) -> bool:
    """Let it let nobody in any more; whether it still would have."""
    row = await tx.fetch_one(
        "DELETE FROM invitations WHERE organization_id = :organization AND id = :id"
        " AND used_by IS NULL RETURNING id",
        organization=organization_id,
        id=id_,
    )
    return row is not None


async def expire(tx: Transaction, now: int) -> None:
    """Forget those that are too old, and whom they were for."""
    await tx.execute(
        "DELETE FROM invitations WHERE made_at <= :before", before=now - INVITATION_SECONDS
    )


def _key(token: str) -> bytes:
    # No secret is needed: 128 bits that only the server could make cannot be tried out.
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()

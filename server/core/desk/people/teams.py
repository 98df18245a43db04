"""Organizations: who runs petitions together, and what each member may do there.

An organization owns petitions. Each of its members has one role or more, and somebody may be a
member of several organizations. One owner at least stays, as long as there is a member.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from server.core.counting.counts import DAY
from server.core.values.names import tidy
from server.db import Row, Transaction
from server.errors import InvalidInput, NotFound, Problem

Role = Literal["viewer", "moderator", "editor", "owner"]
ROLES: tuple[Role, ...] = get_args(Role)
Roles = frozenset[Role]

ORGANIZATION_NAME_LIMIT = 80  # letters
SECOND_SECONDS = 7 * DAY  # for which whoever agrees to what another takes out has been a member
#: For which one who could agree, and may no more, is still missed: nobody is sent away for it.
MISSED_SECONDS = 30 * DAY


@dataclass(frozen=True, slots=True)
class Membership:
    """What somebody is in an organization."""

    organization_id: int
    organization: str
    roles: Roles


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in an organization."""

    organizer_id: int
    name: str
    roles: Roles
    joined_at: int
    decided_until: int | None = None


#: Of somebody who is a member of nothing.
NOWHERE = Membership(0, "", frozenset())


def allows(roles: Collection[Role], needed: Role) -> bool:
    """Whether these roles let somebody do what needs that one: owners may do all, and everybody
    sees what a viewer sees."""
    return needed in roles or "owner" in roles or (needed == "viewer" and bool(roles))


def read_roles(words: Iterable[str]) -> Roles:
    """The roles of these words. Raises `InvalidInput` where there is none."""
    words = set(words)
    found = frozenset(role for role in ROLES if role in words)
    if not found:
        raise InvalidInput(Problem("roles", "missing"))
    return found


def listed(roles: Collection[Role]) -> list[Role]:
    """The least first."""
    return [role for role in ROLES if role in roles]


def written_roles(roles: Collection[Role]) -> str:
    """As they are kept: by spaces, the least first."""
    return " ".join(listed(roles))


def _roles(row: Row) -> Roles:
    words = row["roles"].split()
    return read_roles(words) if words else frozenset()


# Organizations.


async def found(tx: Transaction, name: str, owner_id: int, now: int) -> int:
    """A new organization with its first owner; its number. Raises `InvalidInput`."""
    row = await tx.fetch_one(
        "INSERT INTO organizations (id, name, created_at)"
        " SELECT coalesce(max(id), 0) + 1, :name, :now FROM organizations RETURNING id",
        name=_checked_name(name),
        now=now,
    )
    assert row  # noqa: S101 (an insert that returns)
    await join(tx, row["id"], owner_id, frozenset({"owner"}), now)
    return int(row["id"])


async def rename(tx: Transaction, organization_id: int, name: str) -> None:
    """Raises `InvalidInput`."""
    await tx.execute(
        "UPDATE organizations SET name = :name WHERE id = :id",
        name=_checked_name(name),
        id=organization_id,
    )


def _checked_name(name: str) -> str:
    name = tidy(name)
    if not name or len(name) > ORGANIZATION_NAME_LIMIT:
        raise InvalidInput(Problem("name", "long" if name else "missing"))
    return name


async def name_of(tx: Transaction, organization_id: int) -> str:
    """What an organization is called. Raises `NotFound`."""
    row = await tx.fetch_one("SELECT name FROM organizations WHERE id = :id", id=organization_id)
    if row is None:
        raise NotFound(f"no organization {organization_id}; `organization list` shows them")
    return str(row["name"])


async def all_organizations(tx: Transaction) -> dict[int, str]:
    """What each is called, by its number."""
    rows = await tx.fetch("SELECT id, name FROM organizations ORDER BY id")
    return {row["id"]: row["name"] for row in rows}


async def give(tx: Transaction, petition_id: int, organization_id: int) -> None:
    """Let the organization run the petition, and no other."""
    await tx.execute(
        "UPDATE petitions SET organization_id = :organization WHERE id = :id",
        organization=organization_id,
        id=petition_id,
    )


async def owner_of(tx: Transaction, petition_id: int) -> int | None:
    """The organization that runs the petition."""
    row = await tx.fetch_one(
        "SELECT organization_id AS owner FROM petitions WHERE id = :id", id=petition_id
    )
    return row["owner"] if row else None


async def petitions_of(tx: Transaction, organizations: Iterable[int]) -> dict[int, int]:
    """The organization of each petition that one of these runs."""
    wanted = set(organizations)
    rows = await tx.fetch(
        "SELECT id, organization_id FROM petitions WHERE organization_id IS NOT NULL"
    )
    return {r["id"]: r["organization_id"] for r in rows if r["organization_id"] in wanted}


# Who may do what.

_MEMBERSHIP = (
    "SELECT o.id, o.name, m.roles FROM members m JOIN organizations o ON o.id = m.organization_id"
)


async def memberships(tx: Transaction, organizer_id: int) -> list[Membership]:
    """Where somebody is a member, by the names of the organizations."""
    rows = await tx.fetch(
        f"{_MEMBERSHIP} WHERE m.organizer_id = :id AND m.roles <> '' ORDER BY o.name, o.id",
        id=organizer_id,
    )
    return [Membership(row["id"], row["name"], _roles(row)) for row in rows]


async def at_petition(tx: Transaction, organizer_id: int, petition_id: int) -> Membership:
    """What somebody is in the organization that runs the petition. Raises `NotFound` for whoever is
    nothing there: of other people's petitions they learn nothing."""
    row = await tx.fetch_one(
        f"{_MEMBERSHIP} JOIN petitions p ON p.organization_id = o.id"
        " WHERE p.id = :petition AND m.organizer_id = :id AND m.roles <> ''",
        petition=petition_id,
        id=organizer_id,
    )
    return _found(row, petition_id)


async def at_organization(tx: Transaction, organizer_id: int, organization_id: int) -> Membership:
    """What somebody is in the organization. Raises `NotFound` for whoever is nothing there."""
    row = await tx.fetch_one(
        f"{_MEMBERSHIP} WHERE o.id = :organization AND m.organizer_id = :id AND m.roles <> ''",
        organization=organization_id,
        id=organizer_id,
    )
    return _found(row, organization_id)


def _found(row: Row | None, id_: int) -> Membership:
    if row is None:
        raise NotFound(str(id_))
    return Membership(row["id"], row["name"], _roles(row))


async def seconds(tx: Transaction, petition_id: int, organizer_id: int, now: int) -> set[int]:
    """Who may agree to what this organizer takes out of the petition."""
    return {
        m.organizer_id
        for m in await _at_petition(tx, petition_id, organizer_id)
        if allows(m.roles, "moderator") and m.joined_at <= now - SECOND_SECONDS
    }


async def misses_second(tx: Transaction, petition_id: int, organizer_id: int, now: int) -> bool:
    """Whether somebody could agree until lately, and has lost the role for it or has left."""
    return any(
        m.decided_until is not None and m.decided_until > now - MISSED_SECONDS
        for m in await _at_petition(tx, petition_id, organizer_id)
    )


async def _at_petition(tx: Transaction, petition_id: int, but: int) -> list[Member]:
    """All who are members of the petition's organization, or were, but for one."""
    organization = await owner_of(tx, petition_id)
    everybody = await _everybody(tx, organization) if organization else []
    return [m for m in everybody if m.organizer_id != but]


# Members.


async def members(tx: Transaction, organization_id: int) -> list[Member]:
    """Everybody in an organization, who joined first before the others."""
    return [m for m in await _everybody(tx, organization_id) if m.roles]


async def _everybody(tx: Transaction, organization_id: int) -> list[Member]:
    """The members, and those who have left."""
    rows = await tx.fetch(
        "SELECT m.organizer_id, o.name, m.roles, m.joined_at, m.decided_until FROM members m"
        " JOIN organizers o ON o.id = m.organizer_id WHERE m.organization_id = :id"
        " ORDER BY m.joined_at, m.organizer_id",
        id=organization_id,
    )
    return [
        Member(r["organizer_id"], r["name"], _roles(r), r["joined_at"], r["decided_until"])
        for r in rows
    ]


async def join(
    tx: Transaction, organization_id: int, organizer_id: int, roles: Roles, now: int
) -> None:
    """Let somebody in, or give a member these roles besides their own. They have been a member
    since `now`, or since they came."""
    await _one_at_a_time(tx, organization_id)
    before = await _member(tx, organization_id, organizer_id)
    own = before.roles if before else frozenset[Role]()
    await tx.execute(
        "INSERT INTO members (organization_id, organizer_id, roles, joined_at)"
        " VALUES (:organization, :organizer, :roles, :joined)"
        " ON CONFLICT (organization_id, organizer_id) DO UPDATE"
        " SET roles = excluded.roles, joined_at = excluded.joined_at",
        organization=organization_id,
        organizer=organizer_id,
        roles=written_roles(own | roles),
        joined=before.joined_at if before and own else now,
    )


async def set_roles(
    tx: Transaction, organization_id: int, organizer_id: int, roles: Roles, now: int
) -> Roles:
    """Give a member these roles instead of their own, which are returned; with none they have left.

    Raises `NotFound` for somebody who is no member, and `InvalidInput` for the last owner.
    """
    await _one_at_a_time(tx, organization_id)
    before = await _member(tx, organization_id, organizer_id)
    if before is None or not before.roles:
        raise NotFound(str(organizer_id))
    if "owner" in before.roles - roles and await _is_last_owner(tx, organization_id, organizer_id):
        raise InvalidInput(Problem("roles", "last_owner"))
    await _change(tx, organization_id, before, roles, now)
    return before.roles


async def _change(
    tx: Transaction, organization_id: int, member: Member, roles: Roles, now: int
) -> None:
    could = allows(member.roles, "moderator") and member.joined_at <= now - SECOND_SECONDS
    await tx.execute(
        "UPDATE members SET roles = :roles,"
        " decided_until = coalesce(CAST(:decided AS BIGINT), decided_until)"
        " WHERE organization_id = :organization AND organizer_id = :organizer",
        roles=written_roles(roles),
        decided=now if could and not allows(roles, "moderator") else None,
        organization=organization_id,
        organizer=member.organizer_id,
    )


async def leave_all(tx: Transaction, organizer_id: int, now: int) -> list[Membership]:
    """Let somebody be a member of nothing any more; those organizations that have no owner now."""
    ownerless = []
    for membership in await memberships(tx, organizer_id):
        id_ = membership.organization_id
        member = await _member(tx, id_, organizer_id)
        assert member  # noqa: S101 (they are one)
        await _change(tx, id_, member, frozenset(), now)
        if await _is_last_owner(tx, id_, organizer_id):
            ownerless.append(membership)
    return ownerless


async def _is_last_owner(tx: Transaction, organization_id: int, organizer_id: int) -> bool:
    everybody = await members(tx, organization_id)
    return not any("owner" in m.roles for m in everybody if m.organizer_id != organizer_id)


async def _member(tx: Transaction, organization_id: int, organizer_id: int) -> Member | None:
    everybody = await _everybody(tx, organization_id)
    return next((m for m in everybody if m.organizer_id == organizer_id), None)


async def _one_at_a_time(tx: Transaction, organization_id: int) -> None:
    # Two owners who remove each other at the same moment would leave none.
    await tx.lock([hashlib.sha256(f"team {organization_id}".encode()).digest()[:16]])

"""Organizations, their members, and the links that let somebody in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from server.core.desk import audit
from server.core.desk.people import accounts, invitations, organizers, teams
from server.core.desk.people.invitations import INVITATION_SECONDS
from server.core.desk.people.organizers import Organizer
from server.core.desk.people.teams import (
    MISSED_SECONDS,
    SECOND_SECONDS,
    Member,
    Membership,
    Role,
    Roles,
    allows,
)
from server.core.desk.signers.conditions import Condition, preview
from server.core.desk.signers.consent import needs_second
from server.db import Database
from server.errors import InvalidInput, NotFound, SignedOut
from tests.harness.world import NOW, World

SALT = b"s" * 16
TOKEN = "a" * 32


def be(*roles: Role) -> Roles:
    return frozenset(roles)


async def account(database: Database, name: str) -> Organizer:
    async with database.write() as tx:
        return await organizers.add(tx, name, "four green herons wade", salt=SALT, now=NOW)


async def team(world: World, *joined: int) -> list[Organizer]:
    """Owners of organization 1, which has the petition; each joined then."""
    names = ("ana", "bo", "cyd")
    who = [await account(world.database, n) for n in names[: len(joined)]]
    async with world.database.write() as tx:
        assert await teams.found(tx, "Friends", who[0].id, joined[0]) == 1
        for other, at in zip(who[1:], joined[1:], strict=True):
            await teams.join(tx, 1, other.id, be("owner"), at)
        await teams.give(tx, world.petition.id, 1)
    return who


async def set_roles(world: World, who: Organizer, roles: Roles, now: int = NOW) -> Roles:
    async with world.database.write() as tx:
        return await teams.set_roles(tx, 1, who.id, roles, now)


async def roles(world: World) -> dict[str, set[str]]:
    async with world.database.read() as tx:
        return {m.name: set(m.roles) for m in await teams.members(tx, 1)}


@pytest.mark.parametrize(
    ("has", "may"),
    [
        ([], []),
        (["viewer"], ["viewer"]),
        (["moderator"], ["viewer", "moderator"]),
        (["editor"], ["viewer", "editor"]),
        (["moderator", "editor"], ["viewer", "moderator", "editor"]),
        (["owner"], ["viewer", "moderator", "editor", "owner"]),
    ],
)
def test_each_role_may_do_what_it_is_for(has: Iterable[Role], may: list[Role]) -> None:
    assert [role for role in teams.ROLES if allows(be(*has), role)] == may


async def test_an_organizer_sees_only_what_their_organizations_run(world: World) -> None:
    [ana] = await team(world, NOW)
    bo = await account(world.database, "bo")
    async with world.database.write() as tx:
        other = await teams.found(tx, "Others", bo.id, NOW)
    async with world.database.read() as tx:
        found = await teams.at_petition(tx, ana.id, world.petition.id)
        assert found == Membership(1, "Friends", be("owner"))
        assert await teams.petitions_of(tx, [1]) == {world.petition.id: 1}
        assert await teams.petitions_of(tx, [other]) == {}
        assert [m.organization_id for m in await teams.memberships(tx, bo.id)] == [other]
        with pytest.raises(NotFound):
            await teams.at_petition(tx, bo.id, world.petition.id)
        with pytest.raises(NotFound):
            await teams.at_organization(tx, ana.id, other)


async def test_roles_are_changed_and_the_last_owner_stays(world: World) -> None:
    ana, bo = await team(world, NOW, NOW)
    assert await set_roles(world, bo, be("moderator", "editor")) == {"owner"}
    for less in (be("moderator"), be()):
        with pytest.raises(InvalidInput, match="last_owner"):
            await set_roles(world, ana, less)
    await set_roles(world, bo, be())
    with pytest.raises(NotFound):
        await set_roles(world, bo, be("owner"))  # who has left is let in by a link alone
    assert await roles(world) == {"ana": {"owner"}}


async def test_two_owners_who_remove_each_other_at_once_leave_one(world: World) -> None:
    ana, bo = await team(world, NOW, NOW)
    done = await asyncio.gather(
        set_roles(world, ana, be()), set_roles(world, bo, be()), return_exceptions=True
    )
    assert sum(isinstance(each, InvalidInput) for each in done) == 1
    assert len(await roles(world)) == 1


@pytest.mark.parametrize(
    ("name", "code"), [("", "missing"), (" \t", "missing"), ("x" * 81, "long")]
)
async def test_an_organization_has_a_name(world: World, name: str, code: str) -> None:
    await team(world, NOW)
    async with world.database.write() as tx:
        with pytest.raises(InvalidInput, match=code):
            await teams.rename(tx, 1, name)
        await teams.rename(tx, 1, "  Friends of\nthe lake ")
        assert await teams.name_of(tx, 1) == "Friends of the lake"


# Two pairs of eyes.


async def takes_two(world: World, who: Organizer, now: int) -> bool:
    """Whether somebody has to agree that this organizer takes out ten of ten."""
    async with world.database.write() as tx:
        seen = await preview(tx, world.petition.id, Condition(postcode="59801"))
        return await needs_second(tx, world.petition.id, seen, who.id, now)


async def filled(world: World) -> None:
    for n in range(10):
        await world.web(f"Ana {'abcdefghij'[n]}", "59801")


async def test_a_second_is_who_may_decide_and_joined_a_week_before(world: World) -> None:
    ana, bo = await team(world, NOW, NOW)
    await filled(world)
    later = NOW + SECOND_SECONDS
    assert not await takes_two(world, ana, later - 1)
    for may, second in ((be("moderator"), True), (be("editor", "viewer"), False)):
        async with world.database.write() as tx:
            await teams.set_roles(tx, 1, bo.id, may, NOW)
        assert await takes_two(world, ana, later) is second


@pytest.mark.parametrize("left", [frozenset[Role](), be("viewer")], ids=["removed", "viewer"])
async def test_nobody_gets_rid_of_the_second_to_decide_alone(world: World, left: Roles) -> None:
    ana, bo = await team(world, NOW, NOW)
    await filled(world)
    then = NOW + SECOND_SECONDS
    await set_roles(world, bo, left, then)
    assert await takes_two(world, ana, then)
    async with world.database.write() as tx:  # let in anew, they are new
        await teams.join(tx, 1, bo.id, be("moderator"), then)
        late = then + SECOND_SECONDS - 1
        seconds = await teams.seconds(tx, world.petition.id, ana.id, late)
        assert seconds == (set() if not left else {bo.id})  # they never left
    assert await takes_two(world, ana, then + MISSED_SECONDS - 1)
    await set_roles(world, bo, be("viewer"), then)
    assert not await takes_two(world, ana, then + MISSED_SECONDS)


async def test_whoever_was_let_in_by_mistake_is_not_missed(world: World) -> None:
    ana, bo = await team(world, NOW, NOW)
    await filled(world)
    await set_roles(world, bo, be(), NOW + SECOND_SECONDS - 1)
    assert not await takes_two(world, ana, NOW + SECOND_SECONDS)


# Links.


async def invite(world: World, *roles: Role, token: str = TOKEN, whom: str = "Vy") -> bool:
    async with world.database.write() as tx:
        return await invitations.invite(tx, token, 1, be(*roles), whom, 1, NOW)


async def accept(world: World, who: Organizer, now: int = NOW, token: str = TOKEN) -> None:
    async with world.database.write() as tx:
        await invitations.accept(tx, token, who, now)


async def test_a_link_lets_in_one_person_once(world: World) -> None:
    await team(world, NOW)
    vy, mo = await account(world.database, "vy"), await account(world.database, "mo")
    assert await invite(world, "moderator", "editor")
    assert not await invite(world, "owner")  # the same form once more
    async with world.database.read() as tx:
        [waits] = await invitations.waiting(tx, 1, NOW)
        assert (waits.whom, waits.inviter, len(waits.roles)) == ("Vy", "ana", 2)
    await accept(world, vy)
    for who in (mo, vy):
        with pytest.raises(NotFound):
            await accept(world, who)
    assert await roles(world) == {"ana": {"owner"}, "vy": {"moderator", "editor"}}
    async with world.database.read() as tx:
        assert await invitations.waiting(tx, 1, NOW) == []
        used = await invitations.find(tx, TOKEN, NOW)
        assert (used.used_by, used.whom) == (vy.id, "")


async def test_two_who_use_a_link_at_once_are_one(world: World) -> None:
    await team(world, NOW)
    both = [await account(world.database, name) for name in ("vy", "mo")]
    await invite(world, "viewer")
    done = await asyncio.gather(*(accept(world, who) for who in both), return_exceptions=True)
    assert sum(isinstance(each, NotFound) for each in done) == 1
    assert len(await roles(world)) == 2


async def test_a_link_is_good_for_a_week_and_can_be_taken_back(world: World) -> None:
    await team(world, NOW)
    vy = await account(world.database, "vy")
    await invite(world, "viewer")
    with pytest.raises(NotFound):
        await accept(world, vy, NOW + INVITATION_SECONDS)
    async with world.database.write() as tx:
        [waits] = await invitations.waiting(tx, 1, NOW)
        assert not await invitations.revoke(tx, 2, waits.id)  # another organization's
        assert await invitations.revoke(tx, 1, waits.id)
        assert not await invitations.revoke(tx, 1, waits.id)
    with pytest.raises(NotFound):
        await accept(world, vy)
    await invite(world, "viewer", token="b")
    async with world.database.write() as tx:
        await invitations.expire(tx, NOW + INVITATION_SECONDS - 1)
        assert await tx.fetch("SELECT whom FROM invitations")
        await invitations.expire(tx, NOW + INVITATION_SECONDS)
        assert await tx.fetch("SELECT whom FROM invitations") == []


async def test_a_link_of_an_owner_who_is_none_any_more_lets_nobody_in(world: World) -> None:
    ana, _ = await team(world, NOW, NOW)
    vy = await account(world.database, "vy")
    await invite(world, "owner")
    async with world.database.write() as tx:
        await teams.join(tx, 1, vy.id, be("owner"), NOW)
        await teams.set_roles(tx, 1, ana.id, be("editor"), NOW)
        assert await invitations.waiting(tx, 1, NOW) == []
    with pytest.raises(NotFound):
        await accept(world, ana)
    assert (await roles(world))["ana"] == {"editor"}


async def test_a_member_who_uses_a_link_has_both_roles_and_joined_when_they_did(
    world: World,
) -> None:
    await team(world, NOW - 99)
    vy = await account(world.database, "vy")
    await invite(world, "viewer")
    await invite(world, "editor", token="b")
    await accept(world, vy, NOW)
    await accept(world, vy, NOW + 50, token="b")
    async with world.database.read() as tx:
        found = (await teams.members(tx, 1))[1]
        assert found == Member(vy.id, "vy", be("viewer", "editor"), NOW)


@pytest.mark.parametrize(("whom", "code"), [("", "missing"), ("x" * 81, "long")])
async def test_a_link_is_for_somebody(world: World, whom: str, code: str) -> None:
    await team(world, NOW)
    with pytest.raises(InvalidInput, match=code):
        await invite(world, "viewer", whom=whom)


# Accounts.


async def test_a_closed_account_signs_nobody_in_and_keeps_its_name(world: World) -> None:
    ana, bo = await team(world, NOW, NOW)
    async with world.database.write() as tx:
        await organizers.start_session(tx, bo, b"t" * 32, NOW)
        assert await teams.leave_all(tx, bo.id, NOW) == []
        await accounts.close(tx, bo)
        with pytest.raises(SignedOut):
            await organizers.signed_in(tx, b"t" * 32, NOW)
        assert await accounts.all_accounts(tx) == {ana: True, bo: False}
        [alone] = await teams.leave_all(tx, ana.id, NOW)
        assert alone.organization == "Friends"
    with pytest.raises(InvalidInput, match="in_use"):
        await account(world.database, "bo")


async def test_the_log_of_an_organization_is_in_the_chain(world: World) -> None:
    await team(world, NOW)
    async with world.database.write() as tx:
        await audit.note(tx, NOW, "ana", "opened", 1)
        await audit.note(tx, NOW, "ana", "joined", organization_id=1, roles=["viewer"])
        assert await audit.faults(tx) == []
        [entry] = await audit.of_organization(tx, 1, 10)
        assert (entry.action, entry.detail, entry.n) == ("joined", {"roles": ["viewer"]}, 2)
        await tx.execute("UPDATE audit SET organization_id = 2 WHERE n = 2")
        assert await audit.faults(tx) == ["the audit log: entry 2 was changed, or one before it"]

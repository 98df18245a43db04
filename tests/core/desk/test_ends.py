"""An end for good that waits for a second organizer."""

from __future__ import annotations

import pytest

from server.core.desk import ends
from server.core.desk.ends import ASKED_END_SECONDS
from server.core.desk.people import organizers, teams
from server.core.desk.people.teams import SECOND_SECONDS, Role
from server.core.desk.signers.consent import needs_second
from server.errors import InvalidInput, NotFound
from tests.harness.team import run_by
from tests.harness.world import NOW, World

LATER = NOW + SECOND_SECONDS


async def team(world: World, *roles: Role) -> list[int]:
    """Ana, who owns the petition, and others who have been there as long."""
    async with world.database.write() as tx:
        ids = []
        for n in range(1 + len(roles)):
            name, password = f"ana{n}", "four green herons wade"
            who = await organizers.add(tx, name, password, salt=b"s" * 16, now=NOW)
            ids.append(who.id)
        organization = await run_by(tx, world.petition.id, ids[0])
        for who_, role in zip(ids[1:], roles, strict=True):
            await teams.join(tx, organization, who_, frozenset({role}), NOW)
    return ids


async def ask(world: World, who: int, now: int = LATER) -> bool:
    async with world.database.write() as tx:
        return await ends.ask(tx, world.petition.id, who, "over", now)


async def agree(world: World, who: int, now: int = LATER) -> str:
    """'' if they agree, else what is in the way."""
    async with world.database.write() as tx:
        try:
            await ends.agreed(tx, world.petition.id, who, now)
        except InvalidInput as error:
            return error.problems[0].code
        except NotFound:
            return "none"
    return ""


@pytest.mark.parametrize(("n", "needed"), [(0, False), (3, False), (4, True)])
async def test_more_than_three_signatures_need_a_second(world: World, n: int, needed: bool) -> None:
    ana, _ = await team(world, "moderator")
    for each in range(n):
        await world.web(f"Ana {'abcd'[each]}")
    async with world.database.write() as tx:
        seen = await ends.all_of_it(tx, world.petition.id, LATER)
        assert (seen.n, len(seen.sample)) == (n, n)
        assert await needs_second(tx, world.petition.id, seen, ana, LATER) is needed
        assert not await needs_second(tx, world.petition.id, seen, ana, NOW + 1)  # nobody yet


async def test_one_who_may_agrees_and_nobody_else(world: World) -> None:
    ana, mo, ed = await team(world, "moderator", "editor")
    assert await agree(world, mo) == "none"
    assert await ask(world, ana)
    assert not await ask(world, ana)  # pressed twice
    assert await agree(world, ana) == "same"
    assert await agree(world, ed) == "new"
    assert await agree(world, mo, NOW + 1) == "new"
    assert await agree(world, mo) == ""


async def test_it_waits_no_more_once_it_is_off_or_late_or_its_asker_owns_nothing(
    world: World,
) -> None:
    ana, mo = await team(world, "owner")
    await ask(world, ana)
    async with world.database.write() as tx:
        assert await ends.cancel(tx, world.petition.id)
        assert not await ends.cancel(tx, world.petition.id)
    assert await agree(world, mo) == "none"
    await ask(world, ana)
    late = LATER + ASKED_END_SECONDS
    assert await agree(world, mo, late) == "none"
    assert await ask(world, ana, late)  # anew
    assert await agree(world, mo, late) == ""
    async with world.database.write() as tx:
        await teams.set_roles(tx, 1, ana, frozenset({"editor"}), late)
    assert await agree(world, mo, late) == "none"

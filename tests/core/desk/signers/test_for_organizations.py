"""Signatures for an organization: shown only of verified signers who want that, once approved."""

from __future__ import annotations

from dataclasses import replace

from server.core.desk.signers import for_organizations
from server.core.petitions.extras import Extras
from server.core.signing import signatures, stored, verification
from tests.harness.world import World

PHONES = [f"+1406555012{n}" for n in range(4)]


async def sign(world: World, organization: str, phone: str, public: str = "1") -> None:
    """Somebody signs on the web for it, and verifies by text."""
    world.petition = replace(world.petition, extras=Extras(organizations=True))
    said = {"organization": organization, "phone": phone, "public": public}
    form = world.signing(f"Ana {'ABCD'[int(phone[-1])]}", **said)
    await world.sign(form)
    async with world.database.write() as tx:
        about = world.keys, world.petition, phone, world.digits(form), world.now
        assert await verification.by_text(tx, *about)


async def decide(world: World, *show: str) -> int:
    """Show these, and no others of those that want to be named."""
    async with world.database.write() as tx:
        found = await for_organizations.of_petition(tx, 1)
        marks = {f.id: f.mark for f in found}
        ticked = {f.id for f in found if f.organization in show}
        return await for_organizations.decide(tx, 1, marks, ticked, world.now)


async def shown(world: World, page: int = 1, size: int = 50) -> list[str]:
    async with world.database.read() as tx:
        return [o for o, _ in await for_organizations.shown(tx, 1, page, size)]


async def test_nothing_is_shown_that_nobody_approved_or_that_wants_no_name(world: World) -> None:
    await sign(world, "Lake Club", PHONES[0])
    await sign(world, "Silent Club", PHONES[1], public="")
    assert await shown(world) == []
    assert await decide(world, "Lake Club", "Silent Club") == 1
    assert await shown(world) == ["Lake Club"]
    async with world.database.read() as tx:
        assert await for_organizations.verified(tx, 1) == 2
        [found] = await for_organizations.of_petition(tx, 1)
    assert (found.name, found.organization, found.approved) == ("Ana A", "Lake Club", True)
    assert await decide(world, "Lake Club") == 0
    assert await decide(world) == 1
    assert await shown(world) == []


async def test_an_organization_that_was_changed_is_read_again(world: World) -> None:
    await sign(world, "Lake Club", PHONES[0])
    async with world.database.write() as tx:
        before = {f.id: f.mark for f in await for_organizations.of_petition(tx, 1)}
    await decide(world, "Lake Club")
    await sign(world, "The Mayor", PHONES[0])
    assert await shown(world) == []
    async with world.database.write() as tx:
        assert not await for_organizations.decide(tx, 1, before, set(before), world.now)
    await decide(world, "The Mayor")
    await sign(world, "The Mayor", PHONES[0])  # the same again stays shown
    assert await shown(world) == ["The Mayor"]


async def test_whoever_takes_it_back_is_shown_no_more(world: World) -> None:
    for n in range(3):
        await sign(world, f"Club {n}", PHONES[n])
    await decide(world, "Club 0", "Club 1", "Club 2")
    assert await shown(world, 1, 2) == ["Club 2", "Club 1", "Club 0"]
    assert await shown(world, 2, 2) == ["Club 0"]
    async with world.database.write() as tx:
        [mine] = await stored.by_ids(tx, 1, (await world.signature_ids())[:1])
        await signatures.withdraw(tx, [mine], world.now)
    assert await shown(world) == ["Club 2", "Club 1"]
    assert (await world.figures()).verified == 2

"""What signers say of postcodes that lead to the wrong people, and what the desk learns of it."""

from __future__ import annotations

from server.core.letters.corrections import (
    CORRECTION_SECONDS,
    SEVERAL,
    SHOWN,
    Corrected,
    Correction,
    by_several,
    expire_corrections,
    note_corrections,
)
from server.core.signing import signatures, stored
from tests.harness.people.signers import signer
from tests.harness.world import NOW, World

TEXAS = "ocd-division/country:us/state:tx"
PLACE = f"{TEXAS}/cd:7"


async def signed(world: World, n: int, phone: str = "") -> int:
    """The id of a verified signature."""
    await world.text(signer(n), "59801", phone or f"+1406555{n:04}")
    return (await world.signature_ids())[-1]


async def told(world: World) -> list[Corrected]:
    async with world.database.read() as tx:
        return await by_several(tx, world.petition.id)


async def test_corrections_by_several_are_told_until_they_are_old_or_taken_back(
    world: World,
) -> None:
    ids = [await signed(world, n) for n in range(SEVERAL + 1)]

    async def say(*whose: int, postcode: str = "77002", cd: int = 7) -> None:
        place = f"{TEXAS}/cd:{cd}"
        said = [Correction(world.petition.id, ids[n], postcode, place, NOW) for n in whose]
        async with world.database.write() as tx:
            await note_corrections(tx, said)

    await say(0, 0, 1)
    await say(3, postcode="59801")
    await say(1)
    assert await told(world) == []
    await say(2, cd=18)
    assert await told(world) == [
        Corrected("77002", PLACE, 2),
        Corrected("77002", f"{TEXAS}/cd:18", 1),
    ]
    async with world.database.write() as tx:
        await expire_corrections(tx, NOW + CORRECTION_SECONDS - 1)
    assert await told(world) != []
    async with world.database.write() as tx:
        mine = await stored.by_ids(tx, world.petition.id, [ids[2]])
        await signatures.withdraw(tx, mine, NOW)
    assert await told(world) == []
    await say(2, cd=18)  # too late
    assert await told(world) == []
    async with world.database.write() as tx:
        await expire_corrections(tx, NOW + CORRECTION_SECONDS)
        assert await tx.fetch("SELECT 1 AS one FROM place_corrections") == []


async def test_names_on_one_phone_are_one_and_no_flood_hides_what_many_say(world: World) -> None:
    ids = [await signed(world, n, "+14065550100") for n in range(4)]
    async with world.database.write() as tx:
        said = [Correction(world.petition.id, id_, "77002", PLACE, NOW) for id_ in ids]
        await note_corrections(tx, said)
    assert await told(world) == []
    numbers = range(10, 10 + 3 * (SHOWN + 1) + 1)
    ids = [await signed(world, n) for n in numbers]
    async with world.database.write() as tx:
        said = [
            Correction(world.petition.id, id_, f"{10_000 + min(n // 3, SHOWN)}", PLACE, NOW)
            for n, id_ in enumerate(ids)
        ]
        await note_corrections(tx, said)
    found = await told(world)
    assert len(found) == SHOWN
    assert found[0] == Corrected(f"{10_000 + SHOWN}", PLACE, 4)

"""A signature without contact is linked to the verified one that stands for it, and outlives it."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable

import pytest

from server.core.desk.signers import moderation
from server.core.desk.signers.batches import change_batch
from server.core.signing import signatures, stored, verification
from server.core.upkeep import check, erasure
from tests.harness.world import PHONE, World

OTHER = "+14065550124"


async def standing(world: World) -> tuple[int, int]:
    """Verified and unverified; `check` finds nothing."""
    async with world.database.read() as tx:
        assert (await check.check(tx)).faults == []
    figures = await world.figures()
    return figures.verified, figures.unverified


async def withdraw(world: World, phone: str = PHONE) -> None:
    async with world.database.write() as tx:
        key = world.keys.contact(world.petition.salt, phone)
        mine = await signatures.signed_by(tx, [(world.petition.id, key)])
        await signatures.withdraw(tx, mine, world.now)


async def reject(world: World, since: int | None = 1) -> None:
    """An organizer takes out what is verified, or (None) puts it back."""

    def change(signature: object) -> bool:
        signature.rejected_at = since  # type: ignore[attr-defined]
        return True

    rows = await world.rows("id, verified_at, withdrawn_at")
    ids = [int(str(r["id"])) for r in rows if r["verified_at"] and not r["withdrawn_at"]]
    async with world.database.write() as tx:
        await change_batch(tx, world.petition.id, ids, change)


async def test_whoever_signs_as_somebody_and_takes_it_back_takes_nothing_of_theirs(
    world: World,
) -> None:
    await world.web()
    assert await world.text() == "new"
    assert await standing(world) == (1, 0)
    await withdraw(world)
    assert await standing(world) == (0, 1)
    assert [r["name"] for r in await world.rows() if r["withdrawn_at"] is None] == ["Ana Diaz"]


async def test_nor_by_having_signed_before_them(world: World) -> None:
    await world.text()
    assert await world.web() == "again"
    assert await standing(world) == (1, 0)
    await withdraw(world)
    assert await standing(world) == (0, 1)


async def test_it_counts_once_however_often_it_is_signed(world: World) -> None:
    for _ in range(3):
        await world.web()
        await world.text()
    assert await standing(world) == (1, 0)
    assert len(await world.rows()) == 2


async def test_it_is_absorbed_by_another_of_that_name_and_place(world: World) -> None:
    await world.web()
    await world.text()
    await world.text(phone=OTHER)
    assert await standing(world) == (2, 0)
    await withdraw(world)
    assert await standing(world) == (1, 0)
    await withdraw(world, OTHER)
    assert await standing(world) == (0, 1)


async def test_what_an_organizer_takes_out_absorbs_nobody_until_it_is_put_back(
    world: World,
) -> None:
    await world.web()
    await world.text()
    await reject(world)
    assert await standing(world) == (0, 1)
    await reject(world, None)
    assert await standing(world) == (1, 0)


async def test_a_pending_contact_that_is_erased_leaves_one_that_is_absorbed(world: World) -> None:
    await world.text()
    await world.web(email="ana@gmail.com")
    assert await standing(world) == (1, 1)
    world.now += 80 * 3600
    await erasure.erase_contacts(world.database, world.now)
    assert await standing(world) == (1, 0)
    await withdraw(world)
    assert await standing(world) == (0, 1)


async def test_a_rejected_one_leaves_its_place_to_another(world: World) -> None:
    await world.web(email="ana@gmail.com")
    async with world.database.write() as tx:
        ids = await world.signature_ids()

        def out(signature: object) -> bool:
            signature.rejected_at = 1  # type: ignore[attr-defined]
            return True

        await change_batch(tx, world.petition.id, ids, out)
    await world.web()
    world.now += 80 * 3600
    await erasure.erase_contacts(world.database, world.now)
    assert await standing(world) == (0, 1)


async def test_what_is_held_absorbs_nobody_until_it_is_accepted(world: World) -> None:
    """Nobody makes others vanish by signing as them with one phone."""
    await world.web("Zoe Quin")
    for name in ("Bo Lee", "Cyd Charo", "Dee Prince", "Eve Stone"):
        await world.text(name)
    assert await world.text("Zoe Quin") == "held"
    assert await standing(world) == (4, 1)
    assert (await world.figures()).held == 1
    last = max(await world.signature_ids())
    await moderation.accept(world.database, world.keys, world.petition, "household", last, 1)
    assert await standing(world) == (5, 0)
    await withdraw(world)
    assert await standing(world) == (0, 1)


async def test_what_is_held_when_it_is_verified_absorbs_nobody(world: World) -> None:
    await world.web("Zoe Quin")
    for name in ("Bo Lee", "Cyd Charo", "Dee Prince", "Eve Stone"):
        await world.text(name)
    form = world.signing("Zoe Quin", phone=PHONE)
    await world.sign(form)
    async with world.database.write() as tx:
        done = await verification.by_text(
            tx, world.keys, world.petition, PHONE, world.digits(form), world.now
        )
    assert done and done[1] == "held"
    assert await standing(world) == (4, 1)


async def test_neither_names_nor_files_show_it(world: World) -> None:
    from server.core.desk.signers import exports

    await world.web()
    await world.text()
    file = b"".join([block async for block in exports.csv_blocks(world.database, 1)]).decode()
    assert file.count("Ana Diaz") == 1
    assert "absorbed" not in file


@pytest.mark.parametrize("seed", range(8))
async def test_in_whatever_order_it_happens_the_figures_are_those_of_the_rows(
    world: World, seed: int
) -> None:
    chance = random.Random(seed)
    acts: list[Callable[[], Awaitable[object]]] = [
        world.web,
        world.text,
        lambda: world.text(phone=OTHER),
        lambda: world.web(email="ana@gmail.com"),
        lambda: withdraw(world),
        lambda: withdraw(world, OTHER),
        lambda: reject(world),
        lambda: reject(world, None),
    ]
    for _ in range(25):
        world.now += 60
        await chance.choice(acts)()
        await standing(world)
    async with world.database.read() as tx:
        rows = await stored.by_ids(tx, world.petition.id, await world.signature_ids())
    alone = [s for s in rows if s.contact_key is None and s.withdrawn_at is None and s.place_key]
    assert len(alone) <= 1
    assert all(bool(s.absorbed_by) is any(o.absorbs for o in rows) for s in alone)

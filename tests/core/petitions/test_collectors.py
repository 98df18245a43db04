"""Who brings signers: their codes, and whom a signature says to have been brought by."""

from __future__ import annotations

import pytest

from server.core.counting.states import where
from server.core.petitions import collectors, petitions
from server.core.petitions.collectors import CALLED_LIMIT, COLLECTORS_KEPT
from server.core.signing import signatures
from server.core.upkeep import check
from server.errors import InvalidInput, NotFound
from sms.reading import reserved
from tests.harness.world import NOW, PHONE, World

TAKEN = reserved() | {"LAKE", "POND"}


async def add(world: World, name: str = "Ana", code: str = "", country: str = "US") -> str:
    async with world.database.write() as tx:
        made = await collectors.add(
            tx, world.petition.id, country, name=name, code=code, taken=TAKEN, now=NOW
        )
    await renew(world)
    return made


async def renew(world: World) -> None:
    async with world.database.read() as tx:
        world.petition = (await petitions.all_petitions(tx))[world.petition.id]


@pytest.mark.parametrize(
    ("name", "code", "made"),
    [
        ("Ana Diaz", "ANA7", "ANA7"),
        ("Ana", " ana7 ", "ANA7"),
        ("Ana Diaz", "", "ANA1"),
        ("Li Wu", "", "LIWU1"),
        ("Maximiliana", "", "MAXIMILIA1"),
        ("أنا", "ANA12", "ANA12"),
    ],
)
async def test_a_code_is_typed_or_follows_from_the_name(
    world: World, name: str, code: str, made: str
) -> None:
    assert await add(world, name, code) == made
    found = world.petition.collector(made.lower())
    assert found
    assert (found.name, found.code, found.sheet) == (name, made, f"/by/{made.lower()}")


@pytest.mark.parametrize(
    ("name", "code", "field", "fault"),
    [
        ("", "ANA7", "collector", "missing"),
        ("A" * (CALLED_LIMIT + 1), "ANA7", "collector", "long"),
        ("أنا", "", "code", "missing"),
        ("Li", "", "code", "missing"),
        ("Stop", "", "code", "missing"),
        ("Ana", "ANA", "code", "malformed"),  # it could be a name
        ("Ana", "7ANA", "code", "malformed"),
        ("Ana", "AN7", "code", "malformed"),  # it could be a British postcode
        ("Ana", "ANA777", "code", "malformed"),
        ("Ana", "ANÁ7", "code", "malformed"),
        ("Ana", "STOP1", "code", "reserved"),
        ("Ana", "AYUDA7", "code", "reserved"),
        ("Ana", "LAKE7", "code", "reserved"),
    ],
)
async def test_a_code_that_means_something_else_is_refused(
    world: World, name: str, code: str, field: str, fault: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await add(world, name, code)
    assert (field, fault) in [(p.field, p.code) for p in caught.value.problems]


async def test_a_code_is_given_once_also_after_its_collector_has_ended(world: World) -> None:
    await add(world, "Ana", "ANA1")
    assert await add(world, "Ana") == "ANA2"
    async with world.database.write() as tx:
        await collectors.end(tx, world.petition.id, 1, NOW)
    with pytest.raises(InvalidInput):
        await add(world, "Bo", "ANA1")
    assert await add(world, "Ana") == "ANA3"


async def test_one_petition_has_so_many_and_no_more(world: World) -> None:
    async with world.database.write() as tx:
        await tx.execute(
            "INSERT INTO collectors (petition_id, id, code, name, created_at)"
            " VALUES (:petition, :id, 'ZOE9', 'Zoe', 1)",
            petition=world.petition.id,
            id=COLLECTORS_KEPT,
        )
        for n in range(1, COLLECTORS_KEPT):
            await tx.execute(
                "INSERT INTO collectors (petition_id, id, code, name, created_at)"
                " VALUES (:petition, :id, :code, 'X', 1)",
                petition=world.petition.id,
                id=n,
                code=f"X{n}",
            )
    with pytest.raises(InvalidInput) as caught:
        await add(world)
    assert [(p.field, p.code) for p in caught.value.problems] == [("collector", "many")]


async def test_a_collector_is_renamed_ended_and_goes_on(world: World) -> None:
    await add(world, "Ana", "ANA7")
    before = world.petition.version
    async with world.database.write() as tx:
        assert await collectors.rename(tx, world.petition.id, 1, " Ana  Diaz ") == "ANA7"
        assert await collectors.end(tx, world.petition.id, 1, NOW + 1) == "ANA7"
        await collectors.end(tx, world.petition.id, 1, NOW + 2)
    await renew(world)
    [ana] = world.petition.collectors
    assert (ana.name, ana.ended_at) == ("Ana Diaz", NOW + 1)
    assert world.petition.collector("ANA7") is None
    assert world.petition.version > before  # every server hears of it
    async with world.database.write() as tx:
        await collectors.resume(tx, world.petition.id, 1)
        with pytest.raises(NotFound):
            await collectors.end(tx, world.petition.id, 2, NOW)
        with pytest.raises(InvalidInput):
            await collectors.rename(tx, world.petition.id, 1, " ")
    await renew(world)
    assert world.petition.collector("ANA7") == world.petition.collectors[0]


# Whom a signature says to have been brought by.


async def brought(world: World) -> dict[int, int]:
    async with world.database.read() as tx:
        assert (await check.check(tx)).faults == []
        return await collectors.brought(tx, world.petition.id)


async def by(world: World, collector: int | None, name: str = "Ana Diaz", **values: str) -> str:
    signing = world.signing(name, **values)
    signing.collector = collector
    return await world.sign(signing)


async def texted(
    world: World, collector: int | None, name: str = "Ana Diaz", phone: str = PHONE
) -> str:
    signing = signatures.text_signing(
        world.petition,
        name=name,
        postcode="59801",
        phone=phone,
        keys=world.keys,
        language="en",
        id_=world.ids.next(world.now),
        now=world.now,
        collector=collector,
    )
    return await world.sign(signing)


async def stored(world: World) -> list[object]:
    return [row["collector"] for row in await world.rows("collector")]


async def test_verified_ones_are_counted_by_collector(world: World) -> None:
    for n in range(3):
        await texted(world, 1 + n // 2, f"Ana {'ABC'[n]}lvarez", f"+1406555011{n}")
    await by(world, 1, "Cy Diaz", email="cy@example.org")  # nobody has verified that
    await texted(world, None, "Di Diaz")
    assert await brought(world) == {1: 2, 2: 1}
    async with world.database.read() as tx:
        if world.database.engine == "sqlite":
            plan = await tx.fetch(
                "EXPLAIN QUERY PLAN SELECT collector, count(*) FROM signatures"
                f" WHERE petition_id = 1 AND collector IS NOT NULL AND {where('verified')}"
                " GROUP BY collector"
            )
            assert "signatures_collector" in str([tuple(row) for row in plan])


@pytest.mark.parametrize("later", [2, None])
async def test_who_brought_a_verified_signer_first_stays(world: World, later: int | None) -> None:
    await texted(world, 1)
    assert await texted(world, later) == "again"
    assert await stored(world) == [1]


async def test_what_a_stranger_entered_is_credited_to_nobody(world: World) -> None:
    await by(world, 2, phone=PHONE)  # somebody enters a number that is not theirs
    await texted(world, None)
    assert await stored(world) == [None]


async def test_taking_it_back_forgets_who_brought_them(world: World) -> None:
    await texted(world, 1)
    async with world.database.write() as tx:
        keys = world.keys.contacts(world.petition.salt, PHONE)
        found = await signatures.signed_by(tx, [(world.petition.id, key) for key in keys])
        await signatures.withdraw(tx, found, NOW)
    assert await stored(world) == [None]
    assert await brought(world) == {}

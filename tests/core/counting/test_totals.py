"""The counters added up: the database itself keeps the sums, whoever writes the counters."""

from __future__ import annotations

import pytest

from server.core.counting import counts
from server.core.counting.counts import PublicFigures
from server.core.signing import signatures, stored
from server.core.upkeep import check
from server.db import Database
from tests.harness.databases.stores import Counting, older
from tests.harness.world import NOW, World

COUNTER = (
    "INSERT INTO counts (petition_id, shard, day, class, state, n)"
    " VALUES (:petition, :shard, :day, :class_, 'verified', :n)"
    " ON CONFLICT (petition_id, shard, day, class, state) DO UPDATE SET n = counts.n + excluded.n"
)


async def count(
    database: Database, day: int, n: int, *, shard: int = 0, class_: str = "sms", petition: int = 1
) -> None:
    async with database.write() as tx:
        await tx.execute(COUNTER, day=day, n=n, shard=shard, class_=class_, petition=petition)


async def faults(database: Database) -> list[str]:
    async with database.read() as tx:
        return (await check.check(tx)).faults


async def verified(database: Database) -> int:
    async with database.read() as tx:
        return (await counts.figures(tx, 1)).verified


async def test_totals_follow_whatever_is_written_to_the_counters(world: World) -> None:
    database = world.database
    for day, n, shard in ((7, 5, 0), (8, 2, 0), (7, 1, 0), (7, 10, 3), (8, -1, 0)):
        await count(database, day, n, shard=shard)
    assert await verified(database) == 17
    async with database.write() as tx:
        await tx.execute("UPDATE counts SET n = 4 WHERE day = 7 AND shard = 0")
        await tx.execute("UPDATE counts SET class = 'web-phone' WHERE day = 8")
    assert await verified(database) == 15
    async with database.write() as tx:
        await tx.execute("DELETE FROM counts WHERE shard = 3")
    assert await verified(database) == 5
    assert not any("the total of" in fault for fault in await faults(database))


async def test_totals_follow_a_signature_that_is_made_and_taken_back(world: World) -> None:
    await world.text()
    assert (await world.figures()).verified == 1
    async with world.database.write() as tx:
        found = await stored.by_ids(tx, world.petition.id, await world.signature_ids())
        await signatures.withdraw(tx, found, NOW)
    assert (await world.figures()).total == 0
    assert await faults(world.database) == []


async def test_a_total_that_lies_is_found(world: World) -> None:
    await world.text()
    async with world.database.write() as tx:
        await tx.execute("UPDATE totals SET n = n + 2")
    assert await faults(world.database) == ["lake: the total of sms verified is off by 2"]


async def test_counters_of_an_earlier_version_are_added_up(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with older(new_url, 20, monkeypatch) as database:
        for day, shard in ((7, 0), (8, 0), (8, 5)):
            await count(database, day, 3, shard=shard)
        await database.migrate(NOW)
        assert await verified(database) == 9
        await count(database, 8, 1)
        assert await verified(database) == 10


async def test_the_figures_of_any_number_of_petitions_are_one_query(world: World) -> None:
    database = world.database
    async with database.write() as tx:
        for id_ in range(2, 40):
            await tx.execute(
                "INSERT INTO petitions (id, slug, keyword, language, country, postcode_rule,"
                " contact_rule, salt, version, created_at, shown_unverified)"
                f" VALUES (:id, 'p{id_}', 'P{id_}', 'en', 'US', 'required', 'optional', :salt, 1,"
                " 1, :shown)",
                id=id_,
                salt=b"s" * 32,
                shown=10 * id_,
            )
    for petition in range(2, 40):
        await count(database, 7, petition, petition=petition)
        await count(database, 8, 1, petition=petition, class_="web-email")
        await count(database, 8, 500, petition=petition, class_="paper")  # beside the headline
    async with database.read() as tx:
        counting = Counting(tx)
        found = await counts.public_of(counting, range(1, 40))
    assert len(counting.statements) == 1
    assert found == {1: PublicFigures(0, 0, {})} | {
        id_: PublicFigures(id_ + 1, 10 * id_, {}) for id_ in range(2, 40)
    }

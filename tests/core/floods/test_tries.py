"""One counter for all kinds of tries: by whom, since when, and forgotten in time."""

from __future__ import annotations

import asyncio

from server.core.floods import tries
from server.core.floods.tries import Try
from server.db import Database
from tests.harness.world import NOW

ANA, BO = Try("code", b"ana", NOW), Try("code", b"bo", NOW)


async def add(database: Database, *tried: Try, now: int = NOW) -> list[int]:
    async with database.write() as tx:
        return await tries.add(tx, tried, now)


async def test_each_try_is_told_the_how_manieth_it_is(database: Database) -> None:
    assert await add(database, ANA) == [1]
    assert await add(database, BO, ANA, ANA, BO, BO) == [1, 2, 3, 2, 3]
    assert await add(database, ANA) == [4]


async def test_kinds_petitions_and_keys_are_counted_apart(database: Database) -> None:
    others = [Try("sign_in", b"ana", NOW), Try("code", b"ana", NOW, 1), Try("code", b"", NOW)]
    assert await add(database, ANA, ANA, *others) == [1, 2, 1, 1, 1]


async def test_a_later_moment_begins_anew_and_an_earlier_one_does_not(database: Database) -> None:
    await add(database, ANA, ANA)
    assert await add(database, ANA._replace(since=NOW + 5)) == [1]
    assert await add(database, ANA) == [2]
    assert await add(database, ANA._replace(since=0)) == [3]


async def test_what_was_no_try_is_taken_back_and_nothing_goes_below_none(
    database: Database,
) -> None:
    await add(database, ANA, ANA, BO)
    async with database.write() as tx:
        await tries.take_back(tx, [ANA])
        for _ in range(2):
            await tries.take_back(tx, [BO])
    assert await add(database, ANA, BO) == [2, 1]


async def test_what_was_not_tried_for_two_days_is_forgotten(database: Database) -> None:
    await add(database, ANA, BO)
    await add(database, BO, now=NOW + 1)
    async with database.write() as tx:
        await tries.expire(tx, NOW + tries.KEPT_SECONDS)
    assert await add(database, ANA, BO) == [1, 3]


async def test_many_at_once_are_counted_one_by_one(database: Database) -> None:
    places = await asyncio.gather(*(add(database, ANA, BO) for _ in range(20)))
    assert sorted(place for place, _ in places) == list(range(1, 21))

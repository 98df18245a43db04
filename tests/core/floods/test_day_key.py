"""The key of a day: one for all servers, and gone the day after."""

from __future__ import annotations

from server.core.counting.counts import DAY
from server.core.floods.day_key import DayKey, shared_key
from server.db import Database
from tests.harness.world import NOW, World


async def keys(database: Database) -> list[bytes]:
    async with database.read() as tx:
        return [bytes(row["key"]) for row in await tx.fetch("SELECT key FROM daily_keys")]


async def test_the_key_of_a_day_is_gone_the_day_after(database: Database) -> None:
    today = NOW // DAY
    async with database.write() as tx:
        first = await shared_key(tx, today, b"a" * 32)
        assert await shared_key(tx, today, b"b" * 32) == first == b"a" * 32
        assert await shared_key(tx, today + 1, b"c" * 32) == b"c" * 32
    assert await keys(database) == [b"c" * 32]


async def test_two_servers_have_the_same_and_read_it_once_a_day(world: World) -> None:
    asked: list[int] = []

    def chance(size: int) -> bytes:
        asked.append(size)
        return bytes([len(asked)]) * size

    one, other = (DayKey(world.database, lambda: world.now, chance) for _ in range(2))
    assert [await one(), await other(), await one(), await other()] == [b"\x01" * 32] * 4
    assert asked == [32, 32]
    world.now += DAY
    assert await one() == await other() == b"\x03" * 32
    assert await keys(world.database) == [b"\x03" * 32]

"""The petitions in memory: fresh enough, and there while the store is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from server.core.petitions import petitions
from server.core.petitions.directory import DIRECTORY_SECONDS, Directory
from tests.harness.databases.stores import Away
from tests.harness.world import World, draft


async def test_another_process_is_noticed_a_second_later_and_not_before(world: World) -> None:
    now = 0.0
    store: Any = Away(world.database)
    directory = Directory(store, lambda: now)
    assert (await directory.current()).public("lake").state == "open"
    async with world.database.write() as tx:
        await petitions.pause(tx, world.petition.id, world.now)
    now += DIRECTORY_SECONDS / 2
    assert (await directory.current()).public("lake").state == "open"
    assert store.reads == 1
    now += DIRECTORY_SECONDS / 2
    assert (await directory.current()).public("lake").state == "paused"
    assert store.reads == 2


async def test_only_a_petition_that_has_changed_is_read_anew(world: World) -> None:
    async with world.database.write() as tx:
        other = draft(slug="pond", keyword="POND")
        await petitions.create(tx, other, reserved=frozenset(), salt=b"s" * 32, now=world.now)
    directory = Directory(world.database, lambda: 0.0)
    before = (await directory.refresh()).by_id
    async with world.database.write() as tx:
        await petitions.edit(tx, before[1], draft(goal=7), frozenset(), now=world.now)
    after = (await directory.refresh()).by_id
    assert list(after) == [2, 1]  # newest first
    assert after[1].goal == 7
    assert after[2] is before[2]


async def test_a_slow_look_does_not_undo_a_later_one(world: World) -> None:
    """As when somebody reads a page while an organizer presses Open."""
    read, go_on = asyncio.Event(), asyncio.Event()

    class Slow:
        """A store whose first answer stays on the way."""

        @asynccontextmanager
        async def read(self) -> AsyncIterator[Any]:
            first = not read.is_set()
            async with world.database.read() as tx:
                yield tx
                read.set()
                if first:
                    await go_on.wait()

    store: Any = Slow()
    directory = Directory(store, lambda: 0.0)
    slow = asyncio.create_task(directory.refresh())
    await read.wait()
    async with world.database.write() as tx:
        await petitions.pause(tx, world.petition.id, world.now)
    assert (await directory.refresh()).public("lake").state == "paused"
    go_on.set()
    assert (await slow).public("lake").state == "paused"
    assert (await directory.refresh()).public("lake").state == "paused"


async def test_while_the_store_is_away_the_last_known_petitions_are_there(world: World) -> None:
    now = 0.0
    store: Any = Away(world.database)
    directory = Directory(store, lambda: now)
    await directory.current()
    store.away = True
    now += 10 * DIRECTORY_SECONDS
    assert [p.slug for p in (await directory.current()).open()] == ["lake"]
    await directory.current()
    assert store.reads == 2  # nobody waits for it again before a second is over


async def test_a_clock_that_goes_back_stops_no_look(world: World) -> None:
    now = 1e9
    store: Any = Away(world.database)
    directory = Directory(store, lambda: now)
    await directory.current()
    now -= 3600
    await directory.current()
    assert store.reads == 2

"""Group commit: one transaction for all who wait, each answered after it is durable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from server.db import Database, Transaction
from server.db.group import CROWD, GroupCommit
from server.errors import StoreBroken, StoreBusy, StoreFull


class Slow:
    """A database whose commits take their time and can be made to fail."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.commits = 0
        self.committed = False
        self.failure: Exception | None = None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with self._database.write() as tx:
            yield tx
            await asyncio.sleep(0.02)
            if self.failure:
                raise self.failure
        self.commits += 1
        self.committed = True


@pytest.fixture
async def slow(database: Database) -> Slow:
    async with database.write() as tx:
        await tx.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    return Slow(database)


@pytest.fixture
async def group(slow: Slow) -> AsyncIterator[GroupCommit]:
    group = GroupCommit(slow, queue_limit=100)  # type: ignore[arg-type]
    group.start()
    yield group
    await group.stop()


async def insert(tx: Transaction, items: Sequence[Any]) -> list[Any]:
    for item in items:
        if item == "poison":
            raise ValueError(item)
        if isinstance(item, int):
            await tx.execute("INSERT INTO t VALUES (:n)", n=item)
    return [KeyError(item) if item == "own fault" else item for item in items]


async def stored(database: Database) -> list[int]:
    async with database.read() as tx:
        return [row["n"] for row in await tx.fetch("SELECT n FROM t ORDER BY n")]


async def test_nobody_is_answered_before_the_commit(group: GroupCommit, slow: Slow) -> None:
    assert await group.submit(insert, 1) == 1
    assert slow.committed


async def test_callers_who_wait_share_a_transaction(
    group: GroupCommit, slow: Slow, database: Database
) -> None:
    answers = await asyncio.gather(*(group.submit(insert, n) for n in range(60)))
    assert answers == list(range(60))
    assert slow.commits < 5
    assert await stored(database) == list(range(60))


async def test_a_poisoned_item_fails_alone(group: GroupCommit, database: Database) -> None:
    items = [1, 2, "poison", 3, "own fault", 4]
    answers = await asyncio.gather(
        *(group.submit(insert, item) for item in items), return_exceptions=True
    )
    kinds = [type(a) for a in answers]
    assert kinds == [int, int, ValueError, int, KeyError, int]
    assert await stored(database) == [1, 2, 3, 4]


async def test_a_failing_store_fails_everybody_and_the_next_batch_works(
    group: GroupCommit, slow: Slow, database: Database
) -> None:
    slow.failure = StoreFull("full")
    answers = await asyncio.gather(
        *(group.submit(insert, n) for n in range(5)), return_exceptions=True
    )
    assert {type(a) for a in answers} == {StoreFull}
    slow.failure = None
    assert await group.submit(insert, 9) == 9
    assert await stored(database) == [9]


async def test_too_many_waiting_are_turned_away_at_once(group: GroupCommit) -> None:
    answers = await asyncio.gather(
        *(group.submit(insert, n) for n in range(150)), return_exceptions=True
    )
    assert sum(isinstance(a, StoreBusy) for a in answers) == 50


async def test_a_caller_that_goes_away_is_stored_all_the_same(
    group: GroupCommit, database: Database
) -> None:
    gone = asyncio.create_task(group.submit(insert, 1))
    await asyncio.sleep(0.005)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert await group.submit(insert, 2) == 2
    assert await stored(database) == [1, 2]


async def test_stopping_finishes_what_waits(slow: Slow, database: Database) -> None:
    group = GroupCommit(slow)  # type: ignore[arg-type]
    group.start()
    waiting = [asyncio.create_task(group.submit(insert, n)) for n in range(5)]
    await asyncio.sleep(0)
    await group.stop()
    assert [w.result() for w in waiting] == list(range(5))
    assert await stored(database) == list(range(5))


async def test_a_broken_disk_is_reported_once_everybody_has_been_refused(slow: Slow) -> None:
    reported: list[str] = []
    group = GroupCommit(slow, on_broken=lambda: reported.append("broken"))  # type: ignore[arg-type]
    group.start()
    slow.failure = StoreBroken("fsync")
    with pytest.raises(StoreBroken):
        await group.submit(insert, 1)
    await asyncio.sleep(0)
    assert reported == ["broken"]
    await group.stop()


async def test_what_can_wait_lets_a_crowd_go_first(
    group: GroupCommit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.db.group.CROWD_SECONDS", 3600)

    async def waits() -> bool:
        task = asyncio.create_task(group.give_way())
        await asyncio.sleep(0)
        done = task.done()
        await task
        return not done

    await asyncio.gather(*(group.submit(insert, i) for i in range(CROWD)))
    assert not await waits()
    await asyncio.gather(*(group.submit(insert, 100 + i) for i in range(CROWD + 1)))
    assert await waits()

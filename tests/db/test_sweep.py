"""What is erased is in no file any more, once it is swept."""

from __future__ import annotations

from pathlib import Path

from server.core.upkeep import erasure
from server.outgoing import loops
from tests.harness.world import World

CANARY = "canary-of-the-lake@gmail.com"


def found(folder: Path) -> set[str]:
    """The files of the store that hold the canary."""
    return {path.name for path in folder.glob("test.db*") if CANARY.encode() in path.read_bytes()}


async def test_an_erased_contact_is_in_no_file_once_it_is_swept(
    world: World, tmp_path: Path
) -> None:
    await world.web(email=CANARY)
    await erasure.erase_contacts(world.database, world.now + 73 * 3600)
    async with world.database.write() as tx:
        await tx.execute("DELETE FROM outbox")
    if world.database.engine == "sqlite":
        assert found(tmp_path) == {"test.db-wal"}
    assert await world.database.sweep()
    assert found(tmp_path) == set()
    await world.web("Bo Lee")  # it goes on as before
    assert (await world.figures()).total == 2


async def test_nobody_who_reads_is_waited_for_long(world: World) -> None:
    if world.database.engine != "sqlite":
        return  # PostgreSQL sweeps beside readers
    async with world.database.read() as tx:
        await tx.fetch("BEGIN")  # a long read, as of a copy under way
        await tx.fetch("SELECT * FROM signatures")
        await world.web(email=CANARY)
        assert not await world.database.sweep()
        await world.web("Bo Lee")
        await tx.fetch("COMMIT")
    assert await world.database.sweep()


async def test_the_worker_asks_again_until_it_is_done(world: World) -> None:
    answers = iter([False, False, True, None])

    class Store:
        async def sweep(self) -> bool | None:
            return next(answers)

    class Worker:
        database = Store()

    pause, loops.SWEEP_PAUSE_SECONDS = loops.SWEEP_PAUSE_SECONDS, 0.0
    try:
        await loops._sweep(Worker())  # type: ignore[arg-type]
    finally:
        loops.SWEEP_PAUSE_SECONDS = pause
    assert next(answers) is None


async def test_no_table_of_postgresql_is_left_out(world: World) -> None:
    """Nothing has to remember the sweep when a table is added."""
    if world.database.engine != "postgres":
        return  # SQLite overwrites what it deletes
    assert await world.database.sweep()
    async with world.database.read() as tx:
        tables = await tx.fetch("SELECT relname, vacuum_count FROM pg_stat_user_tables")
    assert len(tables) > 20
    assert [row["relname"] for row in tables if not row["vacuum_count"]] == []

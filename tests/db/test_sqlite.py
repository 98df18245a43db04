"""SQLite behind the seam: durable settings, whole transactions, plain errors."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysqlite3 import dbapi2 as pysqlite3

from server.db import migrations, pack, shared
from server.db.sqlite import PUT_OFF, SQLite, SQLiteTransaction, check_version
from server.errors import Misconfigured, StoreBusy, StoreFull
from tests.harness.product import ROOT


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SQLite]:
    store = await SQLite.open(str(tmp_path / "test.db"))
    async with store.write() as tx:
        await tx.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, x TEXT)")
    yield store
    await store.close()


async def put(store: SQLite, n: int) -> None:
    async with store.write() as tx:
        await tx.execute("INSERT INTO t VALUES (:n, 'x')", n=n)


async def numbers(store: SQLite) -> list[int]:
    async with store.read() as tx:
        return [row["n"] for row in await tx.fetch("SELECT n FROM t ORDER BY n")]


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 6, 23), True),
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_a_version_with_the_wal_reset_bug_is_refused(
    version: tuple[int, int, int], sound: bool
) -> None:
    if sound:
        check_version(version)
    else:
        with pytest.raises(Misconfigured, match="can lose"):
            check_version(version)


async def test_every_connection_is_durable_and_erases_what_it_deletes(store: SQLite) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    for enter in (store.read, store.write):
        async with enter() as tx:
            for pragma, value in wanted.items():
                (row,) = await tx.fetch(f"PRAGMA {pragma}")
                assert next(iter(row)) == value, pragma


async def test_a_failed_transaction_leaves_nothing_and_harms_no_other(store: SQLite) -> None:
    async def fail(n: int) -> None:
        with contextlib.suppress(ZeroDivisionError):
            async with store.write() as tx:
                await tx.execute("INSERT INTO t VALUES (:n, 'x')", n=n)
                if n % 4:  # by then it has been done, else it is still put off
                    await tx.fetch("SELECT n FROM t")
                raise ZeroDivisionError

    await asyncio.gather(*(put(store, n) if n % 2 else fail(n) for n in range(20)))
    assert await numbers(store) == list(range(1, 20, 2))


async def test_what_was_put_off_is_there_for_who_reads_and_is_done_in_order(store: SQLite) -> None:
    many = range(1, 3 * PUT_OFF)
    async with store.write() as tx:
        await tx.execute("INSERT INTO t VALUES (0, '')")
        for n in many:
            await tx.execute("UPDATE t SET n = :n, x = x || :letter", n=n, letter=f"{n} ")
        (row,) = await tx.fetch("SELECT n, x FROM t")
        await tx.execute("UPDATE t SET x = 'last'")
    assert (row["n"], row["x"].split()) == (many[-1], [str(n) for n in many])
    async with store.read() as tx:
        assert [row["x"] for row in await tx.fetch("SELECT x FROM t")] == ["last"]


@pytest.mark.parametrize("reads", [False, True])
async def test_a_statement_that_was_put_off_and_fails_undoes_all(
    store: SQLite, reads: bool
) -> None:
    async def collide() -> None:
        async with store.write() as tx:
            await tx.execute("INSERT INTO t VALUES (1, 'x')")
            await tx.execute("INSERT INTO t VALUES (1, 'again')")
            await tx.execute("INSERT INTO t VALUES (2, 'x')")
            if reads:
                await tx.fetch("SELECT n FROM t")

    with pytest.raises(pysqlite3.IntegrityError):
        await collide()
    assert await numbers(store) == []
    await put(store, 3)  # and the next one has its turn
    assert await numbers(store) == [3]


@pytest.mark.parametrize("steps", range(8))
async def test_a_caller_that_goes_away_leaves_no_transaction_open(
    store: SQLite, steps: int
) -> None:
    task = asyncio.create_task(put(store, 1))
    for _ in range(steps):
        await asyncio.sleep(0.0003)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await put(store, 2)
    assert 2 in await numbers(store)


async def test_readers_cannot_write(store: SQLite) -> None:
    with pytest.raises(Exception, match=r"(?i)readonly"):
        async with store.read() as tx:
            await tx.execute("INSERT INTO t VALUES (1, 'x')")


async def test_a_lock_of_another_process_is_busy_and_then_over(
    store: SQLite, tmp_path: Path
) -> None:
    await store._writer.connection.execute_fetchall("PRAGMA busy_timeout = 50")
    # The same library: locks of two in one process would not see each other.
    other = pysqlite3.connect(tmp_path / "test.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy):
        await put(store, 1)
    other.execute("ROLLBACK")
    other.close()
    await put(store, 1)
    assert await numbers(store) == [1]


async def test_a_full_store_keeps_nothing_half_and_works_again_with_room(store: SQLite) -> None:
    (pages,) = await store._writer.connection.execute_fetchall("PRAGMA page_count")
    await store._writer.connection.execute_fetchall(f"PRAGMA max_page_count = {pages[0] + 2}")

    async def put_many() -> None:
        async with store.write() as tx:
            for n in range(100):
                await tx.execute("INSERT INTO t VALUES (:n, :x)", n=n, x="x" * 4000)

    with pytest.raises(StoreFull):
        await put_many()
    assert await numbers(store) == []
    await store._writer.connection.execute_fetchall("PRAGMA max_page_count = 1000000")
    await put(store, 1)
    assert await numbers(store) == [1]


async def test_migrations_run_once_each_with_its_record(tmp_path: Path) -> None:
    store = await SQLite.open(str(tmp_path / "m.db"))
    await store.migrate(7)
    await store.migrate(8)
    async with store.read() as tx:
        rows = [tuple(r) for r in await tx.fetch("SELECT number, applied_at FROM migrations")]
    assert rows == [(m.number, 7) for m in migrations.migrations("sqlite")]
    await store.close()


async def test_a_migration_that_fails_leaves_neither_its_tables_nor_its_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = migrations.Migration(1, "broken", ("CREATE TABLE half (n INTEGER)", "CREATE NONSENSE"))
    monkeypatch.setattr(shared, "migrations", lambda engine: iter([broken]))
    store = await SQLite.open(str(tmp_path / "m.db"))
    with pytest.raises(Exception, match="NONSENSE"):
        await store.migrate(7)
    async with store.read() as tx:
        assert await tx.fetch("SELECT * FROM migrations") == []
        assert await tx.fetch("SELECT name FROM sqlite_master WHERE name = 'half'") == []
    await store.close()


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    store = await SQLite.open(str(tmp_path / "m.db"))
    await store.migrate(7)
    async with store.write() as tx:
        await tx.execute("INSERT INTO migrations VALUES (9999, 'future', 7)")
    with pytest.raises(Misconfigured, match="newer version"):
        await store.migrate(8)
    await store.close()


async def test_a_file_that_is_no_database_or_cannot_be_had_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is not a database, and long enough to tell " * 20)
    for path in (tmp_path / "text", tmp_path / "no" / "folder" / "x.db"):
        with pytest.raises(Misconfigured, match="cannot open"):
            await SQLite.open(str(path))


VALUES = st.tuples(
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    st.none() | st.binary(min_size=1),
)


@given(st.lists(VALUES, max_size=20))
def test_a_batch_arrives_as_it_was_sent(
    batch: list[tuple[int | None, str | None, bytes | None]],
) -> None:
    table = SQLiteTransaction.rows("batch", n="int", x="text", b="blob")
    connection = pysqlite3.connect(":memory:")
    rows = connection.execute(f"SELECT n, x, b FROM {table} t", {"batch": pack(batch)}).fetchall()
    connection.close()
    assert rows == batch


_TIED_TO_A_CONSTANT = re.compile(r"\} \w+ JOIN \w+ (\w+)\s+ON \1\.\w+ = :\w+ AND \1\.(?!id\b)")


def test_no_table_is_joined_to_a_batch_by_a_constant() -> None:
    """SQLite takes that for an offer: it reads all rows that have the constant, a million where it
    is a petition, and the batch for each. With `IN (SELECT ...)` it looks up what is asked for."""
    joined = 'f"SELECT 1 FROM {w} w JOIN forms f"\n  " ON f.petition_id = :id AND f.key = w.key"'
    for source in [joined, *(path.read_text("utf-8") for path in ROOT.glob("server/**/*.py"))]:
        found = _TIED_TO_A_CONSTANT.search(re.sub(r'"\n\s*f?"', "", source))
        assert bool(found) == (source is joined), found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
async def test_what_root_leaves_beside_a_database_belongs_to_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    path.touch()
    os.chown(path, 65534, 65534)
    store = await SQLite.open(str(path))
    async with store.write() as tx:
        await tx.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    beside = {file.name: file.stat().st_uid for file in tmp_path.iterdir()}
    await store.close()
    assert set(beside.values()) == {65534}
    assert "test.db-turn" in beside

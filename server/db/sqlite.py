"""SQLite through aiosqlite: one writer, a few readers, durable at every commit.

The writer connection is lent to one transaction at a time; sharing it would let the rollback of one
take the writes of another. Readers have connections of their own, so nobody waits for the writer.

Several processes may write one file. SQLite would let them wait for each other by sleeping and
trying again, so that some wait for a second; they take turns by a lock on a file of our own.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

import aiosqlite

from server.db import ColumnType, Row, Value
from server.db.shared import DatabaseBase, TransactionBase, bring_up_to_date
from server.errors import Misconfigured, StoreBroken, StoreBusy, StoreFull, StoreUnavailable

try:  # the system's sqlite3 is often a version that can lose commits
    import pysqlite3.dbapi2 as sqlite3
except ImportError:  # pragma: no cover - no wheel for this platform
    import sqlite3

__all__ = ["MOVED", "SQLite", "SQLiteTransaction", "check_version", "sqlite3"]

MOVED = 0x6D6F7665  # as `user_version`: all that was in the file is in PostgreSQL now
READERS = 3
BUSY_SECONDS = 5
SWEEP_MILLISECONDS = 200  # for which signers may wait so that the log can be emptied
PUT_OFF = 20  # statements of one transaction at most, with their values, that wait in memory
#: Opens the file for one connection, as the standard library's `sqlite3.connect` would.
Connect = Callable[[str], Any]
Result = TypeVar("Result")


def check_version(version: tuple[int, int, int]) -> None:
    """Raise `Misconfigured` for a SQLite with the WAL-reset bug.

    From 3.7.0 to 3.51.2 two connections that checkpoint at once can lose committed writes; the
    fix was also made in 3.44.6 and 3.50.7 (sqlite.org, "The WAL-reset bug").
    """
    if (3, 7, 0) <= version <= (3, 51, 2) and version not in {(3, 44, 6), (3, 50, 7)}:
        raise Misconfigured(
            f"SQLite {'.'.join(map(str, version))} can lose committed signatures "
            "(the WAL-reset bug); install the package pysqlite3, or SQLite 3.51.3 or newer"
        )


def connect(path: str) -> Any:
    """A connection that leaves transactions to us and waits for other processes."""
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)


class SQLiteTransaction(TransactionBase):
    """`Transaction` over one aiosqlite connection."""

    _SQL_TYPES: ClassVar[dict[ColumnType, str]] = {
        "int": "value ->> {i} AS {name}",
        "text": "value ->> {i} AS {name}",
        "blob": "unhex(value ->> {i}) AS {name}",
    }
    _UNPACK = "json_each(:{name})"
    shard = 0

    def __init__(self, connection: aiosqlite.Connection) -> None:
        super().__init__()
        self._connection = connection

    async def fetch(self, sql: str, /, **values: Value) -> Sequence[Row]:
        return await _on(self._connection, self._fetch, sql, values)

    def _fetch(self, sql: str, values: Mapping[str, Value]) -> list[Row]:
        """One statement, on the connection's own thread (see `_on`)."""
        rows: list[Row] = self._connection._conn.execute(sql, values).fetchall()
        return rows

    async def lock(self, keys: Iterable[bytes]) -> None:
        """Nothing to do: there is one writer at a time."""

    async def integrity(self) -> list[str]:
        checked = await self.fetch("PRAGMA integrity_check")
        orphans = await self.fetch("PRAGMA foreign_key_check")
        faults = [str(row["integrity_check"]) for row in checked]
        faults += [f"a row of {row['table']} points nowhere" for row in orphans]
        return [fault for fault in faults if fault != "ok"]


class Writing(SQLiteTransaction):
    """One that writes. What nobody waits to read is done in one go with the next that is read, or
    with the commit: the way to the connection's thread and back costs as much as a statement."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        super().__init__(connection)
        self._put_off: list[tuple[str, Mapping[str, Value]]] = []

    async def execute(self, sql: str, /, **values: Value) -> None:
        self._put_off.append((sql, values))
        if len(self._put_off) >= PUT_OFF:
            await _on(self._connection, self.catch_up)

    def _fetch(self, sql: str, values: Mapping[str, Value]) -> list[Row]:
        self.catch_up()
        return super()._fetch(sql, values)

    def catch_up(self) -> None:
        """Do what was put off, in order, on the connection's own thread. The first that fails ends
        it, and raises what SQLite does; the rest is not done later."""
        put_off, self._put_off = self._put_off, []
        for sql, values in put_off:
            super()._fetch(sql, values)


class Writer:
    """One transaction at a time, in turn with the writers of other processes.

    A step is one call on the connection's thread, which works in order: what is queued after a
    `BEGIN` that still waits for its turn comes after it.
    """

    def __init__(self, connection: aiosqlite.Connection, path: str) -> None:
        self.connection = connection
        self._turn = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:  # as SQLite does: a command of root's must not lock the server out
            known = Path(path).stat()
            os.fchown(self._turn, known.st_uid, known.st_gid)

    async def begin(self) -> None:
        """Raises `StoreBusy` if the turn does not come within `BUSY_SECONDS`."""
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await _on(self.connection, self._begin)
        except TimeoutError:
            raise StoreBusy("another process keeps its turn to write") from None

    def _begin(self) -> None:
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        # IMMEDIATE: a deferred one that upgrades fails at once, whatever the timeout.
        self.connection._conn.execute("BEGIN IMMEDIATE")
        if _has_moved(self.connection._conn):  # under a server that still runs
            self._undo()
            raise StoreUnavailable("this database has moved to PostgreSQL")

    async def commit(self, catch_up: Callable[[], None]) -> None:
        """End it once `catch_up` has done what is left to do."""
        await _on(self.connection, self._commit, catch_up)

    def _commit(self, catch_up: Callable[[], None]) -> None:
        catch_up()
        self.connection._conn.execute("COMMIT")
        fcntl.flock(self._turn, fcntl.LOCK_UN)

    def undo(self) -> None:
        """End the transaction, also one that has not begun yet; nobody needs to wait for it."""
        self.connection._tx.put_nowait((None, self._undo))

    def _undo(self) -> None:
        try:
            self.connection._conn.rollback()
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)

    async def truncate(self) -> bool:
        return await _on(self.connection, self._truncate)

    def _truncate(self) -> bool:
        """Carry the write-ahead log over and empty it, unless others are writing or reading."""
        try:
            fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        execute = self.connection._conn.execute
        try:
            execute(f"PRAGMA busy_timeout = {SWEEP_MILLISECONDS}")  # signers wait meanwhile
            (busy, _, _) = execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
        finally:
            execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
            fcntl.flock(self._turn, fcntl.LOCK_UN)

    async def close(self) -> None:
        await self.connection.close()
        os.close(self._turn)


class SQLite(DatabaseBase):
    """`Database` over one file."""

    engine: Literal["sqlite"] = "sqlite"

    def __init__(self, writer: Writer, readers: list[aiosqlite.Connection]) -> None:
        self._writer = writer
        self._lent = asyncio.Lock()
        self._readers = readers
        self._idle: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        for reader in readers:
            self._idle.put_nowait(reader)

    @classmethod
    async def open(cls, path: str, connect: Connect = connect) -> SQLite:
        """Open or create the file. Raises `Misconfigured` where it cannot be used.

        Another `connect` brings disks that fail, tear or are slow.
        """
        check_version(sqlite3.sqlite_version_info)
        opened: list[aiosqlite.Connection] = []
        try:
            _create(path)
            while len(opened) < 1 + READERS:
                opened.append(await _connect(path, connect))
            if await opened[0]._execute(_has_moved, opened[0]._conn):  # type: ignore[no-untyped-call]
                raise Misconfigured(
                    f"{path} has moved to PostgreSQL: set UNDERSIGNED_DATABASE_URL to the new place"
                )
            for reader in opened[1:]:
                await reader.execute_fetchall("PRAGMA query_only = ON")
        except (sqlite3.Error, OSError, Misconfigured) as error:
            for connection in opened:
                await connection.close()
            if isinstance(error, Misconfigured):
                raise
            raise Misconfigured(f"cannot open the database {path}: {error}") from error
        return cls(Writer(opened[0], path), opened[1:])

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SQLiteTransaction]:
        connection = await self._idle.get()
        try:
            yield SQLiteTransaction(connection)
        finally:
            self._idle.put_nowait(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[SQLiteTransaction]:
        async with self._lent:
            try:
                await self._writer.begin()
                tx = Writing(self._writer.connection)
                yield tx
                await self._note(tx)
                await self._writer.commit(tx.catch_up)
            except BaseException:
                self._writer.undo()
                raise

    async def is_made(self) -> bool:
        async with self.read() as tx:
            return (
                await tx.fetch_one("SELECT 1 AS one FROM sqlite_master WHERE name = 'migrations'")
                is not None
            )

    async def migrate(self, now: int) -> None:
        await bring_up_to_date(self, now)

    async def sweep(self) -> bool:
        async with self._lent:
            return await self._writer.truncate()

    async def close(self) -> None:
        await self._close_outside()
        for connection in self._readers:
            await connection.close()
        await self._writer.close()


def _has_moved(connection: Any) -> bool:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(version == MOVED)


def _create(path: str) -> None:
    """Make a new file readable by its owner alone, as the files beside it will be.

    Never opens one that exists: closing it again would drop the locks that this process holds.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


async def _connect(path: str, connect: Connect) -> aiosqlite.Connection:
    connection = aiosqlite.Connection(partial(connect, path), iter_chunk_size=64)
    connection._thread.daemon = True  # a process that fails elsewhere must be able to end
    try:
        await connection
    except BaseException:
        # Its thread would tell the loop that it has ended, when there may be none any more.
        await asyncio.to_thread(connection._thread.join)
        raise
    connection.row_factory = sqlite3.Row
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # every commit is on the disk before it is acknowledged
        "foreign_keys = ON",
        "secure_delete = ON",  # what is erased is overwritten
        "wal_autocheckpoint = 4000",
        "temp_store = MEMORY",
    ):
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    return connection


async def _on(
    connection: aiosqlite.Connection, step: Callable[..., Result], *arguments: Any
) -> Result:
    """Take one step on the connection's thread."""
    with _domain_errors():
        result: Result = await connection._execute(step, *arguments)  # type: ignore[no-untyped-call]
        return result


@contextmanager
def _domain_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise _translate(error) from error
    except sqlite3.DatabaseError as error:
        if type(error) is sqlite3.DatabaseError:  # a malformed file, or not a database
            raise StoreBroken(str(error)) from error
        raise


def _translate(error: Any) -> Exception:
    """What an OperationalError means to a caller; a mistake in our SQL stays what it is."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL"):
        return StoreFull("no room on the disk")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy("another process holds the database")
    if name.startswith(("SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreBroken(f"the disk failed: {name}")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StoreUnavailable(f"the database cannot be written: {name}")
    return error  # type: ignore[no-any-return]

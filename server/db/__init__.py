"""The driver seam: what core may ask of a database, whichever engine answers.

Core writes SQL with `:name` parameters in the part of the language that both engines share. The
engines differ only inside this package; `open_database` picks one by URL.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

from server.errors import Misconfigured

ColumnType = Literal["int", "text", "blob"]
Value = int | str | bytes | None
#: What a transaction has erased: the kind, and what it is about, which must not be personal.
Tombstone = tuple[int | str | bytes, ...]
_NONE = "if UNDERSIGNED_DATABASE_URL is right, `undersigned init` makes a new one"
#: `sqlite://`, `sqlite:///:memory:`, `file::memory:?cache=shared`, `sqlite:///file:x?mode=memory`.
_IN_MEMORY = re.compile(r"^sqlite:/*$|^(sqlite:/*)?file:|:memory:|[?&]mode=memory", re.IGNORECASE)


class Row(Protocol):
    """One row of an answer: `row["column"]`, or `tuple(row)`."""

    def __getitem__(self, key: str, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


class Transaction(Protocol):
    """A connection that nobody else uses until the block ends."""

    shard: int  # which row of a counter this process adds to; 0 where there is one writer
    tombstones: list[Tombstone]  # noted outside the database before this commits

    async def fetch(self, sql: str, /, **values: Value) -> Sequence[Row]:
        """All rows of a statement; a write without RETURNING gives none."""

    async def fetch_one(self, sql: str, /, **values: Value) -> Row | None: ...

    async def execute(self, sql: str, /, **values: Value) -> None:
        """A statement whose answer nobody reads. It may be put off, and its errors with it, until
        the next `fetch` or the end of the block: who must know here and now uses `fetch`."""

    async def lock(self, keys: Iterable[bytes]) -> None:
        """Until the transaction ends, no other server decides about these keys."""

    async def integrity(self) -> list[str]:
        """Faults that the engine itself finds in its files, in its own words; none if sound."""

    def rows(self, name: str, /, **columns: ColumnType) -> str:
        """SQL for a table made of the parameter `:name`, which holds `pack(...)`.

        This is how a batch travels in one statement: one parameter, any number of rows.
        """


class Outside(Protocol):
    """What a restored copy of the database is told, since it has forgotten it."""

    async def note(self, tx: Transaction) -> None:
        """Make the transaction's tombstones durable outside the database; the last step before it
        commits. Raises `TombstonesAway`, and the transaction is undone."""

    async def close(self) -> None:
        """Called with the database's own."""


class Database(Protocol):
    """A store. Raises only errors below `StoreUnavailable`; nothing is half written.

    `outside` is where tombstones go; without it they go nowhere.
    """

    outside: Outside | None

    @property
    def engine(self) -> Literal["sqlite", "postgres"]: ...

    def read(self) -> AbstractAsyncContextManager[Transaction]: ...

    def write(self) -> AbstractAsyncContextManager[Transaction]:
        """A write transaction: durable when the block ends without an error, else undone."""

    async def is_made(self) -> bool:
        """Whether `migrate` has ever begun here."""

    async def migrate(self, now: int) -> None:
        """Bring the schema up to date: each numbered step in one transaction with its record."""

    async def sweep(self) -> bool:
        """Leave nothing of what was erased in the files beside the rows: SQLite's write-ahead log,
        PostgreSQL's dead rows. False if somebody was in the way; then ask again in a while."""

    async def close(self) -> None: ...


_PACKER = json.JSONEncoder(default=bytes.hex, ensure_ascii=False)


def pack(rows: Iterable[Sequence[Value]]) -> str:
    """Rows for `Transaction.rows`, as JSON; bytes travel as hexadecimal."""
    return _PACKER.encode(list(rows))


def sqlite_path(url: str) -> str | None:
    """The file that the URL names, None for PostgreSQL. Raises `Misconfigured` for a URL that we do
    not know, and for an SQLite that is in no file."""
    if url.startswith(("postgresql://", "postgres://")):
        return None
    if _IN_MEMORY.search(url):
        raise Misconfigured(
            "UNDERSIGNED_DATABASE_URL must name a file, like sqlite:///undersigned.db: a database"
            " in memory is lost with its process, and each connection would have one of its own"
        )
    if not url.startswith("sqlite:///"):
        raise Misconfigured(
            "UNDERSIGNED_DATABASE_URL must be sqlite:///relative.db, sqlite:////absolute.db"
            " or postgresql://user:password@host/name"
        )
    return url.removeprefix("sqlite:///")


async def open_database(url: str, *, new: bool = True) -> Database:
    """Open the store that the URL names; a `new` one may be made. Raises like `sqlite_path`, and
    `Misconfigured` where nothing is there that could be opened."""
    path = sqlite_path(url)
    if path is not None and not (new or os.path.isfile(path)):  # noqa: ASYNC240, PTH113 (at start)
        raise Misconfigured(f"there is no file {path}; {_NONE}")
    database = await _opened(url, path)
    if not new and not await database.is_made():
        await database.close()
        raise Misconfigured(f"{path or 'that database of PostgreSQL'} holds nothing; {_NONE}")
    return database


async def _opened(url: str, path: str | None) -> Database:
    # Only the engine in use is loaded.
    if path is not None:
        from server.db.sqlite import SQLite

        return await SQLite.open(path)
    from server.db.postgres import Postgres

    return await Postgres.open(url)

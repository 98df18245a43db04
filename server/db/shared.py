"""What both engines do alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from server.db import ColumnType, Database, Outside, Row, Tombstone, Transaction, Value
from server.db.migrations import Migration, migrations
from server.errors import Misconfigured

_MIGRATING = b"migrate!"


class TransactionBase(ABC):
    """The parts of a `Transaction` that rest on `fetch`; an engine says how it unpacks a batch."""

    _SQL_TYPES: ClassVar[dict[ColumnType, str]]  # one column of a packed row, by its place and name
    _UNPACK: ClassVar[str]  # the rows of a packed batch, as something to select `value` from

    def __init__(self) -> None:
        self.tombstones: list[Tombstone] = []

    @abstractmethod
    async def fetch(self, sql: str, /, **values: Value) -> Sequence[Row]: ...

    async def fetch_one(self, sql: str, /, **values: Value) -> Row | None:
        rows = await self.fetch(sql, **values)
        return rows[0] if rows else None

    async def execute(self, sql: str, /, **values: Value) -> None:
        await self.fetch(sql, **values)

    @classmethod
    def rows(cls, name: str, /, **columns: ColumnType) -> str:
        picked = ", ".join(
            cls._SQL_TYPES[kind].format(i=i, name=column)
            for i, (column, kind) in enumerate(columns.items())
        )
        return f"(SELECT {picked} FROM {cls._UNPACK.format(name=name)})"


class DatabaseBase:
    """The part of a `Database` that does not depend on its engine."""

    outside: Outside | None = None

    async def _note(self, tx: Transaction) -> None:
        """Nearly always nothing: only what erases leaves a tombstone."""
        if tx.tombstones and self.outside:
            await self.outside.note(tx)

    async def _close_outside(self) -> None:
        if self.outside:
            await self.outside.close()


async def bring_up_to_date(database: Database, now: int) -> None:
    """Every numbered step of the schema that is missing, each in one transaction with its record.

    Raises like `steps`.
    """
    async with database.write() as tx:
        await tx.lock([_MIGRATING])
        await tx.execute(
            "CREATE TABLE IF NOT EXISTS migrations"
            " (number BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)"
        )
    async with database.read() as tx:
        done = await steps(tx, database.engine)
    for migration in migrations(database.engine):
        if migration.number not in done:
            await _apply(database, migration, now)


async def steps(tx: Transaction, engine: str) -> set[int]:
    """The numbers of the steps that a database has taken.

    Raises `Misconfigured` for a database that a newer version has made.
    """
    done = {row["number"] for row in await tx.fetch("SELECT number FROM migrations")}
    if unknown := done - {m.number for m in migrations(engine)}:
        raise Misconfigured(
            f"the database was made by a newer version of Undersigned (step {max(unknown)})"
        )
    return done


async def _apply(database: Database, migration: Migration, now: int) -> None:
    async with database.write() as tx:
        # Servers that start together take turns; the second finds the record.
        await tx.lock([_MIGRATING])
        recorded = await tx.fetch(
            "INSERT INTO migrations VALUES (:number, :name, :now)"
            " ON CONFLICT DO NOTHING RETURNING number",
            number=migration.number,
            name=migration.name,
            now=now,
        )
        for statement in migration.statements if recorded else ():
            await tx.execute(statement)

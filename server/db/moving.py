"""Moving a store from SQLite to PostgreSQL while its servers run.

Most is copied while people sign. Then writing to SQLite stops for as long as it takes to compare
every row of both, to copy what has changed since, and to compare once more; and the file is marked
as moved in the transaction that held it still. From then on its servers refuse to write to it and
new ones refuse to start on it, so that no signature can be left behind. Whatever fails before the
mark leaves the file in use as it was, and the same command goes on from there.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from server.db import ColumnType, Database, Transaction, Value, pack
from server.db.sqlite import MOVED, SQLiteTransaction
from server.errors import Misconfigured

ROWS_AT_ONCE = 5000
#: Tables of which each has its own: what it was brought to, and what it works out by itself.
_OWN = ("migrations", "tombstones_done", "totals", "searched")
_TYPES: dict[str, ColumnType] = {"INTEGER": "int", "TEXT": "text", "BLOB": "blob"}

Say = Callable[[str], None]
Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table, as it stands in SQLite; `key` are the places of its primary key's columns."""

    name: str
    columns: dict[str, ColumnType]
    key: tuple[int, ...]
    parent: bool  # rows of other tables point to its rows

    def key_of(self, row: Values) -> Values:
        return tuple(row[place] for place in self.key)

    def order(self, tx: Transaction) -> str:
        """The key's columns, to compare and sort by, byte for byte on both sides."""
        bytewise = "" if isinstance(tx, SQLiteTransaction) else ' COLLATE "C"'
        return ", ".join(
            f"{name}{bytewise}" if type_ == "text" else name
            for name, type_ in self.key_types.items()
        )

    @property
    def key_types(self) -> dict[str, ColumnType]:
        named = list(self.columns.items())
        return {named[place][0]: named[place][1] for place in self.key}


async def move(source: Database, target: Database, now: int, say: Say) -> list[str]:
    """Move everything; the tables with their rows and checksums, for people to read.

    Raises `Misconfigured` where the target holds something else, or differs in the end, and
    `StoreUnavailable` while either is away.
    """
    await target.migrate(now)
    async with source.read() as here:
        tables = await _tables(here)
    await _refuse_strangers(source, target)
    for table in tables:
        async with target.write() as there:
            await there.execute(
                f"CREATE INDEX IF NOT EXISTS moving_{table.name} ON {table.name}"
                f" ({table.order(there)})"
            )
        await _copy(source, target, table, say)
    say("Nobody can sign for a moment: comparing every row ...")
    async with source.write() as here:
        async with target.write() as there:
            for table in tables:
                await _catch_up(here, there, table)
        async with target.read() as there:
            moved = [await _compare(here, there, table) for table in tables]
        # The last thing that this file ever takes.
        await here.execute(f"PRAGMA user_version = {MOVED}")
    async with target.write() as there:
        for table in tables:
            await there.execute(f"DROP INDEX moving_{table.name}")
    return moved


async def _tables(here: Transaction) -> list[Table]:
    """All tables that both have in common, those that others point to first."""
    names = [
        row["name"]
        for row in await here.fetch(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
            f" AND name NOT LIKE 'sqlite%' AND name NOT IN ({', '.join(map(repr, _OWN))})"
        )
    ]
    pointing = {
        name: {row["table"] for row in await here.fetch(f"PRAGMA foreign_key_list({name})")}
        for name in names
    }
    parents = set().union(*pointing.values())
    tables = []
    for name in TopologicalSorter(pointing).static_order():
        columns = await here.fetch(f"PRAGMA table_info({name})")
        key = sorted((c["pk"], place) for place, c in enumerate(columns) if c["pk"])
        tables.append(
            Table(
                name=name,
                columns={c["name"]: _TYPES[c["type"]] for c in columns},
                key=tuple(place for _, place in key),
                parent=name in parents,
            )
        )
    return tables


async def _refuse_strangers(source: Database, target: Database) -> None:
    """A petition of the target that the source does not have is somebody else's."""
    query = "SELECT id, slug, salt FROM petitions"
    async with source.read() as here, target.read() as there:
        ours = {(r["id"], r["slug"], bytes(r["salt"])) for r in await here.fetch(query)}
        theirs = {(r["id"], r["slug"], bytes(r["salt"])) for r in await there.fetch(query)}
    if strangers := sorted(slug for _, slug, _ in theirs - ours):
        raise Misconfigured(
            f"the PostgreSQL database holds a petition that is not from here: {strangers[0]}."
            " Nothing was changed; give an empty database"
        )


async def _batches(tx: Transaction, table: Table) -> AsyncIterator[list[Values]]:
    """All rows in the order of their keys."""
    after: Values | None = None
    while True:
        rows = await _range(tx, table, after, None, ROWS_AT_ONCE)
        if not rows:
            return
        yield rows
        after = table.key_of(rows[-1])


async def _range(
    tx: Transaction, table: Table, after: Values | None, until: Values | None, limit: int | None
) -> list[Values]:
    """Rows whose keys lie behind `after`, and not behind `until`."""
    key = table.order(tx)
    where: list[str] = []
    values: dict[str, Value] = {}
    for word, sign, bound in (("after", ">", after), ("until", "<=", until)):
        if bound is not None:
            names = [f"{word}_{letter}" for letter, _ in zip("abcdef", bound, strict=False)]
            where.append(f"({key}) {sign} ({', '.join(f':{name}' for name in names)})")
            values |= dict(zip(names, bound, strict=True))
    rows = await tx.fetch(
        f"SELECT {', '.join(table.columns)} FROM {table.name}"
        f" {'WHERE ' if where else ''}{' AND '.join(where)} ORDER BY {key}"
        + (f" LIMIT {limit}" if limit else ""),
        **values,
    )
    return [tuple(row) for row in rows]


async def _copy(source: Database, target: Database, table: Table, say: Say) -> None:
    """Copy what the target does not have yet; each batch stands by itself."""
    key, done = ", ".join(table.key_types), 0
    async with target.read() as there:
        last = await there.fetch_one(
            f"SELECT {key} FROM {table.name} ORDER BY"
            f" {', '.join(f'{part} DESC' for part in table.order(there).split(', '))} LIMIT 1"
        )
    after = tuple(last) if last else None
    while True:
        async with source.read() as here:
            rows = await _range(here, table, after, None, ROWS_AT_ONCE)
        if not rows:
            return
        async with target.write() as there:
            await _insert(there, table, rows)
        after, done = table.key_of(rows[-1]), done + len(rows)
        say(f"{table.name}: {done:,} copied")


async def _insert(there: Transaction, table: Table, rows: Sequence[Values]) -> None:
    columns, key = ", ".join(table.columns), ", ".join(await _target_key(there, table))
    changes = ", ".join(f"{c} = excluded.{c}" for c in table.columns if c not in table.key_types)
    then = f"DO UPDATE SET {changes}" if changes and table.parent else "DO NOTHING"
    await there.execute(
        f"INSERT INTO {table.name} ({columns})"
        f" SELECT {columns} FROM {there.rows('batch', **table.columns)} b WHERE true"
        f" ON CONFLICT ({key}) {then}",
        batch=pack(rows),
    )


async def _target_key(there: Transaction, table: Table) -> list[str]:
    """The primary key's columns there; a partitioned table's has more of them."""
    rows = await there.fetch(
        "SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a"
        " ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
        " WHERE i.indrelid = CAST(CAST(:name AS TEXT) AS regclass) AND i.indisprimary",
        name=table.name,
    )
    return [row["name"] for row in rows]


async def _catch_up(here: Transaction, there: Transaction, table: Table) -> None:
    """Make the target's table equal to the source's, while nobody writes to either."""
    stale: list[Values] = []
    wanted: list[Values] = []
    after: Values | None = None
    async for rows in _batches(here, table):
        until = table.key_of(rows[-1])
        ours = {table.key_of(row): row for row in rows}
        theirs = {table.key_of(r): r for r in await _range(there, table, after, until, None)}
        stale += [key for key, row in theirs.items() if ours.get(key) != row]
        wanted += [row for key, row in ours.items() if theirs.get(key) != row]
        after = until
    stale += [table.key_of(row) for row in await _range(there, table, after, None, None)]
    # All that is stale goes first: a row may have taken over the unique key of another. What
    # others point to cannot go, and is written over.
    if stale and not table.parent:
        key = ", ".join(table.key_types)
        await there.execute(
            f"DELETE FROM {table.name} WHERE ({key}) IN"
            f" (SELECT {key} FROM {there.rows('batch', **table.key_types)} b)",
            batch=pack(stale),
        )
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        await _insert(there, table, wanted[start : start + ROWS_AT_ONCE])


async def _compare(here: Transaction, there: Transaction, table: Table) -> str:
    """One line about a table that is the same on both sides. Raises `Misconfigured` if not."""
    ours, theirs = await _checksum(here, table), await _checksum(there, table)
    if ours != theirs:
        raise Misconfigured(
            f"{table.name} differs: {ours[0]:,} rows here and {theirs[0]:,} there;"
            " nothing was changed here, and the move can be tried again"
        )
    return f"{table.name}: {ours[0]:,} rows, {ours[1]}"


async def _checksum(tx: Transaction, table: Table) -> tuple[int, str]:
    """How many rows, and a digest of all their values in the order of their keys."""
    digest, count = hashlib.sha256(), 0
    async for rows in _batches(tx, table):
        for row in rows:
            digest.update(repr(row).encode())
        count += len(rows)
    return count, digest.hexdigest()[:16]

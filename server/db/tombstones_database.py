"""The log of tombstones in a second database, which the servers of one database share."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.db import Database, Transaction, open_database
from server.db.tombstones import Head, Record, checked
from server.errors import Misconfigured, StoreUnavailable, TombstonesAway

ANSWER_SECONDS = 2.0  # a transaction of the first database waits meanwhile
READ_SECONDS = 60.0  # for all records of months
PAUSE_SECONDS = 5.0  # in which nobody tries a database that has just failed
_LOCK = b"tombston"
_TABLES = (
    "CREATE TABLE IF NOT EXISTS tombstone_logs (log TEXT PRIMARY KEY, proof TEXT NOT NULL,"
    " dropped BIGINT NOT NULL, last BIGINT NOT NULL, aside_at BIGINT)",
    "CREATE TABLE IF NOT EXISTS tombstones (log TEXT NOT NULL, n BIGINT NOT NULL,"
    " at BIGINT NOT NULL, notes TEXT NOT NULL, PRIMARY KEY (log, n))",
)


class DatabaseLog:
    """`Log` as tables, reached when first needed. One log is in use; others were put aside."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opened: Database | None = None
        self._opening = asyncio.Lock()
        self._away_until = float("-inf")
        self.place = "the database of UNDERSIGNED_TOMBSTONES"

    async def head(self) -> Head | None:
        async with self._reading() as tx:
            return await _head(tx)

    async def begin(self, log: str, proof: str) -> None:
        async with self._changing() as tx:
            if await _head(tx) is None:
                await tx.execute(
                    "INSERT INTO tombstone_logs VALUES (:log, :proof, 0, 0, NULL)",
                    log=log,
                    proof=proof,
                )

    async def append(self, log: str, record: Record) -> None:
        async with self._changing() as tx:
            grown = await tx.fetch(
                "UPDATE tombstone_logs SET last = :n WHERE log = :log AND last = :n - 1"
                " AND aside_at IS NULL RETURNING last",
                log=log,
                n=record.n,
            )
            if not grown:
                raise TombstonesAway(f"{self.place} is not what it was a moment ago")
            await tx.execute(
                "INSERT INTO tombstones (log, n, at, notes) VALUES (:log, :n, :at, :notes)",
                log=log,
                n=record.n,
                at=record.at,
                notes=json.dumps(record.notes),
            )

    async def read(self, after: int, *, damaged: bool = False) -> list[Record]:
        async with self._reading(READ_SECONDS) as tx:
            head = await _head(tx)
            rows = await tx.fetch(
                "SELECT n, at, notes FROM tombstones WHERE log = :log AND n > :after ORDER BY n",
                log=head.log if head else "",
                after=after,
            )
        records = [Record(row["n"], row["at"], json.loads(row["notes"])) for row in rows]
        if head is None or damaged:
            return records
        return checked(records, max(after, head.after), head.last, self.place)

    async def drop(self, before: int) -> None:
        async with self._reading() as tx:
            head = await _head(tx)
            if head is None:
                return
            row = await tx.fetch_one(
                "SELECT coalesce(min(n) - 1, :last) AS n FROM tombstones"
                " WHERE log = :log AND at >= :before",
                log=head.log,
                last=head.last,
                before=before,
            )
        if row is None or row["n"] <= head.after:
            return
        async with self._changing() as tx:
            old = {"log": head.log, "n": row["n"]}
            await tx.execute("DELETE FROM tombstones WHERE log = :log AND n <= :n", **old)
            await tx.execute("UPDATE tombstone_logs SET dropped = :n WHERE log = :log", **old)

    async def put_aside(self, now: int) -> str | None:
        async with self._changing() as tx:
            rows = await tx.fetch(
                "UPDATE tombstone_logs SET aside_at = :now WHERE aside_at IS NULL RETURNING log",
                now=now,
            )
        return f"log {rows[0]['log']} of {self.place}" if rows else None

    async def close(self) -> None:
        opened, self._opened = self._opened, None
        if opened:
            await opened.close()

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[Transaction]:
        """One change after the other, also of other servers."""
        async with self._reached() as database, database.write() as tx:
            await tx.lock([_LOCK])
            yield tx

    @asynccontextmanager
    async def _reading(self, patience: float = ANSWER_SECONDS) -> AsyncIterator[Transaction]:
        async with self._reached(patience) as database, database.read() as tx:
            yield tx

    @asynccontextmanager
    async def _reached(self, patience: float = ANSWER_SECONDS) -> AsyncIterator[Database]:
        """What fails, or takes too long, fails at once for a while: nobody else waits for it."""
        if time.monotonic() < self._away_until:
            raise TombstonesAway(f"{self.place} is away")
        try:
            async with asyncio.timeout(patience):
                yield await self._database()
        except TombstonesAway:
            raise
        except (StoreUnavailable, Misconfigured, TimeoutError) as error:
            self._away_until = time.monotonic() + PAUSE_SECONDS
            raise TombstonesAway(f"{self.place} is away: {error}") from error

    async def _database(self) -> Database:
        async with self._opening:
            if self._opened is None:
                opened = await open_database(self._url)
                try:
                    async with opened.write() as tx:
                        await tx.lock([_LOCK])
                        for table in _TABLES:
                            await tx.execute(table)
                except BaseException:
                    await opened.close()
                    raise
                self._opened = opened
            return self._opened


async def _head(tx: Transaction) -> Head | None:
    row = await tx.fetch_one(
        "SELECT log, proof, dropped, last FROM tombstone_logs WHERE aside_at IS NULL"
    )
    return Head(*row) if row else None

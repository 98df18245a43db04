"""What was erased is noted outside the database as well, so that no restored copy revives it.

Whatever erases leaves a tombstone in its own transaction (`tx.tombstones`). Just before that
commits, its tombstones are one record in the log (server/db/tombstones.py), and the database notes
how far it has come. One that is behind, however it was put back, does what the log holds first.

A crash between the two leaves a record of something that nobody was told is done. It is done all
the same, at the next start or before the next record: somebody has asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from server.core.counting.counts import DAY
from server.core.values.keys import Keys, mac
from server.db import Database, Transaction
from server.db.tombstones import Head, Log, Record, log_at
from server.errors import Misconfigured, TombstonesAway

TOMBSTONE_DAYS = 90
CHUNK = 500  # tombstones that one transaction does again, or a few more
_LOCK = b"tombston"


@dataclass(frozen=True, slots=True)
class Done:
    """How far the database has come: all records of that log up to `n` are done in it."""

    log: str
    n: int


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The log of one server, as what is outside its database (`Database.outside`).

    `clock` gives UTC seconds, `draw` so many bytes of chance.
    """

    log: Log
    keys: Keys
    clock: Callable[[], float]
    draw: Callable[[int], bytes]

    async def note(self, tx: Transaction) -> None:
        """Note what the transaction has erased, in the order in which transactions commit."""
        from server.core.upkeep import replay  # (most commands erase nothing)

        try:
            await tx.lock([_LOCK])
            done, head = await self._begun(tx)
            if done.n < head.last:  # of a crash, or of a copy that was put back under our feet
                done = await self._do(tx, done, _chunk(await self.log.read(done.n)))
            if done.n < head.last:
                raise TombstonesAway("the database is being brought up to date")
            notes = await replay.sealed(tx, self.keys, tx.tombstones)
            await self.log.append(head.log, Record(done.n + 1, int(self.clock()), notes))
            await _write(tx, Done(head.log, done.n + 1))
        except Misconfigured as error:
            raise TombstonesAway(str(error)) from error

    async def ready(self, database: Database) -> None:
        """Begin the log where neither it nor the database has begun yet.

        Raises `Misconfigured`, in words for the operator, where the log is not that of this
        database, or does not reach back to it.
        """
        async with database.read() as tx:
            done = await _read(tx)
        if done:
            self._compared(done, await self.log.head())
            return
        async with database.write() as tx:
            await tx.lock([_LOCK])
            await self._begun(tx)

    async def catch_up(self, database: Database) -> None:
        """Do what the log holds and the database has not done. Raises like `ready`."""
        async with database.read() as tx:  # nearly always there is no need to write
            done, head = await self._stand(tx)
        records: list[Record] = []
        while done.n < head.last:
            async with database.write() as tx:
                await tx.lock([_LOCK])
                done, head = await self._stand(tx)
                if done.n == head.last:
                    return
                records = [r for r in records if r.n > done.n] or await self.log.read(done.n)
                done = await self._do(tx, done, _chunk(records))

    async def salvage(self, database: Database) -> None:
        """Do what can still be read of the log, and go on without it: put it aside then, and
        another begins."""
        async with database.read() as tx:
            done = await _read(tx)
        head = None
        with suppress(Misconfigured):
            head = await self.log.head()
        records: Sequence[Record] = []
        if head and (done is None or done.log == head.log):
            records = await self.log.read(done.n if done else 0, damaged=True)
        while chunk := _chunk(records):
            async with database.write() as tx:
                await _again(tx, self.keys, chunk)
                tx.tombstones.clear()
            records = records[len(chunk) :]
        async with database.write() as tx:
            await tx.execute("DELETE FROM tombstones_done")

    async def begin_anew(self, database: Database, now: int) -> str | None:
        """`salvage`, and begin another log; says where the old one is."""
        await self.salvage(database)
        aside = await self.log.put_aside(now)
        await self.ready(database)
        return aside

    async def forget(self, now: int, keep_days: int = TOMBSTONE_DAYS) -> None:
        """Drop records that are older than any copy that is kept, once a day."""
        await self.log.drop((now // DAY - keep_days) * DAY)

    async def faults(self, tx: Transaction) -> list[str]:
        """What would keep a restored copy from being brought up to date."""
        try:
            done, head = await _read(tx), await self.log.head()
            if done:
                await self.log.read(self._compared(done, head).after)
        except (Misconfigured, TombstonesAway) as error:
            return [f"tombstones: {error}"]
        return []

    async def close(self) -> None:
        await self.log.close()

    async def _begun(self, tx: Transaction) -> tuple[Done, Head]:
        """As `_stand`, for a database that may be new, or of a version that had no tombstones."""
        if await _read(tx) is None:
            if await self.log.head() is None:
                name = self.draw(8).hex()
                await self.log.begin(name, self._proof(name))
            head = await self.log.head()
            empty = not await tx.fetch("SELECT 1 AS one FROM petitions LIMIT 1")
            # One with something in it, beside a log that has gone on, is an old copy.
            if head and (empty or head.last == 0):
                await _write(tx, Done(head.log, head.last))
        return await self._stand(tx)

    async def _stand(self, tx: Transaction) -> tuple[Done, Head]:
        """How far the database is, and the log. Raises `Misconfigured`."""
        done, head = await _read(tx), await self.log.head()
        if done is None:
            raise Misconfigured("the database is of a version that had no tombstones")
        return done, self._compared(done, head)

    def _compared(self, done: Done, head: Head | None) -> Head:
        """The log, if this database can go on from it. Raises `Misconfigured`."""
        place = self.log.place
        if head is None:
            raise Misconfigured(f"no tombstones in {place}")
        if head.proof != self._proof(head.log):
            raise Misconfigured(f"the tombstones in {place} are of another UNDERSIGNED_SECRET_KEY")
        if head.log != done.log:
            raise Misconfigured(f"the tombstones in {place} are those of another database")
        if head.last < done.n:
            raise Misconfigured(f"the tombstones in {place} are older than the database")
        if head.after > done.n:
            raise Misconfigured(f"the database is older than the oldest tombstones in {place}")
        return head

    def _proof(self, log: str) -> str:
        return mac(self.keys.server("tombstones"), log).hex()

    async def _do(self, tx: Transaction, done: Done, records: Sequence[Record]) -> Done:
        """Do records again, and note how far that is."""
        ours = list(tx.tombstones)
        await _again(tx, self.keys, records)
        tx.tombstones[:] = ours  # what it leaves is in the log already
        done = Done(done.log, records[-1].n)
        await _write(tx, done)
        return done


async def _again(tx: Transaction, keys: Keys, records: Sequence[Record]) -> None:
    from server.core.upkeep import replay  # (as above: it loads how texts are read)

    await replay.again(tx, keys, records)


def kept_at(
    place: str, keys: Keys, clock: Callable[[], float], draw: Callable[[int], bytes]
) -> Tombstones | None:
    """Those at a path or URL, None for ''. Nothing is opened yet."""
    return Tombstones(log_at(place), keys, clock, draw) if place else None


async def check(database: Database, tombstones: Tombstones | None) -> None:
    """Raise `Misconfigured` for a database whose tombstones are not there."""
    if tombstones is None:
        async with database.read() as tx:
            if await _read(tx):
                raise Misconfigured("UNDERSIGNED_TOMBSTONES is not set, and this database has some")
        return
    try:
        await tombstones.ready(database)
    except TombstonesAway as error:
        raise Misconfigured(f"cannot read the tombstones: {error}") from error


async def _read(tx: Transaction) -> Done | None:
    row = await tx.fetch_one("SELECT log, n FROM tombstones_done")
    return Done(row["log"], row["n"]) if row else None


async def _write(tx: Transaction, done: Done) -> None:
    await tx.execute(
        "INSERT INTO tombstones_done (one, log, n) VALUES (1, :log, :n)"
        " ON CONFLICT (one) DO UPDATE SET log = excluded.log, n = excluded.n",
        log=done.log,
        n=done.n,
    )


def _chunk(records: Sequence[Record]) -> Sequence[Record]:
    """The first of them, with about `CHUNK` tombstones."""
    size = 0
    for place, record in enumerate(records, 1):
        size += len(record.notes)
        if size >= CHUNK:
            return records[:place]
    return records

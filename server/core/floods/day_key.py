"""The key of each day for the prefixes of addresses: the same for every server, gone after its day.

What it has made tells nothing any more from then on (`limits.prefix_tag`).
"""

from __future__ import annotations

from collections.abc import Callable

from server.core.counting.counts import DAY
from server.db import Database, Transaction

KEY_OF_DAY_BYTES = 32


class DayKey:
    """`await day_key()` is today's, read once a day."""

    def __init__(
        self, database: Database, now: Callable[[], float], chance: Callable[[int], bytes]
    ) -> None:
        self._database, self._now, self._chance = database, now, chance
        self._day, self._key = -1, b""

    async def __call__(self) -> bytes:
        day = int(self._now()) // DAY
        if day != self._day:
            async with self._database.write() as tx:
                self._key = await shared_key(tx, day, self._chance(KEY_OF_DAY_BYTES))
            self._day = day
        return self._key


async def shared_key(tx: Transaction, day: int, fresh: bytes) -> bytes:
    """The key of a UTC day number, the same for every server; `fresh` if there is none yet.

    Keys of days before are erased.
    """
    await tx.execute("DELETE FROM daily_keys WHERE day < :day", day=day)
    await tx.execute(
        "INSERT INTO daily_keys (day, key) VALUES (:day, :key) ON CONFLICT (day) DO NOTHING",
        day=day,
        key=fresh,
    )
    row = await tx.fetch_one("SELECT key FROM daily_keys WHERE day = :day", day=day)
    return bytes(row["key"]) if row else fresh

"""A write that changes nothing for anybody, to learn whether anything can be stored."""

from __future__ import annotations

from server.db import Database


async def write_durably(database: Database, now: int) -> None:
    """Return once it is on the disk. Raises `StoreUnavailable` and below where that fails."""
    async with database.write() as tx:
        await tx.execute(
            "INSERT INTO probes (one, at) VALUES (1, :now)"
            " ON CONFLICT (one) DO UPDATE SET at = excluded.at",
            now=now,
        )

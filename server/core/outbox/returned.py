"""Addresses whose mail came back for good: they get none for a while."""

from __future__ import annotations

from server.db import Transaction

BOUNCED_SECONDS = 30 * 86_400  # for which an address whose mail came back gets none


async def has_bounced(tx: Transaction, address_key: bytes, now: int) -> bool:
    """Whether mail to that address came back in the last `BOUNCED_SECONDS`."""
    return bool(
        await tx.fetch_one(
            "SELECT 1 AS one FROM bounces WHERE address_key = :key AND bounced_at > :since",
            key=address_key,
            since=now - BOUNCED_SECONDS,
        )
    )


async def note_bounce(tx: Transaction, address_key: bytes, now: int) -> None:
    """Mail to that address came back for good. What is noted for too long goes."""
    await tx.execute(
        "DELETE FROM bounces WHERE bounced_at <= :before", before=now - BOUNCED_SECONDS
    )
    await tx.execute(
        "INSERT INTO bounces (address_key, bounced_at) VALUES (:key, :now)"
        " ON CONFLICT (address_key) DO UPDATE SET bounced_at = excluded.bounced_at",
        key=address_key,
        now=now,
    )

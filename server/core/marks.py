"""Until when something has been done: a time by its name."""

from __future__ import annotations

from server.db import Transaction


async def read(tx: Transaction, name: str) -> int | None:
    """The time (UTC seconds), or None if it was never done."""
    row = await tx.fetch_one("SELECT at FROM marks WHERE name = :name", name=name)
    return int(row["at"]) if row else None


async def write(tx: Transaction, name: str, at: int) -> None:
    """Set it; it never goes back."""
    await tx.execute(
        "INSERT INTO marks (name, at) VALUES (:name, :at) ON CONFLICT (name) DO UPDATE"
        " SET at = CASE WHEN marks.at < excluded.at THEN excluded.at ELSE marks.at END",
        name=name,
        at=at,
    )


async def messages_of(
    tx: Transaction, gateway: str, since: int, before: int, limit: int
) -> list[tuple[int, str]]:
    """Times and provider's ids of texts in and out by one gateway after `since`, oldest first."""
    rows = await tx.fetch(
        "SELECT at, id FROM (SELECT received_at AS at, message_id AS id FROM inbound"
        "  WHERE gateway = :gateway AND received_at > :since AND received_at < :before"
        "  UNION ALL SELECT created_at, provider_id FROM outbox WHERE carrier = :gateway"
        "  AND provider_id IS NOT NULL AND created_at > :since AND created_at < :before) held"
        " ORDER BY at LIMIT :limit",
        gateway=gateway,
        since=since,
        before=before,
        limit=limit,
    )
    return [(row["at"], row["id"]) for row in rows]

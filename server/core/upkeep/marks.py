"""High-water marks of background jobs: up to which time, or which id, each of them has got."""

from __future__ import annotations

from server.db import Transaction


async def read(tx: Transaction, name: str) -> int | None:
    """How far the job of that name has got; None if it never ran."""
    row = await tx.fetch_one("SELECT at FROM marks WHERE name = :name", name=name)
    return int(row["at"]) if row else None


async def write(tx: Transaction, name: str, at: int) -> None:
    """Note how far it has got; a mark never goes back."""
    await tx.execute(
        "INSERT INTO marks (name, at) VALUES (:name, :at) ON CONFLICT (name) DO UPDATE"
        " SET at = CASE WHEN marks.at < excluded.at THEN excluded.at ELSE marks.at END",
        name=name,
        at=at,
    )


async def messages_of(
    tx: Transaction, gateway: str, since: int, before: int, limit: int
) -> list[tuple[int, str]]:
    """Times and provider's ids of texts in and out by one gateway after `since`, oldest first.

    About `limit` of them, and always all of a second: a mark that is a time would skip the others.
    """
    held = (
        "(SELECT received_at AS at, message_id AS id FROM inbound"
        "  WHERE gateway = :gateway AND received_at > :since AND received_at < :before"
        "  UNION ALL SELECT created_at, provider_id FROM outbox WHERE carrier = :gateway"
        "  AND provider_id IS NOT NULL AND created_at > :since AND created_at < :before)"
    )
    rows = await tx.fetch(
        f"SELECT at, id FROM {held} held WHERE at <= coalesce("
        f" (SELECT at FROM {held} firsts ORDER BY at LIMIT 1 OFFSET :limit), :before)"
        " ORDER BY at, id",
        gateway=gateway,
        since=since,
        before=before,
        limit=limit - 1,
    )
    return [(row["at"], row["id"]) for row in rows]

"""Messages that one worker holds: for longer, or after all not; and how many wait."""

from __future__ import annotations

from collections.abc import Iterable

from server.core.outbox.outbox import Channel
from server.db import Transaction, pack


async def renew(tx: Transaction, ids: Iterable[int], known: int, until: int) -> set[int]:
    """Extend the lease of those that still have the one that is known; which those are."""
    rows = tx.rows("mine", id="int")
    found = await tx.fetch(
        "UPDATE outbox SET leased_until = :until WHERE leased_until = :known"
        f" AND id IN (SELECT id FROM {rows} m) RETURNING id",
        mine=pack((id_,) for id_ in ids),
        known=known,
        until=until,
    )
    return {row["id"] for row in found}


async def give_up_lease(tx: Transaction, ids: Iterable[int], until: int) -> None:
    """They were not tried after all, and are as due as before, but for those that another worker
    has taken since the lease ran out, which was good until then."""
    rows = tx.rows("mine", id="int")
    await tx.execute(
        "UPDATE outbox SET leased_until = NULL, handed_at = NULL, tries = tries - 1"
        f" WHERE id IN (SELECT id FROM {rows} m) AND sent_at IS NULL AND failed_at IS NULL"
        " AND leased_until <= :until",
        mine=pack((id_,) for id_ in ids),
        until=until,
    )


async def count_waiting(tx: Transaction, channel: Channel) -> int:
    """How many messages are to be sent on a channel."""
    row = await tx.fetch_one(
        "SELECT count(*) AS n FROM outbox"
        " WHERE channel = :channel AND sent_at IS NULL AND failed_at IS NULL",
        channel=channel,
    )
    return row["n"] if row else 0


async def waiting(tx: Transaction) -> tuple[int, int | None]:
    """How many messages are to be sent, and when the oldest of them was queued."""
    row = await tx.fetch_one(
        "SELECT count(*) AS n, min(created_at) AS oldest FROM outbox"
        " WHERE sent_at IS NULL AND failed_at IS NULL"
    )
    return (row["n"], row["oldest"]) if row else (0, None)

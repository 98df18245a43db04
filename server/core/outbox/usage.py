"""What texts cost: segments in and out, by UTC day and petition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.db import Transaction, pack

NO_PETITION = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Segments of one petition."""

    received: int = 0
    sent: int = 0


async def sent_by_petition(tx: Transaction, day: int) -> dict[int, int]:
    """Segments sent on a UTC day number, by petition id."""
    rows = await tx.fetch(
        "SELECT petition_id, sum(sent) AS n FROM sms_usage WHERE day = :day GROUP BY petition_id",
        day=day,
    )
    return {row["petition_id"]: int(row["n"]) for row in rows}


async def add(
    tx: Transaction, day: int, *, received: Mapping[int, int], sent: Mapping[int, int]
) -> None:
    """Note segments by petition id, in one statement."""
    changes = [(p, received.get(p, 0), sent.get(p, 0)) for p in sorted({*received, *sent})]
    changes = [change for change in changes if change[1] or change[2]]
    if not changes:
        return
    rows = tx.rows("used", petition_id="int", received="int", sent="int")
    await tx.execute(
        "INSERT INTO sms_usage (day, petition_id, shard, received, sent)"
        f" SELECT :day, petition_id, :shard, received, sent FROM {rows} u WHERE true"
        " ON CONFLICT (day, petition_id, shard) DO UPDATE SET"
        " received = sms_usage.received + excluded.received,"
        " sent = sms_usage.sent + excluded.sent",
        day=day,
        shard=tx.shard,
        used=pack(changes),
    )


async def sent_on(tx: Transaction, day: int) -> int:
    """Segments that the whole server has sent on a UTC day number."""
    row = await tx.fetch_one(
        "SELECT coalesce(sum(sent), 0) AS n FROM sms_usage WHERE day = :day", day=day
    )
    return int(row["n"]) if row else 0


async def of_petition(tx: Transaction, petition_id: int, since_day: int = 0) -> Usage:
    """Segments about one petition since a UTC day number."""
    row = await tx.fetch_one(
        "SELECT coalesce(sum(received), 0) AS received, coalesce(sum(sent), 0) AS sent"
        " FROM sms_usage WHERE petition_id = :id AND day >= :since",
        id=petition_id,
        since=since_day,
    )
    return Usage(int(row["received"]), int(row["sent"])) if row else Usage()

"""What became of a petition's messages: how many wait, were sent, were given up, and why."""

from __future__ import annotations

from dataclasses import dataclass

from server.db import Transaction


@dataclass(frozen=True, slots=True)
class Delivery:
    """How many texts are in one state: `waiting`, or the last that the provider has told us;
    `error` is the provider's code or a word of ours, of the gateway `carrier`."""

    state: str
    carrier: str
    error: str
    n: int


@dataclass(frozen=True, slots=True)
class Fates:
    """Messages of one petition, and its texts by what became of them."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    deliveries: tuple[Delivery, ...] = ()


async def fates(tx: Transaction, petition_id: int) -> Fates:
    """Reads every message of the petition."""
    row = await tx.fetch_one(
        "SELECT count(*) AS n, count(sent_at) AS sent, count(failed_at) AS failed"
        " FROM outbox WHERE petition_id = :id",
        id=petition_id,
    )
    n, sent, failed = (row["n"], row["sent"], row["failed"]) if row else (0, 0, 0)
    return Fates(n - sent - failed, sent, failed, await _deliveries(tx, petition_id))


async def _deliveries(tx: Transaction, petition_id: int) -> tuple[Delivery, ...]:
    rows = await tx.fetch(
        "SELECT CASE WHEN failed_at IS NOT NULL THEN 'failed' WHEN sent_at IS NULL THEN 'waiting'"
        " ELSE coalesce(status, 'sent') END AS state, coalesce(carrier, gateway, '') AS by_gateway,"
        " coalesce(error, '') AS code, count(*) AS n FROM outbox"
        " WHERE petition_id = :id AND channel = 'sms' GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 3",
        id=petition_id,
    )
    return tuple(Delivery(r["state"], r["by_gateway"], r["code"], r["n"]) for r in rows)

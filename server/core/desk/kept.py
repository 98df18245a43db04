"""Breakdowns of petitions with very many signatures, counted once in a while and kept."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from server.core.desk.breakdown import Breakdown, Mailed, breakdown
from server.core.outbox.fates import Delivery, Fates
from server.core.petitions.petitions import Petition
from server.db import Database, Transaction

#: Of so many signatures and fewer a page counts by itself: it takes some milliseconds.
COUNTED_AT_ONCE = 5000
KEPT_FOR_SECONDS = 3600
#: SQL: all signatures, and the verified ones once more, since verifying changes what is counted.
_AS_COUNTED = "sum(CASE WHEN state = 'verified' THEN 2 * n ELSE n END)"


@dataclass(frozen=True, slots=True)
class KeptFigures:
    """A breakdown as of a moment (UTC seconds)."""

    breakdown: Breakdown
    made_at: int


async def latest(tx: Transaction, petition: Petition, day: str, now: int) -> KeptFigures | None:
    """Of now where that is quick, else as it was last counted; None before that was done."""
    total = await tx.fetch_one(
        "SELECT coalesce(sum(n), 0) AS n FROM totals WHERE petition_id = :id", id=petition.id
    )
    if total is None or total["n"] <= COUNTED_AT_ONCE:
        return KeptFigures(await breakdown(tx, petition, day, now), now)
    row = await tx.fetch_one(
        "SELECT made_at, content FROM figures_kept WHERE petition_id = :id", id=petition.id
    )
    return KeptFigures(_unpacked(row["content"]), row["made_at"]) if row else None


async def due(tx: Transaction, now: int) -> list[tuple[int, int]]:
    """Petitions that are to be counted anew, with what each has then: those in which anything has
    changed since, the one that was counted longest ago first."""
    rows = await tx.fetch(
        f"SELECT t.petition_id, t.n FROM (SELECT petition_id, {_AS_COUNTED} AS n FROM totals"
        "  GROUP BY petition_id HAVING sum(n) > :least) t"
        " LEFT JOIN figures_kept k ON k.petition_id = t.petition_id"
        " WHERE k.petition_id IS NULL OR (k.made_at <= :before AND k.counted <> t.n)"
        " ORDER BY coalesce(k.made_at, 0), t.petition_id",
        least=COUNTED_AT_ONCE,
        before=now - KEPT_FOR_SECONDS,
    )
    return [(row["petition_id"], int(row["n"])) for row in rows]


async def keep(database: Database, petition: Petition, n: int, day: str, now: int) -> None:
    """Count one anew."""
    async with database.read() as tx:
        found = await breakdown(tx, petition, day, now)
    async with database.write() as tx:
        await store(tx, petition.id, n, found, now)


async def store(tx: Transaction, petition_id: int, n: int, found: Breakdown, now: int) -> None:
    """Keep it, unless the petition has ended meanwhile."""
    await tx.execute(
        "INSERT INTO figures_kept (petition_id, made_at, counted, content)"
        " SELECT id, :now, :n, CAST(:content AS TEXT) FROM petitions"
        " WHERE id = :id AND ended_at IS NULL"
        " ON CONFLICT (petition_id) DO UPDATE SET made_at = excluded.made_at,"
        " counted = excluded.counted, content = excluded.content",
        id=petition_id,
        n=n,
        now=now,
        content=json.dumps(asdict(found)),
    )


def _unpacked(content: str) -> Breakdown:
    said: dict[str, Any] = json.loads(content)
    mailed, sendings = said["mailed"], said["fates"]
    deliveries = tuple(Delivery(**each) for each in sendings["deliveries"])
    return Breakdown(
        places=_rows(said["places"]),
        by_division=said["by_division"],
        languages=_rows(said["languages"]),
        mailed=Mailed(**{**mailed, "domains": _rows(mailed["domains"])}),
        hours=_rows(said["hours"]),
        fates=Fates(**{**sendings, "deliveries": deliveries}),
    )


def _rows(said: list[list[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(row) for row in said)

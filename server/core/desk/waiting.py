"""What of a petition waits for somebody to decide: how much of each there is.

Each figure is read through an index over what waits, and stops at `MOST`.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.core.counting.counts import DAY
from server.core.counting.states import where
from server.db import Transaction

MOST = 1000  # that are counted
LATELY_SECONDS = 30 * DAY  # for which the words of a text are kept

_COMMENTS = (
    "SELECT 1 AS one FROM signatures WHERE petition_id = :id AND comment IS NOT NULL"
    f" AND approved_at IS NULL AND public_at IS NOT NULL AND {where('verified')}"
)
_ORGANIZATIONS = (
    "SELECT 1 AS one FROM besides b JOIN signatures s"
    " ON s.petition_id = b.petition_id AND s.id = b.signature_id"
    " WHERE b.petition_id = :id AND b.organization IS NOT NULL AND b.approved_at IS NULL"
    f" AND s.public_at IS NOT NULL AND {where('verified')}"
)
_TEXTS = (
    "SELECT 1 AS one FROM inbound i WHERE kind IN ({kinds}) AND received_at > :since"
    " AND petition_id = :id AND body IS NOT NULL AND NOT EXISTS (SELECT 1 FROM judged_texts j"
    "  WHERE j.gateway = i.gateway AND j.message_id = i.message_id)"
)
_MAY_BE = "'which', 'stop_how', 'late'"  # kinds of texts


@dataclass(frozen=True, slots=True)
class Waiting:
    """Comments and organizations to read; of the texts of late that nobody has made anything of,
    those that were not understood, and those that may have meant something else."""

    comments: int = 0
    organizations: int = 0
    texts: int = 0
    unsure: int = 0


async def waiting(tx: Transaction, petition_id: int, now: int) -> Waiting:
    lately = {"id": petition_id, "since": now - LATELY_SECONDS}
    return Waiting(
        await _counted(tx, _COMMENTS, id=petition_id),
        await _counted(tx, _ORGANIZATIONS, id=petition_id),
        await _counted(tx, _TEXTS.format(kinds="'unknown'"), **lately),
        await _counted(tx, _TEXTS.format(kinds=_MAY_BE), **lately),
    )


async def _counted(tx: Transaction, found: str, **values: int) -> int:
    row = await tx.fetch_one(f"SELECT count(*) AS n FROM ({found} LIMIT {MOST}) AS waits", **values)
    return int(row["n"]) if row else 0

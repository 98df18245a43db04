"""Two pairs of eyes: how much one organizer may take out alone, and who may agree to more.

All that 30 days took out is added up, also what was erased at somebody's request: so no slice is
too thin. The second is nobody who was let in for it.
"""

from __future__ import annotations

import hashlib

from server.core.counting.counts import DAY, figures
from server.core.desk.people import teams
from server.core.desk.signers.conditions import Preview
from server.db import Transaction

UNDO_SECONDS = 30 * DAY
ALONE = 3  # signatures that one organizer may take out in that time, or a hundredth of all
ALONE_SHARE = 0.01
_LOCK = hashlib.sha256(b"invalidations").digest()[:16]  # of whoever asks for one


async def one_at_a_time(tx: Transaction) -> None:
    """Let others who ask wait for this transaction."""
    await tx.lock([_LOCK])


async def needs_second(
    tx: Transaction, petition_id: int, seen: Preview, organizer: int, now: int
) -> bool:
    """Whether another organizer has to agree that this one takes out so many more: where there is
    one who may, and has been a member for a week, or was one until lately. Nobody gets rid of the
    second by sending them away.

    The verified ones are weighed apart: whoever has ten thousand invented names signed may not
    take out a hundred verified ones for it.
    """
    await one_at_a_time(tx)
    taken, taken_verified = await _taken(tx, petition_id, now - UNDO_SECONDS)
    now_in = await figures(tx, petition_id)
    verified = sum(now_in.by_class.values())
    if _is_little(seen.n + taken, now_in.total + taken) and _is_little(
        seen.verified + taken_verified, verified + taken_verified
    ):
        return False
    return bool(await teams.seconds(tx, petition_id, organizer, now)) or await teams.misses_second(
        tx, petition_id, organizer, now
    )


def _is_little(n: int, of: int) -> bool:
    return n <= max(ALONE, ALONE_SHARE * of)


async def _taken(tx: Transaction, petition_id: int, since: int) -> tuple[int, int]:
    """How many were taken out since then, or are about to be; and at most how many of these were
    verified."""
    row = await tx.fetch_one(
        "SELECT coalesce(sum(n), 0) AS n, coalesce(sum(due), 0) AS due,"
        " coalesce(sum(verified), 0) AS verified FROM (SELECT n,"
        "  CASE WHEN finished_at IS NULL AND wanted > n THEN wanted - n ELSE 0 END AS due,"
        "  (SELECT count(*) FROM signatures s WHERE s.petition_id = i.petition_id"
        "   AND s.invalidation_id = i.id AND s.verified_at IS NOT NULL AND s.held_at IS NULL)"
        "  AS verified FROM invalidations i WHERE petition_id = :petition AND undone_at IS NULL"
        "  AND coalesce(finished_at, started_at, asked_at) > :since"
        # What is erased at somebody's request, so that this is no way around.
        "  UNION ALL SELECT counted, 0, verified FROM erasures WHERE petition_id = :petition"
        "  AND coalesce(done_at, asked_at) > :since) AS lately",
        petition=petition_id,
        since=since,
    )
    n, due, verified = (int(row[k]) for k in ("n", "due", "verified")) if row else (0, 0, 0)
    return n + due, verified + due

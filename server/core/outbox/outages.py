"""Times in which a way to send was shut: a mail server that is away, a login that is wrong.

No message is to blame for that, so none is given up over it: such time does not count towards what
a message is worth, nor towards when a contact is erased that nobody could verify meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.db import Transaction

BY_MAIL = "mail"  # the way of all mail; those of texts have the names of their gateways
#: For so long at most does anything wait because its way is shut.
MOST_WAIT_SECONDS = 5 * 86_400
OUTAGE_KEPT_SECONDS = 30 * 86_400  # for which is known when a way was shut


@dataclass(frozen=True, slots=True)
class Outages:
    """The times, as (beginning, end), in which one way was shut."""

    spans: Sequence[tuple[int, int]]
    now: int

    def since(self, seconds: int) -> int:
        """From when on so many seconds have passed in which the way was open."""
        plain = self.now - seconds
        found = plain
        while (earlier := plain - self._shut_after(found)) < found:
            found = earlier
        return max(found, plain - MOST_WAIT_SECONDS)

    def _shut_after(self, moment: int) -> int:
        return sum(max(0, ended - max(began, moment)) for began, ended in self.spans)


async def outages_of(tx: Transaction, way: str, now: int) -> Outages:
    rows = await tx.fetch(
        "SELECT began_at, coalesce(ended_at, :now) AS ended FROM outages WHERE way = :way",
        way=way,
        now=now,
    )
    return Outages([(row["began_at"], row["ended"]) for row in rows], now)


async def shut(tx: Transaction, way: str, why: str, now: int) -> int:
    """Note that nothing gets through; since when that is so. `why` is a code."""
    await tx.execute(
        "INSERT INTO outages (way, began_at, why) VALUES (:way, :now, :why) ON CONFLICT DO NOTHING",
        way=way,
        now=now,
        why=why,
    )
    since = await shut_since(tx, way)
    return now if since is None else since


async def shut_since(tx: Transaction, way: str) -> int | None:
    """Since when nothing gets through; None while it does."""
    row = await tx.fetch_one(
        "SELECT began_at FROM outages WHERE way = :way AND ended_at IS NULL", way=way
    )
    return row["began_at"] if row else None


async def all_shut(tx: Transaction) -> dict[str, int]:
    """The ways by which nothing gets through, and since when."""
    rows = await tx.fetch("SELECT way, began_at FROM outages WHERE ended_at IS NULL ORDER BY way")
    return {row["way"]: row["began_at"] for row in rows}


async def open_again(tx: Transaction, way: str, now: int) -> int | None:
    """Something got through; since when nothing had, None if that is no news."""
    rows = await tx.fetch(
        "UPDATE outages SET ended_at = :now WHERE way = :way AND ended_at IS NULL"
        " RETURNING began_at",
        way=way,
        now=now,
    )
    return rows[0]["began_at"] if rows else None


async def forget_outages(tx: Transaction, now: int) -> None:
    """Forget what delays nothing any more."""
    await tx.execute(
        "DELETE FROM outages WHERE ended_at <= :before", before=now - OUTAGE_KEPT_SECONDS
    )

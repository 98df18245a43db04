"""How often something was tried since some moment, in one table for all kinds of tries.

Whose they are is kept as a key that tells nothing. What is allowed, and what happens beyond, is for
the caller to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from server.core.counting.counts import DAY
from server.db import ColumnType, Transaction, pack

KEPT_SECONDS = 2 * DAY  # after the last one; whatever is counted is counted for a day at most


class Try(NamedTuple):
    """One try. Those with the same kind, petition (0: none) and key are counted together, from
    `since` on."""

    kind: Literal["code", "sign_in", "alone", "look", "mine", "mine_used"]
    key: bytes
    since: int
    petition_id: int = 0

    @property
    def counter(self) -> tuple[str, int, bytes]:
        return self.kind, self.petition_id, self.key


_WHOSE: dict[str, ColumnType] = {"kind": "text", "petition_id": "int", "key": "blob"}
_COUNTER = ", ".join(_WHOSE)


async def add(tx: Transaction, tries: Sequence[Try], now: int) -> list[int]:
    """Count each, and return how many there were with it. A later `since` begins again at one."""
    since = {t.counter: t.since for t in tries}
    together = Counter(t.counter for t in tries)
    batch = tx.rows("batch", **_WHOSE, since="int", n="int")
    rows = await tx.fetch(
        f"INSERT INTO tries ({_COUNTER}, since, n, last_at)"
        f" SELECT {_COUNTER}, since, n, :now FROM {batch} b WHERE true"
        f" ON CONFLICT ({_COUNTER}) DO UPDATE SET last_at = excluded.last_at,"
        " n = CASE WHEN tries.since < excluded.since THEN 0 ELSE tries.n END + excluded.n,"
        " since = CASE WHEN tries.since < excluded.since THEN excluded.since ELSE tries.since END"
        f" RETURNING {_COUNTER}, n",
        batch=pack((*counter, since[counter], n) for counter, n in sorted(together.items())),
        now=now,
    )
    reached = {(r["kind"], r["petition_id"], bytes(r["key"])): r["n"] for r in rows}
    counted = {counter: reached[counter] - n for counter, n in together.items()}
    places = []
    for one in tries:
        counted[one.counter] += 1
        places.append(counted[one.counter])
    return places


async def take_back(tx: Transaction, tries: Sequence[Try]) -> None:
    """Take these out of the count again; all others stay in it."""
    await tx.execute(
        f"UPDATE tries SET n = n - 1 WHERE n > 0 AND ({_COUNTER}) IN"
        f" (SELECT {_COUNTER} FROM {tx.rows('batch', **_WHOSE)} b)",
        batch=pack(t.counter for t in tries),
    )


async def expire(tx: Transaction, now: int) -> None:
    """Forget what was not tried again for so long that it cannot count any more."""
    await tx.execute("DELETE FROM tries WHERE last_at <= :before", before=now - KEPT_SECONDS)

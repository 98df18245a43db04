"""Changing many signatures: a batch at a time, under the locks of signing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.core.petitions.petitions import check_not_ended
from server.core.signing import stored
from server.core.signing.decide import Ledger
from server.core.signing.signature import Signature
from server.db import Database, Transaction

BATCH = 500


async def change_all(
    database: Database,
    petition_id: int,
    which: str,
    change: Callable[[Signature], bool],
    **values: str | int | bytes | None,
) -> int:
    """Change all signatures of a petition to which the SQL condition `which` applies, a batch at a
    time; returns how many were changed. Raises `NotOpen` for one that has ended.

    `change` is asked about each under the locks of signing, and says whether it changed it.
    """
    total, after = 0, 0
    while True:
        async with database.write() as tx:
            await check_not_ended(tx, petition_id)
            ids = await matching(tx, petition_id, which, after, BATCH, **values)
            total += len(await change_batch(tx, petition_id, ids, change))
        if len(ids) < BATCH:
            return total
        after = ids[-1]


async def matching(
    tx: Transaction,
    petition_id: int,
    which: str,
    after: int,
    limit: int,
    **values: str | int | bytes | None,
) -> list[int]:
    rows = await tx.fetch(
        f"SELECT id FROM signatures WHERE petition_id = :petition AND id > :after AND {which}"
        " ORDER BY id LIMIT :limit",
        petition=petition_id,
        after=after,
        limit=limit,
        **values,
    )
    return [row["id"] for row in rows]


async def change_batch(
    tx: Transaction, petition_id: int, ids: Sequence[int], change: Callable[[Signature], bool]
) -> list[Signature]:
    """Change these, read under the locks of signing, and the counters with them."""
    await stored.lock(tx, await stored.by_ids(tx, petition_id, ids))
    found = await stored.by_ids(tx, petition_id, ids)
    ledger = Ledger(await stored.beside(tx, found))
    changed = [signature for signature in found if change(signature)]
    for signature in changed:  # when all is decided: one may be looked at for another
        signature.changed = True
        ledger.settle(signature)
    await ledger.write(tx)
    return changed

"""What partners get: name and e-mail of those who have ticked it, for each partner a file of its
own with verified signatures alone. Whoever takes the signature back stands in no later file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncGenerator

from server.core.counting.states import where
from server.core.desk.signers.exports import csv_of, safe_cell, time_cell
from server.db import Database, Row, Transaction

PARTNER_HEADINGS = ("name", "email", "shared_at")
_AT_ONCE = 1000  # rows
_SHARED = (
    "SELECT s.id, s.name, b.email, b.shares FROM besides b"
    " JOIN signatures s ON s.petition_id = b.petition_id AND s.id = b.signature_id"
    f" WHERE b.petition_id = :id AND b.shares IS NOT NULL AND {where('verified')}"
)


async def sharing(tx: Transaction, petition_id: int) -> Counter[str]:
    """How many verified signers share with each partner that any has shared with."""
    rows = await tx.fetch(_SHARED, id=petition_id)
    return Counter(partner for row in rows for partner in json.loads(row["shares"]))


async def partner_blocks(
    database: Database, petition_id: int, partner: str
) -> AsyncGenerator[bytes]:
    """That partner's file in blocks, as `exports.csv_blocks` makes that of all signatures."""
    yield "\ufeff".encode() + csv_of([PARTNER_HEADINGS])
    after = -1
    while rows := await _block(database, petition_id, after):
        after = rows[-1]["id"]
        yield csv_of(
            (safe_cell(row["name"] or ""), safe_cell(row["email"] or ""), time_cell(since))
            for row in rows
            if (since := json.loads(row["shares"]).get(partner))
        )


async def _block(database: Database, petition_id: int, after: int) -> list[Row]:
    async with database.read() as tx:
        sql = f"{_SHARED} AND s.id > :after ORDER BY s.id LIMIT :limit"
        return list(await tx.fetch(sql, id=petition_id, after=after, limit=_AT_ONCE))

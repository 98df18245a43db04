"""What signers have put right about where their postcode lies.

Of each signer one correction of a petition is kept, under a key that nobody can make without the
server's secret: their postcode, and where they say that it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.db import Transaction, pack

SEVERAL = 3  # signers who have put one postcode right: then it is the map that errs
CORRECTION_SECONDS = 365 * 86_400  # by then there is another map


@dataclass(frozen=True, slots=True)
class Correction:
    """One signer's. `signer` is their key, `division` where they live."""

    petition_id: int
    signer: bytes
    postcode: str
    division: str
    now: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """So many signers say that a postcode lies in that division."""

    postcode: str
    division: str
    signers: int


async def note_corrections(tx: Transaction, corrections: Sequence[Correction]) -> list[None]:
    """Keep them: of each signer what they said last."""
    last = {(one.petition_id, one.signer): one for one in corrections}
    rows = tx.rows(
        "batch", petition_id="int", signer_key="blob", postcode="text", division="text", at="int"
    )
    await tx.execute(
        "INSERT INTO place_corrections (petition_id, signer_key, postcode, division, noted_at)"
        f" SELECT petition_id, signer_key, postcode, division, at FROM {rows} b WHERE true"
        " ON CONFLICT (petition_id, signer_key) DO UPDATE SET postcode = excluded.postcode,"
        " division = excluded.division, noted_at = excluded.noted_at",
        batch=pack((c.petition_id, c.signer, c.postcode, c.division, c.now) for c in last.values()),
    )
    return [None] * len(corrections)


async def by_several(tx: Transaction, petition_id: int) -> list[Corrected]:
    """The postcodes that `SEVERAL` signers have put right, with where they say that these lie."""
    rows = await tx.fetch(
        "SELECT postcode, division, count(*) AS n FROM place_corrections c"
        " WHERE petition_id = :petition AND :several <= (SELECT count(*) FROM place_corrections o"
        "  WHERE o.petition_id = c.petition_id AND o.postcode = c.postcode)"
        " GROUP BY postcode, division ORDER BY postcode, n DESC, division",
        petition=petition_id,
        several=SEVERAL,
    )
    return [Corrected(row["postcode"], row["division"], row["n"]) for row in rows]


async def expire_corrections(tx: Transaction, now: int) -> None:
    await tx.execute(
        "DELETE FROM place_corrections WHERE noted_at <= :before", before=now - CORRECTION_SECONDS
    )

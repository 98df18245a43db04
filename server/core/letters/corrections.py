"""What signers have put right about where their postcode lies.

Of each signature one correction is kept: its postcode, and where its signer says that it lies. It
goes with the signature (`core/signing/goes_with.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.core.counting.states import where
from server.core.places.outcomes import Chosen
from server.db import Transaction, pack

SEVERAL = 3  # signers who have put one postcode right: then it is the map that errs
SHOWN = 20  # postcodes that are told of: whoever makes up many hides none that many signers know
CORRECTION_SECONDS = 365 * 86_400  # by then there is another map


@dataclass(frozen=True, slots=True)
class Correction:
    """One signer's. `division` is where they live."""

    petition_id: int
    signature_id: int
    postcode: str
    division: str
    now: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """So many signers say that a postcode lies in that division."""

    postcode: str
    division: str
    signers: int


def put_right(chosen: Chosen) -> str:
    """Where somebody lives if that is not where their postcode leads; '' if it is."""
    return chosen.divisions[-1] if chosen.not_mine and chosen.divisions else ""


async def note_corrections(tx: Transaction, corrections: Sequence[Correction]) -> list[None]:
    """Keep them: of each signature what was said last, unless it was taken back meanwhile."""
    last = {(one.petition_id, one.signature_id): one for one in corrections}
    rows = tx.rows(
        "batch", petition_id="int", signature_id="int", postcode="text", division="text", at="int"
    )
    await tx.execute(
        "INSERT INTO place_corrections (petition_id, signature_id, postcode, division, noted_at)"
        " SELECT b.petition_id, b.signature_id, b.postcode, b.division, b.at"
        f" FROM {rows} b JOIN signatures s ON s.petition_id = b.petition_id"
        "  AND s.id = b.signature_id AND s.withdrawn_at IS NULL WHERE true"
        " ON CONFLICT (petition_id, signature_id) DO UPDATE SET postcode = excluded.postcode,"
        " division = excluded.division, noted_at = excluded.noted_at",
        batch=pack(
            (c.petition_id, c.signature_id, c.postcode, c.division, c.now) for c in last.values()
        ),
    )
    return [None] * len(corrections)


_SAID = (
    "SELECT c.postcode, c.division, signatures.contact_key AS whose FROM place_corrections c"
    " JOIN signatures ON signatures.petition_id = c.petition_id AND signatures.id = c.signature_id"
    f" WHERE c.petition_id = :petition AND {where('verified')}"
)


async def by_several(tx: Transaction, petition_id: int) -> list[Corrected]:
    """The postcodes that `SEVERAL` signers have put right, with where they say that these lie; of
    most signers first. Of one contact, one signer counts, and only if verified."""
    rows = await tx.fetch(
        f"WITH said AS ({_SAID}), known AS (SELECT postcode, count(DISTINCT whose) AS people"
        "  FROM said GROUP BY postcode HAVING count(DISTINCT whose) >= :several"
        "  ORDER BY people DESC, postcode LIMIT :shown)"
        " SELECT said.postcode, division, count(DISTINCT whose) AS n FROM said JOIN known"
        "  ON known.postcode = said.postcode GROUP BY said.postcode, division, people"
        " ORDER BY people DESC, said.postcode, n DESC, division",
        petition=petition_id,
        several=SEVERAL,
        shown=SHOWN,
    )
    return [Corrected(row["postcode"], row["division"], row["n"]) for row in rows]


async def expire_corrections(tx: Transaction, now: int) -> None:
    await tx.execute(
        "DELETE FROM place_corrections WHERE noted_at <= :before", before=now - CORRECTION_SECONDS
    )

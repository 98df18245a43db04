"""How calls of signers to those who decide went, as they say themselves."""

from __future__ import annotations

from typing import Literal

from server.db import Transaction

CallOutcome = Literal["reached", "no_answer"]


async def note_call(
    tx: Transaction, petition_id: int, signature_id: int, outcome: CallOutcome, now: int
) -> None:
    """Count it: of each signer what they said last."""
    await tx.execute(
        "INSERT INTO calls (petition_id, signature_id, outcome, called_at)"
        " VALUES (:petition, :signature, :outcome, :now)"
        " ON CONFLICT (petition_id, signature_id) DO UPDATE SET"
        " outcome = excluded.outcome, called_at = excluded.called_at",
        petition=petition_id,
        signature=signature_id,
        outcome=outcome,
        now=now,
    )


async def call_figures(tx: Transaction, petition_id: int) -> dict[CallOutcome, int]:
    """How many signers of a petition reached somebody, and how many were not answered."""
    rows = await tx.fetch(
        "SELECT outcome, count(*) AS n FROM calls WHERE petition_id = :petition GROUP BY outcome",
        petition=petition_id,
    )
    found: dict[CallOutcome, int] = {"reached": 0, "no_answer": 0}
    return found | {row["outcome"]: row["n"] for row in rows}

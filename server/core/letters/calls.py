"""What signers do themselves: calls, as they say how those went, and letters from their own mail,
of which we only know that they opened the page for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.db import Transaction

CallOutcome = Literal["reached", "no_answer"]
CALL_OUTCOMES: tuple[CallOutcome, ...] = ("reached", "no_answer")
NO_CALLS: dict[CallOutcome, int] = dict.fromkeys(CALL_OUTCOMES, 0)


@dataclass(frozen=True, slots=True)
class OwnStep:
    """What a signer did: a call with that `outcome`; without one, they opened to write from their
    own mail."""

    petition_id: int
    signature_id: int
    now: int
    outcome: CallOutcome | None = None


async def note_steps(tx: Transaction, steps: Sequence[OwnStep]) -> list[None]:
    """Count them: of each signer how the last call went, and that they opened to write."""
    for step in steps:
        if step.outcome:
            about = step.petition_id, step.signature_id, step.outcome, step.now
            await note_call(tx, *about)
        else:
            await _note_opened(tx, step)
    return [None] * len(steps)


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


async def _note_opened(tx: Transaction, step: OwnStep) -> None:
    await tx.execute(
        "INSERT INTO own_mails (petition_id, signature_id, opened_at)"
        " VALUES (:petition, :signature, :now) ON CONFLICT DO NOTHING",
        petition=step.petition_id,
        signature=step.signature_id,
        now=step.now,
    )


async def call_figures(tx: Transaction, petition_id: int) -> dict[CallOutcome, int]:
    """How many signers of a petition reached somebody, and how many were not answered."""
    rows = await tx.fetch(
        "SELECT outcome, count(*) AS n FROM calls WHERE petition_id = :petition GROUP BY outcome",
        petition=petition_id,
    )
    return NO_CALLS | {row["outcome"]: row["n"] for row in rows}


async def all_call_figures(tx: Transaction) -> dict[int, dict[CallOutcome, int]]:
    """The same of each petition that somebody has called for."""
    found: defaultdict[int, dict[CallOutcome, int]] = defaultdict(NO_CALLS.copy)
    for row in await tx.fetch(
        "SELECT petition_id, outcome, count(*) AS n FROM calls GROUP BY petition_id, outcome"
    ):
        found[row["petition_id"]][row["outcome"]] = row["n"]
    return found


async def opened_figure(tx: Transaction, petition_id: int) -> int:
    """How many signers of a petition opened to write from their own mail: never how many wrote."""
    row = await tx.fetch_one(
        "SELECT count(*) AS n FROM own_mails WHERE petition_id = :petition", petition=petition_id
    )
    return row["n"] if row else 0


async def all_opened_figures(tx: Transaction) -> dict[int, int]:
    """The same of each petition."""
    rows = await tx.fetch("SELECT petition_id, count(*) AS n FROM own_mails GROUP BY petition_id")
    return {row["petition_id"]: row["n"] for row in rows}

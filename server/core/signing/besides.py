"""What signers say besides, where their petition asks for more: in a table of its own, in which
whoever says nothing has no row. Signing does not look at it where nobody is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from server.core.petitions.extras import Extras
from server.core.signing.columns import BESIDES
from server.core.signing.entries import NOTHING, Besides
from server.core.signing.signature import Signature
from server.db import Transaction, pack
from server.errors import Problem

_NAMES = ", ".join(BESIDES)
_KEY = ("petition_id", "signature_id")
_ASSIGNED = ", ".join(f"{name} = excluded.{name}" for name in BESIDES if name not in _KEY)


def read(extras: Extras, values: Mapping[str, str]) -> tuple[Besides, list[Problem]]:
    """What a form says of what its petition asks, and what is wrong with it."""
    besides = Besides(eligible=bool(extras.eligibility and values.get("eligible")))
    problems = []
    if extras.eligibility and not besides.eligible:
        problems.append(Problem("eligible", "missing"))
    return besides, problems


async def load(tx: Transaction, signatures: Sequence[Signature]) -> None:
    """Let these signatures know what they say besides."""
    found = await of_signatures(tx, ((s.petition_id, s.id) for s in signatures))
    for signature in signatures:
        signature.besides = found.get((signature.petition_id, signature.id), NOTHING)
        signature.besides_before = signature.besides


async def of_signatures(
    tx: Transaction, ids: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], Besides]:
    """What these say besides, each by its petition and id; those that say nothing are left out."""
    wanted = tx.rows("wanted", petition_id="int", id="int")
    rows = await tx.fetch(
        f"SELECT {', '.join(f'b.{name}' for name in BESIDES)} FROM {wanted} w JOIN besides b"
        " ON b.petition_id = w.petition_id AND b.signature_id = w.id",
        wanted=pack(ids),
    )
    return {(row["petition_id"], row["signature_id"]): _besides(row) for row in rows}


async def write(tx: Transaction, signatures: Iterable[Signature]) -> None:
    """Store what was said or is said no more: nothing is done where that is nothing.

    What is said once more is written once more, too: nobody shall tell by the time who had signed.
    """
    looked_at = [s for s in signatures if s.besides is not None and (s.changed or not s.stored)]
    if said := [_row(s, s.besides) for s in looked_at if s.besides and s.besides != NOTHING]:
        await tx.execute(
            f"INSERT INTO besides ({_NAMES})"
            f" SELECT {_NAMES} FROM {tx.rows('batch', **BESIDES)} b WHERE true"
            f" ON CONFLICT (petition_id, signature_id) DO UPDATE SET {_ASSIGNED}",
            batch=pack(said),
        )
    silent = (s for s in looked_at if s.besides == NOTHING and s.stored)
    await erase(tx, [(s.petition_id, s.id) for s in silent if s.besides_before != NOTHING])


async def erase(tx: Transaction, gone: Sequence[tuple[int, int]]) -> None:
    """These signatures, each by its petition and id, say nothing besides any more."""
    if gone:
        batch = tx.rows("batch", petition_id="int", id="int")
        await tx.execute(
            "DELETE FROM besides WHERE (petition_id, signature_id) IN"
            f" (SELECT petition_id, id FROM {batch} b)",
            batch=pack(gone),
        )


def _row(signature: Signature, said: Besides) -> tuple[Any, ...]:
    since = signature.verified_at or signature.created_at
    return signature.petition_id, signature.id, since if said.eligible else None


def _besides(row: Any) -> Besides:
    return Besides(eligible=row["stated_at"] is not None)

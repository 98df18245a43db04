"""What signers say besides, where their petition asks for more: in a table of its own, in which
whoever says nothing has no row. Signing does not look at it where nobody is asked."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from server.core.petitions.extras import PARTNERS_KEPT, Extras
from server.core.signing.columns import BESIDES
from server.core.signing.entries import NOTHING, Besides
from server.core.signing.signature import Signature
from server.core.values.contacts import normal_email
from server.core.values.names import tidy
from server.db import Transaction, pack
from server.errors import Problem

_NAMES = ", ".join(BESIDES)
_KEY = ("petition_id", "signature_id")
#: Nobody has approved another organization than the one that was there.
_ASSIGNED = "approved_at = CASE WHEN besides.organization = excluded.organization THEN" + ", ".join(
    [" besides.approved_at END", *(f"{n} = excluded.{n}" for n in BESIDES if n not in _KEY)]
)
BESIDES_LIMITS = {"organization": 120, "reply": 300}  # letters


def read(extras: Extras, values: Mapping[str, str]) -> tuple[Besides, list[Problem]]:
    """What a form says of what its petition asks, and what is wrong with it."""
    asked = {"organization": extras.organizations, "reply": extras.question}
    said = {name: tidy(values.get(name, "")) for name in asked if asked[name]}
    eligible = bool(extras.eligibility and values.get("eligible"))
    ticked = {values.get(f"share{n}") for n in range(PARTNERS_KEPT)}
    shares = tuple(partner for partner in extras.partners if partner in ticked)
    problems = [Problem(name, "long") for name in said if len(said[name]) > BESIDES_LIMITS[name]]
    if extras.eligibility and not eligible:
        problems.append(Problem("eligible", "missing"))
    if shares and not tidy(values.get("email", "")):
        problems.append(Problem("email", "shared"))
    words = {name: text or None for name, text in said.items()}
    email = normal_email(tidy(values.get("email", ""))) if shares else None
    return Besides(eligible, **words, shares=shares, email=email), problems


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


async def share_no_more(tx: Transaction, gone: Collection[tuple[int, int]]) -> None:
    """The contact of these signatures is erased: nobody gets it."""
    batch = tx.rows("batch", petition_id="int", id="int")
    await tx.execute(
        "UPDATE besides SET shares = NULL, email = NULL WHERE shares IS NOT NULL AND"
        f" (petition_id, signature_id) IN (SELECT petition_id, id FROM {batch} b)",
        batch=pack(gone),
    )


def _row(signature: Signature, said: Besides) -> tuple[Any, ...]:
    since = signature.verified_at or signature.created_at
    stated_at = since if said.eligible else None
    shares = json.dumps(dict.fromkeys(said.shares, since), ensure_ascii=False)
    words = said.organization, said.reply, shares if said.shares else None, said.email
    return signature.petition_id, signature.id, stated_at, *words


def _besides(row: Any) -> Besides:
    shares = tuple(json.loads(row["shares"] or "{}"))
    words = row["organization"], row["reply"]
    return Besides(row["stated_at"] is not None, *words, shares, row["email"])

"""What signers have read: a petition's wordings, numbered from 1, and how many signed each.

The first is the one with which a petition opens; what a draft said before is none. A change of what
a signer reads makes the next. One that was replaced before anybody had signed is not told of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.core.counting.states import where
from server.core.petitions.wording import versions
from server.core.petitions.wording.draft import Draft
from server.core.petitions.wording.versions import Version
from server.db import Transaction

FEWEST = 5  # of whom a figure is shown: with fewer, somebody could be told


@dataclass(frozen=True, slots=True)
class SignedWording:
    """What a petition said under that number, and since when (UTC seconds)."""

    number: int
    since: int
    draft: Draft


def read_in(draft: Draft) -> tuple[Any, ...]:
    """What a signer reads in it, and states by signing: equal for drafts that say the same to
    signers. How a decision maker is reached is no part of it, nor who asks, the goal, or how one
    signs."""
    makers = tuple(maker.called for maker in draft.decision_makers)
    return dict(draft.wordings), makers, bool(draft.roles), dict(draft.extras.eligibility)


def read_number(typed: str, present: int) -> int:
    """The wording that a form says it shows. One that says nothing shows the first; one that says
    what never was counts for the present one."""
    if not typed:
        return 1
    said = int(typed) if re.fullmatch("[0-9]{1,6}", typed) else 0
    return said if 1 <= said <= present else present


async def number_after(
    tx: Transaction, petition_id: int, was: Draft, draft: Draft, now: int
) -> int:
    """The number of the wording after an edit, which is noted with the petition.

    Who signs at this moment by another server may be missed: then the change is told of as soon as
    there is a next one.
    """
    if read_in(was) != read_in(draft):
        await tx.execute(
            "UPDATE petitions SET wording_number = wording_number + 1, reworded_at = :now,"
            " first_signed = CASE"
            "  WHEN EXISTS (SELECT 1 FROM signatures s WHERE s.petition_id = petitions.id)"
            "  THEN first_signed ELSE wording_number + 1 END"
            " WHERE id = :id AND opened_at IS NOT NULL",
            id=petition_id,
            now=now,
        )
    row = await tx.fetch_one("SELECT wording_number FROM petitions WHERE id = :id", id=petition_id)
    return int(row["wording_number"]) if row else 1


async def note_signed(tx: Transaction, signed: Sequence[tuple[int, int]]) -> list[None]:
    """Somebody has signed a wording (petition and number) of before the first that was known to be
    signed: their form was loaded while it stood. It is told of from now on."""
    for petition_id, number in signed:
        await tx.execute(
            "UPDATE petitions SET first_signed = :number, version = version + 1"
            " WHERE id = :id AND first_signed > :number",
            id=petition_id,
            number=number,
        )
    return [None] * len(signed)


async def signed_wordings(
    tx: Transaction, petition_id: int, first: int, opened_at: int
) -> list[SignedWording]:
    """All from that number on, the first first."""
    by_number: dict[int, list[Version]] = {}
    for version in await versions.all_of(tx, petition_id):
        by_number.setdefault(version.wording, []).append(version)
    return [
        SignedWording(number, opened_at if number == 1 else kept[0].changed_at, kept[-1].draft)
        for number, kept in sorted(by_number.items())
        if number >= first
    ]


async def verified_of_later(tx: Transaction, petition_id: int) -> dict[int, int]:
    """How many verified signatures each wording but the first has, by its number."""
    rows = await tx.fetch(
        "SELECT wording, count(*) AS n FROM signatures"
        f" WHERE petition_id = :id AND wording > 1 AND {where('verified')} GROUP BY wording",
        id=petition_id,
    )
    return {row["wording"]: row["n"] for row in rows}


def told(counted: Mapping[int, int]) -> list[tuple[tuple[int, ...], int]]:
    """How many signed which, in the order of the numbers. Neighbours are told as one until they are
    `FEWEST`; all of them, where there are no more altogether."""
    groups: list[tuple[tuple[int, ...], int]] = []
    for number, n in sorted(counted.items()):
        if groups and groups[-1][1] < FEWEST:
            numbers, before = groups.pop()
            groups.append(((*numbers, number), before + n))
        else:
            groups.append(((number,), n))
    if len(groups) > 1 and groups[-1][1] < FEWEST:
        last, n = groups.pop()
        numbers, before = groups.pop()
        groups.append(((*numbers, *last), before + n))
    return groups

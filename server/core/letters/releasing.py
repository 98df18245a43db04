"""Letters that wait because nobody of their office was known: looked at again, and let go.

A file of people or of postcodes, or a new day, may tell who it is: then each letter is looked at
once. Whoever was not sure where they live is asked again when they come back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.core.counting.counts import DAY
from server.core.letters import letters
from server.core.letters.letter import Addressee, Letter
from server.core.letters.letters import LETTER, from_row
from server.core.letters.offices import offices_reached
from server.core.petitions.petitions import Petition
from server.core.places import decision_makers
from server.core.places.dating import day_at
from server.core.places.finding import find
from server.core.places.outcomes import (
    NOTHING_CHOSEN,
    Addressing,
    AskDistrict,
    Chosen,
    Outcome,
    Reached,
)
from server.core.values.postcodes import fold_postcode
from server.db import Transaction

AT_ONCE = 50  # letters that are looked at in one transaction
#: Why a letter waits for what others find out. For `unsure` its signer has to come back.
_WAITS_FOR_US = "l.state = 'held' AND l.why IN ('map', 'ended', 'unknown')"

NewId = Callable[[], int]


@dataclass(frozen=True, slots=True)
class HeldLetter:
    """A letter that waits, and its signer's postcode."""

    letter: Letter
    postcode: str


async def look_again(
    tx: Transaction, petitions: Mapping[int, Petition], new_id: NewId, now: int
) -> bool:
    """Look at letters that were held before anything new was known; whether there may be more."""
    known_at = await _known_at(tx, now)
    waiting = await _waiting(tx, known_at)
    for one in waiting:
        # Not again before something else is known.
        await tx.execute(
            "UPDATE letters SET due_at = :due_at WHERE id = :id AND state = 'held'",
            due_at=known_at + 1,
            id=one.letter.id,
        )
        if petition := petitions.get(one.letter.petition_id):
            await _look_at(tx, petition, one, new_id, now)
    return len(waiting) == AT_ONCE


async def _known_at(tx: Transaction, now: int) -> int:
    """When anything may last have become known: with the day's beginning, or by a file."""
    row = await tx.fetch_one("SELECT max(imported_at) AS at FROM place_imports")
    return max(now - now % DAY, row["at"] or 0 if row else 0)


async def _waiting(tx: Transaction, known_at: int) -> list[HeldLetter]:
    rows = await tx.fetch(
        f"SELECT {LETTER}, s.postcode FROM letters l JOIN signatures s"
        " ON s.petition_id = l.petition_id AND s.id = l.signature_id"
        f" WHERE {_WAITS_FOR_US} AND l.due_at <= :known_at ORDER BY l.due_at, l.id LIMIT :limit",
        known_at=known_at,
        limit=AT_ONCE,
    )
    return [HeldLetter(from_row(row), row["postcode"] or "") for row in rows]


async def _look_at(
    tx: Transaction, petition: Petition, one: HeldLetter, new_id: NewId, now: int
) -> None:
    office = one.letter.office
    chosen = Chosen((office.division,)) if office.division else NOTHING_CHOSEN
    found = await find(
        tx,
        Addressing(petition.country, (office.role,)),
        fold_postcode(one.postcode),
        day_at(now),
        chosen,
    )
    await let_go(tx, petition, one.letter, found, new_id, now)


async def let_go(
    tx: Transaction,
    petition: Petition,
    letter: Letter,
    found: Outcome,
    new_id: NewId,
    now: int,
) -> None:
    """Write a held letter to those who are found for it. What nobody can tell but its signer waits
    for them; where those who are found take no mail, or nobody is in office, it ends."""
    role = letter.office.role
    if isinstance(found, AskDistrict) and found.why == "map":
        return  # there is still no map of that day
    if not isinstance(found, Reached):
        await _hold(tx, letter, replace(letter.office, missing="unsure"))
        return
    offices = await decision_makers.offices(tx, petition.country, (role,))
    to = [
        office
        for office in offices_reached(petition, found, offices)
        # For the US House its writer would have to come back and give an address.
        if office.role == role and office.channel != "cwc"
    ]
    known = [office for office in to if not office.missing]
    await _write(tx, letter, known, new_id, now)
    if len(known) < len(to):
        await _hold(tx, letter, next(office for office in to if office.missing))
    elif known:
        await tx.execute("DELETE FROM letters WHERE id = :id AND state = 'held'", id=letter.id)
    else:
        taken = any(holder.role == role for holder in found.who)
        await _end(tx, letter, "no_mail" if taken else "vacant", now)


async def _write(
    tx: Transaction, letter: Letter, offices: Sequence[Addressee], new_id: NewId, now: int
) -> None:
    written = [
        replace(letter, id=new_id(), office=office, channel=office.channel) for office in offices
    ]
    if written:
        await letters.write(tx, written, now)


async def _hold(tx: Transaction, letter: Letter, office: Addressee) -> None:
    """It waits on, for that reason."""
    await tx.execute(
        "UPDATE letters SET why = :why, office_division = :division"
        " WHERE id = :id AND state = 'held'",
        id=letter.id,
        why=office.missing,
        division=office.division,
    )


async def _end(tx: Transaction, letter: Letter, why: str, now: int) -> None:
    await tx.execute(
        "UPDATE letters SET state = 'rejected', why = :why, ended_at = :now"
        " WHERE id = :id AND state = 'held'",
        id=letter.id,
        why=why,
        now=now,
    )

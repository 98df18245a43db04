"""Letters on paper: an organizer prints what waits as one batch, and says once that it is posted.

Each letter of a batch has a number that stands on its sheet, so that one whose signer takes it back
after it was printed can be found, and taken out, before the rest is posted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from server.core.letters.letter import Letter
from server.core.letters.letters import COUNTS, LETTER, from_row
from server.db import Transaction

LARGEST = 1000  # letters in one batch
#: The states from which letters that went another way can be printed instead.
Printable = Literal["held", "rejected", "bounced"]
PRINTABLE: tuple[Printable, ...] = get_args(Printable)

#: SQL: what can be printed of `letters l`. Organizers may have taken its signature out meanwhile.
_WAITS = (
    "l.petition_id = :petition AND l.state = 'ready'"
    " AND NOT EXISTS (SELECT 1 FROM paused_offices p WHERE p.petition_id = l.petition_id"
    "  AND p.office = l.office)"
    f" AND {COUNTS.format('l')}"
)
#: SQL: what could leave no other way, and has its words still. Nobody knows whose letter that is of
#: which nobody is known.
_STUCK = (
    "petition_id = :petition AND channel <> 'print' AND words IS NOT NULL"
    " AND why NOT IN ('unsure', 'map', 'ended', 'unknown', 'vacant', 'many')"
    f" AND {COUNTS.format('letters')}"
)


@dataclass(frozen=True, slots=True)
class PrintBatch:
    """What was printed at once, of `letters` letters then; `left_out` are the numbers of those that
    are not to be posted any more."""

    number: int
    letters: int
    made_at: int
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedLetter:
    """A letter with its number in its batch."""

    number: int
    letter: Letter


async def waiting(tx: Transaction, petition_id: int) -> Mapping[str, int]:
    """How many letters wait to be printed, by the name of their office."""
    rows = await tx.fetch(
        "SELECT l.office_name AS name, count(*) AS n FROM letters l"
        f" WHERE {_WAITS} AND l.batch IS NULL GROUP BY l.office_name ORDER BY l.office_name",
        petition=petition_id,
    )
    return {row["name"]: row["n"] for row in rows}


async def printable(tx: Transaction, petition_id: int) -> dict[tuple[str, Printable], int]:
    """How many letters that are stuck can be printed instead, by the key of their office and their
    state."""
    rows = await tx.fetch(
        "SELECT office, state, count(*) AS n FROM letters"
        f" WHERE {_STUCK} AND state IN ('held', 'rejected', 'bounced') GROUP BY office, state",
        petition=petition_id,
    )
    return {(row["office"], row["state"]): row["n"] for row in rows}


async def print_instead(
    tx: Transaction, petition_id: int, office: str, state: Printable, now: int
) -> int:
    """Let those letters to an office wait to be printed; how many."""
    rows = await tx.fetch(
        "UPDATE letters SET channel = 'print', state = 'ready', why = '', queued_at = :now,"
        " ended_at = NULL, accepted_at = NULL, bounce_key = NULL, leased_until = NULL"
        f" WHERE {_STUCK} AND office = :office AND state = :state RETURNING id",
        petition=petition_id,
        office=office,
        state=state,
        now=now,
    )
    return len(rows)


async def make_batch(tx: Transaction, petition_id: int, now: int) -> int | None:
    """Put what waits into a batch, sorted by office, at most `LARGEST`; its number, None if nothing
    waits."""
    # Two organizers may press at once: on PostgreSQL one waits here for the other.
    await tx.lock([b"pb" + petition_id.to_bytes(6, "big")])
    row = await tx.fetch_one(
        "SELECT coalesce(max(number), 0) + 1 AS number FROM print_batches"
        " WHERE petition_id = :petition",
        petition=petition_id,
    )
    number: int = row["number"] if row else 1
    taken = await tx.fetch(
        "UPDATE letters SET batch = :number, sheet = chosen.place FROM"
        " (SELECT l.id, row_number() OVER (ORDER BY l.office_name, l.office, l.id) AS place"
        f"  FROM letters l WHERE {_WAITS} AND l.batch IS NULL ORDER BY place LIMIT :most) chosen"
        " WHERE letters.id = chosen.id RETURNING letters.id",
        petition=petition_id,
        number=number,
        most=LARGEST,
    )
    if not taken:
        return None
    await tx.execute(
        "INSERT INTO print_batches (petition_id, number, letters, made_at)"
        " VALUES (:petition, :number, :letters, :now)",
        petition=petition_id,
        number=number,
        letters=len(taken),
        now=now,
    )
    return number


async def open_batches(tx: Transaction, petition_id: int) -> list[PrintBatch]:
    """Those that are neither posted nor put back, the first first."""
    rows = await tx.fetch(
        "SELECT number, letters, made_at FROM print_batches WHERE petition_id = :petition"
        " AND posted_at IS NULL AND put_back_at IS NULL ORDER BY number",
        petition=petition_id,
    )
    return [
        PrintBatch(
            row["number"],
            row["letters"],
            row["made_at"],
            await _left_out(tx, petition_id, row["number"], row["letters"]),
        )
        for row in rows
    ]


async def _left_out(tx: Transaction, petition_id: int, number: int, of: int) -> tuple[int, ...]:
    rows = await tx.fetch(
        f"SELECT l.sheet FROM letters l WHERE {_WAITS} AND l.batch = :number",
        petition=petition_id,
        number=number,
    )
    return tuple(sorted(set(range(1, of + 1)) - {row["sheet"] for row in rows}))


async def open_batch(
    tx: Transaction, petition_id: int, number: int
) -> tuple[PrintBatch, Sequence[PrintedLetter]] | None:
    """One of them, with its letters that are still to be posted, by their numbers."""
    known = await open_batches(tx, petition_id)
    batch = next((batch for batch in known if batch.number == number), None)
    return (batch, await _sheets(tx, petition_id, number)) if batch else None


async def _sheets(tx: Transaction, petition_id: int, number: int) -> list[PrintedLetter]:
    rows = await tx.fetch(
        f"SELECT {LETTER}, l.sheet FROM letters l WHERE {_WAITS} AND l.batch = :number"
        " ORDER BY l.sheet",
        petition=petition_id,
        number=number,
    )
    return [PrintedLetter(row["sheet"], from_row(row)) for row in rows]


async def note_posted(tx: Transaction, petition_id: int, number: int, now: int) -> int | None:
    """An organizer has posted a batch: how many letters; None if it was posted or put back before.
    What was not to be posted any more waits again, if it ever may."""
    if not await _close(tx, "posted_at", petition_id, number, now):
        return None
    rows = await tx.fetch(
        "UPDATE letters SET state = 'accepted', why = 'posted', accepted_at = :now WHERE id IN"
        f" (SELECT l.id FROM letters l WHERE {_WAITS} AND l.batch = :number) RETURNING id",
        petition=petition_id,
        number=number,
        now=now,
    )
    await _let_go(tx, petition_id, number)
    return len(rows)


async def put_back(tx: Transaction, petition_id: int, number: int, now: int) -> bool:
    """The letters of a batch wait to be printed again; False if it was closed before."""
    if not await _close(tx, "put_back_at", petition_id, number, now):
        return False
    await _let_go(tx, petition_id, number)
    return True


async def _close(tx: Transaction, column: str, petition_id: int, number: int, now: int) -> bool:
    rows = await tx.fetch(
        f"UPDATE print_batches SET {column} = :now WHERE petition_id = :petition"
        " AND number = :number AND posted_at IS NULL AND put_back_at IS NULL RETURNING number",
        petition=petition_id,
        number=number,
        now=now,
    )
    return bool(rows)


async def _let_go(tx: Transaction, petition_id: int, number: int) -> None:
    await tx.execute(
        "UPDATE letters SET batch = NULL, sheet = NULL WHERE petition_id = :petition"
        " AND batch = :number AND state = 'ready'",
        petition=petition_id,
        number=number,
    )

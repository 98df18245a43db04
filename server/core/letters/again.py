"""Letters that an organizer sends once more, as an explicit decision.

What was refused, or may have arrived, goes to the same office; what was held because its address
has changed goes to the office that has taken its place.
"""

from __future__ import annotations

from typing import Literal, get_args

from server.core.letters.carrying import WAITING
from server.core.letters.letter import Addressee
from server.core.letters.letters import COUNTS
from server.core.letters.offices import office_instead
from server.core.petitions.petitions import Petition
from server.db import Transaction

#: The states from which an organizer can send a letter again.
Stuck = Literal["held", "rejected", "uncertain"]
STUCK: tuple[Stuck, ...] = get_args(Stuck)
#: SQL: what can go again if its words are still there. Where nobody was to be found, nobody is.
_CAN_GO = (
    "words IS NOT NULL AND why NOT IN"
    " ('unsure', 'map', 'ended', 'unknown', 'vacant', 'no_mail', 'many', 'agreed', 'no_address',"
    " 'not_configured')"
    f" AND {COUNTS.format('letters')}"
)
_QUEUED = (
    f"state = {WAITING}, why = '', queued_at = :now, due_at = :now, tries = 0, ended_at = NULL,"
    " leased_until = NULL, batch = NULL"
)


async def stuck(tx: Transaction, petition_id: int) -> dict[tuple[str, Stuck], int]:
    """How many letters can be sent again, by the key of their office and their state."""
    rows = await tx.fetch(
        "SELECT office, state, count(*) AS n FROM letters WHERE petition_id = :petition"
        f" AND state IN ('held', 'rejected', 'uncertain') AND {_CAN_GO} GROUP BY office, state",
        petition=petition_id,
    )
    return {(row["office"], row["state"]): row["n"] for row in rows}


async def send_again(
    tx: Transaction, petition: Petition, office: str, state: Stuck, now: int
) -> int:
    """Let those of an office wait for their turn once more; how many. None where nobody has taken
    the place of an office that the petition addresses no more."""
    to = await _known(tx, petition.id, office)
    if to is None:
        return 0
    if state == "held":
        instead = await office_instead(tx, petition, to, now)
        return await _move(tx, petition.id, office, instead, now) if instead else 0
    rows = await tx.fetch(
        f"UPDATE letters SET {_QUEUED} WHERE petition_id = :petition AND office = :office"
        f" AND state = :state AND {_CAN_GO} RETURNING id",
        petition=petition.id,
        office=office,
        state=state,
        now=now,
    )
    return len(rows)


async def _known(tx: Transaction, petition_id: int, office: str) -> Addressee | None:
    row = await tx.fetch_one(
        "SELECT office_name, office_role, office_division FROM letters"
        " WHERE petition_id = :petition AND office = :office ORDER BY id DESC LIMIT 1",
        petition=petition_id,
        office=office,
    )
    if row is None:
        return None
    role, division = row["office_role"], row["office_division"]
    return Addressee(key=office, name=row["office_name"], role=role, division=division)


async def _move(tx: Transaction, petition_id: int, office: str, to: Addressee, now: int) -> int:
    """To another office; whoever has written to that one already stays as they are."""
    rows = await tx.fetch(
        f"UPDATE letters SET {_QUEUED}, office = :key, office_name = :name,"
        " office_address = :address WHERE petition_id = :petition AND office = :office"
        f" AND state = 'held' AND {_CAN_GO} AND NOT EXISTS (SELECT 1 FROM letters o"
        "  WHERE o.petition_id = letters.petition_id AND o.office = :key"
        "  AND o.signature_id = letters.signature_id AND o.kind = letters.kind"
        "  AND o.id <> letters.id) RETURNING id",
        petition=petition_id,
        office=office,
        key=to.key,
        name=to.name,
        address=to.address,
        now=now,
    )
    return len(rows)

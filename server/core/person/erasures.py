"""Erasing a signature at somebody's request: as if its signer had taken it back, and yet decided by
an organizer. So it counts as taken out (desk/signers/consent.py): what is more than one may take
out alone waits for a second organizer. It cannot be undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from server.core.counting.counts import DAY
from server.core.counting.states import IN_TOTAL, is_counted, state_of
from server.core.desk.people import teams
from server.core.desk.signers.conditions import Preview
from server.core.desk.signers.consent import needs_second, one_at_a_time
from server.core.person import erased
from server.core.person.erased import under_locks
from server.core.petitions.petitions import Petition, check_not_ended
from server.core.signing.signature import Signature
from server.core.values.keys import Keys
from server.db import Row, Transaction
from server.errors import InvalidInput, NotFound, Problem

#: Why somebody is erased: chosen, never written, so that no name stands there.
Reason = Literal["wish", "not_them", "child", "died"]
REASONS: tuple[Reason, ...] = get_args(Reason)
WAIT_SECONDS = 30 * DAY  # for which one waits for a second organizer

_COLUMNS = (
    "e.id, e.petition_id, e.signature_id, e.reason, e.asked_by, e.asked_at, e.done_at,"
    " o.name AS asker"
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """One that was asked for; `signature_id` is None once it is done."""

    id: int
    petition_id: int
    signature_id: int | None
    reason: str
    asked_by: int
    asked_at: int
    done_at: int | None
    asker: str

    @classmethod
    def from_row(cls, row: Row) -> Erasure:
        return cls(**{name: row[name] for name in cls.__slots__})


async def ask(
    tx: Transaction,
    keys: Keys,
    petition: Petition,
    id_: int,
    reason: str,
    organizer: int,
    phone: str | None,
    now: int,
) -> bool:
    """Erase it now, or let that wait for a second organizer; whether it is done.

    Raises `InvalidInput` without a reason, `NotFound` where it is gone already, and `NotOpen` where
    the petition has ended.
    """
    await check_not_ended(tx, petition.id)
    if reason not in REASONS:
        raise InvalidInput(Problem("reason", "missing"))
    await one_at_a_time(tx)
    signature = await under_locks(tx, petition.id, id_)
    if signature is None:
        raise NotFound(str(id_))
    if await _waits(tx, petition.id, id_, now):
        return False
    second = await is_for_two(tx, petition.id, signature, organizer, now)
    await _put(tx, signature, reason, organizer, second, now)
    return False if second else await erased.erase(tx, keys, petition, id_, phone, now)


async def is_for_two(
    tx: Transaction, petition_id: int, signature: Signature, organizer: int, now: int
) -> bool:
    """Whether another organizer has to agree. What stands in no figure changes none."""
    counted, verified = _weight(signature)
    if not counted:
        return False
    seen = Preview(verified, counted - verified, (), signature.id)
    return await needs_second(tx, petition_id, seen, organizer, now)


def _weight(signature: Signature) -> tuple[int, int]:
    """How much leaves the figures with it: of all, and of the verified ones."""
    if signature.rejected_at is not None:  # it may be put back, and could not be once erased
        return 1, int(signature.verified_at is not None)
    return int(state_of(signature) in IN_TOTAL), int(is_counted(signature))


async def _put(
    tx: Transaction, signature: Signature, reason: str, organizer: int, waits: bool, now: int
) -> None:
    counted, verified = _weight(signature)
    await tx.execute(
        "INSERT INTO erasures (id, petition_id, signature_id, reason, verified, counted, asked_by,"
        " asked_at, done_at) SELECT coalesce(max(id), 0) + 1, :petition, CAST(:id AS BIGINT),"
        " :reason, :verified, :counted, :organizer, :now, CAST(:done AS BIGINT) FROM erasures",
        petition=signature.petition_id,
        id=signature.id if waits else None,
        reason=reason,
        verified=verified,
        counted=counted,
        organizer=organizer,
        now=now,
        done=None if waits else now,
    )


async def _waits(tx: Transaction, petition_id: int, id_: int, now: int) -> bool:
    return any(e.signature_id == id_ for e in await waiting(tx, petition_id, now))


async def waiting(tx: Transaction, petition_id: int, now: int) -> list[Erasure]:
    """Those that wait for a second organizer, of signatures that are still there."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM erasures e JOIN organizers o ON o.id = e.asked_by"
        " JOIN signatures s ON s.petition_id = e.petition_id AND s.id = e.signature_id"
        " WHERE e.petition_id = :petition AND e.done_at IS NULL AND e.asked_at > :since"
        " AND s.withdrawn_at IS NULL ORDER BY e.id",
        petition=petition_id,
        since=now - WAIT_SECONDS,
    )
    return [Erasure.from_row(row) for row in rows]


async def find(tx: Transaction, petition_id: int, id_: int, now: int) -> Erasure:
    """One that waits. Raises `NotFound`."""
    for erasure in await waiting(tx, petition_id, now):
        if erasure.id == id_:
            return erasure
    raise NotFound(str(id_))


async def agree(
    tx: Transaction,
    keys: Keys,
    petition: Petition,
    id_: int,
    organizer: int,
    phone: str | None,
    now: int,
) -> Erasure:
    """A second organizer agrees, and it is done. Raises `InvalidInput` for the one who asked, and
    for one who has not been a member for long; `NotFound` where nothing waits any more."""
    await check_not_ended(tx, petition.id)
    await one_at_a_time(tx)  # nobody calls it off meanwhile
    asked = await find(tx, petition.id, id_, now)
    if organizer == asked.asked_by:
        raise InvalidInput(Problem("second", "same"))
    if organizer not in await teams.seconds(tx, petition.id, asked.asked_by, now):
        raise InvalidInput(Problem("second", "new"))
    await tx.execute(
        "UPDATE erasures SET done_at = :now, signature_id = NULL WHERE id = :id", now=now, id=id_
    )
    await erased.erase(tx, keys, petition, asked.signature_id or 0, phone, now)
    return asked


async def cancel(tx: Transaction, petition_id: int, id_: int, now: int) -> bool:
    """It does not happen; whether it waited."""
    await one_at_a_time(tx)
    try:
        await find(tx, petition_id, id_, now)
    except NotFound:
        return False
    await tx.execute("DELETE FROM erasures WHERE id = :id AND done_at IS NULL", id=id_)
    return True

"""Taking signatures out by a condition, in the open: with a reason that the petition's page shows.

It runs a batch at a time, remembers how far it is, can be cancelled while it runs and undone for 30
days. What is cancelled or undone is put back in the same way. Rejecting held signatures is the same
act, by their reasons, and without a line on the page: they stood in no figure of verified ones.

More than a few need two pairs of eyes (consent.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Literal

from server.core.counting.states import IN_TOTAL, state_of
from server.core.desk import audit
from server.core.desk.people import teams
from server.core.desk.signers.batches import BATCH, change_batch, matching
from server.core.desk.signers.conditions import Condition, Preview, preview
from server.core.desk.signers.consent import UNDO_SECONDS, needs_second
from server.core.petitions.petitions import check_not_ended
from server.core.signing.signature import Signature
from server.core.values.names import tidy
from server.db import Database, Row, Transaction, pack
from server.errors import InvalidInput, NotFound, Problem

REASON_LIMIT = 120
WORKER = "server"  # in the audit log: what was agreed to, done
#: An address, or a number of seven digits or more, however its digits are parted; not a list of
#: postcodes.
_PERSONAL = re.compile(r"\S\s?[@\uff20\ufe6b]\s?\S|\d(?:[^\w,;]{0,3}\d){6,}")

State = Literal["waits", "running", "finished", "undoing", "undone"]


@dataclass(frozen=True, slots=True)
class Invalidation:
    """Signatures that a condition takes out, and how far that is (`done_id`)."""

    id: int
    petition_id: int
    condition: Condition
    reason: str
    asked_by: int
    asked_at: int
    until_id: int
    started_at: int | None
    done_id: int
    finished_at: int | None
    undone_at: int | None
    restored_at: int | None
    wanted: int
    n: int

    @classmethod
    def from_row(cls, row: Row) -> Invalidation:
        values = {f.name: row[f.name] for f in fields(cls)}
        return cls(**values | {"condition": Condition(**json.loads(row["condition"]))})

    @property
    def state(self) -> State:
        if self.undone_at is not None:
            return "undone" if self.restored_at is not None else "undoing"
        if self.started_at is None:
            return "waits"
        return "running" if self.finished_at is None else "finished"

    def can_be_undone(self, now: int) -> bool:
        if self.state in {"waits", "running"}:
            return True
        return self.state == "finished" and now < (self.finished_at or 0) + UNDO_SECONDS


def checked_reason(text: str) -> str:
    """The reason as it is shown to everybody. Raises `InvalidInput`."""
    reason = tidy(text)
    if not reason:
        raise InvalidInput(Problem("reason", "missing"))
    if len(reason) > REASON_LIMIT:
        raise InvalidInput(Problem("reason", "long"))
    if _PERSONAL.search(reason):
        raise InvalidInput(Problem("reason", "personal"))
    return reason


async def ask(
    tx: Transaction,
    petition_id: int,
    condition: Condition,
    reason: str,
    organizer: int,
    now: int,
    seen: Preview | None = None,
) -> Invalidation:
    """Begin it, or wait for a second organizer. Raises `InvalidInput`; and, like `confirm` and
    `undo`, `NotOpen` where the petition has ended.

    `seen` is what was agreed to: what has come since is left alone.
    """
    await check_not_ended(tx, petition_id)
    seen = seen or await preview(tx, petition_id, condition)
    second = await needs_second(tx, petition_id, seen, organizer, now)
    row = await tx.fetch_one(
        "INSERT INTO invalidations (id, petition_id, condition, reason, asked_by, asked_at,"
        " until_id, wanted, started_at) SELECT coalesce(max(id), 0) + 1, :petition, :condition,"
        " :reason, :organizer, :now, :until, :wanted, CAST(:started AS BIGINT) FROM invalidations"
        " RETURNING *",
        petition=petition_id,
        condition=json.dumps(asdict(condition)),
        reason="" if condition.why else checked_reason(reason),
        organizer=organizer,
        now=now,
        until=seen.last_id,
        wanted=seen.n,
        started=None if second else now,
    )
    assert row  # noqa: S101 (an insert that returns)
    return Invalidation.from_row(row)


async def asked_before(
    tx: Transaction, petition_id: int, condition: Condition, organizer: int, until_id: int
) -> Invalidation | None:
    """What this organizer has asked for already, if the same form comes again; not what they have
    undone since."""
    row = await tx.fetch_one(
        "SELECT * FROM invalidations WHERE petition_id = :petition AND condition = :condition"
        " AND asked_by = :organizer AND until_id = :until AND undone_at IS NULL",
        petition=petition_id,
        condition=json.dumps(asdict(condition)),
        organizer=organizer,
        until=until_id,
    )
    return Invalidation.from_row(row) if row else None


async def find(tx: Transaction, petition_id: int, id_: int) -> Invalidation:
    """One invalidation of a petition. Raises `NotFound`."""
    row = await tx.fetch_one(
        "SELECT * FROM invalidations WHERE petition_id = :petition AND id = :id",
        petition=petition_id,
        id=id_,
    )
    if row is None:
        raise NotFound(str(id_))
    return Invalidation.from_row(row)


async def all_of(tx: Transaction, petition_id: int) -> list[Invalidation]:
    """All invalidations of a petition, the newest first."""
    rows = await tx.fetch(
        "SELECT * FROM invalidations WHERE petition_id = :id ORDER BY id DESC", id=petition_id
    )
    return [Invalidation.from_row(row) for row in rows]


async def confirm(tx: Transaction, found: Invalidation, organizer: int, now: int) -> bool:
    """A second organizer agrees; whether anything waited for that. Raises `InvalidInput` for the
    one who asked, and for one who has not been a member for long."""
    await check_not_ended(tx, found.petition_id)
    if organizer == found.asked_by:
        raise InvalidInput(Problem("second", "same"))
    if organizer not in await teams.seconds(tx, found.petition_id, found.asked_by, now):
        raise InvalidInput(Problem("second", "new"))
    row = await tx.fetch_one(
        "UPDATE invalidations SET started_at = :now"
        " WHERE id = :id AND started_at IS NULL AND undone_at IS NULL RETURNING id",
        now=now,
        id=found.id,
    )
    return row is not None


async def undo(tx: Transaction, found: Invalidation, now: int) -> bool:
    """Put back what it has taken out; whether that is not under way already. Raises `InvalidInput`
    after `UNDO_SECONDS`."""
    await check_not_ended(tx, found.petition_id)
    if found.undone_at is None and not found.can_be_undone(now):
        raise InvalidInput(Problem("undo", "late"))
    row = await tx.fetch_one(
        "UPDATE invalidations SET undone_at = :now,"
        " restored_at = CASE WHEN started_at IS NULL THEN CAST(:now AS BIGINT) END"
        " WHERE id = :id AND undone_at IS NULL RETURNING id",
        now=now,
        id=found.id,
    )
    return row is not None


async def forget_names(tx: Transaction, now: int) -> None:
    """Erase the names and postcodes that were typed, where nothing comes of them any more: all is
    put back, or it is too late for that."""
    rows = await tx.fetch(
        "SELECT * FROM invalidations WHERE (restored_at IS NOT NULL"
        "  OR (undone_at IS NULL AND finished_at <= :late))"
        " AND NOT (condition LIKE :no_name AND condition LIKE :no_postcode)",
        late=now - UNDO_SECONDS,
        no_name='%"name": ""%',
        no_postcode='%"postcode": ""%',
    )
    for found in map(Invalidation.from_row, rows):
        rest = replace(found.condition, name="", postcode="")
        await tx.execute(
            "UPDATE invalidations SET condition = :condition WHERE id = :id",
            condition=json.dumps(asdict(rest)),
            id=found.id,
        )


async def public_lines(tx: Transaction, petition_id: int) -> list[tuple[str, int]]:
    """Reasons, and how many signatures were taken out for each, the largest first."""
    rows = await tx.fetch(
        "SELECT reason, sum(n) AS n FROM invalidations WHERE petition_id = :id"
        " AND undone_at IS NULL AND n > 0 AND reason <> ''"
        " GROUP BY reason ORDER BY sum(n) DESC, reason",
        id=petition_id,
    )
    return [(row["reason"], int(row["n"])) for row in rows]


_UNDER_WAY = (
    "SELECT * FROM invalidations WHERE (started_at IS NOT NULL AND finished_at IS NULL"
    " AND undone_at IS NULL) OR (undone_at IS NOT NULL AND restored_at IS NULL)"
    " ORDER BY id LIMIT 1"
)


async def work(database: Database, now: int) -> bool:
    """Do one batch of whatever is under way; whether there was any."""
    async with database.read() as tx:
        if await tx.fetch_one(_UNDER_WAY) is None:
            return False
    async with database.write() as tx:
        row = await tx.fetch_one(_UNDER_WAY)
        if row is None:
            return False
        found = Invalidation.from_row(row)
        await (_take_out if found.undone_at is None else _put_back)(tx, found, now)
        return True


async def _take_out(tx: Transaction, found: Invalidation, now: int) -> None:
    which, values = found.condition.sql()
    # Others may have come to match, as those that were put back: no more than was agreed to.
    limit = min(BATCH, found.wanted - found.n)
    ids = await matching(
        tx,
        found.petition_id,
        f"id <= :last AND {which}",
        found.done_id,
        limit,
        last=found.until_id,
        **values,
    )

    def change(signature: Signature) -> bool:
        if state_of(signature) not in IN_TOTAL:
            return False
        signature.rejected_at = now
        return True

    changed = await change_batch(tx, found.petition_id, ids, change)
    await _mark(tx, found, changed, found.id)
    ended = len(ids) < limit or found.n + len(changed) >= found.wanted
    await tx.execute(
        "UPDATE invalidations SET done_id = :done, n = n + :n,"
        " finished_at = CAST(:finished AS BIGINT) WHERE id = :id",
        done=ids[-1] if ids else found.done_id,
        n=len(changed),
        finished=now if ended else None,
        id=found.id,
    )
    if ended:
        taken = found.n + len(changed)
        await audit.note(
            tx, now, WORKER, "invalidation_done", found.petition_id, id=found.id, n=taken
        )


async def _put_back(tx: Transaction, found: Invalidation, now: int) -> None:
    mine = "invalidation_id = :mine"
    ids = await matching(tx, found.petition_id, mine, 0, BATCH, mine=found.id)

    def change(signature: Signature) -> bool:
        signature.put_back()
        return True

    changed = await change_batch(tx, found.petition_id, ids, change)
    await _mark(tx, found, changed, None)
    if len(ids) < BATCH:
        await tx.execute(
            "UPDATE invalidations SET restored_at = :now WHERE id = :id", now=now, id=found.id
        )
        await audit.note(tx, now, WORKER, "invalidation_restored", found.petition_id, id=found.id)


async def _mark(
    tx: Transaction, found: Invalidation, changed: Sequence[Signature], as_: int | None
) -> None:
    wanted = tx.rows("wanted", id="int")
    await tx.execute(
        "UPDATE signatures SET invalidation_id = CAST(:as_ AS BIGINT)"
        f" WHERE petition_id = :petition AND id IN (SELECT id FROM {wanted} w)",
        as_=as_,
        petition=found.petition_id,
        wanted=pack((s.id,) for s in changed),
    )

"""A reminder to verify, once, a day before an unverified contact is erased.

Signatures are gone through once, in the order of their ids, as for erasing (`erasure.py`). The mark
moves on in the transaction that queues the reminders, so that a worker that dies leaves off where
another begins. Whether there is still something to say is decided when each goes out
(`messages.plan_for`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from server.core.outbox import outages, outbox
from server.core.outbox.outbox import REMINDER, Announcement
from server.core.petitions.petitions import Petition
from server.core.signing.codes import is_late
from server.core.upkeep import marks
from server.core.values.ids import first_id
from server.core.values.keys import Keys
from server.db import Database, Row, Transaction, pack

HOURS_BEFORE = 24
HOURS_AFTER = 24  # since signing, at least: so long the first code was good
REMINDED_TOGETHER = 500  # signatures that one transaction goes through
REMINDED_ROUNDS = 200  # of those at one time; the rest is for the next

#: Of `signatures s`: those that wait for their contact to be shown to be theirs.
_WAITS = (
    "s.contact IS NOT NULL AND s.contact_key IS NOT NULL AND s.verified_at IS NULL"
    " AND s.held_at IS NULL AND s.rejected_at IS NULL AND s.withdrawn_at IS NULL"
    " AND s.reminded_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Reminding:
    """Queues reminders for contacts that are erased after so many hours. `texts`: phones get them
    too where their petition sends codes by text. `new_id` gives ids."""

    keys: Keys
    new_id: Callable[[], int]
    pending_hours: int
    texts: bool

    async def remind(self, database: Database, petitions: Iterable[Petition], now: int) -> None:
        """Queue those that are due. Doing it twice does nothing twice. Time in which no mail could
        be sent delays them, as it does erasing."""
        after = self.pending_hours - HOURS_BEFORE
        if after < HOURS_AFTER:
            return
        async with database.read() as tx:
            shut = await outages.outages_of(tx, outages.BY_MAIL, now)
        since = first_id(shut.since(self.pending_hours * 3600))
        until = first_id(shut.since(after * 3600))
        for petition in petitions:
            if not is_late(petition, now):
                await self._remind(database, petition, since, until, now)

    async def _remind(
        self, database: Database, petition: Petition, since: int, until: int, now: int
    ) -> None:
        for _ in range(REMINDED_ROUNDS):
            async with database.read() as tx:  # nearly always there is none, and no need to write
                if not await _next(tx, petition.id, since, until, 1):
                    return
            async with database.write() as tx:
                await tx.lock([_mark(petition.id).encode()])  # another server waits, then goes on
                found = await _next(tx, petition.id, since, until, REMINDED_TOGETHER)
                await self._queue(tx, petition, [row for row in found if row["waits"]], now)
                if found:
                    await marks.write(tx, _mark(petition.id), found[-1]["id"])

    async def _queue(
        self, tx: Transaction, petition: Petition, due: Collection[Row], now: int
    ) -> None:
        first: dict[bytes, Row] = {}  # of several names behind one contact
        for row in due:
            if self._can_reach(petition, row["contact"]):
                first.setdefault(bytes(row["contact_key"]), row)
        await tx.lock(sorted(first))
        unwanted = await self._unwanted(tx, petition.id, first)
        told = {key: row for key, row in first.items() if key not in unwanted}
        await _note(tx, petition.id, told, now)
        await outbox.put(tx, [self._reminder(petition.id, row) for row in told.values()], now)

    def _can_reach(self, petition: Petition, contact: str) -> bool:
        return "@" in contact or (self.texts and petition.sms_codes)

    async def _unwanted(
        self, tx: Transaction, petition_id: int, first: dict[bytes, Row]
    ) -> set[bytes]:
        """The keys of those who have said that it was not them, and of those who have shown
        already, with another name, that the contact is theirs."""
        wanted = [(key, self.keys.address(row["contact"])) for key, row in first.items()]
        batch = tx.rows("batch", contact_key="blob", address_key="blob")
        rows = await tx.fetch(
            f"SELECT b.contact_key FROM {batch} b"
            " WHERE EXISTS (SELECT 1 FROM stopped_recipients r WHERE r.address_key = b.address_key)"
            " OR EXISTS (SELECT 1 FROM mail_stops m WHERE m.petition_id = :petition"
            "  AND m.contact_key = b.contact_key)"
            " OR EXISTS (SELECT 1 FROM signatures s WHERE s.petition_id = :petition"
            "  AND s.contact_key = b.contact_key AND s.contact_key IS NOT NULL"
            "  AND s.verified_at IS NOT NULL)",
            batch=pack(wanted),
            petition=petition_id,
        )
        return {bytes(row["contact_key"]) for row in rows}

    def _reminder(self, petition_id: int, row: Row) -> Announcement:
        return Announcement(
            id=self.new_id(),
            channel="email" if "@" in row["contact"] else "sms",
            kind=REMINDER,
            petition_id=petition_id,
            language=row["language"],
            recipient=row["contact"],
            signature_id=row["id"],
            turn=1,
        )


def _mark(petition_id: int) -> str:
    return f"reminded of {petition_id}"


async def _next(tx: Transaction, petition_id: int, since: int, until: int, limit: int) -> list[Row]:
    """The next signatures whose contact, if nobody verifies it, is erased within a day; whether
    they wait for that."""
    rows = await tx.fetch(
        f"SELECT s.id, s.contact, s.contact_key, s.language, {_WAITS} AS waits FROM signatures s"
        " WHERE s.petition_id = :petition AND s.id > :since AND s.id < :until"
        " ORDER BY s.id LIMIT :limit",
        petition=petition_id,
        since=max(since, await marks.read(tx, _mark(petition_id)) or 0),
        until=until,
        limit=limit,
    )
    return list(rows)


async def remind_nobody(tx: Transaction, petition_id: int, now: int) -> None:
    """All who wait for their contact to be verified count as reminded: nobody is there to read
    it."""
    await tx.execute(
        "UPDATE signatures SET reminded_at = :now WHERE petition_id = :petition"
        " AND verified_at IS NULL",
        petition=petition_id,
        now=now,
    )


async def _note(tx: Transaction, petition_id: int, keys: Iterable[bytes], now: int) -> None:
    """They are reminded of all that waits for them, under whatever name it was signed."""
    await tx.execute(
        "UPDATE signatures SET reminded_at = :now WHERE petition_id = :petition"
        " AND verified_at IS NULL AND contact_key IN"
        f" (SELECT contact_key FROM {tx.rows('batch', contact_key='blob')} b)",
        batch=pack((key,) for key in sorted(keys)),
        petition=petition_id,
        now=now,
    )

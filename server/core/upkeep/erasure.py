"""What goes away by itself, and when.

Signatures are gone through once, in the order of their ids, which begin with the time: a mark says
how far. So nothing is looked at twice, and no index is needed that every signing would have to
keep.
"""

from __future__ import annotations

from server.core.conversations import gathering, inbound, phones
from server.core.counting.counts import DAY
from server.core.desk.people import happenings, invitations
from server.core.desk.signers import invalidation
from server.core.floods import limits, tries
from server.core.letters import corrections
from server.core.news import sending
from server.core.outbox import allowance, outbox
from server.core.signing import codes, pending, stored
from server.core.signing.decide import Ledger
from server.core.upkeep import marks
from server.core.values.ids import first_id
from server.db import Database, Transaction

KEEP_DAYS = 30
PENDING_HOURS = 72
BATCH = 500  # signatures in one transaction
ROUNDS = 200  # of those at one time; the rest is for the next


async def erase_due(tx: Transaction, now: int, keep_days: int = KEEP_DAYS) -> None:
    """Erase all that lies in small tables and is due: numbers and bodies of messages after
    `keep_days`; codes, tries, invitations and what happened to accounts, if too old. Doing it twice
    does nothing twice.
    """
    await phones.end_conversations(tx, now)
    await gathering.expire(tx, now)
    await inbound.forget_farewells(tx, now)
    await outbox.forget_farewells(tx, now)
    await inbound.forget(tx, now - keep_days * DAY)
    await outbox.expire(tx, now, first_id(now - outbox.LEAST_SECONDS))
    await outbox.forget(tx, now - keep_days * DAY)
    await codes.expire(tx, now)
    await tries.expire(tx, now)
    await allowance.expire(tx, now)
    await invalidation.forget_names(tx, now)
    await corrections.expire_corrections(tx, now)
    await sending.expire_turns(tx, now)
    await invitations.expire(tx, now)
    await happenings.expire(tx, now)


async def erase_contacts(database: Database, now: int, pending_hours: int = PENDING_HOURS) -> None:
    """Erase contacts and forms that nobody has verified in `pending_hours`, and verified contacts
    to which nothing is due. The signature stays under its name and place, or is merged with the one
    there.
    """
    async with database.write() as tx:
        await pending.expire(tx, now - pending_hours * 3600)
    until = first_id(now - pending_hours * 3600)
    for petition_id in await _petition_ids(database):
        for _ in range(ROUNDS):
            async with database.write() as tx:
                if await _erase_contacts(tx, petition_id, until) < BATCH:
                    break


async def _petition_ids(database: Database) -> list[int]:
    async with database.read() as tx:
        return [row["id"] for row in await tx.fetch("SELECT id FROM petitions ORDER BY id")]


async def _erase_contacts(tx: Transaction, petition_id: int, until: int) -> int:
    """One batch; how many signatures it went through."""
    mark = f"contacts of {petition_id} erased"
    rows = await tx.fetch(
        "SELECT id, place_key, contact_key, contact, news_at, verified_at FROM signatures"
        " WHERE petition_id = :petition AND id > :since AND id < :until ORDER BY id LIMIT :limit",
        petition=petition_id,
        since=await marks.read(tx, mark) or 0,
        until=until,
        limit=BATCH,
    )
    if not rows:
        return 0
    due = [r for r in rows if r["contact"] and not (r["verified_at"] and r["news_at"])]
    await tx.lock(key for r in due for key in (r["place_key"], r["contact_key"]) if key)
    await _let_go(tx, petition_id, {r["id"]: r["place_key"] for r in due})
    await marks.write(tx, mark, rows[-1]["id"])
    return len(rows)


async def _let_go(tx: Transaction, petition_id: int, due: dict[int, bytes | None]) -> None:
    """Erase these contacts, read anew under the locks of signing."""
    same_place = await stored.related(tx, ((petition_id, place, None) for place in due.values()))
    found = {s.id: s for s in [*same_place, *await stored.by_ids(tx, petition_id, due)]}
    ledger = Ledger(found.values())
    for id_ in sorted(due.keys() & found.keys()):
        ledger.let_go(found[id_])
    await ledger.write(tx)


async def erase_prefixes(database: Database, now: int) -> None:
    """Null what stands for the address of a signing once it is `PREFIX_KEPT_DAYS` old."""
    until = first_id(now - limits.PREFIX_KEPT_DAYS * DAY)
    for petition_id in await _petition_ids(database):
        mark = f"prefixes of {petition_id} erased"
        async with database.write() as tx:
            await tx.execute(
                "UPDATE signatures SET prefix_tag = NULL WHERE petition_id = :petition"
                " AND id > :since AND id < :until AND prefix_tag IS NOT NULL",
                petition=petition_id,
                since=await marks.read(tx, mark) or 0,
                until=until,
            )
            await marks.write(tx, mark, until)

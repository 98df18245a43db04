"""What goes away by itself, and when.

Signatures of all petitions are gone through once, in the order of their ids, which begin with the
time: a mark says how far. So nothing is looked at twice, and no index is needed that every signing
would have to keep. What is due is looked for by reading; only then somebody who signs has to wait.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from server.core.conversations import gathering, inbound, misread, phones
from server.core.counting.counts import DAY
from server.core.desk.people import happenings, invitations
from server.core.desk.signers import invalidation
from server.core.floods import limits, tries
from server.core.letters import corrections
from server.core.letters.heard import saying
from server.core.news import sending
from server.core.outbox import allowance, outages, outbox
from server.core.signing import codes, pending, stored
from server.core.signing.decide import Ledger
from server.core.upkeep import marks
from server.core.values.ids import first_id
from server.db import Database, Row, Transaction, pack

KEEP_DAYS = 30
PENDING_HOURS = 72
BATCH = 500  # signatures in one transaction
ROUNDS = 200  # of those at one time; the rest is for the next

Rows = Sequence[Row]


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
    await misread.expire_judgements(tx, now, now - keep_days * DAY)
    await outbox.expire(tx, now, first_id(now - outbox.LEAST_SECONDS))
    await outbox.forget(tx, now - keep_days * DAY)
    await outages.forget_outages(tx, now)
    await codes.expire(tx, now)
    await tries.expire(tx, now)
    await allowance.expire(tx, now)
    await invalidation.forget_names(tx, now)
    await corrections.expire_corrections(tx, now)
    await saying.expire_questions(tx, now)
    await sending.expire_turns(tx, now)
    await invitations.expire(tx, now)
    await happenings.expire(tx, now)


async def erase_contacts(database: Database, now: int, pending_hours: int = PENDING_HOURS) -> None:
    """Erase contacts and forms that nobody has verified in `pending_hours`, and verified contacts
    to which nothing is due. The signature stays under its name and place, or is merged with the one
    there. Time in which no mail could be sent does not count: nobody could verify.
    """
    async with database.read() as tx:
        shut = await outages.outages_of(tx, outages.BY_MAIL, now)
        before = shut.since(pending_hours * 3600)
        waits = await pending.has_before(tx, before)
    if waits:
        async with database.write() as tx:
            await pending.expire(tx, before)
    await _go_through(database, "contacts erased", first_id(before), _erase_contacts)


async def erase_prefixes(database: Database, now: int) -> None:
    """Null what stands for the address of a signing once it is `PREFIX_KEPT_DAYS` old."""
    until = first_id(now - limits.PREFIX_KEPT_DAYS * DAY)
    await _go_through(database, "prefixes erased", until, _erase_prefixes)


async def _go_through(
    database: Database, mark: str, until: int, erase: Callable[[Database, Rows], Awaitable[None]]
) -> None:
    """Show `erase` each signature below that id once, of whichever petition: going through every
    petition by itself would read the rows of all others each time."""
    async with database.read() as tx:
        begun = since = await marks.read(tx, mark) or 0
    for _ in range(ROUNDS):
        async with database.read() as tx:
            rows = await _next(tx, since, until)
        await erase(database, rows)
        if len(rows) < BATCH:
            since = max(since, until - 1)
            break
        since = rows[-1]["id"]
    if since > begun:
        async with database.write() as tx:
            await marks.write(tx, mark, since)


async def _next(tx: Transaction, since: int, until: int) -> Rows:
    # The list of petitions lets PostgreSQL use its key, which begins with the petition.
    return await tx.fetch(
        "SELECT id, petition_id, place_key, contact_key, contact, news_at, verified_at, prefix_tag"
        " FROM signatures WHERE id > :since AND id < :until"
        " AND petition_id IN (SELECT p.id FROM petitions p) ORDER BY id LIMIT :limit",
        since=since,
        until=until,
        limit=BATCH,
    )


async def _erase_contacts(database: Database, rows: Rows) -> None:
    due: defaultdict[int, dict[int, bytes | None]] = defaultdict(dict)
    for row in rows:
        if row["contact"] and not (row["verified_at"] and row["news_at"]):
            due[row["petition_id"]][row["id"]] = row["place_key"]
    if not due:
        return
    async with database.write() as tx:
        keys = (key for r in rows for key in (r["place_key"], r["contact_key"]) if key)
        await tx.lock(keys)
        for petition_id, places in due.items():
            await _let_go(tx, petition_id, places)


async def _let_go(tx: Transaction, petition_id: int, due: dict[int, bytes | None]) -> None:
    """Erase these contacts, read anew under the locks of signing."""
    same_place = await stored.related(tx, ((petition_id, place, None) for place in due.values()))
    found = {s.id: s for s in [*same_place, *await stored.by_ids(tx, petition_id, due)]}
    ledger = Ledger(found.values())
    for id_ in sorted(due.keys() & found.keys()):
        if not (found[id_].verified_at and found[id_].news_at):
            ledger.let_go(found[id_])
    await ledger.write(tx)


async def _erase_prefixes(database: Database, rows: Rows) -> None:
    due = [(row["petition_id"], row["id"]) for row in rows if row["prefix_tag"]]
    if not due:
        return
    async with database.write() as tx:
        batch = tx.rows("batch", petition_id="int", id="int")
        await tx.execute(
            f"UPDATE signatures SET prefix_tag = NULL FROM {batch} b"
            " WHERE signatures.petition_id = b.petition_id AND signatures.id = b.id",
            batch=pack(due),
        )

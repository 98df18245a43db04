"""A petition that is ended for good: what its signers gave is gone, and its figures stay.

Its salt is destroyed at once, and with it every key that its signers could be found by. Then its
rows are emptied, a batch at a time; whoever is interrupted is followed by the next who comes. What
stays of a signature is how it counts.
"""

from __future__ import annotations

import json

from server.core.petitions.petitions import Petition
from server.core.signing.columns import PERSONAL
from server.core.upkeep import marks
from server.core.values.ids import first_id
from server.core.values.keys import Keys, mac
from server.db import Database, Transaction

BATCH = 500  # signatures in one transaction
LATE_SECONDS = 3600  # in which a server may still store what it took before it heard of the end
SKEW_SECONDS = 300  # by which the clocks of servers may differ
#: Columns of a signature that tell something of its signer, or of others like them.
EMPTIED = (*PERSONAL, "held_why", "noted_at", "approved_at")
#: Tables of which a petition's rows go.
DELETED = (
    "codes",
    "code_tries",
    "tries",
    "mail_stops",
    "groups_of_contacts",
    "holds",
    "conversations",
    "judged_texts",
    "outbox",
    "pending_forms",
    "besides",
    "collectors",
    "merged",
    "letters",
    "letter_answers",
    "texted_letters",
    "calls",
    "own_mails",
    "print_batches",
    "paused_offices",
    "agreed_offices",
    "letter_questions",
    "answers_shown",
    "place_corrections",
    "news_told",
    "ends_asked",
    "reviews",
    "mended",
    "erasures",
    "figures_kept",
    "notices_sent",
)


def proof(keys: Keys, salt: bytes) -> str:
    """What shows that this petition was meant, without its key: an id may be given again."""
    return mac(keys.petition(salt), "ended").hex()


async def end(tx: Transaction, keys: Keys, petition: Petition, now: int) -> None:
    """End it. `empty` has to follow; if nobody calls it, the worker does."""
    tx.tombstones.append(("ended", petition.id, proof(keys, petition.salt)))
    await destroy_key(tx, petition.id, now)


async def destroy_key(tx: Transaction, petition_id: int, now: int) -> None:
    await tx.execute(
        "UPDATE petitions SET salt = :none, ended_at = :now, closed_at = coalesce(closed_at, :now),"
        " sms_codes_at = NULL, version = version + 1 WHERE id = :id",
        none=b"",
        now=now,
        id=petition_id,
    )


async def empty(database: Database, now: int) -> None:
    """Erase what is left of petitions that have ended. Doing it twice does nothing twice."""
    async with database.read() as tx:
        ended = await tx.fetch("SELECT id, ended_at FROM petitions WHERE ended_at IS NOT NULL")
        due = [r["id"] for r in ended if not await _is_empty(tx, r["id"], r["ended_at"])]
    for petition_id in due:
        async with database.write() as tx:
            await _forget(tx, petition_id)
        goes_on = True
        while goes_on:
            async with database.write() as tx:
                goes_on = await _empty(tx, petition_id, now)


def _mark(petition_id: int) -> str:
    return f"signatures of {petition_id} emptied"


async def _is_empty(tx: Transaction, petition_id: int, ended_at: int) -> bool:
    return (await marks.read(tx, _mark(petition_id)) or 0) >= first_id(ended_at + LATE_SECONDS)


async def _empty(tx: Transaction, petition_id: int, now: int) -> bool:
    """Empty one batch of signatures; whether there may be more."""
    since = await marks.read(tx, _mark(petition_id)) or 0
    rows = await tx.fetch(
        "SELECT id, place_key, contact_key FROM signatures"
        " WHERE petition_id = :petition AND id > :since ORDER BY id LIMIT :limit",
        petition=petition_id,
        since=since,
        limit=BATCH,
    )
    # Another server may be deciding about them, and would write back what it has read.
    await tx.lock(bytes(k) for r in rows for k in (r["place_key"], r["contact_key"]) if k)
    if rows:
        await tx.execute(
            f"UPDATE signatures SET {', '.join(f'{column} = NULL' for column in EMPTIED)}"
            " WHERE petition_id = :petition AND id > :since AND id <= :last",
            petition=petition_id,
            since=since,
            last=rows[-1]["id"],
        )
    full = len(rows) == BATCH
    seen = rows[-1]["id"] if full else first_id(now - SKEW_SECONDS)
    await marks.write(tx, _mark(petition_id), seen)
    return full


async def _forget(tx: Transaction, petition_id: int) -> None:
    """Erase what stands in smaller tables: messages, codes, conversations, what was looked for."""
    for table in DELETED:
        await tx.execute(f"DELETE FROM {table} WHERE petition_id = :id", id=petition_id)
    mine = "SELECT phone_key FROM inbound WHERE petition_id = :id"
    others = "SELECT phone_key FROM inbound WHERE petition_id <> :id"
    # UNDO and the like name no petition: they go where their phone has written about no other.
    await tx.execute(
        "UPDATE inbound SET sender = NULL, body = NULL, reply = NULL, ask = NULL"
        " WHERE petition_id = :id OR (petition_id IS NULL"
        f" AND phone_key IN ({mine}) AND phone_key NOT IN ({others}))",
        id=petition_id,
    )
    # A condition may name somebody. What waits, or is under way, ends here.
    await tx.execute(
        "UPDATE invalidations SET condition = :nobody,"
        " finished_at = CASE WHEN started_at IS NULL THEN finished_at"
        "  ELSE coalesce(finished_at, started_at) END,"
        " undone_at = CASE WHEN started_at IS NULL THEN coalesce(undone_at, asked_at)"
        "  ELSE undone_at END,"
        " restored_at = CASE WHEN started_at IS NULL THEN coalesce(restored_at, asked_at)"
        "  ELSE coalesce(restored_at, undone_at) END"
        " WHERE petition_id = :id",
        id=petition_id,
        nobody=json.dumps({"until": 0}),
    )

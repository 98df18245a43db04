"""Signers are asked once whether an office has answered their letter, three weeks after it had it.

A contact hears one question of a petition, whatever offices and however many of a household have
written. By text it is about one office, and what is said to it brings the next; a mail names them
all. Letters are looked at once, in the order in which they were taken, in the transaction that
queues the questions. What is asked is decided when a question goes out, and noted just before it
leaves: whoever dies over it has rather asked nobody than somebody twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from server.core.letters.letters import COUNTS
from server.core.outbox import outbox
from server.core.outbox.outbox import LETTER_QUESTION, Announcement
from server.core.petitions.petitions import Petition
from server.core.signing import stored
from server.core.signing.signature import Signature
from server.core.values.keys import Keys
from server.db import Database, Row, Transaction, pack

DAY = 86_400
ASKED_AFTER_SECONDS = 21 * DAY
#: Offices take letters at their own pace: those that came a little later are asked about as well.
SOONEST_SECONDS = 14 * DAY
#: By then nobody is asked any more.
LATEST_SECONDS = 28 * DAY
LOOKED_AT_TOGETHER = 500  # letters in one transaction
LOOKING_ROUNDS = 200  # of those at one time; the rest is for the next

#: Of `letters l`: taken by an office long enough ago, with nothing heard of it yet.
_UNHEARD = (
    "l.kind = 'letter' AND l.state IN ('accepted', 'done') AND l.answered_at IS NULL"
    " AND l.said IS NULL AND l.accepted_at <= :soonest"
)
#: Where its signer may be asked: what they gave with the letter, so that an answer reaches them.
_CONTACT = "coalesce(l.answer_to, l.reply_to)"


@dataclass(frozen=True, slots=True)
class AskedLetter:
    """A letter that its signer is asked about, by the name of its office."""

    id: int
    office: str


async def queue_questions(database: Database, new_id: Callable[[], int], now: int) -> None:
    """Queue the questions that are due. Doing it twice does nothing twice."""
    for _ in range(LOOKING_ROUNDS):
        async with database.read() as tx:  # nearly always there is none, and no need to write
            if not await _next(tx, now, 1):
                return
        async with database.write() as tx:
            await tx.lock([b"letter questions"])  # another server waits, then goes on
            found = await _next(tx, now, LOOKED_AT_TOGETHER)
            await _queue(tx, found, new_id, now)


async def _next(tx: Transaction, now: int, limit: int) -> Sequence[Row]:
    """The next letters to look at: to ask about them, or to see that it is too late for that."""
    return await tx.fetch(
        "SELECT l.id, l.petition_id, l.signature_id, l.accepted_at FROM letters l"
        " WHERE l.looked_at IS NULL AND l.accepted_at IS NOT NULL AND l.accepted_at <= :due"
        " ORDER BY l.accepted_at, l.id LIMIT :limit",
        due=now - ASKED_AFTER_SECONDS,
        limit=limit,
    )


async def _queue(
    tx: Transaction, found: Sequence[Row], new_id: Callable[[], int], now: int
) -> None:
    wanted = pack((row["id"],) for row in found)
    rows = await tx.fetch(
        f"SELECT l.petition_id, l.signature_id, l.contact_key, l.language, {_CONTACT} AS contact"
        f" FROM {tx.rows('wanted', id='int')} w JOIN letters l ON l.id = w.id"
        f" WHERE {_UNHEARD} AND l.accepted_at > :late AND {_CONTACT} IS NOT NULL"
        f" AND {COUNTS.format('l')} AND NOT EXISTS (SELECT 1 FROM letters o"
        "  WHERE o.petition_id = l.petition_id AND o.contact_key = l.contact_key"
        "  AND (o.asked_at IS NOT NULL OR (o.looked_at IS NOT NULL AND o.answered_at IS NULL)))"
        " ORDER BY l.accepted_at, l.id",
        wanted=wanted,
        soonest=now - SOONEST_SECONDS,
        late=now - LATEST_SECONDS,
    )
    first: dict[
        tuple[int, bytes], Row
    ] = {}  # of several letters, and several names, of one contact
    for row in rows:
        first.setdefault((row["petition_id"], bytes(row["contact_key"] or b"")), row)
    await tx.execute(
        "UPDATE letters SET looked_at = :now WHERE looked_at IS NULL"
        f" AND id IN (SELECT id FROM {tx.rows('wanted', id='int')} w)",
        wanted=wanted,
        now=now,
    )
    await outbox.put(tx, [_question(row, new_id()) for row in first.values()], now)


def _question(row: Row, id_: int) -> Announcement:
    return Announcement(
        id=id_,
        channel="email" if "@" in row["contact"] else "sms",
        kind=LETTER_QUESTION,
        petition_id=row["petition_id"],
        language=row["language"],
        recipient=row["contact"],
        signature_id=row["signature_id"],
        turn=1,
    )


async def to_ask(
    tx: Transaction, keys: Keys, petition: Petition, item: Announcement, now: int
) -> list[AskedLetter]:
    """The letters that a question is about as it goes out; none where it is not to go: an answer
    came, the contact was asked already, or its signature counts no more."""
    contact_keys = keys.contacts(petition.salt, item.recipient)
    found = await stored.by_ids(tx, petition.id, [item.signature_id or 0])
    signer = next((s for s in found if s.contact_key in contact_keys), None)
    if signer is None or not _may_hear(signer) or petition.state == "ended":
        return []
    if await _was_asked(tx, petition.id, contact_keys):
        return []
    return await unheard(tx, petition.id, signer.id, now)


def _may_hear(signer: Signature) -> bool:
    return signer.stands and signer.verified_at is not None and signer.held_at is None


async def _was_asked(tx: Transaction, petition_id: int, contact_keys: Iterable[bytes]) -> bool:
    wanted = tx.rows("wanted", contact_key="blob")
    row = await tx.fetch_one(
        "SELECT 1 AS one FROM letters WHERE petition_id = :petition"
        f" AND contact_key IN (SELECT w.contact_key FROM {wanted} w)"
        " AND contact_key IS NOT NULL AND asked_at IS NOT NULL LIMIT 1",
        petition=petition_id,
        wanted=pack((key,) for key in contact_keys),
    )
    return row is not None


async def unheard(
    tx: Transaction, petition_id: int, signature_id: int, now: int
) -> list[AskedLetter]:
    """The letters of one signer of which nothing is heard, and about which nobody has asked."""
    rows = await tx.fetch(
        "SELECT l.id, l.office_name FROM letters l WHERE l.petition_id = :petition"
        f" AND l.signature_id = :id AND {_UNHEARD} AND l.asked_at IS NULL ORDER BY l.id",
        petition=petition_id,
        id=signature_id,
        soonest=now - SOONEST_SECONDS,
    )
    return [AskedLetter(row["id"], row["office_name"]) for row in rows]


async def begin(tx: Transaction, item: Announcement, asked: Sequence[int], now: int) -> bool:
    """Note that a question about these letters is about to leave; False if it must not any more."""
    rows = await tx.fetch(
        "UPDATE outbox SET handed_at = :now WHERE id = :id AND sent_at IS NULL"
        " AND failed_at IS NULL AND handed_at IS NULL AND leased_until > :now RETURNING id",
        id=item.id,
        now=now,
    )
    if rows:
        await _note(tx, asked, now)
    return bool(rows)


async def take_back(tx: Transaction, asked: Sequence[int]) -> None:
    """It did not leave, after all."""
    await _note(tx, asked, None)
    rows = tx.rows("batch", id="int")
    await tx.execute(
        f"DELETE FROM letter_questions WHERE letter_id IN (SELECT id FROM {rows} b)",
        batch=pack((id_,) for id_ in asked),
    )


async def _note(tx: Transaction, asked: Sequence[int], at: int | None) -> None:
    await tx.execute(
        "UPDATE letters SET asked_at = CAST(:at AS BIGINT)"
        f" WHERE id IN (SELECT id FROM {tx.rows('batch', id='int')} b)",
        batch=pack((id_,) for id_ in asked),
        at=at,
    )


async def ask_phone(
    tx: Transaction, phone_key: bytes, item: Announcement, letter_id: int, now: int
) -> None:
    """From now on a 1 or 2 of that phone is about this letter."""
    await tx.execute(
        "INSERT INTO letter_questions (phone_key, petition_id, signature_id, letter_id, language,"
        " asked_at) VALUES (:key, :petition, :signature, :letter, :language, :now)"
        " ON CONFLICT (phone_key) DO UPDATE SET petition_id = excluded.petition_id,"
        " signature_id = excluded.signature_id, letter_id = excluded.letter_id,"
        " language = excluded.language, asked_at = excluded.asked_at",
        key=phone_key,
        petition=item.petition_id,
        signature=item.signature_id,
        letter=letter_id,
        language=item.language,
        now=now,
    )


async def ask_nobody(tx: Transaction, now: int) -> None:
    """In a copy that is put back nobody knows who was asked since: those who are due are not."""
    await tx.execute(
        "UPDATE letters SET looked_at = :now WHERE looked_at IS NULL AND accepted_at <= :due",
        now=now,
        due=now - ASKED_AFTER_SECONDS,
    )
    await tx.execute(
        "DELETE FROM outbox WHERE kind = :kind AND sent_at IS NULL AND failed_at IS NULL",
        kind=LETTER_QUESTION,
    )

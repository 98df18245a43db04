"""Letters are written once for each office, and go away with their signer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from server.core.counting.states import where
from server.core.floods.limits import HOUSEHOLD
from server.core.letters.congress import packed_constituent, unpacked_constituent
from server.core.letters.letter import ENDED, Addressee, Letter
from server.db import ColumnType, Row, Transaction, pack

WORDS_SECONDS = 28 * 86_400  # for which words and addresses stay after a letter's end
#: For which a letter waits until it is known whose office it is for: new maps come late. So long
#: one on paper waits to be printed.
PLACE_SECONDS = 90 * 86_400

_STORED: dict[str, ColumnType] = {
    "id": "int",
    "petition_id": "int",
    "signature_id": "int",
    "sender_key": "blob",
    "contact_key": "blob",
    "office": "text",
    "office_name": "text",
    "office_address": "text",
    "office_role": "text",
    "office_division": "text",
    "why": "text",
    "channel": "text",
    "language": "text",
    "subject": "text",
    "words": "text",
    "own_words": "int",
    "reply_to": "text",
    "answer_to": "text",
    "kind": "text",
    "constituent": "text",
}
#: Of `letters l`, as `from_row` reads them.
LETTER = ", ".join(f"l.{column}" for column in (*_STORED, "tries", "queued_at"))
#: SQL for whether the signature of a letter counts; of the table or alias `{0}`.
COUNTS = (
    "EXISTS (SELECT 1 FROM signatures WHERE signatures.petition_id = {0}.petition_id"
    f" AND signatures.id = {{0}}.signature_id AND {where('verified')})"
)


#: SQL for the state of a letter as its signer sees it.
_SEEN = "CASE WHEN l.answered_at IS NULL THEN l.state ELSE 'answered' END"


def from_row(row: Row) -> Letter:
    return Letter(
        id=row["id"],
        petition_id=row["petition_id"],
        signature_id=row["signature_id"] or 0,
        sender=bytes(row["sender_key"]),
        contact=row["contact_key"] and bytes(row["contact_key"]),
        office=Addressee(
            key=row["office"],
            name=row["office_name"],
            address=row["office_address"],
            channel=row["channel"],
            role=row["office_role"],
            division=row["office_division"],
        ),
        channel=row["channel"],
        language=row["language"],
        subject=row["subject"],
        words=row["words"] or "",
        own_words=row["own_words"],
        reply_to=row["reply_to"] or "",
        answer_to=row["answer_to"] or "",
        kind=row["kind"],
        constituent=unpacked_constituent(row["constituent"]),
        tries=row["tries"],
        queued_at=row["queued_at"] or 0,
    )


def _values(letter: Letter) -> tuple[int | str | bytes | None, ...]:
    office = letter.office
    return (
        letter.id,
        letter.petition_id,
        letter.signature_id,
        letter.sender,
        letter.contact,
        office.key,
        office.name,
        office.address,
        office.role,
        office.division,
        office.missing,
        letter.channel,
        letter.language,
        letter.subject,
        letter.words,
        letter.own_words,
        letter.reply_to or None,
        letter.answer_to or None,
        letter.kind,
        packed_constituent(letter.constituent),
    )


async def write(tx: Transaction, letters: Sequence[Letter], now: int) -> None:
    """Keep them as drafts, or held where nobody of the office is known. One of a kind that its
    signer has written to that office before is put right as long as it is a draft, and else stays
    as it is: sending twice sends once, also for somebody who has taken their signature back in
    between."""
    columns, rows = ", ".join(_STORED), tx.rows("batch", **_STORED)
    await tx.execute(
        f"INSERT INTO letters ({columns}, state, created_at, due_at)"
        f" SELECT {columns}, CASE WHEN why = '' THEN 'draft' ELSE 'held' END,"
        f" :now, :now FROM {rows} b WHERE NOT EXISTS"
        " (SELECT 1 FROM letters l WHERE l.petition_id = b.petition_id"
        "  AND l.sender_key = b.sender_key AND l.signature_id IS NULL AND l.office = b.office"
        "  AND l.kind = b.kind)"
        " ON CONFLICT (petition_id, signature_id, office, kind) DO UPDATE SET"
        " words = excluded.words, own_words = excluded.own_words, subject = excluded.subject,"
        " reply_to = excluded.reply_to, answer_to = excluded.answer_to,"
        " constituent = excluded.constituent, channel = excluded.channel,"
        " office_name = excluded.office_name, office_address = excluded.office_address"
        " WHERE letters.state = 'draft'",
        batch=pack(map(_values, letters)),
        now=now,
    )


async def full_offices(
    tx: Transaction, petition_id: int, contact: bytes | None
) -> set[tuple[str, str]]:
    """The offices, each with a kind, that have got as many letters of one contact as they get."""
    rows = await tx.fetch(
        "SELECT office, kind FROM letters WHERE petition_id = :petition AND contact_key = :contact"
        " AND why <> 'many' GROUP BY office, kind HAVING count(*) >= :most",
        petition=petition_id,
        contact=contact,
        most=HOUSEHOLD,
    )
    return {(row["office"], row["kind"]) for row in rows}


async def drop_drafts(tx: Transaction, petition_id: int, signature_id: int) -> None:
    """What a signer writes comes in the place of what waits until their signature is checked."""
    await tx.execute(
        "DELETE FROM letters WHERE petition_id = :petition AND signature_id = :id"
        " AND state = 'draft'",
        petition=petition_id,
        id=signature_id,
    )


async def refuse(
    tx: Transaction, ids: Sequence[int], why: Literal["many", "no_address"], now: int
) -> None:
    """These do not leave: they are more than their office gets of one contact, or it takes none
    without the writer's address."""
    wanted = tx.rows("wanted", id="int")
    await tx.execute(
        "UPDATE letters SET state = 'rejected', why = :why, ended_at = :now"
        f" WHERE id IN (SELECT id FROM {wanted} w)",
        wanted=pack((id_,) for id_ in ids),
        why=why,
        now=now,
    )


async def of_signer(
    tx: Transaction, petition_id: int, signature_id: int, sender: bytes
) -> list[tuple[Letter, str, str]]:
    """What one signer has written, each with its state and why, the first first; also what has left
    before they took their signature back and signed again. What was answered is `answered`."""
    rows = await tx.fetch(
        f"SELECT {LETTER}, {_SEEN} AS state FROM letters l WHERE l.petition_id = :petition"
        " AND (l.signature_id = :id OR (l.signature_id IS NULL AND l.sender_key = :sender))"
        " ORDER BY l.id",
        petition=petition_id,
        id=signature_id,
        sender=sender,
    )
    return [(from_row(row), row["state"], row["why"]) for row in rows]


async def expire(tx: Transaction, now: int) -> None:
    """Erase words and addresses `WORDS_SECONDS` after the end, and what has not left by then
    because its signature does not count."""
    ended = ", ".join(f"'{state}'" for state in ENDED)
    await tx.execute(
        "UPDATE letters SET words = NULL, reply_to = NULL, answer_to = NULL, constituent = NULL,"
        " bounce_key = NULL"
        f" WHERE words IS NOT NULL AND state IN ({ended}) AND ended_at <= :before",
        before=now - WORDS_SECONDS,
    )
    await tx.execute(
        "UPDATE letters SET state = 'rejected', ended_at = :now"
        " WHERE state = 'held' AND created_at <="
        " CASE WHEN why = 'moved' THEN CAST(:before AS BIGINT) ELSE CAST(:long AS BIGINT) END",
        now=now,
        before=now - WORDS_SECONDS,
        long=now - PLACE_SECONDS,
    )
    await tx.execute(
        "UPDATE letters SET state = 'rejected', why = 'unprinted', ended_at = :now, batch = NULL"
        " WHERE state = 'ready' AND queued_at <= :before",
        now=now,
        before=now - PLACE_SECONDS,
    )
    await tx.execute(
        "UPDATE letters SET sender_key = :nobody, contact_key = NULL WHERE signature_id IS NULL"
        " AND sender_key <> :nobody AND coalesce(ended_at, accepted_at) <= :before",
        nobody=b"",
        before=now - WORDS_SECONDS,
    )
    await tx.execute(
        "DELETE FROM letters WHERE state IN ('draft', 'held', 'queued', 'ready', 'retry')"
        f" AND created_at <= :before AND NOT {COUNTS.format('letters')}",
        before=now - WORDS_SECONDS,
    )

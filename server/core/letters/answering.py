"""What offices answer to letters, on its way to whoever wrote the letter.

An answer is kept in the transaction that queues the message which passes it on, and nobody else
reads it. A mail takes all of it, which is then erased; a phone gets it piece by piece. What can be
passed on no more is not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from server.core.counting.counts import DAY
from server.core.outbox import outbox
from server.core.outbox.outbox import ANSWER, Announcement
from server.db import Row, Transaction

#: So many of one letter are passed on in a day, and in all: whoever has its address is no relay.
ANSWERS_DAILY, ANSWERS_IN_ALL = 5, 20
ALL_READ = -1  # of `read_to`: the phone has got all of it
ANSWERED_SECONDS = 28 * DAY  # for which an answer is kept, from when it was passed on

#: What became of a mail to a letter's address. `kept_back`: it counts, but nobody wants to hear it.
Taken = Literal["passed_on", "kept_back", "twice", "many"]


@dataclass(frozen=True, slots=True)
class OfficeMail:
    """What an office wrote, as it was read; its `fingerprint` is the same each time it comes."""

    fingerprint: bytes
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    words: str = field(repr=False)
    files: int = 0


@dataclass(frozen=True, slots=True)
class AnsweredLetter:
    """The letter that is answered; `recipient` is where that is passed on to, '' if nowhere."""

    id: int
    petition_id: int
    signature_id: int
    language: str
    recipient: str = field(repr=False)

    @property
    def by_text(self) -> bool:
        return bool(self.recipient) and "@" not in self.recipient


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer to be passed on, or that a phone reads; `office` is to whom the letter went."""

    id: int
    office: str
    office_address: str
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    words: str = field(repr=False)
    files: int
    read_to: int

    @property
    def from_elsewhere(self) -> bool:
        """Whether it comes from another domain than the letter went to."""
        ours, theirs = (a.rpartition("@")[2].lower() for a in (self.office_address, self.sender))
        return ours != theirs


async def letter_answered(tx: Transaction, key: bytes) -> AnsweredLetter | None:
    """The letter whose token that is; None once its signer has taken their signature back, or its
    words are erased."""
    await tx.lock([key])  # on PostgreSQL another server may be taking the same mail
    row = await tx.fetch_one(
        "SELECT id, petition_id, signature_id, language, answer_to, reply_to FROM letters"
        " WHERE bounce_key = :key AND signature_id IS NOT NULL"
        " AND state IN ('sending', 'accepted', 'done', 'uncertain')",
        key=key,
    )
    if row is None:
        return None
    to = row["answer_to"] or row["reply_to"] or ""
    return AnsweredLetter(row["id"], row["petition_id"], row["signature_id"], row["language"], to)


async def take(
    tx: Transaction,
    letter: AnsweredLetter,
    mail: OfficeMail,
    *,
    id_: int,
    phone_key: bytes | None,
    wanted: bool,
    now: int,
) -> Taken:
    """Note that an answer came, and pass it on if its signer `wanted` that; `phone_key` is that of
    a phone. The same mail is taken once."""
    if refusal := await _refusal(tx, letter, mail, now):
        return refusal
    await tx.execute(
        "UPDATE letters SET answered_at = coalesce(answered_at, :now) WHERE id = :id",
        now=now,
        id=letter.id,
    )
    passed_on = wanted and bool(letter.recipient)
    await _keep(tx, letter, mail, id_, phone_key, now, passed_on=passed_on)
    if not passed_on:
        return "kept_back"
    await outbox.put(tx, [_announced_answer(id_, letter)], now)
    return "passed_on"


async def _refusal(
    tx: Transaction, letter: AnsweredLetter, mail: OfficeMail, now: int
) -> Literal["twice", "many"] | None:
    row = await tx.fetch_one(
        "SELECT count(*) AS n, coalesce(sum(CASE WHEN came_at > :since THEN 1 ELSE 0 END), 0)"
        " AS lately, coalesce(sum(CASE WHEN fingerprint = :fingerprint THEN 1 ELSE 0 END), 0)"
        " AS same FROM letter_answers WHERE letter_id = :letter",
        since=now - DAY,
        fingerprint=mail.fingerprint,
        letter=letter.id,
    )
    assert row  # noqa: S101 (a count is always there)
    if row["same"]:
        return "twice"
    return "many" if row["lately"] >= ANSWERS_DAILY or row["n"] >= ANSWERS_IN_ALL else None


async def _keep(
    tx: Transaction,
    letter: AnsweredLetter,
    mail: OfficeMail,
    id_: int,
    phone_key: bytes | None,
    now: int,
    *,
    passed_on: bool,
) -> None:
    """With its words only if somebody is to get them."""
    await tx.execute(
        "INSERT INTO letter_answers (id, petition_id, signature_id, letter_id, fingerprint,"
        " phone_key, sender, subject, words, files, came_at) VALUES (:id, :petition, :signature,"
        " :letter, :fingerprint, :phone, :sender, :subject, :words, :files, :now)",
        id=id_,
        petition=letter.petition_id,
        signature=letter.signature_id,
        letter=letter.id,
        fingerprint=mail.fingerprint,
        phone=phone_key,
        sender=mail.sender if passed_on else None,
        subject=mail.subject if passed_on else None,
        words=mail.words if passed_on else None,
        files=mail.files,
        now=now,
    )


def _announced_answer(id_: int, letter: AnsweredLetter) -> Announcement:
    return Announcement(
        id=id_,
        channel="sms" if letter.by_text else "email",
        kind=ANSWER,
        petition_id=letter.petition_id,
        language=letter.language,
        recipient=letter.recipient,
        signature_id=letter.signature_id,
    )


#: Of `letter_answers a`, as `_kept` reads them.
_KEPT = (
    "SELECT a.id, l.office_name, l.office_address, a.sender, a.subject, a.words, a.files, a.read_to"
    " FROM letter_answers a JOIN letters l ON l.id = a.letter_id"
)


def _kept(row: Row) -> KeptAnswer:
    return KeptAnswer(
        id=row["id"],
        office=row["office_name"],
        office_address=row["office_address"],
        sender=row["sender"] or "",
        subject=row["subject"] or "",
        words=row["words"] or "",
        files=row["files"],
        read_to=row["read_to"],
    )


async def to_pass_on(tx: Transaction, id_: int) -> KeptAnswer | None:
    """What the message of that id passes on; None if that is gone."""
    row = await tx.fetch_one(f"{_KEPT} WHERE a.id = :id AND a.sender IS NOT NULL", id=id_)
    return _kept(row) if row else None


async def passed_on(tx: Transaction, id_: int, now: int, *, by_text: bool) -> None:
    """It is with its signer, and nowhere else any more; but a phone may ask for the rest."""
    await tx.execute("UPDATE letter_answers SET told_at = :now WHERE id = :id", now=now, id=id_)
    await _forget_read(tx, id_, by_text)


async def read_on(tx: Transaction, id_: int, read_to: int) -> None:
    """A phone gets that many letters of it, or `ALL_READ`."""
    await tx.execute(
        "UPDATE letter_answers SET read_to = :read_to WHERE id = :id", read_to=read_to, id=id_
    )
    await _forget_read(tx, id_, by_text=True)


async def _forget_read(tx: Transaction, id_: int, by_text: bool) -> None:
    await tx.execute(
        "UPDATE letter_answers SET sender = NULL, subject = NULL, words = NULL WHERE id = :id"
        " AND told_at IS NOT NULL AND (read_to = :all OR :texts = 0)",
        id=id_,
        all=ALL_READ,
        texts=int(by_text),
    )


@dataclass(frozen=True, slots=True)
class OfficeAnswers:
    """How many letters to an office were answered to our address, and when last."""

    letters: int
    last_at: int


async def answers_by_office(tx: Transaction, petition_id: int) -> dict[str, OfficeAnswers]:
    """By the key of each office that has answered: that it came, and nothing of what it says."""
    rows: Sequence[Row] = await tx.fetch(
        "SELECT office, count(*) AS n, max(answered_at) AS last_at FROM letters"
        " WHERE petition_id = :petition AND answered_at IS NOT NULL GROUP BY office",
        petition=petition_id,
    )
    return {row["office"]: OfficeAnswers(row["n"], row["last_at"]) for row in rows}


async def expire_answers(tx: Transaction, now: int) -> None:
    """Erase what is kept for too long, and what no message passes on any more."""
    await tx.execute(
        "UPDATE letter_answers SET sender = NULL, subject = NULL, words = NULL"
        " WHERE sender IS NOT NULL AND told_at IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM outbox o WHERE o.id = letter_answers.id AND o.failed_at IS NULL)"
    )
    await tx.execute(
        "DELETE FROM letter_answers WHERE coalesce(told_at, came_at) <= :before",
        before=now - ANSWERED_SECONDS,
    )

"""What signers say: whether an office has answered them. What was said last counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from server.core.letters.heard import asking
from server.core.letters.heard.asking import AskedLetter
from server.core.outbox.outbox import SAYING_SECONDS
from server.db import Transaction, pack


@dataclass(frozen=True, slots=True)
class PhoneQuestion:
    """What a phone was asked last: about which letter of which signature."""

    petition_id: int
    signature_id: int
    letter: AskedLetter


async def question_of(tx: Transaction, phone_key: bytes, now: int) -> PhoneQuestion | None:
    """What that phone was asked, if its signer has not taken the signature back since."""
    row = await tx.fetch_one(
        "SELECT q.petition_id, q.signature_id, l.id, l.office_name FROM letter_questions q"
        " JOIN letters l ON l.id = q.letter_id AND l.signature_id = q.signature_id"
        " WHERE q.phone_key = :key AND q.asked_at > :since",
        key=phone_key,
        since=now - SAYING_SECONDS,
    )
    if row is None:
        return None
    letter = AskedLetter(row["id"], row["office_name"])
    return PhoneQuestion(row["petition_id"], row["signature_id"], letter)


async def say(
    tx: Transaction, phone_key: bytes, asked: PhoneQuestion, answered: bool, now: int
) -> AskedLetter | None:
    """Note what a phone says; the next of their letters, about which it is asked now."""
    await _note(tx, [asked.letter], {asked.letter.id} if answered else (), now)
    left = await asking.unheard(tx, asked.petition_id, asked.signature_id, now)
    if not left:
        return None
    await tx.execute("UPDATE letters SET asked_at = :now WHERE id = :id", id=left[0].id, now=now)
    await tx.execute(
        "UPDATE letter_questions SET letter_id = :letter, asked_at = :now WHERE phone_key = :key",
        key=phone_key,
        letter=left[0].id,
        now=now,
    )
    return left[0]


async def asked_of(
    tx: Transaction, petition_id: int, signature_id: int, now: int
) -> list[AskedLetter]:
    """The letters about which a signer was asked by mail, in the order of that mail."""
    rows = await tx.fetch(
        "SELECT id, office_name FROM letters WHERE petition_id = :petition"
        " AND signature_id = :id AND asked_at > :since ORDER BY id",
        petition=petition_id,
        id=signature_id,
        since=now - SAYING_SECONDS,
    )
    return [AskedLetter(row["id"], row["office_name"]) for row in rows]


@dataclass(frozen=True, slots=True)
class SaidByMail:
    """What a signer has typed: the numbers of the offices that have answered, as the mail counts
    them. None: whoever it was about, they have."""

    petition_id: int
    signature_id: int
    numbers: frozenset[int] | None
    now: int


async def say_many(tx: Transaction, said: Sequence[SaidByMail]) -> list[bool | None]:
    """Note what these say; of each whether it is among what they were asked, None if they were
    asked nothing, or too long ago."""
    return [await _say_one(tx, one) for one in said]


async def _say_one(tx: Transaction, said: SaidByMail) -> bool | None:
    letters = await asked_of(tx, said.petition_id, said.signature_id, said.now)
    if not letters:
        return None
    numbers = said.numbers
    if numbers is None and len(letters) == 1:
        numbers = frozenset({1})
    if numbers is None or not numbers <= set(range(1, len(letters) + 1)):
        return False
    yes = {letter.id for n, letter in enumerate(letters, 1) if n in numbers}
    await _note(tx, letters, yes, said.now)
    return True


async def _note(
    tx: Transaction, letters: Sequence[AskedLetter], yes: Collection[int], now: int
) -> None:
    rows = tx.rows("batch", id="int", said="text")
    await tx.execute(
        f"UPDATE letters SET said = b.said, said_at = :now FROM {rows} b WHERE letters.id = b.id",
        batch=pack((one.id, "yes" if one.id in yes else "no") for one in letters),
        now=now,
    )


async def expire_questions(tx: Transaction, now: int) -> None:
    """Erase what nobody answers any more."""
    await tx.execute(
        "DELETE FROM letter_questions WHERE asked_at <= :before", before=now - SAYING_SECONDS
    )

"""Codes that a contact's owner types: what they are, how long they are good, how often one may try.

A code follows from the signature or form that it was made for, from what it is for and from when it
was made, by the petition's key: it is stored nowhere. Whoever types one says whose by the contact,
or by the reference that stood in the mail's link. Each has `CODE_TRIES` of its own until the next
code is made, so a stranger who knows a contact cannot use up the owner's. Contacts that we do not
know are counted alike: no answer and no time tells.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from server.core.counting.counts import DAY
from server.core.floods import tries
from server.core.floods.tries import Try
from server.core.petitions.petitions import Petition
from server.core.signing.entries import Entries
from server.core.values.contacts import reached
from server.core.values.keys import Keys, mac
from server.core.values.postcodes import digits_of
from server.db import Transaction, pack

CODE_DIGITS = 6
TEXT_DIGITS = 4  # of what a signer texts: it helps nobody but the phone itself
CODE_SECONDS = DAY
SAME_CODE_SECONDS = 3600  # for which a message that is tried again says the same code
CODE_TRIES = 5
CLOSED_SECONDS = DAY  # for which a closed petition still verifies what was signed before

Purpose = Literal["verify", "withdraw"]
Action = Literal["verify", "not_me", "withdraw"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedCode:
    """A code as somebody typed it, with a contact in normal form or a mail's reference."""

    petition: Petition
    action: Action
    code: str
    contact: str
    ref: str
    now: int
    entries: str = ""  # of the form on whose thank-you page it was typed

    @property
    def purpose(self) -> Purpose:
        return "withdraw" if self.action == "withdraw" else "verify"


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A code that was made for a signature, or for a form that waits, and a contact.

    `recipient` is the key of whom it was sent to; `stopped`: who has said "that was not me".
    """

    about: int
    made_at: int
    contact_key: bytes
    recipient: bytes | None
    stopped: bool


def is_late(petition: Petition, now: int) -> bool:
    """Whether the petition is closed for so long that nothing is verified any more."""
    if petition.state == "ended":
        return True
    return petition.closed_at is not None and now >= petition.closed_at + CLOSED_SECONDS


def text_digits(keys: Keys, petition: Petition, phone: str, entries: Entries) -> str:
    """What the signer with these entries texts from that phone: the same for the same form."""
    value = entries.value(keys, petition.salt)
    return keys.code(petition.salt, "text", phone, value, digits=TEXT_DIGITS)


def code_of(keys: Keys, petition: Petition, purpose: Purpose, id_: int, made_at: int) -> str:
    """The code of a signature or form, for that purpose, made at that time."""
    return keys.code(petition.salt, purpose, id_, made_at, digits=CODE_DIGITS)


async def made(
    tx: Transaction,
    petition_id: int,
    contact_key: bytes | None,
    about: int,
    purpose: Purpose,
    recipient: bytes,
    queued_at: int,
    now: int,
) -> int:
    """When the code was made that a message queued at that time says: now, unless the same message
    has made one lately. One that had to wait since has a new one, whose hours begin when it goes.
    `about` is the id of the signature or form, `contact_key` its contact's."""
    row = await tx.fetch_one(
        "INSERT INTO codes"
        " (petition_id, signature_id, purpose, contact_key, address_key, made_at)"
        " VALUES (:petition, :id, :purpose, :contact_key, :recipient, :now)"
        " ON CONFLICT (petition_id, signature_id, purpose) DO UPDATE SET"
        " address_key = excluded.address_key, made_at ="
        "  CASE WHEN codes.made_at < :since THEN excluded.made_at ELSE codes.made_at END"
        " RETURNING made_at",
        petition=petition_id,
        id=about,
        purpose=purpose,
        contact_key=contact_key,
        recipient=recipient,
        now=now,
        since=max(queued_at, now - SAME_CODE_SECONDS),
    )
    return int(row["made_at"]) if row else now


async def right_codes(
    tx: Transaction, keys: Keys, typed: Sequence[TypedCode]
) -> list[MadeCode | None]:
    """Which code each of them is, None for a wrong one, or one too many. Every try is counted."""
    known = await _meant(tx, keys, typed)
    tried = [
        Try("code", _whose(keys, one), max((c.made_at for c in codes), default=0), one.petition.id)
        for one, codes in zip(typed, known, strict=True)
    ]
    places = await tries.add(tx, tried, typed[0].now)
    return [
        next((c for c in codes if _is_code(keys, one, c)), None) if place <= CODE_TRIES else None
        for one, codes, place in zip(typed, known, places, strict=True)
    ]


async def _meant(tx: Transaction, keys: Keys, typed: Sequence[TypedCode]) -> list[list[MadeCode]]:
    """The codes that each contact or reference may mean."""
    batch = tx.rows(
        "batch",
        place="int",
        petition_id="int",
        purpose="text",
        since="int",
        signature_id="int",
        contact_key="blob",
    )
    by_contact, by_ref = (
        "SELECT b.place, c.signature_id, c.made_at, c.contact_key, c.address_key, r.stopped_at"
        f" FROM {batch} b JOIN codes c"
        f" ON c.petition_id = b.petition_id AND c.{column} = b.{column}"
        "  AND c.purpose = b.purpose AND c.made_at > b.since"
        " LEFT JOIN stopped_recipients r ON r.address_key = c.address_key"
        for column in ("contact_key", "signature_id")
    )
    rows = await tx.fetch(
        f"{by_contact} UNION ALL {by_ref}",
        batch=pack(row for place, one in enumerate(typed) for row in _wanted(keys, place, one)),
    )
    found: list[list[MadeCode]] = [[] for _ in typed]
    for place, about, made_at, contact_key, recipient, stopped_at in rows:
        stopped = stopped_at is not None
        found[place].append(MadeCode(about, made_at, bytes(contact_key), recipient, stopped))
    return found


def _wanted(
    keys: Keys, place: int, typed: TypedCode
) -> Iterator[tuple[int | str | bytes | None, ...]]:
    """By which a code may be found: the signature of the reference, or any key of the contact."""
    salt, purpose = typed.petition.salt, typed.purpose
    about = (place, typed.petition.id, purpose, typed.now - CODE_SECONDS)
    if typed.ref:
        yield *about, keys.referred(salt, purpose, typed.ref), None
        return
    for key in keys.contacts(salt, typed.contact):
        yield *about, None, key


def _whose(keys: Keys, typed: TypedCode) -> bytes:
    # Of the mailbox: each spelling of an address would have tries of its own.
    kind, whose = ("ref", typed.ref) if typed.ref else ("contact", reached(typed.contact))
    return mac(keys.server("tries"), kind, typed.purpose, whose)


def _is_code(keys: Keys, typed: TypedCode, made: MadeCode) -> bool:
    right = code_of(keys, typed.petition, typed.purpose, made.about, made.made_at)
    return hmac.compare_digest(right.encode(), digits_of(typed.code).encode())


async def expire(tx: Transaction, now: int) -> None:
    """Erase codes that are too old."""
    await tx.execute("DELETE FROM codes WHERE made_at <= :before", before=now - CODE_SECONDS)

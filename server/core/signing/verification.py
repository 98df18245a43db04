"""Verifying a contact, and taking a signature back, by a code that the contact's owner types.

A code follows from the signature, from what it is for and from when it was made, by the petition's
key: it is stored nowhere. It is made when its mail goes out, so what that mail says is decided then
too, and signing does the same work for everybody.

Whoever types a code says whose by the contact, or by the reference that stood in the mail's link.
Each has `TRIES` of its own until the next code is made, so a stranger who knows a contact cannot
use up the owner's. Contacts that we do not know are counted alike: no answer and no time tells.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from server.core.counting.counts import DAY
from server.core.floods import limits
from server.core.floods.limits import Groups
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.petitions.petitions import Petition
from server.core.signing import signatures, stored
from server.core.signing.decide import Ledger, Outcome
from server.core.signing.signature import Signature
from server.core.values.contacts import reached
from server.core.values.keys import Keys, mac
from server.core.values.names import fold_name
from server.core.values.postcodes import digits_of
from server.db import Row, Transaction, pack

CODE_DIGITS = 6
TEXT_DIGITS = 4  # of what a signer texts: it helps nobody but the phone itself
CODE_SECONDS = DAY
TRIES = 5
CLOSED_SECONDS = DAY  # for which a closed petition still verifies what was signed before
NOTE_SECONDS = DAY
SILENT = 1000  # texts that say nothing, dropped in one step
LISTED = 10  # signatures in one mail about taking them back

Purpose = Literal["verify", "withdraw"]
Action = Literal["verify", "not_me", "withdraw"]
Done = Literal["verified", "held", "not_me", "withdrawn"]


def text_digits(keys: Keys, petition: Petition, phone: str, name: str) -> str:
    """What the signer of this name texts from that phone: always the same for the same signing."""
    return keys.code(petition.salt, "text", phone, fold_name(name), digits=TEXT_DIGITS)


def is_late(petition: Petition, now: int) -> bool:
    """Whether the petition is closed for so long that nothing is verified any more."""
    return petition.closed_at is not None and now >= petition.closed_at + CLOSED_SECONDS


# What a message says, decided when it goes out.


@dataclass(frozen=True, slots=True)
class Said:
    """What one message says about one signature; `ref` is for the link."""

    name: str
    code: str
    ref: str


@dataclass(frozen=True, slots=True)
class Message:
    """`kind` is verify_code, withdraw_code, or signed_again, which says nothing of a signature."""

    kind: str
    said: tuple[Said, ...] = ()


async def to_say(
    tx: Transaction, keys: Keys, petition: Petition, item: Announcement, now: int
) -> Message | None:
    """What a `signed` or `withdraw_code` message has to say now; None if that is nothing.

    Asked again for the same message, as after a failed try, it says the same.
    """
    contact_keys = keys.contacts(petition.salt, item.recipient)
    if item.kind == "withdraw_code":
        rows = await stored.of_contact(tx, petition.id, contact_keys)
        mine = [s for s in rows if not s.rejected_at][:LISTED]
        said = [await _say(tx, keys, petition, s, "withdraw", item, now) for s in mine]
        return Message("withdraw_code", tuple(said)) if said else None
    found = await stored.by_ids(tx, petition.id, [item.signature_id or 0])
    signature = next((s for s in found if s.contact_key in contact_keys), None)
    if signature is None or signature.rejected_at:
        return None
    if await _is_stopped(tx, petition.id, contact_keys):
        return None
    if signature.verified_at:
        return await _note(tx, signature, item, now)
    if is_late(petition, now) or (item.channel == "sms" and not petition.sms_codes):
        return None
    return Message("verify_code", (await _say(tx, keys, petition, signature, "verify", item, now),))


async def discard_silent(tx: Transaction) -> bool:
    """Drop the texts of web signings that say nothing, and say whether there may be more of them:
    the phone is not verified, and codes are not sent by text. They are queued so that nobody learns
    from the time what we know of a phone."""
    dropped = await tx.fetch(
        "DELETE FROM outbox WHERE id IN (SELECT o.id FROM outbox o"
        " JOIN petitions p ON p.id = o.petition_id AND p.sms_codes_at IS NULL"
        " JOIN signatures s ON s.petition_id = o.petition_id AND s.id = o.signature_id"
        "  AND s.verified_at IS NULL WHERE o.channel = 'sms' AND o.kind = 'signed'"
        f" AND o.sent_at IS NULL AND o.failed_at IS NULL LIMIT {SILENT})"
        " RETURNING 1 AS one"
    )
    return len(dropped) >= SILENT


async def _note(
    tx: Transaction, signature: Signature, item: Announcement, now: int
) -> Message | None:
    """Tell the owner of a verified contact that somebody signed with it, once a day at most."""
    if item.created_at < (signature.verified_at or 0):
        return None  # signed before it was verified: its own code came too late to be needed
    noted = signature.noted_at or 0
    # This very message may have noted it, before a try that failed.
    ours = item.tries > 1 and noted >= item.created_at
    if now - noted < NOTE_SECONDS and not ours:
        return None
    await tx.execute(
        "UPDATE signatures SET noted_at = :now WHERE petition_id = :petition AND id = :id",
        now=now,
        petition=signature.petition_id,
        id=signature.id,
    )
    return Message("signed_again")


async def _say(
    tx: Transaction,
    keys: Keys,
    petition: Petition,
    signature: Signature,
    purpose: Purpose,
    item: Announcement,
    now: int,
) -> Said:
    """A fresh code, unless this very message has made one before."""
    row = await tx.fetch_one(
        "INSERT INTO codes (petition_id, signature_id, purpose, contact_key, made_at)"
        " VALUES (:petition, :id, :purpose, :contact_key, :now)"
        " ON CONFLICT (petition_id, signature_id, purpose) DO UPDATE SET made_at ="
        "  CASE WHEN codes.made_at < :queued THEN excluded.made_at ELSE codes.made_at END"
        " RETURNING made_at",
        petition=petition.id,
        id=signature.id,
        purpose=purpose,
        contact_key=signature.contact_key,
        now=now,
        queued=item.created_at,
    )
    code = _code(keys, petition, purpose, signature.id, row["made_at"] if row else now)
    return Said(signature.name or "", code, keys.ref(petition.salt, purpose, signature.id))


def _code(keys: Keys, petition: Petition, purpose: str, id_: int, made_at: int) -> str:
    return keys.code(petition.salt, purpose, id_, made_at, digits=CODE_DIGITS)


async def _is_stopped(tx: Transaction, petition_id: int, contact_keys: Iterable[bytes]) -> bool:
    wanted = tx.rows("wanted", contact_key="blob")
    return bool(
        await tx.fetch(
            f"SELECT 1 AS one FROM {wanted} w JOIN mail_stops m ON m.petition_id = :petition"
            " AND m.contact_key = w.contact_key",
            petition=petition_id,
            wanted=pack((key,) for key in contact_keys),
        )
    )


# What is typed.


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A code as somebody typed it, with a contact in normal form or a mail's reference."""

    petition: Petition
    action: Action
    code: str
    contact: str
    ref: str
    now: int

    @property
    def purpose(self) -> Purpose:
        return "withdraw" if self.action == "withdraw" else "verify"


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish to take back what an e-mail address has signed, if it has signed."""

    id: int
    petition: Petition
    email: str
    language: str
    now: int


class Desk:
    """Takes what people type, with the server's keys; its methods run in batches."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def type_many(self, tx: Transaction, typed: Sequence[Typed]) -> list[Done | None]:
        """What each code has done, None for a wrong one; typing it again changes nothing."""
        return [await self._type(tx, one) for one in typed]

    async def ask_many(self, tx: Transaction, asked: Sequence[Asked]) -> list[None]:
        """Queue the mails with the codes; whether there is anything to say is found out later."""
        mails = [
            Announcement(
                id=a.id,
                channel="email",
                kind="withdraw_code",
                petition_id=a.petition.id,
                language=a.language,
                recipient=a.email,
                address_key=self._keys.address(a.email),
            )
            for a in asked
        ]
        await outbox.put(tx, mails, asked[0].now)
        return [None] * len(mails)

    async def _type(self, tx: Transaction, typed: Typed) -> Done | None:
        known = await self._codes(tx, typed)
        newest = max((row["made_at"] for row in known), default=0)
        if await self._tries(tx, typed, newest) > TRIES:
            return None
        code = digits_of(typed.code)
        right = [row["signature_id"] for row in known if self._is(typed, row, code)]
        found = await stored.by_ids(tx, typed.petition.id, right[:1])
        if not found:
            return None
        # Read anew under the locks of signing: another server may be deciding about it.
        await stored.lock(tx, found)
        return await self._do(tx, typed, (await stored.by_ids(tx, typed.petition.id, right[:1]))[0])

    def _is(self, typed: Typed, row: Row, code: str) -> bool:
        keys, petition = self._keys, typed.petition
        right = _code(keys, petition, typed.purpose, row["signature_id"], row["made_at"])
        return hmac.compare_digest(right.encode(), code.encode())

    async def _codes(self, tx: Transaction, typed: Typed) -> list[Row]:
        """The codes that this contact or reference may mean."""
        salt, keys = typed.petition.salt, self._keys
        column = "signature_id" if typed.ref else "contact_key"
        meant: list[tuple[int] | tuple[bytes]] = (
            [(keys.referred(salt, typed.purpose, typed.ref) or 0,)]
            if typed.ref
            else [(key,) for key in keys.contacts(salt, typed.contact)]
        )
        wanted = tx.rows("wanted", value="int" if typed.ref else "blob")
        rows = await tx.fetch(
            f"SELECT c.signature_id, c.made_at FROM {wanted} w JOIN codes c"
            f" ON c.petition_id = :petition AND c.{column} = w.value"
            " WHERE c.purpose = :purpose AND c.made_at > :since",
            petition=typed.petition.id,
            purpose=typed.purpose,
            since=typed.now - CODE_SECONDS,
            wanted=pack(meant),
        )
        return list(rows)

    async def _tries(self, tx: Transaction, typed: Typed, newest: int) -> int:
        """How often this was tried since the newest code was made, this time included."""
        # Of the mailbox: each spelling of an address would have tries of its own.
        kind, whose = ("ref", typed.ref) if typed.ref else ("contact", reached(typed.contact))
        row = await tx.fetch_one(
            "INSERT INTO code_tries (petition_id, try_key, since, n)"
            " VALUES (:petition, :key, :now, 1) ON CONFLICT (petition_id, try_key) DO UPDATE SET"
            " n = CASE WHEN code_tries.since < :newest THEN 1 ELSE code_tries.n + 1 END,"
            " since = CASE WHEN code_tries.since < :newest THEN :now ELSE code_tries.since END"
            " RETURNING n",
            petition=typed.petition.id,
            key=mac(self._keys.server("tries"), kind, typed.purpose, whose),
            now=typed.now,
            newest=newest,
        )
        return int(row["n"]) if row else 0

    async def _do(self, tx: Transaction, typed: Typed, signature: Signature) -> Done | None:
        if typed.action == "verify":
            if signature.withdrawn_at:
                return None
            outcome = await confirm(tx, self._keys, typed.petition, signature, typed.now)
            return "held" if outcome == "held" else "verified"
        if typed.action == "not_me":
            await tx.execute(
                "INSERT INTO mail_stops (petition_id, contact_key, stopped_at)"
                " SELECT petition_id, contact_key, :now FROM codes WHERE petition_id = :petition"
                " AND signature_id = :id AND purpose = 'verify' ON CONFLICT DO NOTHING",
                petition=typed.petition.id,
                id=signature.id,
                now=typed.now,
            )
        if signature.withdrawn_at is None:
            contact = typed.contact or signature.contact
            group = limits.group_of(typed.petition.id, typed.petition.salt, contact, self._keys)
            await signatures.withdraw(tx, [signature], typed.now, [group] if group else [])
        return "not_me" if typed.action == "not_me" else "withdrawn"


async def confirm(
    tx: Transaction, keys: Keys, petition: Petition, signature: Signature, now: int
) -> Outcome:
    """Count a stored signature as verified; its contact has been shown to be its signer's."""
    if signature.withdrawn_at:
        return "again"
    await stored.lock(tx, [signature])
    place = (petition.id, signature.place_key, signature.contact_key)
    group = limits.group_of(petition.id, petition.salt, signature.contact, keys)
    ledger = Ledger(
        await stored.related(tx, [place]), await Groups.load(tx, [group] if group else [])
    )
    known = next((s for s in ledger.signatures if s.id == signature.id), None)
    outcome = ledger.confirm(known, group, now) if known else "again"
    await ledger.write(tx)
    return outcome


async def by_text(
    tx: Transaction, keys: Keys, petition: Petition, phone: str, digits: str, now: int
) -> tuple[Signature, Outcome] | None:
    """The web signature that these digits from this phone verify, and what came of it; None if
    they are no code of this phone."""
    if is_late(petition, now):
        return None
    mine = await stored.of_contact(tx, petition.id, keys.contacts(petition.salt, phone))
    for signature in mine:
        if digits == text_digits(keys, petition, phone, signature.name or ""):
            return signature, await confirm(tx, keys, petition, signature, now)
    return None


async def expire(tx: Transaction, now: int) -> None:
    """Erase codes that are too old, and how often they were tried."""
    await tx.execute("DELETE FROM codes WHERE made_at <= :before", before=now - CODE_SECONDS)
    await tx.execute("DELETE FROM code_tries WHERE since <= :before", before=now - 2 * CODE_SECONDS)

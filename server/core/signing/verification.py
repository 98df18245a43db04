"""Verifying a contact, and taking a signature back, by a code that the contact's owner types or
texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.core.floods import limits
from server.core.floods.limits import Group, Groups
from server.core.outbox import allowance, outbox
from server.core.outbox.outbox import Announcement
from server.core.petitions.petitions import Petition
from server.core.signing import codes, stored
from server.core.signing.codes import MadeCode, TypedCode, is_late, text_digits
from server.core.signing.decide import Ledger, Outcome
from server.core.signing.signature import Signature
from server.core.values.keys import Keys
from server.db import Transaction
from server.errors import StoreConflict

Done = Literal["verified", "held", "not_me", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish to take back what an e-mail address has signed, if it has signed; `network_tag` stands
    for the address that it came from."""

    id: int
    petition: Petition
    email: str
    language: str
    now: int
    network_tag: bytes | None = None


class Verifier:
    """Takes what people type, with the server's keys; its methods run in batches."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def take_many(self, tx: Transaction, typed: Sequence[TypedCode]) -> list[Done | None]:
        """What each code has done, None for a wrong one; typing it again changes nothing."""
        right = await codes.right_codes(tx, self._keys, typed)
        taken = [(one, code) for one, code in zip(typed, right, strict=True) if code]
        if not taken:
            return [None] * len(typed)
        meant = [(one.petition, code.signature_id, code.person) for one, code in taken]
        ledger, found = await _under_locks(tx, self._keys, meant)
        networks = [s.prefix_tag if s and not s.verified_at else None for s in found]
        done = [
            self._decided(ledger, one, signature)
            for (one, _), signature in zip(taken, found, strict=True)
        ]
        await ledger.write(tx)
        # What is held may be one person's doing, and a code may be typed again.
        pairs = zip(networks, done, strict=True)
        await _heed(tx, taken, [tag if did == "verified" else None for tag, did in pairs])
        in_order = iter(done)
        return [next(in_order) if code else None for code in right]

    def _decided(
        self, ledger: Ledger, typed: TypedCode, signature: Signature | None
    ) -> Done | None:
        petition, now = typed.petition, typed.now
        if typed.action == "verify":
            if signature is None:
                return None
            group = _group_of(petition, signature.contact, self._keys)
            outcome = ledger.confirm(signature, group, now)
            return "held" if outcome == "held" else "verified"
        if signature is not None:
            ledger.withdraw(signature, now)
        return "not_me" if typed.action == "not_me" else "withdrawn"

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
                network_tag=a.network_tag,
            )
            for a in asked
        ]
        await outbox.put(tx, mails, asked[0].now)
        return [None] * len(mails)


async def by_text(
    tx: Transaction, keys: Keys, petition: Petition, phone: str, digits: str, now: int
) -> tuple[Signature, Outcome] | None:
    """The web signature that these digits from this phone verify, and what came of it; None if
    they are no code of this phone."""
    if is_late(petition, now):
        return None
    mine = await stored.of_contact(tx, petition.id, keys.contacts(petition.salt, phone))
    meant = (s for s in mine if digits == text_digits(keys, petition, phone, s.name or ""))
    if (signature := next(meant, None)) is None:
        return None
    person = (signature.place_key, signature.contact_key)
    ledger, [known] = await _under_locks(tx, keys, [(petition, signature.id, person)])
    if known is None:
        return signature, "again"
    outcome = ledger.confirm(known, _group_of(petition, known.contact, keys), now)
    await ledger.write(tx)
    return signature, outcome


#: A signature that somebody means: its petition, its id, and its place and contact keys.
Meant = tuple[Petition, int, tuple[bytes | None, bytes | None]]


async def _under_locks(
    tx: Transaction, keys: Keys, meant: Sequence[Meant]
) -> tuple[Ledger, list[Signature | None]]:
    """These signatures, None for one that was taken back, in a ledger of all whom deciding about
    them may concern.

    Read once, after the locks of signing are held: another server may have been deciding about
    them. Raises `StoreConflict`, upon which all is tried again, if it gave one of them other keys.
    """
    places = ((petition.id, place, None) for petition, _, (place, _) in meant if place)
    people = [*((petition.id, *person) for petition, _, person in meant if any(person)), *places]
    await tx.lock(key for _, *person in people for key in person if key)
    read = {(s.petition_id, s.id): s for s in await stored.related(tx, people)}
    found = [read.get((petition.id, id_)) for petition, id_, _ in meant]
    groups = []
    for (petition, _, person), signature in zip(meant, found, strict=True):
        if signature is None:
            continue
        if person != (signature.place_key, signature.contact_key):
            raise StoreConflict("another server was deciding about a signature")
        if group := _group_of(petition, signature.contact, keys):
            groups.append(group)
    return Ledger(read.values(), await Groups.load(tx, groups)), found


def _group_of(petition: Petition, contact: str | None, keys: Keys) -> Group | None:
    return limits.group_of(petition.id, petition.salt, contact, keys)


async def _heed(
    tx: Transaction, taken: Sequence[tuple[TypedCode, MadeCode]], networks: Sequence[bytes | None]
) -> None:
    """What typed codes say of our sending to those mailboxes; `networks` are those that have had
    messages sent which turn out to be wanted."""
    now = taken[0][0].now
    answers = [(t.action == "not_me", c) for t, c in taken]
    await allowance.stop(tx, [c.recipient for not_me, c in answers if not_me and c.recipient], now)
    lifted = [c.recipient for not_me, c in answers if not not_me and c.stopped and c.recipient]
    await allowance.lift(tx, lifted)
    await allowance.give_room(tx, [network for network in networks if network], now)

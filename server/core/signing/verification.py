"""Verifying a contact, and taking a signature back, by a code that the contact's owner types or
texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.core.floods import limits, tries
from server.core.floods.limits import Group, Groups
from server.core.floods.tries import Try
from server.core.outbox import allowance, outbox
from server.core.outbox.outbox import Announcement
from server.core.petitions.petitions import Petition
from server.core.signing import codes, messages, pending, stored
from server.core.signing.codes import MadeCode, TypedCode, is_late, text_digits
from server.core.signing.decide import Ledger, Outcome
from server.core.signing.entries import NOTHING, Entries
from server.core.signing.pending import Provable
from server.core.signing.signature import Signature, Signing
from server.core.values.keys import Keys
from server.db import Transaction
from server.errors import StoreConflict

Done = Literal["verified", "held", "not_me", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a code has done; if it has verified, which signature, and what it says now."""

    done: Done
    entries: Entries | None = None
    signature_id: int = 0


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

    async def take_many(self, tx: Transaction, typed: Sequence[TypedCode]) -> list[Taken | None]:
        """What each code has done, None for a wrong one; typing it again changes nothing."""
        right = await codes.right_codes(tx, self._keys, typed)
        taken = [(one, code) for one, code in zip(typed, right, strict=True) if code]
        if not taken:
            return [None] * len(typed)
        meant = await self._meant(tx, taken)
        ledger, found = await _under_locks(tx, self._keys, meant)
        networks = _first_asked(ledger, meant, found)
        done = [
            self._decided(ledger, one, candidate, signature)
            for (one, _), candidate, signature in zip(taken, meant, found, strict=True)
        ]
        await ledger.write(tx)
        await messages.discard_answered(
            tx,
            [(t.petition.id, c.recipient, c.contact_key) for t, c in taken if t.action != "verify"],
        )
        # What is held may be one person's doing, and a code may be typed again.
        pairs = zip(networks, done, strict=True)
        wanted = [tag if did and did.done == "verified" else None for tag, did in pairs]
        await _heed(tx, taken, wanted)
        in_order = iter(done)
        return [next(in_order) if code else None for code in right]

    async def _meant(
        self, tx: Transaction, taken: Sequence[tuple[TypedCode, MadeCode]]
    ) -> list[Provable | None]:
        """What each stands for: what the page shows on which it was typed, or the mail that had the
        link to it; else what the code was made for."""
        wanted = [
            (t.petition, (code.contact_key, *self._keys.contacts(t.petition.salt, t.contact)))
            for t, code in taken
        ]
        found = await pending.of_contacts(tx, self._keys, wanted, taken[0][0].now)
        return [
            next((c for c in mine if self._is_meant(c, *one)), None)
            for one, mine in zip(taken, found, strict=True)
        ]

    def _is_meant(self, candidate: Provable, typed: TypedCode, code: MadeCode) -> bool:
        salt = typed.petition.salt
        if typed.entries and typed.action == "verify":
            return any(shown.value(self._keys, salt) == typed.entries for shown in candidate.shown)
        return candidate.id == code.about

    def _decided(
        self,
        ledger: Ledger,
        typed: TypedCode,
        candidate: Provable | None,
        signature: Signature | None,
    ) -> Taken | None:
        if typed.action == "verify":
            if candidate is None or (signature is None and candidate.form is None):
                return None
            outcome = _show(ledger, self._keys, candidate, signature, typed.now)
            done: Done = "held" if outcome == "held" else "verified"
            return Taken(done, candidate.entries, candidate.signature_id)
        form = candidate.form if candidate else None
        # One that has lost its contact is whoever's has signed so: a form beside it says nothing.
        theirs = signature is not None and signature.contact_key is not None
        if signature and theirs and (form is None or signature.verified_at is None):
            ledger.withdraw(signature, typed.now)
        elif form:
            ledger.forget_forms(form)  # the owner's own signature stays
        return Taken("not_me" if typed.action == "not_me" else "withdrawn")

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
                network_tag=a.network_tag,
            )
            for a in asked
        ]
        await outbox.put(tx, mails, asked[0].now)
        return [None] * len(mails)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A reference of a signing without contact (`alone_ref`), by which it is taken back."""

    petition: Petition
    id: int
    now: int


def alone_ref(keys: Keys, signing: Signing, petition: Petition) -> str:
    """What the thank-you page of a signing without contact carries: another one each time."""
    return keys.slip(petition.salt, signing.id)


async def give_back_many(tx: Transaction, given: Sequence[GivenBack]) -> list[None]:
    """Take back what was signed without contact, each by the reference of the form that made the
    row. For other references nothing happens, with the same work: nobody learns from the time
    whether somebody else had signed so before. Nor for a row that stands for somebody else's too,
    who had a contact: it is not one person's any more."""
    tried = [Try("alone", one.id.to_bytes(8), 0, one.petition.id) for one in given]
    await tries.add(tx, tried, given[0].now)
    for one in given:
        ids = [one.id, await stored.latest_id(tx, one.petition.id)]
        await stored.lock(tx, await stored.by_ids(tx, one.petition.id, ids))
        found = {s.id: s for s in await stored.by_ids(tx, one.petition.id, ids)}
        mine = found.get(one.id)
        shared = await stored.stands_for_others(tx, one.petition.id, one.id)
        if mine is None or shared or mine.contact_key or not mine.place_key:
            # Another is written as it is, so that as much is written.
            mine = Signature(0, one.petition.id, "web", "", 0, place_key=bytes(16), stored=True)
            for other in found.values():
                other.changed = True
        ledger = Ledger(
            {s.id: s for s in [*await stored.beside(tx, [mine]), *found.values()]}.values()
        )
        ledger.withdraw(mine, one.now)
        await ledger.write(tx)
    return [None] * len(given)


async def by_text(
    tx: Transaction, keys: Keys, petition: Petition, phone: str, digits: str, now: int
) -> tuple[Entries, Outcome] | None:
    """What the web form said whose digits this phone texts, and what came of it; None if they are
    no code of this phone."""
    if is_late(petition, now):
        return None
    contact_keys = keys.contacts(petition.salt, phone)
    [mine] = await pending.of_contacts(tx, keys, [(petition, contact_keys)], now)
    meant = (
        c
        for c in mine
        if any(digits == text_digits(keys, petition, phone, shown) for shown in c.shown)
    )
    if (candidate := next(meant, None)) is None:
        return None
    ledger, [known] = await _under_locks(tx, keys, [candidate])
    if known is None and candidate.form is None:
        return candidate.entries, "again"
    outcome = _show(ledger, keys, candidate, known, now)
    await ledger.write(tx)
    return candidate.entries, outcome


def _show(
    ledger: Ledger, keys: Keys, candidate: Provable, signature: Signature | None, now: int
) -> Outcome:
    """The contact is shown to be theirs: store what the candidate says."""
    petition = candidate.petition
    if candidate.form:
        contact = candidate.form.signing.contact
        return ledger.adopt(candidate.form, _group_of(petition, contact, keys))
    assert signature  # noqa: S101 (whoever calls has looked)
    if candidate.entries.besides != NOTHING and not petition.extras.asks:
        signature.besides = NOTHING  # nobody asks for that any more
    group = _group_of(petition, signature.contact, keys)
    return ledger.confirm(signature, candidate.contact_keys, group, now)


def _first_asked(
    ledger: Ledger, meant: Sequence[Provable | None], found: Sequence[Signature | None]
) -> list[bytes | None]:
    """The network that had the message sent, for each contact of which nothing was verified before;
    else None. Once for each: a contact that is known opens no further room, or whoever has one code
    could have with it as much as they like."""
    known = {(s.petition_id, s.contact_key) for s in ledger.signatures if s.verified_at}
    networks: list[bytes | None] = []
    for candidate, signature in zip(meant, found, strict=True):
        whose = (candidate.petition.id, candidate.contact_key) if candidate else None
        if candidate is None or whose in known:
            networks.append(None)
            continue
        known.add((candidate.petition.id, candidate.contact_key))
        form = candidate.form.signing if candidate.form else signature
        networks.append(form.prefix_tag if form else None)
    return networks


async def _under_locks(
    tx: Transaction, keys: Keys, meant: Sequence[Provable | None]
) -> tuple[Ledger, list[Signature | None]]:
    """The signature of each of these, None for one that was taken back, in a ledger of all whom
    deciding about them may concern.

    Read once, after the locks of signing are held: another server may have been deciding about
    them. Raises `StoreConflict`, upon which all is tried again, if it gave one of them other keys.
    """
    sure = [c for c in meant if c]
    people = [(c.petition.id, c.place_key, key) for c in sure for key in c.contact_keys]
    places = [(c.petition.id, c.place_key, None) for c in sure if c.place_key]
    await tx.lock(key for _, *person in people for key in person if key)
    read = {(s.petition_id, s.id): s for s in await stored.related(tx, [*people, *places])}
    found = [read.get((c.petition.id, c.signature_id)) if c else None for c in meant]
    groups = []
    for candidate, signature in zip(meant, found, strict=True):
        if candidate is None:
            continue
        if signature and candidate.form is None:
            person = signature.place_key, signature.contact_key
            if person != (candidate.place_key, candidate.contact_key):
                raise StoreConflict("another server was deciding about a signature")
        form = candidate.form
        contact = form.signing.contact if form else signature.contact if signature else None
        if group := _group_of(candidate.petition, contact, keys):
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

"""The decision about each signing: a new signature, one that becomes verified, or the same again.

A `Ledger` holds the stored signatures that a batch could meet, decides in memory, and writes the
difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

from server.core.counting.states import is_counted
from server.core.floods import holds
from server.core.floods.holds import Hold
from server.core.floods.limits import HOUSEHOLD, Group, Groups
from server.core.outbox import outbox
from server.core.outbox.outbox import Announcement
from server.core.signing import stored
from server.core.signing.signature import Signature, Signing
from server.core.values.keys import PersonKeys
from server.core.values.names import fold_name, same_person
from server.db import Transaction

Outcome = Literal["new", "verified", "held", "again"]


class Ledger:
    """Decides about signings one after the other, each seeing what the last one did."""

    def __init__(self, signatures: Iterable[Signature], groups: Groups | None = None) -> None:
        self.signatures = list(signatures)
        self.groups = groups or Groups()
        self.notes: list[Announcement] = []
        self._withdrawn: list[tuple[int, int]] = []
        self._by_place: defaultdict[tuple[int, bytes | None], list[Signature]] = defaultdict(list)
        self._by_contact: defaultdict[tuple[int, bytes], list[Signature]] = defaultdict(list)
        for signature in self.signatures:
            self._index(signature)

    def _index(self, signature: Signature) -> None:
        self._by_place[signature.petition_id, signature.place_key].append(signature)
        if signature.contact_key is not None:
            self._by_contact[signature.petition_id, signature.contact_key].append(signature)

    def _forget(self, signature: Signature) -> None:
        """Undo `_index`, before its keys change."""
        self._by_place[signature.petition_id, signature.place_key].remove(signature)
        if signature.contact_key is not None:
            self._by_contact[signature.petition_id, signature.contact_key].remove(signature)

    def take(self, signing: Signing) -> Outcome:
        """Decide about one signing."""
        known = self._match(signing)
        outcome: Outcome = "again"
        if known is None:
            known, outcome = Signature.from_signing(signing), "new"
            self.signatures.append(known)
            if signing.verified:
                self._admit(known, signing.group, signing.now, signing.keys)
            else:
                self._hold_if_suspicious(known, signing)
            self._index(known)
            if not signing.keys.contact:
                # A verified signer is not counted once more for leaving the contact out; and
                # whoever signed so still has, when a verified one of that name and place goes.
                self._settle(known.petition_id, signing.keys.place)
                outcome = "again" if known.absorbed_by else outcome
        elif signing.verified and not known.verified_at and not known.rejected_at:
            self._admit(known, signing.group, signing.now, signing.keys)
            self._forget(known)
            known.verify(signing)
            outcome = "verified"
            self._index(known)
        # Written even if nothing is new: whoever signs again must wait as long as a new signer.
        known.changed = True
        self._announce(known, signing)
        if signing.verified:
            self._settle(known.petition_id, signing.keys.place)
            return "held" if known.held_at else outcome
        return outcome

    def confirm(self, known: Signature, group: Group | None, now: int) -> Outcome:
        """A stored signature, by the code that its contact was sent, or as its phone has texted."""
        if known.verified_at or known.rejected_at:
            return "held" if known.held_at else "again"
        keys = PersonKeys(known.place_key or b"", known.contact_key, known.person_key)
        self._admit(known, group, now, keys)
        known.confirm(now)
        self._settle(known.petition_id, known.place_key)
        return "held" if known.held_at else "verified"

    def let_go(self, known: Signature) -> None:
        """Erase the contact. One that was never verified leaves a signature without contact, which
        is one with others by the same name and place."""
        known.contact, known.changed = None, True
        if known.verified_at or known.withdrawn_at:
            return
        known.contact_key = known.person_key = None
        at_place = self._by_place[known.petition_id, known.place_key]
        if any(s.contact_key is None and not s.merged for s in at_place if s is not known):
            if known.rejected_at:  # stays to be seen, and leaves the place to the other
                known.place_key = None
            else:
                known.merged = True
        else:
            self._settle(known.petition_id, known.place_key)

    def withdraw(self, known: Signature, now: int) -> None:
        """Its signer takes it back. What it had absorbed counts again, or is absorbed by another
        of that name and place; `stored.beside` finds them."""
        place = known.place_key
        if known.group_key:
            self.groups.leaves(known.petition_id, known.group_key)
        self._forget(known)
        self._withdrawn.append((known.petition_id, known.id))
        known.withdraw(now)
        for other in self._by_place[known.petition_id, place]:
            if other.absorbed_by == known.id:
                other.absorbed_by, other.changed = None, True
        self._settle(known.petition_id, place)

    def settle(self, known: Signature) -> None:
        """What stands beside it without contact, after it was rejected or put back."""
        self._settle(known.petition_id, known.place_key)

    def _settle(self, petition_id: int, place: bytes | None) -> None:
        """A signature without contact is absorbed by a verified one of its name and place, as long
        as there is one. One that is not among these is taken for granted."""
        at_place = self._by_place[petition_id, place] if place else []
        by_id = {s.id: s for s in at_place}
        heir = next((s.id for s in at_place if s.absorbs and s.place_key == place), None)
        for other in (s for s in at_place if s.may_be_absorbed):
            absorber = by_id.get(other.absorbed_by or 0)
            if other.absorbed_by and (absorber is None or absorber.absorbs):
                continue
            if other.absorbed_by != heir:
                other.absorbed_by, other.changed = heir, True

    def _match(self, signing: Signing) -> Signature | None:
        """The signature of the same person, if there is one."""
        at_place = self._by_place[signing.petition_id, signing.keys.place]
        if signing.keys.contact is None:
            return next((s for s in at_place if s.contact_key is None and not s.merged), None)
        household = self._household(signing.petition_id, signing.keys)
        by_key = {s.person_key: s for s in household}
        if exact := next((by_key[key] for key in signing.keys.persons if key in by_key), None):
            return self._known_anew(exact, signing.keys)
        folded = fold_name(signing.name)
        near = (s for s in household if s.name and same_person(fold_name(s.name), folded))
        return next(near, None)

    def _household(self, petition_id: int, keys: PersonKeys) -> list[Signature]:
        """All who stand behind one contact, also those who are stored under its former keys."""
        found = (s for key in keys.contacts for s in self._by_contact[petition_id, key])
        return list({s.id: s for s in found}.values())

    def _known_anew(self, signature: Signature, keys: PersonKeys) -> Signature:
        """The same signature under today's keys, by which it is found from now on."""
        if signature.person_key != keys.person:
            self._forget(signature)
            signature.contact_key, signature.person_key = keys.contact, keys.person
            self._index(signature)
        return signature

    def _hold_if_suspicious(self, signature: Signature, signing: Signing) -> None:
        signals = list(signing.signals)
        if signing.keys.contact:
            household = self._household(signing.petition_id, signing.keys)
            if sum(1 for s in household if s.tally()) >= HOUSEHOLD:
                signals.append("crowd")
        if why := holds.for_signals(signals):
            signature.hold(why, signing.now)

    def _admit(self, signature: Signature, group: Group | None, now: int, keys: PersonKeys) -> None:
        """Hold what verifies beyond the places of its household, or of its group."""
        household = self._household(signature.petition_id, keys)
        if sum(1 for s in household if is_counted(s)) >= HOUSEHOLD:
            signature.hold([Hold("household")], now)
        elif group and self.groups.admits(group):
            signature.group_key = group.key
        elif group:
            signature.hold([group.hold], now)

    def _announce(self, known: Signature, signing: Signing) -> None:
        """A message to the contact that was entered on the web, whatever we know of it: what it
        says, if anything, is found out when it goes out (`messages`)."""
        if signing.verified or not signing.contact:
            return
        self.notes.append(
            Announcement(
                id=signing.id,
                channel="email" if "@" in signing.contact else "sms",
                kind="signed",
                petition_id=known.petition_id,
                language=signing.language,
                recipient=signing.contact,
                signature_id=known.id,
                network_tag=signing.prefix_tag,
                turn=int(known.held_at is not None),
            )
        )

    async def write(self, tx: Transaction) -> None:
        """Store every difference, and the counters with it."""
        await stored.write(tx, self.signatures)
        await self.groups.write(tx)
        if self._withdrawn:
            await outbox.forget_about(tx, self._withdrawn)

"""The decision about each signing: a new signature, one that becomes verified, or the same again.

A `Ledger` holds the stored signatures that a batch could meet, decides in memory, and writes the
difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

from server.core.counting.states import is_counted
from server.core.floods import holds
from server.core.floods.holds import Hold
from server.core.floods.limits import HOUSEHOLD, Group, Groups
from server.core.outbox.outbox import Announcement
from server.core.signing import besides, goes_with, pending, stored
from server.core.signing.pending import Form
from server.core.signing.signature import Signature, Signing
from server.core.values.keys import PersonKeys
from server.core.values.names import fold_name, same_person
from server.db import Transaction

Outcome = Literal["new", "verified", "held", "again", "corrected"]


class Ledger:
    """Decides about signings one after the other, each seeing what the last one did."""

    def __init__(self, signatures: Iterable[Signature], groups: Groups | None = None) -> None:
        self.signatures = list(signatures)
        self.groups = groups or Groups()
        self.notes: list[Announcement] = []
        self._withdrawn: list[Signature] = []
        self._unknown: list[Signature] = []  # of whom no contact is known any more
        self.forms: list[Form] = []
        self._done: list[Signature] = []  # beside which no form waits any more
        self._answered: list[Form] = []  # and of these none that waits beside the same
        self._merged: list[tuple[Signature, int]] = []  # with the id of what stands for each
        self._disowned: list[Form] = []  # of these, where the contact's owners have said so
        self._left: list[Signature] = []  # as they were under another name or place
        self._displaced: list[Signature] = []  # from a place that another takes
        self._reworded: list[Signature] = []  # whose comment nobody has approved yet
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
                self._admit(known, signing.group, signing.now, signing.keys.contacts)
            else:
                self._hold_if_suspicious(known, signing)
            self._index(known)
            if not signing.keys.contact:
                # A verified signer is not counted once more for leaving the contact out; and
                # whoever signed so still has, when a verified one of that name and place goes.
                self._settle(known.petition_id, signing.keys.place)
                outcome = "again" if known.absorbed_by else outcome
        elif signing.verified and not known.rejected_at:
            outcome = self._shown(known, signing)
        elif signing.contact and not signing.verified and known.entries != signing.entries:
            # Whoever this is, the form is kept: a code will tell. Instead of the signature, since
            # whoever signs again must wait as long as a new signer.
            form = Form(signing, known.id)
            self.forms.append(form)
            self._announce(known, signing, form)
            return outcome
        # Written even if nothing is new, for the same reason.
        known.changed = True
        self._announce(known, signing)
        if signing.verified:
            self._absorb(known, signing.keys.contacts)
            return "held" if known.held_at else outcome
        return outcome

    def _shown(self, known: Signature, signing: Signing) -> Outcome:
        """The same person by a door that shows the contact to be theirs: what they say now is what
        is stored."""
        outcome: Outcome = "again" if known.place_key == signing.keys.place else "corrected"
        if known.verified_at is None:
            self._admit(known, signing.group, signing.now, signing.keys.contacts)
            outcome = "verified"
            if known.entries != signing.entries:
                # What the web's form said is adopted by its digits alone. Under the id of this
                # signing, which no row has: this row's own is taken, should it have moved on.
                form = replace(known.as_signing(), id=signing.id)
                self.forms.append(Form(form, known.id))
        with self._moving(known):
            if outcome == "verified":
                known.verify(signing)
            else:
                known.sign_anew(signing)
        return outcome

    def put_right(self, known: Signature, right: Signing) -> Outcome:
        """What its contact's owner says of one of their signatures, instead of what it said."""
        if self.is_another(known, right):
            self.withdraw(known, right.now)
            return self.take(right)
        if known.rejected_at:
            known.say(right)  # its keys keep out whom organizers have taken out
            return "again"
        with self._moving(known):
            known.correct(right)
        self._absorb(known, right.keys.contacts)
        return "held" if known.held_at else "again"

    def is_another(self, known: Signature, right: Signing) -> bool:
        """Whether a further signature is of the person that this one would be of."""
        self._forget(known)
        other = self._match(right)
        self._index(known)
        return other is not None

    def mend(self, known: Signature, right: Signing) -> None:
        """What organizers put right where `is_another` found nobody; what is out keeps its keys."""
        if known.rejected_at:
            known.say(right)
            known.comment = right.comment
            return
        with self._moving(known):
            if known.place_key != right.keys.place:
                known.absorbed_by = None
            known.correct(right)
            known.comment = right.comment
        if known.verified_at:
            self._absorb(known, right.keys.contacts)
        else:
            self._settle(known.petition_id, known.place_key)

    def adopt(self, kept: Form, group: Group | None) -> Outcome:
        """A form that was kept, by a code or text that shows the contact to be its signer's."""
        form = kept.signing
        known = self._match(form)
        if known is None:  # taken back meanwhile, or its pending contact erased
            known = Signature.from_signing(form)
            self.signatures.append(known)
            self._index(known)
            self._answered.append(kept)  # beside what is another's by now, or gone
        if known.rejected_at:
            return "again"
        if known.verified_at is None:
            self._admit(known, group, form.now, form.keys.contacts)
        with self._moving(known):
            known.enter(form)
            if known.verified_at is None:
                known.confirm(form.now)
            known.contact = form.contact if form.news else None
        self._done.append(known)
        self._absorb(known, form.keys.contacts)
        return "held" if known.held_at else "verified"

    @contextmanager
    def _moving(self, known: Signature) -> Iterator[None]:
        """While its name and place may change. Those without contact that it had absorbed at the
        old place are looked at when all is decided."""
        before = replace(known)
        self._forget(known)
        yield
        self._index(known)
        if before.verified_at and before.place_key != known.place_key:
            self._left.append(before)
        if before.comment != known.comment:
            self._reworded.append(known)

    def _absorb(self, known: Signature, contact_keys: Iterable[bytes]) -> None:
        """What a verified signature stands for: others of its contact that nobody has verified,
        whose names are nearly the same, and those of its name and place without contact."""
        name = fold_name(known.name or "")
        for other in self._household(known.petition_id, contact_keys):
            pending_ = other.verified_at is None and other.rejected_at is None
            if other is not known and pending_ and same_person(fold_name(other.name or ""), name):
                self._forget(other)
                self._merge(other, known)
                self._done.append(other)
        self._settle(known.petition_id, known.place_key)

    def _merge(self, known: Signature, into: Signature) -> None:
        """One row less, where two are of one person."""
        known.merged = True
        self._merged.append((known, into.id))

    def confirm(
        self, known: Signature, contact_keys: Iterable[bytes], group: Group | None, now: int
    ) -> Outcome:
        """A stored signature, by the code that its contact was sent, or as its phone has texted.
        `contact_keys`: all under which others of its household may be stored."""
        if known.verified_at or known.rejected_at:
            return "held" if known.held_at else "again"
        self._admit(known, group, now, contact_keys)
        known.confirm(now)
        self._done.append(known)
        self._absorb(known, contact_keys)
        return "held" if known.held_at else "verified"

    def let_go(self, known: Signature) -> None:
        """Erase the contact. One that was never verified stands without contact then, and what
        organizers have taken out keeps the keys by which it stays out."""
        known.contact = None
        known.changed = True
        if known.verified_at or known.withdrawn_at:
            return
        self._unknown.append(known)
        if not known.rejected_at:
            self._stand_alone(known)

    def _stand_alone(self, known: Signature) -> None:
        """It has lost its contact, and is one with the other by the same name and place, if that
        stands: what organizers have taken out leaves the place to it."""
        known.contact_key = known.person_key = None
        at_place = self._by_place[known.petition_id, known.place_key] if known.place_key else []
        others = (s for s in at_place if s.contact_key is None and not s.merged)
        other = next((s for s in others if s is not known), None)
        if other and not (other.rejected_at or other.withdrawn_at):
            self._merge(known, other)
            return
        if other:
            self._forget(other)
            other.place_key, other.changed = None, True
            self._index(other)
            self._displaced.append(other)
        self._settle(known.petition_id, known.place_key)

    def withdraw(self, known: Signature, now: int) -> None:
        """Its signer takes it back. What it had absorbed counts again, or is absorbed by another
        of that name and place; `stored.beside` finds them."""
        place = known.place_key
        if known.group_key:
            self.groups.leaves(known.petition_id, known.group_key)
        self._forget(known)
        self._withdrawn.append(known)
        self._done.append(known)
        known.withdraw(now)
        self._leave(known.petition_id, place, known.id)

    def _leave(self, petition_id: int, place: bytes | None, id_: int) -> None:
        """A verified signature stands at that place no more."""
        for other in self._by_place[petition_id, place]:
            if other.absorbed_by == id_:
                other.absorbed_by, other.changed = None, True
        self._settle(petition_id, place)

    def forget_forms(self, form: Form) -> None:
        """It is none of its contact's owner, nor is what waits beside the same signature."""
        self._answered.append(form)
        self._disowned.append(form)

    def settle(self, known: Signature) -> None:
        """What stands beside it without contact, after it was rejected or put back. One that has
        lost its contact meanwhile is one with that."""
        if known.has_lost_contact:
            self._stand_alone(known)
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
        """The signature of the same person, if there is one. Names that nobody has verified are
        compared as they stand: one that is nearly the same may be a stranger's."""
        at_place = self._by_place[signing.petition_id, signing.keys.place]
        if signing.keys.contact is None:
            return next((s for s in at_place if s.contact_key is None and not s.merged), None)
        household = self._household(signing.petition_id, signing.keys.contacts)
        by_key = {s.person_key: s for s in household}
        if exact := next((by_key[key] for key in signing.keys.persons if key in by_key), None):
            return self._known_anew(exact, signing.keys)
        folded = fold_name(signing.name)
        shown = (s for s in household if s.verified_at is not None and s.name)
        near = (s for s in shown if same_person(fold_name(s.name or ""), folded))
        return next(near, None)

    def _household(self, petition_id: int, contact_keys: Iterable[bytes]) -> list[Signature]:
        """All who stand behind one contact, also those who are stored under its former keys."""
        found = [s for key in contact_keys for s in self._by_contact.get((petition_id, key), ())]
        return list({s.id: s for s in found}.values())

    def _known_anew(self, signature: Signature, keys: PersonKeys) -> Signature:
        """The same signature under today's keys, by which it is found from now on."""
        if signature.person_key != keys.person:
            self._forget(signature)
            signature.contact_key, signature.person_key = keys.contact, keys.person
            signature.changed = True
            self._index(signature)
        return signature

    def _hold_if_suspicious(self, signature: Signature, signing: Signing) -> None:
        signals = list(signing.signals)
        if signing.keys.contact:
            household = self._household(signing.petition_id, signing.keys.contacts)
            if sum(1 for s in household if s.tally()) >= HOUSEHOLD:
                signals.append("crowd")
        if why := holds.for_signals(signals):
            signature.hold(why, signing.now)

    def _admit(
        self, signature: Signature, group: Group | None, now: int, contact_keys: Iterable[bytes]
    ) -> None:
        """Hold what verifies beyond the places of its household, or of its group, or may be what
        organizers have taken out: nobody can compare a name with one that is erased."""
        household = self._household(signature.petition_id, contact_keys)
        if any(s.is_taken_out_and_back for s in household):
            signature.hold([Hold("taken_out")], now)
        elif sum(1 for s in household if is_counted(s)) >= HOUSEHOLD:
            signature.hold([Hold("household")], now)
        elif group and self.groups.admits(group):
            signature.group_key = group.key
        elif group:
            signature.hold([group.hold], now)

    def _announce(self, known: Signature, signing: Signing, form: Form | None = None) -> None:
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
                form_id=form.id if form else None,
                network_tag=signing.prefix_tag,
                turn=int(known.held_at is not None),
            )
        )

    async def write(self, tx: Transaction) -> None:
        """Store every difference, and the counters with it."""
        if self._left:
            await self._settle_left(tx)
        await pending.put(tx, self.forms)
        beside = [(s.petition_id, s.id) for s in self._done if s.stored]
        beside += (form.beside for form in self._answered)
        await pending.erase(tx, beside)
        await stored.leave_places(tx, self._displaced)
        await stored.write(tx, self.signatures)
        await stored.disapprove(tx, self._reworded)
        await self.groups.write(tx)
        tx.tombstones += [("disowned", *form.beside) for form in self._disowned]
        self._unknown += (s for s in self.signatures if s.merged and s.stored)
        if self._unknown or self._withdrawn:
            await self._forget_messages(tx)
        await stored.note_merged(tx, ((s.petition_id, s.id, id_) for s, id_ in self._merged))
        if gone := [(s.petition_id, s.id) for s in self._withdrawn]:
            gone += await stored.merged_into(tx, gone)
            tx.tombstones += [("withdrawn", *one) for one in gone]

    async def _forget_messages(self, tx: Transaction) -> None:
        """Messages about these say to whom no more."""
        about = {(s.petition_id, s.id) for s in [*self._unknown, *self._withdrawn]}
        await goes_with.forget(tx, about)
        await besides.share_no_more(tx, about)

    async def _settle_left(self, tx: Transaction) -> None:
        """What stands without contact where a verified signature stood before it was corrected.
        That is rare, and read only then."""
        known = {s.id for s in self.signatures}
        places = {(s.petition_id, s.place_key, None): s.id for s in self._left}
        await tx.lock(place for _, place, _ in places if place)
        for found in await stored.related(tx, places):
            if found.id not in known:
                self.signatures.append(found)
                self._index(found)
        for (petition_id, place, _), left_by in places.items():
            self._leave(petition_id, place, left_by)

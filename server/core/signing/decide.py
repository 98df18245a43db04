"""The decision about each signing: a new signature, one that becomes verified, or the same again.

A `Ledger` holds the stored signatures that a batch could meet, decides in memory and writes the
difference: one statement each for new, changed and absorbed rows and for the counters.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from server.core.counting import counts
from server.core.counting.counts import DAY, Class, Tally
from server.core.counting.states import IN_TOTAL, is_counted, state_of
from server.core.floods import limits
from server.core.floods.limits import HOUSEHOLD, Group, Groups
from server.core.outbox.outbox import Announcement
from server.core.values.keys import PersonKeys
from server.core.values.names import fold_name, same_person
from server.db import ColumnType, Row, Transaction, pack

Outcome = Literal["new", "verified", "held", "again"]


@dataclass(slots=True, kw_only=True)
class Signing:
    """A well-formed wish to sign. `verified`: the contact has been shown to be theirs.

    `group` is what its contact shares with others. A door adds what is suspicious about it
    (`signals`), and what stands for the address that it came from (`prefix_tag`).
    """

    id: int
    petition_id: int
    class_: Class
    language: str
    name: str
    postcode: str | None
    contact: str | None
    keys: PersonKeys
    now: int
    comment: str | None = None
    public: bool = False
    news: bool = False
    verified: bool = False
    signals: tuple[str, ...] = ()
    group: Group | None = None
    prefix_tag: bytes | None = None
    address_key: bytes | None = None


@dataclass(slots=True, kw_only=True)
class Signature:
    """A row while a transaction decides about it. Its columns are `_TYPES`."""

    id: int
    petition_id: int
    class_: str
    language: str
    name: str | None
    postcode: str | None
    contact: str | None
    comment: str | None
    place_key: bytes | None
    contact_key: bytes | None
    person_key: bytes | None
    created_at: int
    public_at: int | None
    news_at: int | None
    verified_at: int | None = None
    held_at: int | None = None
    held_why: str | None = None
    rejected_at: int | None = None
    withdrawn_at: int | None = None
    noted_at: int | None = None
    prefix_tag: bytes | None = None
    before: Tally | None = None  # where it counted when it was read
    stored: bool = False
    changed: bool = False
    absorbed: bool = False

    @classmethod
    def from_row(cls, row: Row) -> Signature:
        signature = cls(**{_field(c): row[c] for c in _TYPES}, stored=True)
        signature.before = signature.tally()
        return signature

    @classmethod
    def from_signing(cls, s: Signing) -> Signature:
        return cls(
            id=s.id,
            petition_id=s.petition_id,
            class_=s.class_,
            language=s.language,
            name=s.name,
            postcode=s.postcode,
            contact=None if s.verified and not s.news else s.contact,
            comment=s.comment,
            place_key=s.keys.place,
            contact_key=s.keys.contact,
            person_key=s.keys.person,
            created_at=s.now,
            public_at=s.now if s.public else None,
            news_at=s.now if s.news else None,
            verified_at=s.now if s.verified else None,
            prefix_tag=s.prefix_tag,
        )

    def verify(self, s: Signing) -> None:
        """The owner signs by a door that shows the contact to be theirs.

        What was entered on the web (comment, public name, news) may be a stranger's: it goes.
        """
        self.class_, self.language = s.class_, s.language
        self.name, self.postcode = s.name, s.postcode
        self.place_key, self.contact_key = s.keys.place, s.keys.contact
        self.person_key = s.keys.person
        self.comment = self.public_at = self.news_at = None
        self.confirm(s.now)

    def confirm(self, now: int) -> None:
        """The contact is shown to be theirs. It has done its work, and goes unless they want news;
        its keys stay."""
        self.verified_at, self.changed = now, True
        self.held_why = limits.left_after_verifying(self.held_why)
        self.held_at = self.held_at if self.held_why else None
        if self.news_at is None:
            self.contact = None

    def hold(self, why: str, now: int) -> None:
        self.held_why = f"{self.held_why} {why}" if self.held_why else why
        self.held_at, self.changed = self.held_at or now, True

    def withdraw(self, now: int) -> None:
        self.name = self.postcode = self.contact = self.comment = None
        self.place_key = self.contact_key = self.person_key = None
        self.public_at = self.news_at = self.prefix_tag = None
        self.withdrawn_at, self.changed = now, True

    def tally(self) -> Tally | None:
        """Where it counts now; None if it does not."""
        state = state_of(self)
        if self.absorbed or state not in IN_TOTAL:
            return None
        return Tally(self.petition_id, self.created_at // DAY, self.class_, state)


_TYPES: dict[str, ColumnType] = {
    "id": "int",
    "petition_id": "int",
    "class": "text",
    "language": "text",
    "name": "text",
    "postcode": "text",
    "contact": "text",
    "comment": "text",
    "place_key": "blob",
    "contact_key": "blob",
    "person_key": "blob",
    "created_at": "int",
    "public_at": "int",
    "news_at": "int",
    "verified_at": "int",
    "held_at": "int",
    "held_why": "text",
    "rejected_at": "int",
    "withdrawn_at": "int",
    "noted_at": "int",
    "prefix_tag": "blob",
}


def _field(column: str) -> str:
    return "class_" if column == "class" else column


_values = attrgetter(*map(_field, _TYPES))
_NAMES = ", ".join(_TYPES)
_ASSIGNMENTS = ", ".join(f"{c} = b.{c}" for c in _TYPES if c not in {"id", "petition_id"})
#: The columns of `signatures s` that `Signature.from_row` reads.
COLUMNS = ", ".join(f"s.{c}" for c in _TYPES)


Place = tuple[int, bytes | None, bytes | None]  # petition id, place key, contact key


async def related(tx: Transaction, people: Iterable[Place]) -> list[Signature]:
    """The stored signatures that could be one of these people: by place, or by contact."""
    batch = tx.rows("batch", petition_id="int", place_key="blob", contact_key="blob")
    places = (
        f"SELECT {COLUMNS} FROM {batch} b JOIN signatures s"
        " ON s.petition_id = b.petition_id AND s.place_key = b.place_key"
        " AND s.place_key IS NOT NULL AND s.contact_key IS NULL"
    )
    # No word on contact_key here: it would lure SQLite into reading the index of all contacts.
    verified_places = (
        f" UNION ALL SELECT {COLUMNS} FROM {batch} b JOIN signatures s"
        " ON s.petition_id = b.petition_id AND s.place_key = b.place_key"
        " AND s.verified_at IS NOT NULL WHERE b.contact_key IS NULL"
    )
    contacts = (
        f" UNION ALL SELECT {COLUMNS} FROM {batch} b JOIN signatures s"
        " ON s.petition_id = b.petition_id AND s.contact_key = b.contact_key"
        " AND s.contact_key IS NOT NULL WHERE b.contact_key IS NOT NULL"
    )
    rows = await tx.fetch(
        places + verified_places + contacts,
        batch=pack(people),
    )
    return list({row["id"]: Signature.from_row(row) for row in rows}.values())


class Ledger:
    """Decides about signings one after the other, each seeing what the last one did."""

    def __init__(self, signatures: Iterable[Signature], groups: Groups | None = None) -> None:
        self.signatures = list(signatures)
        self.groups = groups or Groups()
        self.notes: list[Announcement] = []
        self._by_place: defaultdict[tuple[int, bytes | None], list[Signature]] = defaultdict(list)
        self._by_contact: defaultdict[tuple[int, bytes], list[Signature]] = defaultdict(list)
        for signature in self.signatures:
            self._index(signature)

    def _index(self, signature: Signature) -> None:
        self._by_place[signature.petition_id, signature.place_key].append(signature)
        if signature.contact_key is not None:
            self._by_contact[signature.petition_id, signature.contact_key].append(signature)

    def take(self, signing: Signing) -> Outcome:
        """Decide about one signing."""
        known = self._match(signing)
        outcome: Outcome = "again"
        if known is None:
            known, outcome = Signature.from_signing(signing), "new"
            self.signatures.append(known)
            if signing.verified:
                self._admit(known, signing.group, signing.now)
            else:
                self._hold_if_suspicious(known, signing)
            self._index(known)
        elif signing.verified and not known.verified_at and not known.rejected_at:
            self._admit(known, signing.group, signing.now, signing.keys.contact)
            known.verify(signing)
            outcome = "verified"
            self._index(known)
        # Written even if nothing is new: whoever signs again must wait as long as a new signer.
        known.changed = True
        self._announce(known, signing)
        if signing.verified:
            self._absorb(known)
            return "held" if known.held_at else outcome
        return outcome

    def confirm(self, known: Signature, group: Group | None, now: int) -> Outcome:
        """A stored signature, by the code that its contact was sent, or as its phone has texted."""
        if known.verified_at or known.rejected_at:
            return "held" if known.held_at else "again"
        self._admit(known, group, now)
        known.confirm(now)
        self._absorb(known)
        return "held" if known.held_at else "verified"

    def let_go(self, known: Signature) -> None:
        """Erase the contact. One that was never verified leaves a signature without contact, which
        is one with others by the same name and place."""
        known.contact, known.changed = None, True
        if known.verified_at or known.withdrawn_at:
            return
        known.contact_key = known.person_key = None
        at_place = self._by_place[known.petition_id, known.place_key]
        others = (s for s in at_place if s is not known and not s.absorbed)
        known.absorbed = known.rejected_at is None and any(
            s.verified_at or s.contact_key is None for s in others
        )

    def _match(self, signing: Signing) -> Signature | None:
        """The signature of the same person, if there is one."""
        at_place = self._by_place[signing.petition_id, signing.keys.place]
        alone = [s for s in at_place if s.contact_key is None and not s.absorbed]
        if signing.keys.contact is None:
            # A verified signer is not counted once more for leaving the contact out.
            return next((s for s in [*alone, *at_place] if s in alone or s.verified_at), None)
        household = self._by_contact[signing.petition_id, signing.keys.contact]
        exact = next((s for s in household if s.person_key == signing.keys.person), None)
        if exact:
            return exact
        folded = fold_name(signing.name)
        near = (s for s in household if s.name and same_person(fold_name(s.name), folded))
        return next(near, None) or (alone[0] if signing.verified and alone else None)

    def _hold_if_suspicious(self, signature: Signature, signing: Signing) -> None:
        signals = list(signing.signals)
        if signing.keys.contact:
            household = self._by_contact[signing.petition_id, signing.keys.contact]
            if sum(1 for s in household if s.tally()) >= HOUSEHOLD:
                signals.append("crowd")
        if why := limits.holds(signals):
            signature.hold(why, signing.now)

    def _admit(
        self, signature: Signature, group: Group | None, now: int, contact_key: bytes | None = None
    ) -> None:
        """Hold what verifies beyond the places of its household, or of its group."""
        key = contact_key or signature.contact_key
        household = self._by_contact[signature.petition_id, key] if key else ()
        if sum(1 for s in household if not s.absorbed and is_counted(s)) >= HOUSEHOLD:
            signature.hold("household", now)
        elif group and not self.groups.admits(group):
            signature.hold(group.label, now)

    def _absorb(self, verified: Signature) -> None:
        """A signature without contact by the same name and place was theirs: it counts once."""
        for other in self._by_place[verified.petition_id, verified.place_key]:
            if other is not verified and other.contact_key is None and not other.rejected_at:
                other.absorbed = True

    def _announce(self, known: Signature, signing: Signing) -> None:
        """A message to the contact that was entered on the web, whatever we know of it: what it
        says, if anything, is found out when it goes out (core/verification.py)."""
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
                address_key=signing.address_key,
            )
        )

    async def write(self, tx: Transaction) -> None:
        """Store every difference, and the counters with it."""
        kept = [s for s in self.signatures if not s.absorbed]
        batch = tx.rows("batch", **_TYPES)
        # First, since the unique keys of an absorbed row may be needed by another.
        if absorbed := [s for s in self.signatures if s.absorbed and s.stored]:
            gone = tx.rows("batch", petition_id="int", id="int")
            await tx.execute(
                "DELETE FROM signatures WHERE (petition_id, id) IN"
                f" (SELECT petition_id, id FROM {gone} b)",
                batch=pack((s.petition_id, s.id) for s in absorbed),
            )
        if changed := [s for s in kept if s.stored and s.changed]:
            await tx.execute(
                f"UPDATE signatures SET {_ASSIGNMENTS} FROM {batch} b"
                " WHERE signatures.petition_id = b.petition_id AND signatures.id = b.id",
                batch=pack(map(_values, changed)),
            )
        if new := [s for s in kept if not s.stored]:
            await tx.execute(
                f"INSERT INTO signatures ({_NAMES}) SELECT {_NAMES} FROM {batch} b",
                batch=pack(map(_values, new)),
            )
        await counts.add(tx, self._changes())
        await self.groups.write(tx)

    def _changes(self) -> Counter[Tally]:
        changes: Counter[Tally] = Counter()
        for signature in self.signatures:
            if signature.before:
                changes[signature.before] -= 1
            if after := signature.tally():
                changes[after] += 1
        return changes

"""A wish to sign, and the signature that comes of it while a transaction decides about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from server.core.counting.counts import DAY, Class, Tally
from server.core.counting.states import IN_TOTAL, is_counted, state_of
from server.core.floods.holds import Hold, Holds, Reason, left_after_verifying
from server.core.floods.limits import Group
from server.core.signing.columns import KEYS, PERSONAL, Columns
from server.core.signing.entries import NOTHING, Besides, Entries
from server.core.values.keys import PersonKeys


@dataclass(slots=True, kw_only=True)
class Signing:
    """A well-formed wish to sign. `verified`: the contact has been shown to be theirs.

    `wording` is the number of what they have read, `collector` that of who brought them. `group` is
    what its contact shares with others. A door adds what is suspicious about it (`signals`), and
    what stands for the address that it came from (`prefix_tag`).
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
    wording: int = 1
    collector: int | None = None
    verified: bool = False
    signals: tuple[Reason, ...] = ()
    group: Group | None = None
    prefix_tag: bytes | None = None
    besides: Besides = NOTHING
    asks: bool = False  # whether its petition asks for anything besides

    @property
    def entries(self) -> Entries:
        return Entries(
            self.name,
            self.postcode,
            self.comment,
            self.public,
            self.news,
            self.wording,
            self.collector,
            self.besides,
        )


@dataclass(slots=True, eq=False)
class Signature(Columns):
    """A row while a transaction decides about it, with the reasons for which it is held.

    `before` and `holds_before` are where it counted, and why it was held, when it was read;
    `merged` is one that another row stands for as well, and that goes. `besides` is what it says
    besides; None if nobody has looked: then that stays as it is.
    """

    holds: Holds = frozenset()
    before: Tally | None = None
    holds_before: Holds = frozenset()
    stored: bool = False
    changed: bool = False
    merged: bool = False
    besides: Besides | None = None
    besides_before: Besides | None = None  # when it was read

    @classmethod
    def from_row(cls, row: Iterable[Any]) -> Signature:
        """From the values of its columns."""
        signature = cls(*row)
        signature.stored = True
        signature.before = signature.tally()
        return signature

    @classmethod
    def from_signing(cls, s: Signing) -> Signature:
        return cls(
            id=s.id,
            petition_id=s.petition_id,
            class_=s.class_,
            language=s.language,
            created_at=s.now,
            name=s.name,
            postcode=s.postcode,
            contact=None if s.verified and not s.news else s.contact,
            comment=s.comment,
            place_key=s.keys.place,
            contact_key=s.keys.contact,
            person_key=s.keys.person,
            public_at=s.now if s.public else None,
            news_at=s.now if s.news else None,
            prefix_tag=s.prefix_tag,
            verified_at=s.now if s.verified else None,
            wording=s.wording,
            besides=s.besides,
            collector=s.collector,
        )

    @property
    def entries(self) -> Entries:
        """What it says of its signer now."""
        return Entries(
            self.name or "",
            self.postcode,
            self.comment,
            self.public_at is not None,
            self.news_at is not None,
            self.wording,
            self.collector,
            self.besides or NOTHING,
        )

    def as_signing(self) -> Signing:
        """The form that made it, while nobody has verified it."""
        return Signing(
            id=self.id,
            petition_id=self.petition_id,
            class_=cast(Class, self.class_),
            language=self.language,
            contact=self.contact,
            keys=PersonKeys(self.place_key or b"", self.contact_key, self.person_key),
            now=self.created_at,
            prefix_tag=self.prefix_tag,
            **self.entries._asdict(),
        )

    def verify(self, s: Signing) -> None:
        """The owner signs by a door that shows the contact to be theirs.

        What was entered on the web (comment, public name, news, who brought them, what it says
        besides) may be a stranger's: it goes.
        """
        self.class_, self.language = s.class_, s.language
        self.sign_anew(s)
        self.comment = self.public_at = self.news_at = None
        self.besides, self.collector = s.besides, s.collector
        self.confirm(s.now)

    def sign_anew(self, s: Signing) -> None:
        """Its owner signs again by such a door, after reading what it says now."""
        self.correct(s)
        self.wording = s.wording

    def say(self, s: Signing) -> None:
        """Name and postcode as they were said last."""
        self.name, self.postcode, self.changed = s.name, s.postcode, True

    def correct(self, s: Signing) -> None:
        """The same, and found by them from now on."""
        self.say(s)
        self.place_key, self.contact_key = s.keys.place, s.keys.contact
        self.person_key = s.keys.person

    def enter(self, form: Signing) -> None:
        """All that a form says, whose contact has been shown to be its signer's. Who brought them
        first stays."""
        self.correct(form)
        if self.verified_at is None:
            self.collector = form.collector
        self.comment, self.contact = form.comment, form.contact
        self.wording, self.besides = form.wording, form.besides
        self.public_at = (self.public_at or form.now) if form.public else None
        self.news_at = (self.news_at or form.now) if form.news else None

    def confirm(self, now: int) -> None:
        """The contact is shown to be theirs. It has done its work, and goes unless they want news;
        its keys stay."""
        self.verified_at, self.changed = self.verified_at or now, True
        self.holds = left_after_verifying(self.holds)
        self.held_at = self.held_at if self.holds else None
        if self.news_at is None:
            self.contact = None

    def hold(self, why: Iterable[Hold], now: int) -> None:
        self.holds |= set(why)
        self.held_at, self.changed = self.held_at or now, True

    def release(self) -> None:
        """It is held no more."""
        self.holds, self.held_at, self.changed = frozenset(), None, True

    def withdraw(self, now: int) -> None:
        """Its signer takes it back: all that is personal goes, and so do the reasons for which it
        was held, which may name a mail domain.

        Of what organizers have taken out the keys stay: by these it stays out when the same person
        signs again, and nobody can read a person from them.
        """
        for column in PERSONAL:
            if not (self.rejected_at and column in KEYS):
                setattr(self, column, None)
        self.besides = NOTHING
        self.release()
        self.withdrawn_at, self.absorbed_by = now, None

    def put_back(self) -> None:
        """It was taken out for nothing. Where its signer has taken it back meanwhile, nothing keeps
        them from signing again."""
        self.rejected_at, self.changed = None, True
        if self.withdrawn_at:
            for column in KEYS:
                setattr(self, column, None)

    @property
    def stands(self) -> bool:
        """Whether somebody has verified it, and nobody has taken it out or back."""
        gone = self.withdrawn_at or self.rejected_at
        return self.verified_at is not None and not gone

    @property
    def is_taken_out_and_back(self) -> bool:
        """Whether organizers have taken it out, and its signer, whose contact it was, took it back:
        it stays out by its keys, and its name is erased."""
        gone = self.withdrawn_at and self.rejected_at
        return self.verified_at is not None and bool(gone)

    @property
    def absorbs(self) -> bool:
        """Whether others of its name and place, without contact, stand behind it: behind what is
        held they would count nowhere, and anybody can be made to."""
        return is_counted(self)

    @property
    def may_be_absorbed(self) -> bool:
        """Whether it has neither contact nor decision, and counts only where nobody has more."""
        decided = self.verified_at or self.withdrawn_at or self.rejected_at
        return self.contact_key is None and not decided and not self.merged

    @property
    def has_lost_contact(self) -> bool:
        """Whether its contact was erased while organizers had it taken out, and is unverified."""
        decided = self.verified_at or self.withdrawn_at or self.rejected_at
        return self.contact_key is not None and self.contact is None and not decided

    def tally(self) -> Tally | None:
        """Where it counts now; None if it does not."""
        state = state_of(self)
        if self.merged or state not in IN_TOTAL:
            return None
        return Tally(self.petition_id, self.created_at // DAY, self.class_, state)

"""What one mailbox has signed on this server, for whoever shows that it is theirs by a code.

The code follows from the mailbox and the hour, and is stored nowhere. It opens one page, and once
more if that was lost on the way. What that page's forms carry (`token`) opens the same mailbox, and
no other, for half an hour. Nothing tells whether a mailbox has signed anything: each has a code.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from server.core.floods import tries
from server.core.floods.tries import Try
from server.core.outbox import allowance, outbox
from server.core.outbox.outbox import Announcement
from server.core.petitions.petitions import Petition
from server.core.signing.messages import MailedCode, Message
from server.core.values.keys import Keys, mac
from server.core.values.postcodes import digits_of
from server.db import Transaction, pack

MINE_MAIL = "mine_code"
MINE_SECONDS = 3600  # a code is good for one to two of these
MINE_DIGITS = 8
MINE_TRIES = 5  # in an hour; by the mail's link as many more, which no stranger uses up
USES = 2
PAGE_SECONDS = 1800
_REF_BYTES = 9


@dataclass(frozen=True, slots=True)
class Opening:
    """A code as it was typed, for an address in normal form; `ref` is of the mail's link, or ''."""

    email: str
    code: str
    ref: str
    now: int


class Mailboxes:
    """Codes and tokens of mailboxes, with the server's keys; its methods run in batches."""

    def __init__(self, keys: Keys) -> None:
        self._keys, self._key = keys, keys.server("mine")

    async def open_many(self, tx: Transaction, typed: Sequence[Opening]) -> list[bool]:
        """Whether each code opens its mailbox; every try is counted."""
        now = typed[0].now
        places = await tries.add(tx, [self._try(one) for one in typed], now)
        both = [*zip(typed, places, strict=True)]
        codes = [self._right(one) if place <= MINE_TRIES else "" for one, place in both]
        # A wrong one is counted as well, under what is no code: both are as much work.
        used = [(one, code) for (one, _), code in zip(both, codes, strict=True)]
        times = await tries.add(tx, [self._use(*each) for each in used], now)
        opened = [bool(c) and n <= USES for c, n in zip(codes, times, strict=True)]
        theirs = [one for one, yes in zip(typed, opened, strict=True) if yes]
        await allowance.lift(tx, [self._keys.address(one.email) for one in theirs])
        return opened

    def _use(self, typed: Opening, code: str) -> Try:
        return Try("mine_used", self._mac("used", typed.email, code), 0)

    def _try(self, typed: Opening) -> Try:
        by_link = _same(self.ref(typed.email), typed.ref.encode("utf-8", "replace"))
        key = self._mac("by link" if by_link else "by address", typed.email)
        return Try("mine", key, typed.now - typed.now % MINE_SECONDS)

    def _right(self, typed: Opening) -> str:
        """The code that was typed, '' if it is none of this mailbox."""
        digits = digits_of(typed.code).encode("utf-8", "replace")
        right = [c for c in self._codes(typed.email, typed.now) if _same(c, digits)]
        return right[0] if right else ""

    def _codes(self, email: str, now: int) -> Iterator[str]:
        """Those of this hour and of the one before."""
        for hour in (now // MINE_SECONDS, now // MINE_SECONDS - 1):
            number = int.from_bytes(self._mac("code", email, str(hour)))
            yield f"{number % 10**MINE_DIGITS:0{MINE_DIGITS}}"

    def ref(self, email: str) -> str:
        """What the mail's link carries: it names nobody, and only the mail's owner has it."""
        return urlsafe_b64encode(self._mac("ref", email)[:_REF_BYTES]).decode()

    def token(self, email: str, now: int) -> str:
        """What the forms of the page that a code has opened carry."""
        until = now + PAGE_SECONDS
        return f"{until}.{self._mac('page', email, str(until)).hex()}"

    def admits(self, email: str, token: str, now: int) -> bool:
        """Whether that is the token of this mailbox, in time."""
        until, _, proof = token.partition(".")
        right = self._mac("page", email, until).hex()
        ours = hmac.compare_digest(right.encode(), proof.encode("utf-8", "replace"))
        return ours and until.isdecimal() and now < int(until[:12])

    def _mac(self, purpose: str, email: str, *about: str) -> bytes:
        # Of the mailbox, whatever spelling of its address was typed.
        return mac(self._key, purpose, self._keys.address(email).hex(), *about)

    async def message_for(
        self, tx: Transaction, petitions: Iterable[Petition], item: Announcement, now: int
    ) -> Message | None:
        """What a mail with a code says if it goes out now; None where that mailbox has signed
        nothing."""
        if not await self.signed(tx, petitions, item.recipient):
            return None
        code = next(self._codes(item.recipient, now))
        return Message(MINE_MAIL, (MailedCode("", code, self.ref(item.recipient)),))

    async def signed(
        self, tx: Transaction, petitions: Iterable[Petition], email: str
    ) -> list[tuple[Petition, int]]:
        """What a mailbox has signed and not taken back, the latest first: petitions with the ids of
        signatures, verified or not."""
        living = {p.id: p for p in petitions if p.state != "ended"}
        mine = tx.rows("mine", petition_id="int", contact_key="blob")
        rows = await tx.fetch(
            f"SELECT s.petition_id, s.id FROM {mine} m JOIN signatures s"
            " ON s.petition_id = m.petition_id AND s.contact_key = m.contact_key"
            " AND s.contact_key IS NOT NULL WHERE s.withdrawn_at IS NULL ORDER BY s.id DESC",
            mine=pack((id_, key) for id_, p in living.items() for key in self._contacts(p, email)),
        )
        return [(living[row["petition_id"]], row["id"]) for row in rows]

    def _contacts(self, petition: Petition, email: str) -> tuple[bytes, ...]:
        return self._keys.contacts(petition.salt, email)


def _same(code: str, digits: bytes) -> bool:
    return hmac.compare_digest(code.encode(), digits)


async def ask_many(tx: Transaction, mails: Sequence[Announcement]) -> list[None]:
    """Queue the mails with the codes; whether there is anything to say is found out later."""
    await outbox.put(tx, mails, mails[0].created_at)
    return [None] * len(mails)

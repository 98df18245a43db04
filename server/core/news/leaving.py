"""Ending news of a mailbox, by the word in its mail.

The word names the petition whose news the mail was, and the key that the mailbox has there. News
of every other petition of this server ends with it, as STOP NEWS by text does it for a phone:
whoever says stop to a sender does not expect its next mail, whichever petition that is about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from server.core.petitions.petitions import Petition
from server.core.signing import signatures, stored
from server.core.signing.signature import Signature
from server.core.values.keys import Keys
from server.db import Transaction, pack


class Mailbox(NamedTuple):
    """Whose news is meant: the key of its address is that of this petition."""

    petition_id: int
    contact_key: bytes


class Leaver:
    """Ends news, in batches; `petitions` are all of this server."""

    def __init__(self, keys: Keys, petitions: Iterable[Petition]) -> None:
        self._salts = {p.id: p.salt for p in petitions if p.state != "ended"}
        self._keys = keys

    async def leave_many(self, tx: Transaction, mailboxes: Sequence[Mailbox]) -> list[None]:
        """No news goes to these any more. Signatures stay as they are, and so does what nobody has
        verified yet: whoever types its code wishes what it says."""
        named = await _with_news(tx, set(mailboxes))
        contacts = {s.contact for s in named if s.contact}
        theirs = {
            Mailbox(petition_id, key)
            for contact in contacts
            for petition_id, salt in self._salts.items()
            for key in self._keys.contacts(salt, contact)
        }
        if theirs:
            await stored.lock(tx, await _with_news(tx, theirs))
            await signatures.want_news(tx, await _with_news(tx, theirs), None, "")
        return [None] * len(mailboxes)


async def _with_news(tx: Transaction, mailboxes: Collection[Mailbox]) -> list[Signature]:
    """Their verified signatures that want news."""
    rows = await tx.fetch(
        f"{stored.SELECT} {tx.rows('batch', petition_id='int', contact_key='blob')} b"
        " JOIN signatures s ON s.petition_id = b.petition_id AND s.contact_key = b.contact_key"
        f" AND s.contact_key IS NOT NULL {stored.HOLDS}"
        " WHERE s.news_at IS NOT NULL AND s.verified_at IS NOT NULL AND s.withdrawn_at IS NULL",
        batch=pack(sorted(mailboxes)),
    )
    return stored.read(rows)

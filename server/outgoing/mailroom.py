"""One door for all mail that comes in: mail that came back, answers that say STOP, and what offices
answer to letters."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from server.config import Settings
from server.core.conversations import phones
from server.core.letters import answering, carrying
from server.core.letters.answering import AnsweredLetter, OfficeMail
from server.core.news.leaving import Leaver
from server.core.outbox.returned import has_bounced, note_bounce
from server.core.petitions import petitions
from server.core.values.keys import Keys, mac
from server.db import Database, Transaction
from server.mail import answers, bounces, leaving
from server.mail.incoming import office_mail
from server.mail.incoming.office_mail import Incoming
from server.mail.tokens import whose

#: What came of one message. `left`: somebody wants no more news; `returned`: a mail came back for
#: good; `late`: it may still arrive; `automatic`, `empty`: nobody has written an answer; `nobody`:
#: no mail of ours is meant; else as `answering` says it.
Outcome = Literal["left", "returned", "late", "automatic", "empty", "nobody"] | answering.Taken
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it was read: `stop` is where it asks for no more news; `key` is the token of
    ours by which it is known what it is about."""

    stop: str
    key: bytes | None
    outcome: Literal["returned", "late", "unclear"]
    incoming: Incoming | None

    @property
    def idle(self) -> Outcome | None:
        """What it was, if there is nothing to store of it; None if that is to be seen."""
        if self.stop or self.outcome == "returned":
            return None
        if self.key is None or self.incoming is None:
            return "nobody"
        if self.outcome == "late":
            return "late"
        return self.incoming.idle


def read_in(raw: bytes, settings: Settings, keys: Keys, to: str = "") -> Arrived:
    """What a message says; `to` is the address that it was delivered to, if that is known. Raises
    nothing."""
    bounce = bounces.read(raw, keys, to)
    outcomes: dict[bounces.Outcome, Literal["returned", "late", "unclear"]]
    outcomes = {"permanent": "returned", "temporary": "late", "unclear": "unclear"}
    incoming = office_mail.read(raw, settings, keys) if bounce.whose else None
    return Arrived(answers.stop_in(raw, to), bounce.whose, outcomes[bounce.outcome], incoming)


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Takes one message after the other."""

    keys: Keys
    database: Database
    new_id: Callable[[], int]
    now: Callable[[], int]

    async def take(self, arrived: Arrived) -> Outcome:
        """Do what the message says, in one transaction, and say what that was. The same message
        again does nothing. Raises only what the store raises: then nothing was done."""
        if arrived.stop and await self._leave(arrived.stop):
            return "left"
        if arrived.key and arrived.outcome == "returned":
            async with self.database.write() as tx:
                await note_returned(tx, arrived.key, self.now())
            return "returned"
        idle = replace(arrived, stop="").idle
        if idle or not (arrived.key and arrived.incoming):
            return idle or "nobody"
        return await self._answered(arrived.key, arrived.incoming)

    async def _leave(self, stop: str) -> bool:
        """End the news that the words in that text are about; whether they are ours."""
        async with self.database.read() as tx:
            known = await petitions.all_petitions(tx)
        mailboxes = list(leaving.off_meant(self.keys, known, stop))
        if mailboxes:
            async with self.database.write() as tx:
                await Leaver(self.keys, known.values()).leave_many(tx, mailboxes)
        return bool(mailboxes)

    async def _answered(self, key: bytes, incoming: Incoming) -> Outcome:
        async with self.database.write() as tx:
            letter = await answering.letter_answered(tx, key)
            return await self._take(tx, letter, key, incoming) if letter else "nobody"

    async def _take(
        self, tx: Transaction, letter: AnsweredLetter, key: bytes, incoming: Incoming
    ) -> Outcome:
        keys = self.keys.phones(letter.recipient) if letter.by_text else ()
        which = mac(self.keys.server("answer"), key.hex(), incoming.id)
        said = incoming.sender, incoming.subject, incoming.words
        taken = await answering.take(
            tx,
            letter,
            OfficeMail(which, *said, incoming.files),
            id_=self.new_id(),
            phone_key=keys[0] if keys else None,
            wanted=await self._wanted(tx, letter, keys),
            now=self.now(),
        )
        if taken == "many":
            log.warning("letter %s: more answers came than are passed on", letter.id)
        return taken

    async def _wanted(
        self, tx: Transaction, letter: AnsweredLetter, phone_keys: tuple[bytes, ...]
    ) -> bool:
        """Whether whoever wrote the letter still takes anything from us."""
        if letter.by_text:
            return not await phones.is_opted_out(tx, phone_keys)
        return not await has_bounced(tx, whose(self.keys, letter.recipient), self.now())


async def note_returned(tx: Transaction, key: bytes, now: int) -> None:
    """That mail came back for good: a letter, or what its address gets no more of."""
    if not await carrying.came_back(tx, key, now):
        await note_bounce(tx, key, now)

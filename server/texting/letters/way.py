"""What every step of a letter or a call shares."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from server.core.conversations import gathering
from server.core.conversations.gathering import Gathering
from server.core.conversations.wishes import Wish
from server.core.letters import writing
from server.core.petitions.petitions import Petition
from server.core.signing.signature import Signature
from server.db import Transaction
from server.texting.replies import Talk


@dataclass(frozen=True, slots=True)
class Told:
    """What a step has come to: the name of a reply, '' for silence, with its fields; and the
    petition that it is about."""

    reply: str = ""
    petition: Petition | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


SILENCE = Told()


@dataclass(frozen=True, slots=True)
class Way:
    """One step on the way to a letter or a call: within `tx`, by whom, to whom, how far."""

    tx: Transaction
    talk: Talk
    language: str
    petition: Petition
    signer: Signature
    on: Gathering

    def say(self, words: str, **fields: object) -> str:
        return self.talk.services.renderer.say(self.language, words, **fields)

    def told(self, reply: str, **fields: str) -> Told:
        return Told(reply, self.petition, fields)

    async def leave(self) -> None:
        await gathering.leave(self.tx, self.on.phone_key)


Step = Callable[[Transaction, str], Awaitable[Told]]
OnTheWay = Callable[[Way], Awaitable[Told]]


def wish_of(talk: Talk, step: Step, language: str = "") -> Wish:
    """The wish of a text that is a step; what was asked before towards a signature is over."""
    language = language or talk.language()

    async def act(tx: Transaction) -> Told:
        return await step(tx, language)

    def answer(told: Told) -> str | None:
        if not told.reply:
            return None
        about = told.petition
        fields = talk.about(about, language) if about else talk.general(language)
        return talk.word(language, told.reply, fields | dict(told.fields))

    only = talk.petition or talk.services.directory.only
    id_ = only.id if only else None
    return Wish(kind="letter", language=language, petition_id=id_, act=act, answer=answer)


def going_on(talk: Talk, step: OnTheWay, otherwise: Told) -> Wish:
    """The wish of a text that goes on with what this phone is writing; `otherwise` where that is
    nothing, or where its signature is gone."""

    async def act(tx: Transaction, language: str) -> Told:
        on = await gathering.of_phone(tx, talk.phone_key, talk.services.now())
        way = await way_of(tx, talk, language, on) if on else None
        return await step(way) if way else otherwise

    return wish_of(talk, act)


async def way_of(tx: Transaction, talk: Talk, language: str, on: Gathering) -> Way | None:
    """The way with whoever signed; None if organizers have taken their signature out, or if the
    petition takes no letters now."""
    petition = talk.services.directory.by_id.get(on.petition_id)
    if petition is None or petition.state != "open":
        return None
    signer = await writing.signer_of(tx, petition, on.signature_id)
    return Way(tx, talk, language, petition, signer, on) if signer else None


def number_of(said: str) -> int | None:
    """The number that a text is, in whatever script's digits."""
    found = re.fullmatch(r"[\W_]*(\d{1,3})[\W_]*", said)
    return int(found[1]) if found else None

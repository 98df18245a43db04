"""STATUS: whether somebody has signed with this phone, and what became of their letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.core.conversations.wishes import Wish
from server.core.counting.states import is_counted
from server.core.letters import writing
from server.core.letters.writing import Progress
from server.core.signing.signature import Signature
from server.db import Transaction
from server.texting.account import keywords_of, petition_of, signed_with
from server.texting.letters.states import states_said
from server.texting.replies import Talk


@dataclass(frozen=True, slots=True)
class _Signer:
    """What somebody has signed, and their letters."""

    signed: Sequence[Signature]
    letters: Sequence[Progress]


def status(talk: Talk) -> Wish:
    """Only for a name that is asked about: a shared phone tells nobody who signed with it."""
    if not talk.reading.name:
        return talk.say("status", "status_whose", keep=talk.asked)
    language = talk.language()

    async def act(tx: Transaction) -> _Signer:
        signed = await signed_with(tx, talk)
        return _Signer(signed, [one for s in signed for one in await _letters(tx, talk, s)])

    def answer(found: _Signer) -> str:
        held = [s for s in found.signed if not is_counted(s)]
        fields = {
            "name": talk.reading.name,
            "keywords": keywords_of(talk, found.signed),
            "held": keywords_of(talk, held),
        }
        reply = _reply(found, held)
        states = states_said(talk, language, reply, found.letters, fields)
        return talk.word(language, reply, fields | {"states": states})

    return Wish(kind="status", language=language, act=act, answer=answer, keep=talk.asked)


async def _letters(tx: Transaction, talk: Talk, signer: Signature) -> list[Progress]:
    petition = petition_of(talk, signer)
    return await writing.progress(tx, petition, signer.id, signer.person_key or b"")


def _reply(found: _Signer, held: Sequence[Signature]) -> str:
    """Letters of a signature that is held wait for the same as it does."""
    if held:
        return "status_held"
    if found.letters:
        return "status_letters"
    return "status" if found.signed else "status_none"

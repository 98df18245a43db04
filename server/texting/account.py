"""Texts about what a phone has signed, and what it wants to hear from us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from server.core.conversations import phones
from server.core.conversations.wishes import Wish
from server.core.counting.counts import Class
from server.core.counting.states import is_counted
from server.core.petitions.petitions import Petition
from server.core.signing import signatures
from server.core.signing.signature import Signature
from server.core.values.names import check_texted_name, fold_name, tidy
from server.db import Transaction
from server.errors import InvalidInput
from server.texting import signing
from server.texting.replies import Talk


def stop(talk: Talk) -> Wish:
    """No more texts; what was signed stays signed."""

    async def act(tx: Transaction) -> None:
        await phones.opt_out(tx, talk.phone_key, talk.services.now())

    return replace(talk.say("stop", "stopped"), act=act)


def remove(talk: Talk) -> Wish:
    """No more texts, and everything that the last signer of this phone has signed is taken back."""
    language = talk.language()

    async def act(tx: Transaction) -> str | None:
        mine = await _signed(tx, talk)
        same = [s for s in mine if fold_name(s.name or "") == fold_name(mine[0].name or "")]
        name = mine[0].name if mine else None
        await signatures.withdraw(tx, same, talk.services.now())
        await phones.opt_out(tx, talk.phone_key, talk.services.now())
        return name

    def answer(name: str | None) -> str:
        fields = talk.general(language) | {"name": name or ""}
        return talk.word(language, "removed" if name else "stopped", fields)

    return Wish(kind="remove", language=language, act=act, answer=answer)


def start(talk: Talk) -> Wish:
    """Texts again."""

    async def act(tx: Transaction) -> None:
        await phones.opt_in(tx, *talk.services.keys.phones(talk.phone))

    reply = "started" if talk.services.directory.open() else "started_none"
    return replace(talk.say("start", reply), act=act)


def undo(talk: Talk) -> Wish:
    """Take back the last signature of this phone, or the one that the text names."""
    language = talk.language()

    async def act(tx: Transaction) -> Signature | None:
        # What was signed on the web with this phone, and never verified, can be taken back as well.
        mine = await _signed(tx, talk) or await _signed(tx, talk, verified=False)
        # What is withdrawn loses its name, and the reply needs it.
        found = replace(mine[0]) if mine else None
        await signatures.withdraw(tx, mine[:1], talk.services.now())
        return found

    def answer(found: Signature | None) -> str:
        if found is None:
            return talk.word(language, "nothing_to_undo", talk.general(language))
        fields = talk.about(_petition_of(talk, found), language) | {"name": found.name or ""}
        return talk.word(language, "undone", fields)

    return Wish(kind="undo", language=language, act=act, answer=answer)


def status(talk: Talk) -> Wish:
    """Only for a name that is asked about: a shared phone tells nobody who signed with it."""
    if not talk.command.rest:
        return talk.say("status", "status_whose", keep=talk.asked)
    language = talk.language()

    async def act(tx: Transaction) -> list[Signature]:
        return await _signed(tx, talk)

    def answer(found: list[Signature]) -> str:
        reply = "status" if found else "status_none"
        held = [s for s in found if not is_counted(s)]
        fields = {
            "name": talk.command.rest,
            "keywords": _keywords(talk, found),
            "held": _keywords(talk, held),
        }
        return talk.word(language, "status_held" if held else reply, fields)

    return Wish(kind="status", language=language, act=act, answer=answer, keep=talk.asked)


def correct(talk: Talk) -> Wish:
    """NAME … or ZIP …: put it right in the last signature of this phone, or in one under way."""
    command = talk.command
    kind = command.kind
    words = tidy(command.rest)
    petition = talk.services.directory.by_id.get(talk.asked.petition_id) if talk.asked else None
    if talk.asked and petition and words:
        asked = talk.asked
        empty = replace(asked, name="") if kind == "name" else replace(asked, postcode="")
        return signing.sign(talk, petition, words, empty)
    if not words or (kind == "name" and check_texted_name(words)):
        return talk.say(kind, "name_how" if kind == "name" else "zip_how", keep=talk.asked)
    language = talk.language()

    async def act(tx: Transaction) -> tuple[Petition, Any] | None:
        mine = await _signed(tx, replace(talk, command=replace(command, rest="")))
        return await _put_right(tx, talk, mine[0], words) if mine else None

    def answer(done: tuple[Petition, Any] | None) -> str:
        if done is None:
            return talk.word(language, "nothing_to_correct", talk.general(language))
        petition, said = done
        fields = talk.about(petition, language)
        if isinstance(said, str):
            return talk.word(language, said, fields | {"text": words})
        corrected, outcome = said
        return signing.confirmation(talk, petition, language, corrected, outcome, "corrected")

    return Wish(kind=kind, language=language, act=act, answer=answer)


async def _put_right(
    tx: Transaction, talk: Talk, wrong: Signature, words: str
) -> tuple[Petition, Any]:
    """The petition, with either the name and outcome of the new signing or the reply that says why
    there is none."""
    petition = _petition_of(talk, wrong)
    if petition.state != "open":
        return petition, petition.state
    is_name = talk.command.kind == "name"
    services = talk.services
    try:
        right = signatures.text_signing(
            petition,
            name=words if is_name else wrong.name or "",
            postcode=(wrong.postcode or "") if is_name else words,
            phone=talk.phone,
            keys=services.keys,
            language=wrong.language,
            id_=services.new_id(),
            now=services.now(),
            class_=cast(Class, wrong.class_),
        )
    except InvalidInput as error:
        field = error.problems[0].field
        return petition, f"bad_{field}"
    outcome = await signatures.correct(tx, wrong, right)
    return petition, (right.name, outcome)


def news(talk: Talk) -> Wish:
    """NEWS ON and NEWS OFF, of everything that this phone has signed or of one petition."""
    wanted = talk.command.kind == "news_on"
    if talk.command.kind == "news":
        return talk.say("news", "news_how", keep=talk.asked)
    language = talk.language()
    reply = talk.command.kind

    async def act(tx: Transaction) -> list[Signature]:
        mine = await _signed(tx, talk)
        since = talk.services.now() if wanted else None
        await signatures.want_news(tx, mine, since, talk.phone)
        return mine

    def answer(found: list[Signature]) -> str:
        fields = talk.general(language) | {"keywords": _keywords(talk, found)}
        none = wanted and not found
        return talk.word(language, "news_nothing" if none else reply, fields)

    return Wish(kind="news", language=language, act=act, answer=answer, keep=talk.asked)


async def _signed(tx: Transaction, talk: Talk, *, verified: bool = True) -> list[Signature]:
    """What this phone has signed, the latest first: of the petition and name in the text."""
    command = talk.command
    keys = [
        (p.id, key)
        for p in talk.services.directory.by_id.values()
        if command.keyword in {None, p.keyword}
        for key in talk.services.keys.contacts(p.salt, talk.phone)
    ]
    found = await signatures.signed_by(tx, keys, verified=verified)
    wanted = fold_name(command.rest)
    return [s for s in found if not wanted or _is_named(s, wanted)]


def _is_named(signature: Signature, wanted: str) -> bool:
    name = fold_name(signature.name or "")
    return name == wanted or wanted in name.split()


def _petition_of(talk: Talk, signature: Signature) -> Petition:
    return talk.services.directory.by_id[signature.petition_id]


def _keywords(talk: Talk, found: Sequence[Signature]) -> str:
    return ", ".join(dict.fromkeys(_petition_of(talk, s).keyword for s in found))

"""Texts about what a phone has signed, and what it wants to hear from us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from server.core.conversations import inbound, phones
from server.core.conversations.wishes import Wish
from server.core.counting.counts import Class
from server.core.petitions.petitions import Petition
from server.core.signing import pending, signatures
from server.core.signing.signature import Signature
from server.core.values.names import fold_name, same_person
from server.db import Transaction
from server.errors import InvalidInput
from server.texting import signing
from server.texting.replies import Talk

UNDO_AGAIN = 300  # seconds in which a second UNDO is asked about: texts arrive twice


def stop(talk: Talk) -> Wish:
    """No more texts; what was signed stays signed."""
    language = talk.language()

    async def act(tx: Transaction) -> bool:
        await phones.opt_out(tx, talk.phone_key, talk.services.now())
        return talk.is_known and await has_signed(tx, talk)

    def answer(signed: bool) -> str:
        return talk.word(language, "stopped_stay" if signed else "stopped", talk.general(language))

    return Wish(kind="stop", language=language, act=act, answer=answer)


def remove(talk: Talk) -> Wish:
    """No more texts, and everything that the last signer of this phone has signed is taken back."""
    language = talk.language()

    async def act(tx: Transaction) -> str | None:
        # What waits to be verified as well, where it is nearly the same name.
        mine = await signed_with(tx, talk) + await signed_with(tx, talk, verified=False)
        name = mine[0].name if mine else None
        wanted = fold_name(name or "")
        same = [s for s in mine if _is_same(s, wanted)]
        await signatures.withdraw(tx, same, talk.services.now())
        # And every form that waits for this phone: its first one may have lost the contact.
        waiting = await pending.disown(tx, _contact_keys(talk))
        name = name or next(iter(waiting), None)
        await phones.opt_out(tx, talk.phone_key, talk.services.now())
        return name

    def answer(name: str | None) -> str:
        fields = talk.general(language) | {"name": name or ""}
        return talk.word(language, "removed" if name else "stopped", fields)

    return Wish(kind="remove", language=language, act=act, answer=answer, erases=bool)


def start(talk: Talk) -> Wish:
    """Texts again."""

    async def act(tx: Transaction) -> None:
        await phones.opt_in(tx, *talk.services.keys.phones(talk.phone))

    reply = "started" if talk.services.directory.open() else "started_none"
    return replace(talk.say("start", reply), act=act)


@dataclass(frozen=True, slots=True)
class _Undone:
    """What was taken back; else whether the phone has signatures at all."""

    taken: Signature | None = None
    others: bool = False
    again: bool = False


def undo(talk: Talk) -> Wish:
    """Take back the last signature of this phone, or the one that the text names."""
    language, wanted = talk.language(), talk.reading.name

    async def act(tx: Transaction) -> _Undone:
        now = talk.services.now()
        all_of_them = await signed_with(tx, talk, of_text=False)
        # What was signed on the web with this phone, and never verified, can be taken back as well.
        mine = _named(talk, all_of_them) or await signed_with(tx, talk, verified=False)
        if not mine:
            return _Undone(others=bool(all_of_them))
        lately = await inbound.count_of(tx, talk.phone_key, "undo", now - UNDO_AGAIN)
        if (
            (lately or (talk.reading.several and len(mine) > 1))
            and not wanted
            and not talk.reading.petitions
        ):
            return _Undone(again=True)
        found = replace(mine[0])  # what is withdrawn loses its name, and the reply needs it
        await signatures.withdraw(tx, mine[:1], now)
        return _Undone(found)

    def answer(done: _Undone) -> str:
        if done.again:
            return talk.word(language, "undo_another", talk.general(language))
        if done.taken is None:
            reply = "nothing_to_undo_of" if done.others and wanted else "nothing_to_undo"
            return talk.word(language, reply, talk.general(language) | {"text": wanted})
        fields = talk.about(petition_of(talk, done.taken), language)
        return talk.word(language, "undone", fields | {"name": done.taken.name or ""})

    def erases(done: _Undone) -> bool:
        return done.taken is not None

    return Wish(kind="undo", language=language, act=act, answer=answer, erases=erases)


def correct(talk: Talk) -> Wish:
    """NAME … or ZIP …: put it right in the last signature of this phone, or in one under way."""
    reading, kind = talk.reading, talk.reading.intent
    words = reading.name if kind == "name" else reading.postcode or reading.wrong
    if talk.asked and words:
        return signing.by_text(talk)
    if not words:
        return talk.say(kind, "name_how" if kind == "name" else "zip_how", keep=talk.asked)
    language = talk.language()

    async def act(tx: Transaction) -> tuple[Petition, Any] | None:
        mine = await signed_with(tx, talk, of_text=False)
        return await _put_right(tx, talk, mine[0]) if mine else None

    def answer(done: tuple[Petition, Any] | None) -> str:
        if done is None:
            return talk.word(language, "nothing_to_correct", talk.general(language))
        petition, said = done
        fields = talk.about(petition, language)
        if isinstance(said, str):
            return talk.word(language, said, fields | {"text": words})
        corrected, outcome = said
        return signing.confirmation(talk, petition, language, corrected, outcome, "corrected")

    return signing.digits_of_page(talk, Wish(kind=kind, language=language, act=act, answer=answer))


async def _put_right(tx: Transaction, talk: Talk, wrong: Signature) -> tuple[Petition, Any]:
    """The petition, with either the name and outcome of the new signing or the reply that says why
    there is none."""
    petition, reading, services = petition_of(talk, wrong), talk.reading, talk.services
    if (state := petition.at(services.now()).state) != "open":
        return petition, state
    try:
        right = signatures.text_signing(
            petition,
            name=reading.name or wrong.name or "",
            postcode=reading.postcode or reading.wrong or wrong.postcode or "",
            phone=talk.phone,
            keys=services.keys,
            language=wrong.language,
            id_=services.new_id(),
            now=services.now(),
            class_=cast(Class, wrong.class_),
            wording=wrong.wording,
        )
    except InvalidInput as error:
        field = error.problems[0].field
        postal = "bad_zip" if petition.country == "US" else "bad_postcode"
        return petition, postal if field == "postcode" else "which_name"
    outcome = await signatures.correct(tx, wrong, right)
    return petition, (right.name, outcome)


def news(talk: Talk) -> Wish:
    """NEWS ON and NEWS OFF, of everything that this phone has signed or of one petition."""
    wanted = talk.reading.intent == "news_on"
    if talk.reading.intent == "news":
        return talk.say("news", "news_how", keep=talk.asked)
    language = talk.language()
    reply = talk.reading.intent

    async def act(tx: Transaction) -> list[Signature]:
        mine = await signed_with(tx, talk)
        since = talk.services.now() if wanted else None
        await signatures.want_news(tx, mine, since, talk.phone)
        return mine

    def answer(found: list[Signature]) -> str:
        fields = talk.general(language) | {"keywords": keywords_of(talk, found)}
        none = wanted and not found
        return talk.word(language, "news_nothing" if none else reply, fields)

    return Wish(kind="news", language=language, act=act, answer=answer, keep=talk.asked)


async def has_signed(tx: Transaction, talk: Talk) -> bool:
    """Whether anybody has signed anything with this phone."""
    return bool(await signed_with(tx, talk, of_text=False))


async def signed_with(
    tx: Transaction, talk: Talk, *, verified: bool = True, of_text: bool = True
) -> list[Signature]:
    """What this phone has signed, the latest first; `of_text`: of the petition and name in it."""
    found = await signatures.signed_by(tx, _contact_keys(talk), verified=verified)
    return _named(talk, found) if of_text else found


def _contact_keys(talk: Talk) -> list[tuple[int, bytes]]:
    """The keys of this phone, each with the id of its petition."""
    return [
        (p.id, key)
        for p in talk.services.directory.by_id.values()
        for key in talk.services.keys.contacts(p.salt, talk.phone)
    ]


def _named(talk: Talk, found: list[Signature]) -> list[Signature]:
    """Those of the petition and the name that the text has."""
    words, wanted = talk.reading.petitions, fold_name(talk.reading.name)
    return [
        s
        for s in found
        if (not words or petition_of(talk, s).keyword in words)
        and (not wanted or _is_named(s, wanted))
    ]


def _is_named(signature: Signature, wanted: str) -> bool:
    name = fold_name(signature.name or "")
    return name == wanted or wanted in name.split()


def _is_same(signature: Signature, wanted: str) -> bool:
    """Whether it is of that name, which may be spelt otherwise where nobody has verified it."""
    name = fold_name(signature.name or "")
    return name == wanted or (signature.verified_at is None and same_person(name, wanted))


def petition_of(talk: Talk, signature: Signature) -> Petition:
    return talk.services.directory.by_id[signature.petition_id]


def keywords_of(talk: Talk, found: Sequence[Signature]) -> str:
    """The words of the petitions of these, each once."""
    return ", ".join(dict.fromkeys(petition_of(talk, s).keyword for s in found))

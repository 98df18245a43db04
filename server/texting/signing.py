"""Texts that sign: with all in one message, or as answers to what we asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from server.config import LANGUAGES
from server.core.conversations.phones import Conversation
from server.core.conversations.wishes import Wish
from server.core.petitions.petitions import Petition
from server.core.signing import signatures, verification
from server.core.signing.codes import TEXT_DIGITS
from server.core.values.names import fold_name, split_name_and_postcode, tidy
from server.core.values.postcodes import digits_of
from server.db import Transaction
from server.errors import InvalidInput, NotOpen
from server.texting.replies import Talk, is_cheap
from server.words.render import N_, Renderer
from sms.keywords import parse

RECEIPT_ROOM = 14  # characters left free in a confirmation for the receipt that comes with the log


def answers(talk: Talk, body: str) -> bool:
    """Whether a text is the answer to our question rather than a new command.

    Read without the petitions' words: somebody may be named like one. A keyword alone is a command,
    and so is one before a whole name and a postcode: then nothing is left to be asked.
    """
    plain = parse(body, ())
    if not talk.asked or not (plain.kind in {"unknown", "name", "zip"} or plain.near):
        return False
    named = talk.services.directory.by_keyword.get(talk.command.keyword or "")
    if talk.command.kind != "sign" or not named:
        return True
    name, postcode = split_name_and_postcode(talk.command.rest, named.country)
    first = parse(body.split(maxsplit=1)[0], [named.keyword]).keyword
    return bool(talk.command.rest) and not (first and postcode and " " in name)


def answer(talk: Talk, petition: Petition, body: str) -> Wish:
    """Go on with the signature that we have asked about."""
    asked = talk.asked
    assert asked  # noqa: S101 (`answers` has said so)
    plain = parse(body, ())
    words = tidy(plain.rest if plain.kind in {"name", "zip"} else body)
    return sign(talk, petition, words, asked)


def by_keyword(talk: Talk) -> Wish:
    """Sign the petition that the text names, or the only one that there is."""
    petition, command = talk.petition, talk.command
    directory = talk.services.directory
    if petition is None and not _names_another(command.rest):
        petition = directory.only
    if petition is None or petition.state == "draft":
        return talk.say("sign", "which" if directory.open() else "none_open")
    language = talk.language(petition)
    return sign(talk, petition, command.rest, Conversation(petition.id, language))


def _names_another(rest: str) -> bool:
    """SIGN POND Ana Diaz: a first word in capitals, as our words are printed, among words that
    are not, names a petition that is none of ours."""
    first, _, others = rest.partition(" ")
    letters = [char for char in others if char.isalpha()]
    return len(first) > 1 and first.isupper() and bool(letters) and not others.isupper()


def sign(talk: Talk, petition: Petition, words: str, asked: Conversation) -> Wish:
    """Sign with what the phone has said so far, or ask for what is missing.

    Digits may be those that our page has shown to somebody who signed there with this phone.
    """
    wish = _sign(talk, petition, words, asked)
    digits = digits_of(split_name_and_postcode(words, petition.country)[1])
    if len(digits) != TEXT_DIGITS or not digits.isdecimal():
        return wish
    return _verify(talk, petition, digits, asked.language, otherwise=wish)


@dataclass(frozen=True, slots=True)
class _Verified:
    """A web signature that the text has verified, and what came of it."""

    name: str
    outcome: str

    def __str__(self) -> str:
        return self.outcome


def _verify(talk: Talk, petition: Petition, digits: str, language: str, *, otherwise: Wish) -> Wish:
    """Verify what these digits stand for; if nothing of this phone, do what else the text asks."""
    services = talk.services

    async def act(tx: Transaction) -> Any:
        found = await verification.by_text(
            tx, services.keys, petition, talk.phone, digits, services.now()
        )
        if found:
            return _Verified(found[0].name or "", found[1])
        if otherwise.signing:
            return (await signatures.sign_many(tx, [otherwise.signing]))[0]
        return None

    def answer(done: Any) -> str | None:
        if isinstance(done, _Verified):
            return confirmation(talk, petition, language, done.name, done.outcome)
        return otherwise.answer(done)

    def keep(done: Any) -> Conversation | None:
        return None if isinstance(done, _Verified) else otherwise.kept(done)

    return replace(otherwise, kind="sign", signing=None, act=act, answer=answer, keep=keep)


def _sign(talk: Talk, petition: Petition, words: str, asked: Conversation) -> Wish:
    name, postcode = split_name_and_postcode(words, petition.country)
    if fold_name(name) in _examples(talk.services.renderer):
        name = ""
    known = replace(asked, name=name or asked.name, postcode=postcode or asked.postcode)
    services, language = talk.services, known.language
    try:
        signing = signatures.text_signing(
            petition,
            name=known.name,
            postcode=known.postcode,
            phone=talk.phone,
            keys=services.keys,
            language=language,
            id_=services.new_id(),
            now=services.now(),
            class_=known.class_,
        )
    except NotOpen:
        return talk.say("sign", petition.state, petition=petition, language=language)
    except InvalidInput as error:
        return _ask(talk, petition, known, error)
    return Wish(
        kind="sign",
        language=language,
        petition_id=petition.id,
        signing=signing,
        answer=lambda outcome: confirmation(talk, petition, language, signing.name, outcome),
    )


@lru_cache(maxsize=4)
def _examples(renderer: Renderer) -> frozenset[str]:
    """The words of our examples: some people send them as they stand."""
    return frozenset(
        fold_name(renderer.say(language, words))
        for language in LANGUAGES
        for words in (N_("your name, your postcode"), N_("your name"))
    )


def _ask(talk: Talk, petition: Petition, known: Conversation, error: InvalidInput) -> Wish:
    """One question: for what is wrong, else for what is missing. What was right is kept."""
    faults = {p.field: p.code for p in error.problems}
    wrong = next((f for f in ("name", "postcode") if faults.get(f, "missing") != "missing"), "")
    fields = {"name": known.name}
    if wrong:
        fields["text"] = known.name if wrong == "name" else known.postcode
        known = replace(known, name="") if wrong == "name" else replace(known, postcode="")
        reply = f"bad_{wrong}"
    else:
        reply = "ask_both" if len(faults) == 2 else f"ask_{next(iter(faults))}"
    language = known.language
    return talk.say("sign", reply, petition=petition, language=language, keep=known, **fields)


def confirmation(
    talk: Talk, petition: Petition, language: str, name: str, outcome: str, reply: str = "signed"
) -> str:
    """The same for a first and for a repeated signature; it names only this person."""
    fields = talk.about(petition, language) | {"name": name, "text": talk.command.near[:8]}
    if outcome == "held":
        return talk.word(language, "held", fields)
    if talk.command.near:
        reply = "signed_near"
    if not is_cheap(talk.services.renderer.text(language, reply), fields):
        reply = f"{reply}_short"  # 70 characters instead of 160
    return talk.word(language, reply, fields, RECEIPT_ROOM)

"""Texts that sign: with all in one message, or as answers to what we asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.core.conversations.phones import Conversation
from server.core.conversations.wishes import Wish
from server.core.petitions.petitions import Petition
from server.core.signing import signatures, verification
from server.core.signing.codes import TEXT_DIGITS
from server.core.signing.signature import Signing
from server.core.values.postcodes import digits_of
from server.db import Transaction
from server.errors import InvalidInput, NotOpen
from server.texting import parted
from server.texting.replies import Talk, is_cheap, whole
from server.texting.understood import understood
from sms.reading import Reading
from sms.segments import measure

RECEIPT_ROOM = 14  # characters left free in a confirmation for the receipt that comes with the log


def by_text(talk: Talk) -> Wish:
    """Sign the petition that the text names, that we have asked about, or the only one."""
    reading, directory = talk.reading, talk.services.directory
    petition = _petition(talk)
    if petition is None or reading.doubt == "petition" or len(reading.petitions) > 1:
        if directory.open():
            return parted.listed(talk, "which", "which", forgets=True)
        return talk.say("which", "none_open")
    language = talk.language(petition)
    known = _known(talk, petition, language)
    if reading.doubt == "people":
        return _ask(talk, petition, _told(known, reading), "one_each")
    if len(reading.names) > 1:
        return _sign_all(talk, petition, known)
    return _verified(talk, petition, language, as_known(talk, petition, known))


def _petition(talk: Talk) -> Petition | None:
    directory, asked = talk.services.directory, talk.asked
    petition = talk.petition
    if petition is None and asked:
        petition = directory.by_id.get(asked.petition_id)
    petition = petition or directory.only
    return None if petition is None or petition.state == "draft" else petition


def _known(talk: Talk, petition: Petition, language: str) -> Conversation:
    """What the phone has told us before: as the answer to our question, or in a text that only
    lacked the petition's word. It goes on in that language."""
    asked = talk.asked
    if asked and asked.petition_id == petition.id:
        return replace(asked, language=language)
    known = Conversation(petition.id, language, wording=petition.wording_number)
    before = talk.standing.unfinished
    if not before or not talk.petition or talk.reading.names:
        return known
    earlier = understood(
        talk.services, f"{petition.keyword} {before}", replace(talk.standing, asked=None)
    )
    return _told(known, earlier)


def _told(known: Conversation, reading: Reading) -> Conversation:
    """What is known with what the text says; a doubtful name is none."""
    name = reading.name if reading.doubt not in ("name", "people", "petition") else ""
    return replace(
        known,
        name=name or known.name,
        postcode=reading.postcode or known.postcode,
        collector=known.collector or reading.collector,
    )


def _signing(talk: Talk, petition: Petition, known: Conversation, name: str) -> Signing:
    services, brought = talk.services, petition.collector(known.collector)
    return signatures.text_signing(
        petition,
        name=name,
        postcode=known.postcode,
        phone=talk.phone,
        keys=services.keys,
        language=known.language,
        id_=services.new_id(),
        now=services.now(),
        class_=known.class_,
        wording=known.wording,
        collector=brought.id if brought else None,
    )


def as_known(talk: Talk, petition: Petition, known: Conversation) -> Wish:
    """Sign with what the phone has said so far, or ask for what is missing or doubtful."""
    reading = talk.reading
    known = _told(known, reading)
    if reading.doubt == "name" and not (known.name and talk.asked and talk.asked.name):
        known = replace(known, name="")
    if reading.wrong or reading.doubt == "postcode":
        known = replace(known, postcode="")
    try:
        signing = _signing(talk, petition, known, known.name)
    except NotOpen:
        return _not_open(talk, petition, known)
    except InvalidInput as error:
        return ask(talk, petition, known, {p.field: p.code for p in error.problems})
    return Wish(
        kind="sign",
        language=known.language,
        petition_id=petition.id,
        signing=signing,
        answer=lambda outcome: confirmation(talk, petition, known.language, signing.name, outcome),
    )


def _not_open(talk: Talk, petition: Petition, known: Conversation) -> Wish:
    state = petition.at(talk.services.now()).state
    return talk.say("sign", state, petition=petition, language=known.language)


def _sign_all(talk: Talk, petition: Petition, known: Conversation) -> Wish:
    """Two people with whole names in one text: each signs."""
    known = _told(known, talk.reading)
    try:
        signings = [_signing(talk, petition, known, name) for name in talk.reading.names]
    except NotOpen:
        return _not_open(talk, petition, known)
    except InvalidInput:
        return _ask(talk, petition, known, "one_each")

    async def act(tx: Transaction) -> str:
        return _worst(await signatures.sign_many(tx, signings))

    names = ", ".join(signing.name for signing in signings)
    return Wish(
        kind="sign",
        language=known.language,
        petition_id=petition.id,
        act=act,
        answer=lambda outcome: confirmation(talk, petition, known.language, names, outcome),
    )


def _worst(outcomes: Sequence[str]) -> str:
    return "held" if "held" in outcomes else outcomes[0]


@dataclass(frozen=True, slots=True)
class _Verified:
    """A web signature that the text has verified, and what came of it."""

    name: str
    outcome: str

    def __str__(self) -> str:
        return self.outcome


def _verified(talk: Talk, petition: Petition, language: str, otherwise: Wish) -> Wish:
    """Where the text has such digits as our page shows to somebody who signed there with this
    phone, verify what they stand for; if nothing of this phone, do what else the text asks."""
    services, reading = talk.services, talk.reading
    digits = digits_of(reading.wrong or reading.postcode)
    # Who says a name, or has been asked for the postcode, means one where it has four digits: a
    # stranger can fill in the form until its digits are somebody's postcode.
    means_place = reading.postcode and (reading.names or (talk.asked and talk.asked.name))
    if len(digits) != TEXT_DIGITS or not digits.isdecimal() or means_place:
        return otherwise

    async def act(tx: Transaction) -> Any:
        found = await verification.by_text(
            tx, services.keys, petition, talk.phone, digits, services.now()
        )
        if found:
            return _Verified(found[0].name, found[1])
        if otherwise.signing:
            return (await signatures.sign_many(tx, [otherwise.signing]))[0]
        return await otherwise.act(tx) if otherwise.act else None

    def answer(done: Any) -> str | None:
        if isinstance(done, _Verified):
            return confirmation(talk, petition, language, done.name, done.outcome)
        return otherwise.answer(done)

    def keep(done: Any) -> Conversation | None:
        return None if isinstance(done, _Verified) else otherwise.kept(done)

    return replace(otherwise, kind="sign", signing=None, act=act, answer=answer, keep=keep)


def digits_of_page(talk: Talk, otherwise: Wish) -> Wish:
    """Digits alone may be those of our page."""
    petition = _petition(talk)
    return _verified(talk, petition, talk.language(petition), otherwise) if petition else otherwise


def ask(
    talk: Talk, petition: Petition, known: Conversation, faults: dict[str, str] | None = None
) -> Wish:
    """One question: for what is doubtful or wrong, else for what is missing. What was right is
    kept."""
    reading = talk.reading
    doubtful = reading.doubt == "name" and not known.name
    if doubtful or (faults or {}).get("name", "missing") != "missing":
        known = replace(known, name="")
        return _ask(talk, petition, known, "which_name_kept" if known.postcode else "which_name")
    postal = "zip" if petition.country == "US" else "postcode"
    if reading.wrong and not known.postcode and known.name:
        return _ask(talk, petition, known, f"bad_{postal}", text=reading.wrong)
    if known.name:
        return _ask(talk, petition, known, f"ask_{postal}")
    needs_both = petition.postcode_required and not known.postcode
    both = "ask_both_if" if petition.extras.eligibility else "ask_both"
    return _ask(talk, petition, known, both if needs_both else "ask_name")


def _ask(talk: Talk, petition: Petition, known: Conversation, reply: str, **fields: str) -> Wish:
    fields = {"name": known.name, "postcode": known.postcode} | fields
    language = known.language
    return talk.say("sign", reply, petition=petition, language=language, keep=known, **fields)


def confirmation(
    talk: Talk, petition: Petition, language: str, name: str, outcome: str, reply: str = "signed"
) -> str:
    """The same for a first and for a repeated signature; it names only this person."""
    fields = talk.about(petition, language) | {"name": name, "text": talk.reading.typed[:8]}
    if outcome == "held":
        return talk.word(language, "held", fields)
    if outcome == "corrected":
        reply = "corrected_near"
    elif talk.reading.typed:
        reply = "signed_near"
    elif reply == "signed" and petition.extras.eligibility:
        reply = "signed_if"  # which says more than that a letter can be written
    elif reply == "signed" and (offered := _with_letter(talk, petition, language, fields)):
        return offered
    if not is_cheap(talk.services.renderer.text(language, reply), fields):
        reply = f"{reply}_short"  # 70 characters instead of 160
    return talk.word(language, reply, fields, RECEIPT_ROOM)


def _with_letter(
    talk: Talk, petition: Petition, language: str, fields: dict[str, str]
) -> str | None:
    """The confirmation that tells of LETTER, with the title as far as there is room; None where one
    segment has none for the rest, or where there is nobody to write to."""
    for reply in ("signed_letter", "signed_letter_short") if petition.has_office else ():
        least = whole(talk.services.renderer.text(language, reply), fields | {"title": ""})
        if measure(least + "x" * RECEIPT_ROOM).segments == 1:
            return talk.word(language, reply, fields, RECEIPT_ROOM)
    return None

"""LETTER, CALL, NOT MINE, BACK and answers about the place: how a letter or a call goes on."""

from __future__ import annotations

from dataclasses import replace

from server.core.conversations import gathering
from server.core.conversations.gathering import Gathering, Purpose
from server.core.conversations.wishes import Wish
from server.core.letters.corrections import Correction, note_corrections, put_right
from server.core.places.outcomes import Reached
from server.core.signing.signature import Signature
from server.core.values.names import fold_name
from server.core.values.postcodes import fold_postcode
from server.db import Transaction
from server.texting.account import petition_of, signed_with
from server.texting.letters import call, place, whom, words
from server.texting.letters.way import Told, Way, going_on, way_of, wish_of
from server.texting.replies import Talk


def letter(talk: Talk) -> Wish:
    """LETTER: to those whom the petition addresses that this phone signed last, or that the text
    names."""
    return _begin(talk, "letter")


def calling(talk: Talk) -> Wish:
    """CALL: the same by phone."""
    return _begin(talk, "call")


def not_mine(talk: Talk) -> Wish:
    """NOT MINE: those whom we have found do not decide where this signer lives."""

    async def again(way: Way) -> Told:
        return await go_on(replace(way, on=way.on.not_mine()))

    return going_on(talk, again, Told("letter_nothing"))


def _begin(talk: Talk, purpose: Purpose) -> Wish:
    async def act(tx: Transaction, language: str) -> Told:
        on = await gathering.of_phone(tx, talk.phone_key, talk.services.now())
        if on is None or on.step == "called" or talk.reading.petitions or talk.reading.name:
            found = await _anew(tx, talk, purpose)
            if isinstance(found, Told):
                return found
            on = found
        way = await way_of(tx, talk, language, replace(on, purpose=purpose))
        if way is None:
            return _first(talk)
        thanked = await whom.to_thank(way)
        if thanked and purpose == "letter":
            return await words.ask(way, thanked)
        sent = await words.what_became(way)
        return sent if sent and purpose == "letter" else await go_on(way)

    return wish_of(talk, act)


async def _anew(tx: Transaction, talk: Talk, purpose: Purpose) -> Gathering | Told:
    """What begins now; what this phone wrote before for the same signature stays."""
    mine = [s for s in await signed_with(tx, talk) if s.stands]
    if not mine:
        return _first(talk)
    last = mine[0]
    petition = petition_of(talk, last)
    if petition.state != "open":
        return Told(petition.state, petition)
    if not talk.reading.name and len(_names(mine, last.petition_id)) > 1:
        return Told("letter_whose", petition)
    before = await gathering.of_phone(tx, talk.phone_key, talk.services.now())
    if before and (before.petition_id, before.signature_id) == (last.petition_id, last.id):
        return replace(before, step="place")
    return Gathering(
        phone_key=talk.phone_key,
        petition_id=last.petition_id,
        signature_id=last.id,
        begun_at=talk.services.now(),
        purpose=purpose,
    )


def _names(mine: list[Signature], petition_id: int) -> set[str]:
    return {fold_name(s.name or "") for s in mine if s.petition_id == petition_id}


def _first(talk: Talk) -> Told:
    opened = talk.services.directory.open()
    return Told("letter_first" if opened else "none_open", talk.petition)


async def go_on(way: Way) -> Told:
    """The next question about the place; else what the signer wants: to write, or to call."""
    found = await whom.outcome_of(way)
    if not isinstance(found, Reached):
        return await place.ask(way, found)
    await _note_correction(way)
    reached = await whom.of(way, found)
    wanted = call.numbers if way.on.purpose == "call" else words.ask
    return await wanted(way, reached)


async def _note_correction(way: Way) -> None:
    """What this signer says of a postcode that leads to the wrong people."""
    if division := put_right(way.on.chosen):
        postcode, now = fold_postcode(way.signer.postcode or ""), way.talk.services.now()
        said = Correction(way.petition.id, way.signer.id, postcode, division, now)
        await note_corrections(way.tx, [said])


def answered(talk: Talk) -> Wish:
    """An answer to the question that is open about the place; MORE shows more of a menu."""

    async def act(way: Way) -> Told:
        question = await whom.outcome_of(way)
        if isinstance(question, Reached):  # who decides has changed since we asked
            return await go_on(way)
        on = await place.answered(way, question)
        return await go_on(replace(way, on=on)) if on else place.not_found(way, question)

    return going_on(talk, act, Told("letter_nothing"))


def back(talk: Talk) -> Wish:
    """BACK: the last text is away, or the last answer; where there is none, the letter is left."""

    async def act(way: Way) -> Told:
        if way.on.texts:
            return await words.without_last(way)
        on = way.on.step_back() if way.on.step == "place" else None
        if on:
            return await go_on(replace(way, on=on))
        await way.leave()
        return way.told("letter_left")

    return going_on(talk, act, Told("letter_nothing"))

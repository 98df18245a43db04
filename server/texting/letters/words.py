"""A signer's words by text: gathered until SEND, read back, and sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from server.core.conversations import gathering
from server.core.conversations.wishes import Wish
from server.core.letters import writing
from server.core.letters.letter import LONGEST, SHORTEST, checked_words
from server.core.letters.writing import Progress, Written
from server.core.places.outcomes import Reached
from server.db import Transaction
from server.errors import InvalidInput
from server.mail.letters import Answers, letter_text
from server.mail.tokens import passes_on
from server.texting.account import signed_with
from server.texting.intake import TEXT_LIMIT
from server.texting.letters import call, whom
from server.texting.letters.states import STATES, states_said
from server.texting.letters.way import SILENCE, Told, Way, going_on, way_of, wish_of
from server.texting.letters.whom import Whom
from server.texting.replies import Talk, segments, whole
from server.words.render import group_digits
from sms.segments import measure

_LEFT: frozenset[str] = frozenset(STATES) - {"draft"}


async def ask(way: Way, found: Whom) -> Told:
    """To whom they write; where nobody takes mail, whom they can call instead."""
    if not found.offices:
        await way.leave()
        callable_ = [person for person in found.without_mail if person.phone]
        if not callable_:
            return way.told("letter_none")
        return way.told("letter_cannot", people=call.listed(callable_))
    await gathering.keep(way.tx, replace(way.on, step="words", purpose="letter"))
    if way.on.texts:
        return way.told("letter_got")
    names = ", ".join(found.with_mail or found.waiting)
    if found.thanks:
        return way.told("letter_thank", names=names)
    if found.note:
        return way.told("letter_write_some", names=names, note=found.note)
    return way.told("letter_write_place" if way.petition.roles else "letter_write", names=names)


def more(talk: Talk) -> Wish:
    """A text of the letter. The first is answered, and the others are kept in silence, each of
    which would cost as much as a text of theirs."""

    async def act(way: Way) -> Told:
        on = way.on.with_text(talk.said)
        # What is as long as we take may have been longer.
        if len(talk.said) >= TEXT_LIMIT or len(on.words) > LONGEST:
            return way.told("letter_long", most=group_digits(LONGEST, way.language))
        await gathering.keep(way.tx, on)
        return SILENCE if way.on.texts else way.told("letter_got")

    return going_on(talk, act, Told("letter_nothing"))


async def without_last(way: Way) -> Told:
    """The last text is away."""
    await gathering.keep(way.tx, replace(way.on.without_last(), step="words"))
    return way.told("letter_back")


def post(talk: Talk) -> Wish:
    """SEND: read it back once, and then send it; where nothing is written, what became of what was
    sent."""

    async def act(tx: Transaction, language: str) -> Told:
        on = await gathering.of_phone(tx, talk.phone_key, talk.services.now())
        way = await way_of(tx, talk, language, on) if on else None
        if way and way.on.step != "called":
            return await _post(way)
        return await _sent_before(tx, talk, language)

    return wish_of(talk, act)


async def _post(way: Way) -> Told:
    to = await _recipients(way)
    if to is None:
        return way.told("letter_place_first")
    try:
        own = checked_words(way.on.words)
    except InvalidInput:
        own = ""
    if not own:
        return way.told("letter_short", least=str(SHORTEST))
    if way.on.read_at is None:
        await gathering.keep(way.tx, replace(way.on, read_at=way.talk.services.now()))
        return _read_back(way, own)
    return await _send(way, own, to)


async def _recipients(way: Way) -> Whom | None:
    """To whom the letter goes; None as long as only the signer knows."""
    if thanked := await whom.to_thank(way):
        return thanked
    found = await whom.outcome_of(way)
    return await whom.of(way, found) if isinstance(found, Reached) else None


def _read_back(way: Way, own: str) -> Told:
    """All of it where its segments hold that, else its beginning and end, and how long it is."""
    body, size = " ".join(own.split()), group_digits(len(own), way.language)
    if _fits(way, "letter_read", body, size):
        return way.told("letter_read", body=body)
    low, high = 0, len(body) // 2
    while high - low > 1:
        middle = (low + high) // 2
        fits = _fits(way, "letter_read_long", _both_ends(body, middle), size)
        low, high = (middle, high) if fits else (low, middle)
    return way.told("letter_read_long", body=_both_ends(body, low), count=size)


def _both_ends(body: str, length: int) -> str:
    return f"{body[:length].rstrip()} ... {body[len(body) - length :].lstrip()}"


def _fits(way: Way, reply: str, body: str, size: str) -> bool:
    template = way.talk.services.renderer.text(way.language, reply)
    said = whole(template, {"body": body, "count": size})
    return measure(said).segments <= segments(reply, template)


async def _send(way: Way, own: str, found: Whom) -> Told:
    """Keep the letters, which wait for their turn; nothing is sent by a text."""
    petition, services = way.petition, way.talk.services
    about = services.renderer, services.settings, petition, way.signer
    answers: Answers = "passed_on" if passes_on(services.settings) else "no_mail"
    written = Written(
        petition=petition,
        signature_id=way.signer.id,
        sender=way.signer.person_key or b"",
        offices=found.offices,
        language=way.language,
        subject=petition.wording(petition.language).title,
        words=letter_text(*about, found.offices, own, answers, thanks=found.thanks),
        own_words=len(own),
        reply_to="",
        answer_to=way.talk.phone,
        ids=services.ids,
        now=services.now(),
        kind="thanks" if found.thanks else "letter",
    )
    [progress] = await writing.write_many(way.tx, [written])
    await way.leave()
    if {one.state for one in progress} != {"queued"}:
        return _states(way, progress)
    names = ", ".join(found.with_mail)
    missed = [person for person in found.without_mail if person.phone]
    if missed:
        return way.told("letter_waits_some", names=names, people=call.listed(missed))
    return way.told("letter_waits", names=names)


async def what_became(way: Way) -> Told | None:
    """What became of the letters that this signer has written; None for nobody who has."""
    key = way.signer.person_key or b""
    progress = await writing.progress(way.tx, way.petition, way.signer.id, key)
    return _states(way, progress) if any(one.state in _LEFT for one in progress) else None


def _states(way: Way, progress: Sequence[Progress]) -> Told:
    states = states_said(way.talk, way.language, "letter_states", progress, {})
    return way.told("letter_states", states=states)


async def _sent_before(tx: Transaction, talk: Talk, language: str) -> Told:
    for signer in await signed_with(tx, talk):
        on = gathering.Gathering(
            phone_key=talk.phone_key,
            petition_id=signer.petition_id,
            signature_id=signer.id,
            begun_at=0,
        )
        way = await way_of(tx, talk, language, on)
        if way and (told := await what_became(way)):
            return told
    return Told("letter_nothing")

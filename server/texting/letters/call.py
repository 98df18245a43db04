"""CALL: numbers, what to say, and how it went."""

from __future__ import annotations

from dataclasses import replace

from server.core.conversations import gathering
from server.core.conversations.wishes import Wish
from server.core.letters import calls
from server.core.letters.calls import CallOutcome
from server.texting.letters.way import Told, Way, going_on
from server.texting.letters.whom import Person, Whom
from server.texting.replies import Talk

OUTCOMES: dict[int, CallOutcome] = {1: "reached", 2: "no_answer"}


async def numbers(way: Way, found: Whom) -> Told:
    """Whom to call, and what to say; how it went is asked where no letter is being written."""
    people = [person for person in (*found.people, *found.instead) if person.phone]
    if not people:
        if not way.on.texts:
            await way.leave()
        return way.told("call_none")
    writes = bool(way.on.texts)
    on = replace(way.on, step="words" if writes else "called", purpose="letter")
    await gathering.keep(way.tx, on)
    return way.told("call_say" if writes else "call_ask", people=listed(people))


def listed(people: list[Person]) -> str:
    """Each with their number, where that is known."""
    return ", ".join(person.to_call for person in people)


def went(talk: Talk, outcome: CallOutcome) -> Wish:
    """How a call went, counted once for each signer."""

    async def act(way: Way) -> Told:
        id_, now = way.signer.id, talk.services.now()
        await calls.note_call(way.tx, way.petition.id, id_, outcome, now)
        await way.leave()
        return way.told(f"call_{outcome}")

    return going_on(talk, act, Told("letter_nothing"))

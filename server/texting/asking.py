"""Texts that ask us something or only talk, and those that we do not understand."""

from __future__ import annotations

import re
from dataclasses import replace

from server.core.conversations.wishes import Wish
from server.core.counting import counts
from server.core.petitions.petitions import Petition
from server.db import Transaction
from server.texting import parted, signing
from server.texting.account import has_signed
from server.texting.letters.answers import answer_on
from server.texting.replies import Talk, silent
from server.words.render import group_digits


def inform(talk: Talk) -> Wish:
    """HELP and LIST."""
    kind, opened = talk.reading.intent, talk.services.directory.open()
    if kind == "list" and opened:
        return parted.listed(talk, kind, "listed")
    reply = "none_open" if kind == "list" else "help" if opened else "help_none"
    return talk.say(kind, reply, keep=talk.asked)


def count(talk: Talk) -> Wish:
    """How many have signed: verified, which is exact in public too."""
    petition = _meant(talk)
    if petition is None:
        return _which(talk)
    language = talk.language(petition)

    async def act(tx: Transaction) -> int:
        return (await counts.figures(tx, petition.id)).verified

    def answer(verified: int) -> str:
        fields = talk.about(petition, language) | {"count": group_digits(verified, language)}
        return talk.word(language, "counted", fields)

    return Wish(
        kind="count",
        language=language,
        petition_id=petition.id,
        act=act,
        answer=answer,
        keep=talk.asked,
    )


def more(talk: Talk) -> Wish:
    """What was left of an office's answer, or of our last text; with a petition's word, or where
    nothing was left, what the petition asks."""
    if not talk.reading.petitions and talk.standing.answer:
        return answer_on(talk, talk.standing.answer)
    if not talk.reading.petitions and (rest := parted.go_on(talk)):
        return rest
    petition = _meant(talk)
    return parted.wording(talk, petition) if petition else _which(talk)


def speak(talk: Talk) -> Wish:
    """Another language from now on; a question that is open is asked again in it."""
    language = talk.language()
    if talk.petition and talk.petition.state != "draft" and not talk.asked:
        return signing.by_text(talk)
    asked = talk.asked
    petition = talk.services.directory.by_id.get(asked.petition_id) if asked else None
    if asked and petition:
        wish = signing.ask(talk, petition, replace(asked, language=language))
        return replace(wish, kind="language")
    reply = "language" if talk.services.directory.open() else "none_open"
    return talk.say("language", reply, language=language)


def another(talk: Talk) -> Wish:
    """ALSO: how another person signs from the same phone."""
    reply = "also_how" if talk.services.directory.open() else "none_open"
    return talk.say("also", reply, keep=talk.asked)


def how_to_stop(talk: Talk) -> Wish:
    """A refusal, or what is nearly a stop word: how to hear no more, and how to take back."""
    return talk.say("stop_how", "stop_how", keep=talk.asked)


def quoted(talk: Talk) -> Wish:
    """A reaction to a text of ours, or one that came back, is no command. Forwarded by a phone that
    we do not know, it asks for that phone's own name."""
    if talk.petition and not talk.is_known:
        return signing.by_text(talk)
    return silent(Wish(kind="quote", answer=lambda _: None, keep=talk.asked))


def courtesy(talk: Talk) -> Wish:
    """Thanks, yes, 👍: the open question once more, else silence."""
    if talk.asked:
        return _again(talk)
    if talk.is_known:
        return silent(Wish(kind="courtesy", answer=lambda _: None))
    return unknown(talk)


def greeted(talk: Talk) -> Wish:
    """A greeting alone is answered by what can be done here."""
    return _again(talk) if talk.asked else unknown(talk)


def questioned(talk: Talk) -> Wish:
    """A question that no command answers."""
    return unknown(talk)


def unknown(talk: Talk) -> Wish:
    """A text that means nothing to us leaves everything as it was.

    Phones are shared: whoever may have signed with this one is told the way back, and no name.
    """
    if talk.asked:
        told = talk.reading.names or talk.reading.postcode
        return _again(talk) if told else replace(_again(talk), kind="unknown")
    language = talk.language()

    async def act(tx: Transaction) -> bool:
        return talk.is_known and await has_signed(tx, talk)

    def answer(signed: bool) -> str:
        opened = bool(talk.services.directory.open())
        reply = "unknown_signed" if signed else "unknown" if opened else "none_open"
        return talk.word(language, reply, talk.general(language))

    return Wish(
        kind="unknown",
        language=language,
        petition_id=_whose(talk),
        act=act,
        answer=answer,
        keep=talk.asked,
    )


def _whose(talk: Talk) -> int | None:
    """The petition whose word stands in a text that means nothing to us: its organizers may read
    it. None where there is no such word, or more than one."""
    by_keyword = talk.services.directory.by_keyword
    words = re.findall(r"\w+", talk.said.upper())
    found = {p.id for word in words if (p := by_keyword.get(word)) and p.state != "draft"}
    return found.pop() if len(found) == 1 else None


def _again(talk: Talk) -> Wish:
    """The question that is open, asked once more."""
    asked = talk.asked
    petition = talk.services.directory.by_id.get(asked.petition_id) if asked else None
    assert asked and petition  # noqa: S101 (only where there is a question)
    return signing.ask(talk, petition, replace(asked, language=talk.language(petition)))


def _meant(talk: Talk) -> Petition | None:
    """The petition that the text names, or that we have asked about, or the only one."""
    petition = talk.petition
    if petition is None and talk.asked:
        petition = talk.services.directory.by_id.get(talk.asked.petition_id)
    petition = petition or talk.services.directory.only
    return None if petition is None or petition.state == "draft" else petition


def _which(talk: Talk) -> Wish:
    if talk.services.directory.open():
        return parted.listed(talk, talk.reading.intent, "which_one")
    return talk.say(talk.reading.intent, "none_open", keep=talk.asked)

"""Texts that ask us something, and those that we do not understand."""

from __future__ import annotations

import re
from dataclasses import replace

from server.core.conversations.wishes import Wish
from server.core.counting import counts
from server.core.petitions.petitions import Petition
from server.db import Transaction
from server.texting import signing
from server.texting.replies import Talk
from server.words.render import group_digits


def inform(talk: Talk) -> Wish:
    """HELP and LIST."""
    reply = "help" if talk.command.kind == "help" else "listed"
    if reply == "listed" and not talk.services.directory.open():
        reply = "none_open"
    elif not talk.services.directory.open():
        reply = "help_none"
    return talk.say(talk.command.kind, reply, keep=talk.asked)


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
    """What the petition asks, as far as three segments hold it."""
    petition = _meant(talk)
    if petition is None:
        return _which(talk)
    language = talk.language(petition)
    body = re.sub(r"\s+", " ", petition.wording(language).body)
    wish = talk.say("more", "more", petition=petition, keep=talk.asked, body=body)
    # No word is cut in half.
    whole = re.sub(r"\s\S*(\.\.\.|…)(?=\s|$)", r" \1", wish.answer(None) or "")
    return replace(wish, answer=lambda _: whole)


def speak(talk: Talk) -> Wish:
    """Another language from now on; a question that is open is asked again in it."""
    language = talk.language()
    if talk.petition and talk.petition.state != "draft" and not talk.asked:
        return signing.by_keyword(talk)
    asked = talk.asked
    petition = talk.services.directory.by_id.get(asked.petition_id) if asked else None
    if asked and petition:
        return signing.sign(talk, petition, "", replace(asked, language=language))
    reply = "language" if talk.services.directory.open() else "none_open"
    return talk.say("language", reply, language=language)


def unknown(talk: Talk) -> Wish:
    """A text that means nothing to us leaves everything as it was."""
    reply = "unknown" if talk.services.directory.open() else "none_open"
    return talk.say("unknown", reply, keep=talk.asked)


def _meant(talk: Talk) -> Petition | None:
    """The petition that the text names, or that we have asked about, or the only one."""
    petition = talk.petition
    if petition is None and talk.asked:
        petition = talk.services.directory.by_id.get(talk.asked.petition_id)
    petition = petition or talk.services.directory.only
    return None if petition is None or petition.state == "draft" else petition


def _which(talk: Talk) -> Wish:
    reply = "which_one" if talk.services.directory.open() else "none_open"
    return talk.say(talk.command.kind, reply, keep=talk.asked)

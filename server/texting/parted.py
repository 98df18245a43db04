"""What is too long for one text: MORE goes on with what was last sent.

The list of petitions goes on with those behind the last word that was sent, a wording with what
stands behind the last of it. Where a text ended is kept beside it (`Wish.ask`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from server.core.conversations.wishes import Wish
from server.core.petitions.petitions import Petition
from server.texting.replies import Talk, segments, whole
from sms.segments import ends, measure

WORDS, LETTERS = 100, 480  # more than any reply has room for


@dataclass(frozen=True, slots=True)
class Rest:
    """What was left: of the list the petitions that are older than this one, or the wording of this
    petition from that letter on."""

    petition_id: int
    at: int | None = None

    @classmethod
    def of(cls, kept: str) -> Rest | None:
        """From what is kept beside a text of ours; None where nothing was left."""
        found = json.loads(kept) if kept.startswith('{"more"') else {}
        return cls(*found["more"]) if found else None

    def __str__(self) -> str:
        return json.dumps({"more": [self.petition_id, self.at]})


def go_on(talk: Talk) -> Wish | None:
    """What was left of the last text; None where nothing was, or where it is gone meanwhile."""
    rest, directory = Rest.of(talk.standing.rest), talk.services.directory
    if rest is None:
        return None
    if rest.at is None:
        older = any(p.id < rest.petition_id for p in directory.open())
        return listed(talk, "more", "listed", before=rest.petition_id) if older else None
    petition = directory.by_id.get(rest.petition_id)
    return wording(talk, petition, rest.at) if petition and petition.state != "draft" else None


def listed(
    talk: Talk, kind: str, reply: str, *, before: int | None = None, forgets: bool = False
) -> Wish:
    """A reply with the words of the open petitions, as many as it has room for; `forgets`: what was
    asked before is over."""
    language = talk.language()
    found = [p for p in talk.services.directory.open() if before is None or p.id < before]
    fields, words = talk.general(language), [p.keyword for p in found[:WORDS]]

    def said(n: int) -> str:
        return ", ".join(words[:n]) + _hint(talk, language, n < len(found))

    def filled(n: int) -> str:
        return whole(template, fields | {"keywords": said(n)})

    template = talk.services.renderer.text(language, reply)
    n = most_pieces(len(words), segments(reply, template), filled) or 1
    keep = None if forgets else talk.asked
    wish = talk.say(kind, reply, language=language, keep=keep, keywords=said(n))
    return replace(wish, ask=str(Rest(found[n - 1].id))) if n < len(found) else wish


def wording(talk: Talk, petition: Petition, at: int = 0) -> Wish:
    """What the petition asks, from that letter on, as far as three segments hold it."""
    language = talk.language(petition)
    body = re.sub(r"\s+", " ", petition.wording(language).body)[at:]
    cuts, fields = ends(body, LETTERS), talk.about(petition, language)

    def said(n: int) -> str:
        end = cuts[n - 1] if n else 0
        return body[:end].rstrip() + _hint(talk, language, end < len(body))

    def room(reply: str) -> int:
        template = talk.services.renderer.text(language, reply)
        limit = segments(reply, template)
        return most_pieces(len(cuts), limit, lambda n: whole(template, fields | {"body": said(n)}))

    first = "more_if" if fields["rule"] else "more"
    reply = "more_on" if at or not room(first) else first
    n = room(reply)
    wish = talk.say("more", reply, petition=petition, keep=talk.asked, body=said(n))
    left = n and cuts[n - 1] < len(body)
    return replace(wish, ask=str(Rest(petition.id, at + cuts[n - 1]))) if left else wish


def _hint(talk: Talk, language: str, goes_on: bool) -> str:
    return f" {talk.services.renderer.text(language, 'go_on')}" if goes_on else ""


def most_pieces(count: int, limit: int, text: Callable[[int], str]) -> int:
    """The largest number, up to `count`, of which the text fits that many segments; 0 if none."""
    if measure(text(count)).segments <= limit:
        return count
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        if measure(text(middle)).segments <= limit:
            low = middle
        else:
            high = middle
    return low

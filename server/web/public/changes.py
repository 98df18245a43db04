"""What was changed in a petition since people signed it, and how many signed which wording."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from starlette.types import Receive, Scope, Send

from server.config import LANGUAGES
from server.core.counting import counts
from server.core.petitions.petitions import Petition
from server.core.petitions.wording import wordings
from server.core.petitions.wording.differences import Paragraph, paragraphs_between, words_between
from server.core.petitions.wording.draft import Draft, Wording
from server.core.petitions.wording.wordings import SignedWording
from server.web.http.responses import FOR_ALL, Headers, html
from server.web.public.site import Site
from server.words.render import N_

_LOCAL = N_("those who decide where you live")
_NOTHING = Wording("", "")


@dataclass(frozen=True, slots=True)
class Rewording:
    """What differs from the wording before, in the language with that code; of other languages
    only which are gone, new, or changed as well."""

    number: int
    since: int
    code: str
    title: Sequence[Paragraph]
    body: Sequence[Paragraph]
    makers: Sequence[Paragraph]
    eligibility: Sequence[Paragraph]
    gone: Sequence[str]
    new: Sequence[str]
    others: Sequence[str]


class Rewordings:
    """The endpoint, `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._made: dict[tuple[int, str], tuple[int, Sequence[Rewording]]] = {}

    async def changes(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page; it says so where nothing was changed."""
        petition, prefix = await self._site.find(scope), scope["language"]
        signed = await self._signed(petition)
        rewordings = await self._rewordings(petition, prefix or petition.language)

        def render() -> tuple[bytes, Headers]:
            page = self._site.render_petition(
                "web/changes.html", petition, prefix, changes=rewordings, signed=signed
            )
            return html(page, FOR_ALL)

        key = (petition.id, petition.version, tuple(signed))
        await self._site.send_kept(scope, send, key, render)

    async def _signed(self, petition: Petition) -> list[tuple[tuple[int, ...], int]]:
        """How many verified signatures each wording has, as far as that is told."""
        if not petition.is_reworded:
            return []
        async with self._site.services.database.read() as tx:
            figures = await counts.figures(tx, petition.id)
            later = await wordings.verified_of_later(tx, petition.id)
        numbers = range(petition.first_signed, petition.wording_number + 1)
        counted = {number: later.get(number, 0) for number in numbers}
        counted[petition.first_signed] += figures.verified - sum(counted.values())
        return wordings.told(counted)

    async def _rewordings(self, petition: Petition, language: str) -> Sequence[Rewording]:
        """The latest first; compared once for each version and language."""
        version, made = self._made.get((petition.id, language), (0, ()))
        if version != petition.version:
            first, opened = petition.first_signed, petition.opened_at or 0
            async with self._site.services.database.read() as tx:
                read = await wordings.signed_wordings(tx, petition.id, first, opened)
            local = self._site.services.renderer.say(language, _LOCAL)
            made = await asyncio.to_thread(_compared, read, language, local)
            self._made[petition.id, language] = petition.version, made
        return made


def _compared(read: Sequence[SignedWording], language: str, local: str) -> list[Rewording]:
    return [_rewording(was, now, language, local) for was, now in pairwise(read)][::-1]


def _rewording(was: SignedWording, now: SignedWording, language: str, local: str) -> Rewording:
    old, new = was.draft.wordings, now.draft.wordings
    code = language if language in old or language in new else now.draft.language
    rules = [each.draft.extras.eligibility for each in (was, now)]
    differ = {c for c in new if rules[0].get(c) != rules[1].get(c)}
    both = [c for c in new if c in old and (new[c] != old[c] or c in differ)]
    before, after = (old[code], new[code]) if code in both else (_NOTHING, _NOTHING)
    makers = ["\n\n".join(_makers(each.draft, local)) for each in (was, now)]
    return Rewording(
        now.number,
        now.since,
        code,
        title=_between(before.title, after.title),
        body=paragraphs_between(before.body, after.body) if before.body != after.body else [],
        makers=paragraphs_between(*makers) if makers[0] != makers[1] else [],
        eligibility=_between(*(rule.get(code, "") for rule in rules)),
        gone=[c for c in old if c not in new],
        new=[c for c in new if c not in old],
        others=[c for c in both if c != code and c in LANGUAGES],
    )


def _between(was: str, now: str) -> list[Paragraph]:
    return [tuple(words_between(was, now))] if was != now else []


def _makers(draft: Draft, local: str) -> Iterator[str]:
    """Whom it was for, as the page said it."""
    yield from (maker.called for maker in draft.decision_makers)
    if draft.roles:
        yield local

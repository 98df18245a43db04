"""What every public page rests on: its petition, its figures, its frame, and how it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from markupsafe import Markup
from starlette.types import Scope, Send

from server.config import LANGUAGES
from server.core.counting import counts
from server.core.counting.counts import PublicFigures
from server.core.desk.dashboard import CHANNELS
from server.core.desk.signers import invalidation
from server.core.letters.heard.public import with_answers
from server.core.news import writing
from server.core.news.piece import News
from server.core.petitions.collectors import Collector
from server.core.petitions.extras import NO_EXTRAS, Threshold
from server.core.petitions.petitions import Petition
from server.db.patience import PATIENCE_SECONDS
from server.errors import StoreUnavailable
from server.services import Services
from server.web.http.beat import Beat
from server.web.http.pages import Pages, Render, send_page
from server.web.http.responses import PRIVATE, Header, Headers, redirect, send_html
from server.web.public.words import CHANNEL_WORDS, MESSAGES, REFUSAL_WORDS, meaning_of

ANSWERS_SECONDS = 10.0


class Site:
    """What the endpoints of public pages have in common. `scope["language"]` is the prefix of the
    address, or None: then a page is in the petition's language, or the server's."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self.services, self.pages = services, pages
        self.beat = Beat()
        self._known: dict[int, PublicFigures] = {}
        self._listed: dict[int, PublicFigures] = {}
        self._news: dict[int, News | None] = {}
        self._answers, self._answers_at = frozenset[int](), float("-inf")

    async def find(self, scope: Scope) -> Petition:
        """The petition in the address. Raises `NotFound`."""
        directory = await self.services.directory.current()
        return directory.public(scope["path_params"]["slug"])

    def collector(self, scope: Scope, petition: Petition) -> Collector | None:
        """Whose link the address is, if it is one, and they still collect."""
        return petition.collector(scope["path_params"].get("collector", ""))

    async def lead_back(self, scope: Scope, send: Send, petition: Petition, page: str = "") -> None:
        """To the petition's own page, from the link of a collector who has ended, or of nobody: a
        slip of the pen on paper."""
        path = path_of(petition, scope["language"]) + page
        await redirect(scope, send, 302, path, [PRIVATE])

    # Figures.

    async def figures(self, petition: Petition) -> PublicFigures:
        """What the public may know, as it is stored now."""
        async with self.services.database.read() as tx:
            figures = await counts.public_figures(tx, petition.id)
            taken_out = await invalidation.public_lines(tx, petition.id)
        return replace(figures, taken_out=tuple(taken_out))

    async def latest_figures(self, petition: Petition) -> tuple[PublicFigures | None, bool]:
        """The figures for a page; the last known ones, and True, while the store is slow or away.

        The wording and the form are worth more than a fresh count.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                figures = await self.figures(petition)
        except (StoreUnavailable, TimeoutError):
            return self._known.get(petition.id), True
        self._known[petition.id] = figures
        return figures, False

    async def latest_news(self, petition: Petition) -> News | None:
        """The last piece of news that everybody may read, or the last known one."""
        with suppress(StoreUnavailable, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS), self.services.database.read() as tx:
                found = await writing.news_of(tx, petition.id, public=True, limit=1)
            self._news[petition.id] = next(iter(found), None)
        return self._news.get(petition.id)

    async def has_answers(self, petition: Petition) -> bool:
        """Whether there is anything to show of answers to its letters, as of some seconds ago: that
        changes once a day."""
        now = self.services.now()
        if not 0 <= now - self._answers_at < ANSWERS_SECONDS:
            self._answers_at = now  # one visitor looks; the others have the last ones meanwhile
            with suppress(StoreUnavailable, TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS), self.services.database.read() as tx:
                    self._answers = await with_answers(tx)
        return petition.id in self._answers

    async def figures_of(
        self, petitions: Iterable[Petition]
    ) -> tuple[dict[int, PublicFigures], bool]:
        """The figures for a list of petitions, by id and in one query; like `latest_figures`."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self.services.database.read() as tx:
                found = await counts.public_of(tx, (p.id for p in petitions))
        except (StoreUnavailable, TimeoutError):
            return self._listed, True
        self._listed |= found
        return found, False

    def figures_words(
        self,
        language: str,
        figures: PublicFigures | None,
        late: bool,
        *,
        of: Petition | None = None,
        by_channel: bool = False,
    ) -> Markup:
        """The figures as a sentence, which may stand in a page that is already rendered.

        `of` its petition it says as well how far the goal is, and what was taken out; `by_channel`
        by which channel how many have signed, else which steps are reached and which is next.
        """
        known = figures if of else None
        steps_language, steps = _steps(of, known, language) if not by_channel else (language, [])
        page = self.services.renderer.page(
            "web/_counts.html",
            language,
            figures=figures,
            late=late,
            first=bool(
                known and of and of.state == "open" and not known.verified + known.unverified
            ),
            goal=of.goal if of else None,
            steps=steps,
            steps_language=steps_language,
            taken_out=known.taken_out if known else (),
            channels=self._channels(language, figures) if figures and by_channel else [],
        )
        return Markup(" ".join(page.split()).replace(" ,", ","))  # noqa: S704 (our own template)

    def _channels(self, language: str, figures: PublicFigures) -> list[tuple[str, int]]:
        say = self.services.renderer.say
        signed = {
            say(language, CHANNEL_WORDS[channel]): sum(figures.by_class.get(c, 0) for c in classes)
            for channel, classes in CHANNELS.items()
        }
        return [(words, n) for words, n in signed.items() if n]

    # Pages.

    def render(self, template: str, language: str, prefix: str | None, **context: Any) -> str:
        """A page in the frame of all public pages."""
        settings = self.services.settings
        lead = f"/{prefix}" if prefix else ""
        frame = {
            "prefix": lead,
            "home": f"{lead}/",
            "privacy": f"{lead}/privacy",
            "contact": settings.contact,
            "sms_number": settings.sms_number,
        }
        return self.services.renderer.page(template, language, **frame | context)

    def render_petition(
        self,
        template: str,
        petition: Petition,
        prefix: str | None,
        at: Callable[[str | None], str] | None = None,
        *,
        by: Collector | None = None,
        **context: Any,
    ) -> str:
        """A page about one petition, in the language of that prefix or its own. `at` says where its
        links lead, by prefix, if not to the petition's own pages. `by`: who brings its readers."""
        language, at = prefix or petition.language, at or partial(path_of, petition)
        wording = petition.wording(language)
        url = self.services.settings.public_url + path_of(petition, prefix)
        return self.render(
            template,
            language,
            prefix,
            petition=petition,
            wording=wording,
            wording_language=language if language in petition.wordings else petition.language,
            others=[
                (c, n) for c, n in LANGUAGES.items() if c in petition.wordings and c != language
            ],
            path=at(prefix),
            path_in=at,
            url=url,
            share=f"{wording.title} {url}",
            by=by,
            sheet=by.sheet if by else "",
            **_privacy_of(petition, at(prefix)),
            **context,
        )

    async def send_kept(self, scope: Scope, send: Send, key: object, render: Render) -> None:
        """The page at this address from memory, made anew if `key` has changed."""
        await send_page(self.pages.keep(scope["page"], key, render), scope, send)

    async def send_message(
        self,
        scope: Scope,
        send: Send,
        message: str,
        petition: Petition | None = None,
        path: str = "",
    ) -> None:
        """A page that says one thing about a petition, from `words.MESSAGES`, with a link to it or
        to that path."""
        await self._send_lines(scope, send, 200, *MESSAGES[message], petition=petition, path=path)

    async def send_failure(self, scope: Scope, send: Send, status: int, headers: Headers) -> None:
        """A page that says what a status means."""
        await self._send_lines(scope, send, status, *meaning_of(status), extra=headers)

    async def _send_lines(
        self,
        scope: Scope,
        send: Send,
        status: int,
        title: str,
        lines: Iterable[str],
        *,
        petition: Petition | None = None,
        path: str = "",
        extra: Iterable[Header] = (),
    ) -> None:
        prefix = scope["language"]
        language = prefix or (petition or self.services.settings).language
        say = self.services.renderer.say
        page = self.render(
            "web/message.html",
            language,
            prefix,
            title=say(language, title),
            lines=[say(language, line) for line in lines],
            link=petition and (path or path_of(petition, prefix), petition.wording(language).title),
        )
        await send_html(scope, send, status, page, extra)


def _steps(
    petition: Petition | None, figures: PublicFigures | None, language: str
) -> tuple[str, list[Threshold]]:
    """The thresholds that are reached, and the next one as long as anybody can sign; with the
    language that they are in."""
    if petition is None or figures is None:
        return language, []
    code, rows = petition.extras.said("thresholds", language, petition.language)
    ahead = [row for row in rows or () if row.number > figures.verified]
    hidden = ahead[1:] if petition.state in {"draft", "open", "paused"} else ahead
    return code, [row for row in rows or () if row not in hidden]


def _is_empty(figures: PublicFigures | None) -> bool:
    return figures is not None and not figures.verified + figures.unverified


def _privacy_of(petition: Petition, path: str) -> dict[str, str]:
    """Where its own page of privacy is, if that says more than that of the server."""
    return {"privacy": f"{path}/privacy"} if petition.extras != NO_EXTRAS else {}


def path_of(petition: Petition, prefix: str | None) -> str:
    return f"/{prefix}/p/{petition.slug}" if prefix else f"/p/{petition.slug}"


def refusals(services: Services) -> dict[int, bytes]:
    """The small pages for those who get no further than the front, in the server's language."""
    settings, renderer = services.settings, services.renderer
    language = settings.language
    return {
        status: renderer.page(
            "web/refusal.html",
            language,
            title=renderer.say(language, title),
            lines=[renderer.say(language, line)],
            link=f"{settings.public_url}/" if status in {421, 431} else None,
        ).encode()
        for status, (title, line) in REFUSAL_WORDS.items()
    }

"""The pages of words and figures: a petition, about the server, the counts.

No cookie, no script, the same for everybody.
"""

from __future__ import annotations

import json

from markupsafe import Markup
from starlette.types import Receive, Scope, Send

from server.config import LANGUAGES
from server.core.counting.counts import CLASSES
from server.core.news.piece import News
from server.core.petitions.collectors import Collector
from server.core.petitions.petitions import Petition
from server.errors import NotFound
from server.mail.tokens import passes_on
from server.web.http.responses import (
    CHECKED,
    FOR_ALL,
    FOR_EVERY_SITE,
    JSON,
    NOSNIFF,
    PLAIN,
    UNFOUND,
    Header,
    Headers,
    html,
    respond,
)
from server.web.public.rejected import Rejections
from server.web.public.site import Site
from server.words.render import day_words

_COUNTS = Markup("<!--counts-->")


class Petitions:
    """The endpoints, each `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._rejections = Rejections(site)
        self._rendered: dict[tuple[int, str], tuple[tuple[int, int, bool], str]] = {}

    async def information(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page of words about the server: `/accessibility`, `/help`, `/privacy`."""
        settings = self._site.services.settings
        template = f"web/{scope['path'].strip('/')}.html"
        words = self._information_words()
        site, prefix = self._site, scope["language"]
        language = prefix or settings.language
        others = [(code, name) for code, name in LANGUAGES.items() if code != language]

        def render() -> tuple[bytes, Headers]:
            page = site.render(template, language, prefix, others=others, petition=None, **words)
            return html(page, FOR_ALL)

        await site.send_kept(scope, send, language, render)

    def _information_words(self) -> dict[str, int | bool]:
        settings = self._site.services.settings
        return {
            "voice": settings.voice,
            "passes_on": passes_on(settings),
            "keep_days": settings.sms_keep_days,
            "pending_hours": settings.pending_hours,
        }

    async def privacy(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What becomes of what a signer of this petition gives, and who is responsible for it."""
        petition = await self._site.find(scope)
        prefix, words = scope["language"], self._information_words()

        def render() -> tuple[bytes, Headers]:
            page = self._site.render_petition(
                "web/privacy.html", petition, prefix, None, by=None, **words
            )
            return html(page, FOR_ALL)

        await self._site.send_kept(scope, send, (petition.id, petition.version), render)

    async def petition(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A petition with its counts, the form, and how to sign by text; of a draft that was not
        accepted, the reasons."""
        try:
            petition = await self._site.find(scope)
        except NotFound:
            await self._rejections.send_rejection(scope, send)
            return
        prefix, by = scope["language"], self._site.collector(scope, petition)
        if by is None and "collector" in scope["path_params"]:
            await self._site.lead_back(scope, send, petition)
            return
        figures, late = await self._site.latest_figures(petition)
        news = await self._site.latest_news(petition)
        answers = await self._site.has_answers(petition)

        def render() -> tuple[bytes, Headers]:
            language = prefix or petition.language
            words = self._site.figures_words(language, figures, late, of=petition)
            if by is None:
                page = self._without_counts(petition, prefix, news, answers)
                return html(page.replace(_COUNTS, words), FOR_ALL)
            page = self._render(petition, prefix, news, answers, by)
            body, headers = html(page.replace(_COUNTS, words), FOR_ALL)
            return body, [*headers, UNFOUND]

        key = (petition.id, petition.version, figures, late, news and news.id, answers)
        await self._site.send_kept(scope, send, key, render)

    def _without_counts(
        self, petition: Petition, prefix: str | None, news: News | None, answers: bool
    ) -> str:
        """The page with a mark where the counts go, rendered once for each version and language,
        and when there is news, or the first figure of answers to letters."""
        key = petition.id, prefix or ""
        made_of = petition.version, news.id if news else 0, answers
        rendered, page = self._rendered.get(key, ((0, 0, False), ""))
        if rendered != made_of:
            page = self._render(petition, prefix, news, answers)
            self._rendered[key] = (made_of, page)
        return page

    def _render(
        self,
        petition: Petition,
        prefix: str | None,
        news: News | None,
        answers: bool,
        by: Collector | None = None,
    ) -> str:
        return self._site.render_petition(
            "web/petition.html",
            petition,
            prefix,
            by=by,
            counts=_COUNTS,
            news=news,
            answers=answers,
            preview=False,
            since=day_words(petition.opened_at or 0, prefix or petition.language),
        )

    async def count_digits(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The verified count as digits and a newline."""
        figures = await self._site.figures(await self._site.find(scope))
        await _send_figures(scope, send, PLAIN, str(figures.verified))

    async def count_json(self, scope: Scope, receive: Receive, send: Send) -> None:
        petition = await self._site.find(scope)
        figures = await self._site.figures(petition)
        counted = {
            "petition": petition.slug,
            "verified": figures.verified,
            "unverified": figures.unverified,
            "by_class": {c: figures.by_class[c] for c in CLASSES},
        }
        await _send_figures(scope, send, JSON, json.dumps(counted))


async def _send_figures(scope: Scope, send: Send, kind: Header, figures: str) -> None:
    headers = [kind, CHECKED, NOSNIFF, FOR_EVERY_SITE]
    await respond(scope, send, 200, headers, f"{figures}\n".encode())

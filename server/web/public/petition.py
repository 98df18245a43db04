"""The public pages: petitions, words, counts. No cookie, no script, the same for everybody."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

from markupsafe import Markup
from starlette.types import Receive, Scope, Send

from server.config import LANGUAGES
from server.core.counting import counts
from server.core.counting.counts import PublicFigures
from server.core.desk import invalidation
from server.core.desk.dashboard import CHANNELS
from server.core.petitions.petitions import Petition
from server.errors import StoreUnavailable
from server.services import PATIENCE_SECONDS, Services
from server.web.http.compress import encode
from server.web.http.forms import header
from server.web.http.guard import Headers, security_headers
from server.web.http.pages import Pages, respond, send_page
from server.web.public.words import CHANNELS as WORDS
from server.web.public.words import MESSAGES, REFUSALS

HTML = (b"content-type", b"text/html;charset=utf-8")
TEXT = (b"content-type", b"text/plain;charset=utf-8")
JSON = (b"content-type", b"application/json")
# Seconds. A cache in front may show a page of the last minute while it asks for a new one, and one
# of the last day while we do not answer.
PUBLIC = (b"cache-control", b"max-age=5,stale-while-revalidate=60,stale-if-error=86400")
EXACT = (b"cache-control", b"no-cache")
PRIVATE = (b"cache-control", b"private,no-cache")  # `no-store` would break Back
_COUNTS = Markup("<!--counts-->")


class Public:
    """The endpoints, each `(scope, receive, send)`; `scope["language"]` is the prefix or None."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self.services = services
        self._pages = pages
        self._known: dict[int, PublicFigures] = {}
        self._rendered: dict[tuple[int, str], tuple[int, str]] = {}

    async def index(self, scope: Scope, receive: Receive, send: Send) -> None:
        language = scope["language"] or self.services.settings.language
        directory = await self.services.petitions()
        figures = {p.id: await self.shown(p) for p in directory.open()}
        key = tuple((p.id, p.version, figures[p.id]) for p in directory.open())
        listed = [
            {
                "path": self._path(p, scope["language"]),
                "title": p.text(language).title,
                "language": language if language in p.texts else p.language,
                "keyword": p.keyword,
                "counts": self.counts_words(language, *figures[p.id]),
            }
            for p in directory.open()
        ]
        await self._send_kept(scope, send, key, "web/index.html", language, petitions=listed)

    async def information(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page of words about the server: `/accessibility`, `/help`, `/privacy`."""
        language = scope["language"] or self.services.settings.language
        template = f"web/{scope['path'].strip('/')}.html"
        settings = self.services.settings
        words = {"voice": settings.voice, "keep_days": settings.sms_keep_days}
        await self._send_kept(scope, send, None, template, language, **words)

    async def petition(self, scope: Scope, receive: Receive, send: Send) -> None:
        petition = await self.find(scope)
        figures, late = await self.shown(petition)
        language = scope["language"] or petition.language

        def render() -> tuple[bytes, Headers]:
            base = self._petition_page(petition, language, scope["language"])
            page = base.replace(_COUNTS, self.counts_words(language, figures, late, parted=True))
            return page.encode(), [HTML, PUBLIC, *security_headers(page)]

        key = (petition.id, petition.version, figures, late)
        await send_page(self._pages.keep(scope["page"], key, render), scope, send)

    async def count_text(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The verified count as digits and a newline."""
        figures = await self._figures(await self.find(scope))
        await self._send_plain(scope, send, TEXT, f"{figures.verified}\n")

    async def count_json(self, scope: Scope, receive: Receive, send: Send) -> None:
        petition = await self.find(scope)
        figures = await self._figures(petition)
        answer = {
            "petition": petition.slug,
            "verified": figures.verified,
            "unverified": figures.unverified,
            "by_class": {c: figures.by_class[c] for c in counts.CLASSES},
        }
        await self._send_plain(scope, send, JSON, json.dumps(answer) + "\n")

    async def send_message(
        self,
        scope: Scope,
        send: Send,
        status: int,
        message: str,
        petition: Petition | None = None,
        extra: Headers | None = None,
    ) -> None:
        """A page that says one thing, from `words.MESSAGES`."""
        services = self.services
        language = scope.get("language") or (petition or services.settings).language
        title, lines = MESSAGES[message]
        page = services.renderer.page(
            "web/message.html",
            language,
            title=services.renderer.say(language, title),
            lines=[services.renderer.say(language, line) for line in lines],
            link=petition
            and (self._path(petition, scope.get("language")), petition.text(language).title),
            **self._chrome(scope),
        )
        await self.send_html(scope, send, status, page, extra)

    def refusals(self) -> dict[int, bytes]:
        """The small pages for those who get no further than the front, in the server's language."""
        settings, renderer = self.services.settings, self.services.renderer
        language = settings.language
        return {
            status: renderer.page(
                "web/refusal.html",
                language,
                title=renderer.say(language, title),
                lines=[renderer.say(language, line)],
                link=f"{settings.public_url}/" if status in {421, 431} else None,
            ).encode()
            for status, (title, line) in REFUSALS.items()
        }

    async def find(self, scope: Scope) -> Petition:
        directory = await self.services.petitions()
        return directory.public(scope["path_params"]["slug"])

    async def _figures(self, petition: Petition) -> PublicFigures:
        async with self.services.database.read() as tx:
            figures = await counts.public_figures(tx, petition.id)
            taken_out = await invalidation.public_lines(tx, petition.id)
        return replace(figures, taken_out=tuple(taken_out))

    async def shown(self, petition: Petition) -> tuple[PublicFigures | None, bool]:
        """The figures for a page; the last known ones, and True, while the store is slow or away.

        The text and the form are worth more than a fresh count.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                figures = await self._figures(petition)
        except (StoreUnavailable, TimeoutError):
            return self._known.get(petition.id), True
        self._known[petition.id] = figures
        return figures, False

    def _petition_page(self, petition: Petition, language: str, prefix: str | None) -> str:
        """The page with a mark where the counts go, rendered once for each version and language."""
        key = (petition.id, prefix or "")
        version, page = self._rendered.get(key, (0, ""))
        if version != petition.version:
            page = self.render_petition("web/petition.html", petition, language, prefix)
            self._rendered[key] = (petition.version, page)
        return page

    def render_petition(
        self, template: str, petition: Petition, language: str, prefix: str | None, **context: Any
    ) -> str:
        """A page about one petition, in that language."""
        settings = self.services.settings
        text_language = language if language in petition.texts else petition.language
        others = [(c, n) for c, n in LANGUAGES.items() if c in petition.texts and c != language]
        text = petition.text(language)
        url = settings.public_url + self._path(petition, prefix)
        return self.services.renderer.page(
            template,
            language,
            petition=petition,
            text=text,
            text_language=text_language,
            others=others,
            path=self._path(petition, prefix),
            path_in=lambda code: self._path(petition, code),
            url=url,
            share=f"{text.title} {url}",
            **{"counts": _COUNTS, **self._chrome({"language": prefix}), **context},
        )

    def _chrome(self, scope: Scope | dict[str, Any]) -> dict[str, Any]:
        prefix = f"/{scope['language']}" if scope.get("language") else ""
        settings = self.services.settings
        return {
            "prefix": prefix,
            "home": prefix + "/",
            "contact": settings.contact,
            "sms_number": settings.sms_number,
        }

    @staticmethod
    def _path(petition: Petition, prefix: str | None) -> str:
        return f"/{prefix}/p/{petition.slug}" if prefix else f"/p/{petition.slug}"

    def counts_words(
        self, language: str, figures: PublicFigures | None, late: bool, *, parted: bool = False
    ) -> Markup:
        """The figures as a sentence, which may stand in a page that is already rendered; `parted`
        says as well by which channel how many have signed."""
        say = self.services.renderer.say
        by_class = figures.by_class if figures and parted else {}
        parts = {
            say(language, WORDS[channel]): sum(by_class.get(c, 0) for c in members)
            for channel, members in CHANNELS.items()
        }
        page = self.services.renderer.page(
            "web/_counts.html",
            language,
            figures=figures,
            late=late,
            taken_out=figures.taken_out if figures and parted else (),
            channels=[(words, n) for words, n in parts.items() if n],
        )
        return Markup(" ".join(page.split()).replace(" ,", ","))  # noqa: S704 (our own template)

    async def _send_kept(
        self, scope: Scope, send: Send, key: object, template: str, language: str, **context: Any
    ) -> None:
        def render() -> tuple[bytes, Headers]:
            others = [(c, n) for c, n in LANGUAGES.items() if c != language]
            page = self.services.renderer.page(
                template,
                language,
                others=others,
                **self._chrome(scope),
                **context,
            )
            return page.encode(), [HTML, PUBLIC, *security_headers(page)]

        await send_page(self._pages.keep(scope["page"], (key, language), render), scope, send)

    async def send_html(
        self, scope: Scope, send: Send, status: int, page: str, extra: Headers | None = None
    ) -> None:
        body, coding = encode(page.encode(), header(scope, b"accept-encoding"))
        headers = [HTML, PRIVATE, (b"vary", b"accept-encoding"), *security_headers(page)]
        headers += extra or []
        if coding:
            headers.append((b"content-encoding", coding.encode()))
        await respond(scope, send, status, headers, body)

    async def _send_plain(
        self, scope: Scope, send: Send, kind: tuple[bytes, bytes], text: str
    ) -> None:
        body = text.encode()
        headers: Headers = [
            kind,
            EXACT,
            (b"x-content-type-options", b"nosniff"),
            (b"access-control-allow-origin", b"*"),  # figures are for everybody's page
        ]
        await respond(scope, send, 200, headers, body)

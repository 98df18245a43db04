"""A petition beside its page: as plain text, on paper, as a badge, as a feed, and who signed it."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup
from starlette.types import Receive, Scope, Send

from server.core.counting import counts
from server.core.counting.counts import PublicFigures
from server.core.news import writing
from server.core.news.piece import News
from server.core.petitions.petitions import Petition
from server.core.signing import signatures
from server.errors import NotFound
from server.web.http.pages import Render
from server.web.http.responses import (
    CHECKED,
    FOR_ALL,
    NOSNIFF,
    PLAIN,
    Headers,
    html,
)
from server.web.public.site import Site

LINE_LENGTH = 72
NAMES_SHOWN = 50  # on a page
PAGES_OF_NAMES = 2000  # a page further back costs a longer walk through the index
NEWS_IN_FEED = 20
SVG = (b"content-type", b"image/svg+xml")
ATOM = (b"content-type", b"application/atom+xml")


class Sheets:
    """The endpoints, each `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def plain(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The petition at 72 columns, with the ways to sign."""
        headers = [PLAIN, FOR_ALL, NOSNIFF]
        await self._send_counted(scope, send, "web/petition.txt", headers, wrap=wrapped)

    async def badge(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The count as a picture of its own, for the pages of others."""
        # Opened by itself it is a page, which could run a script if one ever got in.
        headers = [SVG, FOR_ALL, NOSNIFF, (b"content-security-policy", b"default-src 'none'")]
        await self._send_counted(scope, send, "web/badge.svg", headers)

    async def _send_counted(
        self, scope: Scope, send: Send, template: str, headers: Headers, **context: Any
    ) -> None:
        """A sheet with the counts in it."""
        petition = await self._site.find(scope)
        figures, late = await self._site.latest_figures(petition)
        prefix = scope["language"]

        def render() -> tuple[bytes, Headers]:
            language = prefix or petition.language
            sheet = self._site.render_petition(
                template,
                petition,
                prefix,
                counts=_lines(self._site.figures_words(language, figures, late, of=petition)),
                headline=self._headline(language, figures.verified if figures else None),
                **context,
            )
            return sheet.encode(), headers

        key = (petition.id, petition.version, figures, late)
        await self._site.send_kept(scope, send, key, render)

    async def poster(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page to print, A4 or Letter, with slips to tear off."""
        petition = await self._site.find(scope)
        by = self._site.collector(scope, petition)
        if by is None and "collector" in scope["path_params"]:
            await self._site.lead_back(scope, send, petition, "/poster")
            return

        def render() -> tuple[bytes, Headers]:
            page = self._site.render_petition(
                "web/poster.html", petition, scope["language"], by=by, qr=qr_code
            )
            return html(page, FOR_ALL)

        await self._site.send_kept(scope, send, (petition.id, petition.version), render)

    async def feed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What has happened to the petition, as an Atom feed (RFC 4287)."""
        petition = await self._site.find(scope)
        async with self._site.services.database.read() as tx:
            reached = await counts.milestones(tx, petition.id, petition.goal)
            news = await writing.news_of(tx, petition.id, public=True, limit=NEWS_IN_FEED)
        began = petition.opened_at or 0
        entries = [(f"{n}", max(began, day * counts.DAY)) for n, day in reached] + [("open", began)]
        if ended := petition.ended_at or petition.closed_at or petition.paused_at:
            state = "closed" if petition.state == "answered" else petition.state
            entries.insert(0, (state, ended))
        if petition.answered_at:
            entries.insert(0, ("answered", petition.answered_at))
        key = (petition.id, petition.version, tuple(entries), tuple(piece.id for piece in news))
        await self._site.send_kept(scope, send, key, self._feed(petition, scope, entries, news))

    def _feed(
        self, petition: Petition, scope: Scope, entries: list[tuple[str, int]], news: list[News]
    ) -> Render:
        language, times = scope["language"] or petition.language, [at for _, at in entries]

        def render() -> tuple[bytes, Headers]:
            feed = self._site.render_petition(
                "web/feed.atom",
                petition,
                scope["language"],
                entries=[(event, _rfc3339(seconds)) for event, seconds in entries],
                news=news,
                rfc3339=_rfc3339,
                updated=_rfc3339(max([*times, *(piece.queued_at or 0 for piece in news)])),
                headline=lambda n: self._headline(language, int(n)),
            )
            return feed.encode(), [ATOM, FOR_ALL, NOSNIFF]

        return render

    async def names(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Who has signed and wants to be named, a page at a time."""
        petition = await self._site.find(scope)
        page = scope["path_params"].get("page", 1)
        if not 1 <= page <= PAGES_OF_NAMES:
            raise NotFound(f"page {page}")
        async with self._site.services.database.read() as tx:
            found = await signatures.public_names(tx, petition.id, page, NAMES_SHOWN)
        figures, late = await self._site.latest_figures(petition)
        language = scope["language"] or petition.language
        if page > 1 and not found:
            raise NotFound(f"page {page}")

        def render() -> tuple[bytes, Headers]:
            shown = self._site.render_petition(
                "web/names.html",
                petition,
                scope["language"],
                counts=self._site.figures_words(
                    language, figures, late, of=petition, by_channel=True
                ),
                names=found[:NAMES_SHOWN],
                newer=page - 1,
                older=page + 1 if len(found) > NAMES_SHOWN and page < PAGES_OF_NAMES else 0,
            )
            # A name that is taken back must not stay in anybody's cache.
            return html(shown, CHECKED)

        key = (petition.id, petition.version, tuple(found), figures, late)
        await self._site.send_kept(scope, send, key, render)

    def _headline(self, language: str, verified: int | None) -> str:
        """The verified count alone, in words; None where it cannot be read."""
        figures = None if verified is None else PublicFigures(verified, 0, {})
        return self._site.figures_words(language, figures, False).striptags()


def _lines(words: Markup) -> str:
    """As plain text, on as many lines as on a page."""
    return "\n".join(Markup(line).striptags() for line in words.split("<br>")).strip()  # noqa: S704


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def wrapped(wording: str) -> str:
    """The same with no line over `LINE_LENGTH` but for a word that is longer (an address).

    Line breaks stay, and what follows "- " is indented under itself.
    """
    lines = []
    for line in wording.split("\n"):
        indent = "  " if line.startswith("- ") else ""
        lines += textwrap.wrap(
            line,
            LINE_LENGTH,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines)


def qr_code(content: str, label: str) -> Markup:
    """A QR code (ISO/IEC 18004) as inline SVG, read by a quarter-damaged print too."""
    import segno  # on the first poster: nothing else needs it

    drawn = segno.make_qr(content, error="q")
    picture = drawn.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None)
    return Markup('<svg role="img" aria-label="{}"').format(label) + Markup(  # noqa: S704
        picture.removeprefix("<svg")
    )

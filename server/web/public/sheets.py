"""A petition beside its page: as plain text, on paper, as a badge, as a feed, and who signed it."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup
from starlette.types import Receive, Scope, Send

from server.core.counting import counts
from server.core.counting.counts import PublicFigures
from server.core.signing import signatures
from server.errors import NotFound
from server.web.http.guard import Headers, security_headers
from server.web.http.pages import Pages, send_page
from server.web.public.petition import EXACT, HTML, PUBLIC, TEXT, Public

COLUMNS = 72
NAMES = 50  # on a page
PAGES_OF_NAMES = 2000  # a page further back costs a longer walk through the index
SVG = (b"content-type", b"image/svg+xml")
ATOM = (b"content-type", b"application/atom+xml")
NOSNIFF = (b"x-content-type-options", b"nosniff")


class Sheets:
    """The endpoints, each `(scope, receive, send)`, as those of `Public`, which they rest on."""

    def __init__(self, public: Public, pages: Pages) -> None:
        self._public = public
        self._pages = pages

    async def text(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The petition at 72 columns, with the ways to sign."""
        headers = [TEXT, PUBLIC, NOSNIFF]
        await self._send(scope, send, "web/petition.txt", headers, wrap=wrapped)

    async def badge(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The count as a picture of its own, for the pages of others."""
        # Opened by itself it is a page, which could run a script if one ever got in.
        headers = [SVG, PUBLIC, NOSNIFF, (b"content-security-policy", b"default-src 'none'")]
        await self._send(scope, send, "web/badge.svg", headers)

    async def poster(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page to print, A4 or Letter, with slips to tear off."""
        await self._send(scope, send, "web/poster.html", [HTML, PUBLIC], counted=False, qr=qr_code)

    async def feed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What has happened to the petition, as an Atom feed (RFC 4287)."""
        petition = await self._public.find(scope)
        language = scope["language"] or petition.language
        async with self._public.services.database.read() as tx:
            reached = await counts.milestones(tx, petition.id, petition.goal)
        began = petition.opened_at or 0
        entries = [(f"{n}", max(began, day * counts.DAY)) for n, day in reached] + [("open", began)]
        if ended := petition.closed_at or petition.paused_at:
            entries.insert(0, (petition.state, ended))

        def render() -> tuple[bytes, Headers]:
            page = self._public.render_petition(
                "web/feed.atom",
                petition,
                language,
                scope["language"],
                entries=[(event, _rfc3339(seconds)) for event, seconds in entries],
                updated=_rfc3339(max(seconds for _, seconds in entries)),
                headline=lambda n: self._headline(language, int(n)),
            )
            return page.encode(), [ATOM, PUBLIC, NOSNIFF]

        key = (petition.id, petition.version, tuple(entries))
        await send_page(self._pages.keep(scope["page"], key, render), scope, send)

    async def names(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Who has signed and wants to be named, a page at a time."""
        petition = await self._public.find(scope)
        language = scope["language"] or petition.language
        page = scope["path_params"].get("page", 1)
        if not 1 <= page <= PAGES_OF_NAMES:
            raise NotFound(f"page {page}")
        async with self._public.services.database.read() as tx:
            found = await signatures.public_names(tx, petition.id, page, NAMES)
        if page > 1 and not found:
            raise NotFound(f"page {page}")

        def render() -> tuple[bytes, Headers]:
            shown = self._public.render_petition(
                "web/names.html",
                petition,
                language,
                scope["language"],
                names=found[:NAMES],
                newer=page - 1,
                older=page + 1 if len(found) > NAMES and page < PAGES_OF_NAMES else 0,
            )
            # A name that is taken back must not stay in anybody's cache.
            return shown.encode(), [HTML, EXACT, *security_headers(shown)]

        key = (petition.id, petition.version, tuple(found))
        await send_page(self._pages.keep(scope["page"], key, render), scope, send)

    def _headline(self, language: str, verified: int | None) -> str:
        """The verified count alone, in words; None where it cannot be read."""
        figures = None if verified is None else PublicFigures(verified, 0, {})
        return self._public.counts_words(language, figures, False).striptags()

    async def _send(
        self,
        scope: Scope,
        send: Send,
        template: str,
        headers: Headers,
        *,
        counted: bool = True,
        **context: Any,
    ) -> None:
        petition = await self._public.find(scope)
        language = scope["language"] or petition.language
        figures, late = await self._public.shown(petition) if counted else (None, False)

        def render() -> tuple[bytes, Headers]:
            headline = self._headline(language, figures.verified if figures else None)
            counts = self._public.counts_words(language, figures, late).striptags()
            page = self._public.render_petition(
                template,
                petition,
                language,
                scope["language"],
                **context,
                counts=counts,
                headline=headline,
            )
            guards = security_headers(page) if HTML in headers else []
            return page.encode(), [*headers, *guards]

        key = (petition.id, petition.version, figures, late)
        await send_page(self._pages.keep(scope["page"], key, render), scope, send)


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def wrapped(text: str) -> str:
    """The text with no line over `COLUMNS` but for a word that is longer (an address).

    Line breaks stay, and what follows "- " is indented under itself.
    """
    lines = []
    for line in text.split("\n"):
        indent = "  " if line.startswith("- ") else ""
        lines += textwrap.wrap(
            line,
            COLUMNS,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines)


def qr_code(text: str, label: str) -> Markup:
    """A QR code (ISO/IEC 18004) as inline SVG, read by a quarter-damaged print too."""
    import segno  # on the first poster: nothing else needs it

    drawn = segno.make_qr(text, error="q")
    picture = drawn.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None)
    return Markup('<svg role="img" aria-label="{}"').format(label) + Markup(  # noqa: S704
        picture.removeprefix("<svg")
    )

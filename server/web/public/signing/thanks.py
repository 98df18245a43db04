"""The page that answers a signing, and later its code.

It is the same for everybody who fills in the same form, whoever has signed before; but without a
contact it carries a fresh reference. Rendered once for each kind; what is of one person is put in
where a mark stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

from markupsafe import Markup, escape
from starlette.types import Scope, Send

from server.core.petitions.collectors import Collector
from server.core.petitions.petitions import Petition
from server.core.signing import codes, verification
from server.core.signing.entries import Entries
from server.core.signing.signature import Signing
from server.web.http.pages import Page, send_filled
from server.web.http.responses import PRIVATE, Headers, html
from server.web.public.site import Site

Variant = Literal["alone", "email", "phone", "verified", "held"]
_NOTHING = Entries("", None, None, False, False)
_MARKS = {
    word: f"<!--{word}-->"
    for word in (
        *("contact", "digits", "entries", "reference", "name", "postcode", "where", "letter"),
        *("besides", "shares"),
    )
}
_FILLED = {word: mark.encode() for word, mark in _MARKS.items()}


class Thanks:
    """Sends the page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def send_verified(
        self,
        scope: Scope,
        send: Send,
        petition: Petition,
        variant: Variant,
        entries: Entries,
        letter: str,
    ) -> None:
        """The answer to a right code: what is stored now, for its signer to see and to mend.
        `letter` lets them write a letter that we carry."""
        said = {"name": entries.name, "postcode": entries.postcode or "", "letter": letter}
        said |= {"besides": _besides_words(entries), "shares": ", ".join(entries.besides.shares)}
        await self._send(scope, send, self._page(scope, petition, variant, entries), said)

    async def send_to(
        self,
        scope: Scope,
        send: Send,
        petition: Petition,
        signing: Signing,
        by: Collector | None = None,
    ) -> None:
        """The answer to this signing. `by` brings whoever signs next on the same phone, too."""
        keys, contact, entries = self._site.services.keys, signing.contact, signing.entries
        variant: Variant
        if contact is None:
            variant, said = "alone", {"reference": verification.alone_ref(keys, signing, petition)}
        elif "@" in contact:
            variant = "email"
            said = {"contact": contact, "entries": entries.value(keys, petition.salt)}
        else:
            digits = codes.text_digits(keys, petition, contact, entries)
            variant, said = "phone", {"digits": digits}
        said["where"] = quote(signing.postcode or "")
        await self._send(scope, send, self._page(scope, petition, variant, by=by), said)

    async def _send(self, scope: Scope, send: Send, page: Page, said: Mapping[str, str]) -> None:
        filled = {_FILLED[word]: escape(text).encode() for word, text in said.items()}
        await send_filled(page, scope, send, filled)

    def _page(
        self,
        scope: Scope,
        petition: Petition,
        variant: Variant,
        entries: Entries = _NOTHING,
        by: Collector | None = None,
    ) -> Page:
        prefix = scope["language"]
        public, news, placed = entries.public, entries.news, bool(entries.postcode)
        besides, shares = bool(_besides_words(entries)), bool(entries.besides.shares)

        def render() -> tuple[bytes, Headers]:
            page = self._site.render_petition(
                "web/thanks.html",
                petition,
                prefix,
                by=by,
                variant=variant,
                marks={word: Markup(mark) for word, mark in _MARKS.items()},  # noqa: S704 (our own)
                public=public,
                news=news,
                placed=placed,
                besides=besides,
                shares=shares,
            )
            return html(page, PRIVATE)

        # Kept under a name that no path has, so that it is never served to a GET.
        ticks = f"{public:d}{news:d}{placed:d}{besides:d}{shares:d}"
        sheet = by.sheet if by else ""
        name = f"thanks {variant} {ticks} {prefix} {petition.slug}{sheet}"
        return self._site.pages.keep(name, petition.version, render)


def _besides_words(entries: Entries) -> str:
    """What its signer has written besides, for them to check."""
    said = entries.besides
    return " · ".join(filter(None, [said.organization, said.reply]))

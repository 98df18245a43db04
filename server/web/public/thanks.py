"""The page that answers a signing, and later its code.

It is the same for everybody who fills in the same form, whoever has signed before. Rendered once
for each kind; the contact and the digits are put in where a mark stands.
"""

from __future__ import annotations

from typing import Literal

from markupsafe import Markup, escape
from starlette.types import Scope, Send

from server.core.petitions.petitions import Petition
from server.core.signing import codes
from server.core.signing.signature import Signing
from server.web.http.pages import Page, send_filled, send_page
from server.web.http.responses import PRIVATE, Headers, html
from server.web.public.site import Site

Variant = Literal["alone", "email", "phone", "verified", "held"]
_CONTACT, _DIGITS = b"<!--contact-->", b"<!--digits-->"


class Thanks:
    """Sends the page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def send(self, scope: Scope, send: Send, petition: Petition, variant: Variant) -> None:
        """A page in which nothing depends on the person."""
        await send_page(self._page(scope, petition, variant), scope, send)

    async def send_to(self, scope: Scope, send: Send, petition: Petition, signing: Signing) -> None:
        """The answer to this signing."""
        contact = signing.contact
        if contact is None:
            await self.send(scope, send, petition, "alone")
            return
        said = {_CONTACT: escape(contact).encode()}
        if "@" in contact:
            await send_filled(self._page(scope, petition, "email"), scope, send, said)
            return
        keys = self._site.services.keys
        digits = codes.text_digits(keys, petition, contact, signing.name)
        said[_DIGITS] = digits.encode()
        await send_filled(self._page(scope, petition, "phone"), scope, send, said)

    def _page(self, scope: Scope, petition: Petition, variant: Variant) -> Page:
        prefix = scope["language"]

        def render() -> tuple[bytes, Headers]:
            page = self._site.render_petition(
                "web/thanks.html",
                petition,
                prefix,
                variant=variant,
                contact_mark=Markup(_CONTACT.decode()),  # noqa: S704 (our own)
                digits_mark=Markup(_DIGITS.decode()),  # noqa: S704
            )
            return html(page, PRIVATE)

        # Kept under a name that no path has, so that it is never served to a GET.
        name = f"thanks {variant} {prefix} {petition.slug}"
        return self._site.pages.keep(name, petition.version, render)

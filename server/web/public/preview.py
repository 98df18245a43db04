"""A draft as its signers will see it, for whoever has been given its secret address."""

from __future__ import annotations

import hmac
import re
from dataclasses import replace

from starlette.types import Receive, Scope, Send

from server.core.counting.counts import PublicFigures
from server.core.petitions.petitions import Petition
from server.core.values.keys import Keys, mac
from server.errors import NotFound
from server.web.http.guard import check_origin
from server.web.http.responses import PRIVATE, UNFOUND, redirect, send_html
from server.web.public.site import Site, path_of
from server.words.render import day_words

_REF = re.compile(r"(?P<id>[0-9]{1,15})-(?P<proof>[0-9a-f]{32})")
#: What is known of who has signed a draft.
_NOBODY = PublicFigures(0, 0, {})


def preview_path(keys: Keys, petition: Petition, prefix: str | None) -> str:
    """Its address, the same as long as there is the petition."""
    lead = f"/{prefix}" if prefix else ""
    return f"{lead}/preview/{petition.id}-{_proof(keys, petition.id)}"


def _proof(keys: Keys, petition_id: int) -> str:
    return mac(keys.server("preview"), str(petition_id)).hex()


class Previews:
    """The endpoints, each `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def preview(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page; once the petition has been opened, on to its own."""
        petition, prefix = await self._find(scope), scope["language"]
        if petition.state != "draft":
            await redirect(scope, send, 303, path_of(petition, prefix), [PRIVATE])
            return
        page = self.page(petition, prefix)
        await send_html(scope, send, 200, page, [UNFOUND])

    async def beyond(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What the page's form and links lead to."""
        petition = await self._find(scope)
        if scope["method"] == "POST":
            check_origin(scope, self._site.services.settings.origin, ())
        back = preview_path(self._site.services.keys, petition, scope["language"])
        await self._site.send_message(scope, send, "preview", petition, back)

    def page(self, petition: Petition, prefix: str | None) -> str:
        """As the page of that petition will be on the day on which it opens."""
        services = self._site.services
        language = prefix or petition.language
        opened = replace(petition, opened_at=services.now())
        return self._site.render_petition(
            "web/petition.html",
            opened,
            prefix,
            at=lambda code: preview_path(services.keys, petition, code),
            counts=self._site.figures_words(language, _NOBODY, late=False, of=opened),
            since=day_words(services.now(), language),
            news=None,
            answers=False,
            preview=True,
        )

    async def _find(self, scope: Scope) -> Petition:
        """Raises `NotFound`, for an address that we have not given too."""
        ref = _REF.fullmatch(scope["path_params"]["ref"])
        if ref is None:
            raise NotFound
        right = _proof(self._site.services.keys, int(ref["id"]))
        directory = await self._site.services.directory.current()
        petition = directory.by_id.get(int(ref["id"]))
        if petition is None or not hmac.compare_digest(right, ref["proof"]):
            raise NotFound
        return petition

"""For which organizations people have signed: those who want to be named, once organizers have
looked. Their signatures count as any."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from server.core.desk.signers import for_organizations
from server.errors import NotFound
from server.web.http.responses import CHECKED, Headers, html
from server.web.public.sheets import NAMES_SHOWN, PAGES_OF_NAMES
from server.web.public.site import Site


class Organizations:
    """The endpoint, `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def organizations(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page at a time, the newest first."""
        petition = await self._site.find(scope)
        page = scope["path_params"].get("page", 1)
        if not 1 <= page <= PAGES_OF_NAMES:
            raise NotFound(f"page {page}")
        async with self._site.services.database.read() as tx:
            found = await for_organizations.shown(tx, petition.id, page, NAMES_SHOWN)
        if page > 1 and not found:
            raise NotFound(f"page {page}")

        def render() -> tuple[bytes, Headers]:
            shown = self._site.render_petition(
                "web/organizations.html",
                petition,
                scope["language"],
                organizations=found[:NAMES_SHOWN],
                newer=page - 1,
                older=page + 1 if len(found) > NAMES_SHOWN and page < PAGES_OF_NAMES else 0,
            )
            # A name that is taken back must not stay in anybody's cache.
            return html(shown, CHECKED)

        key = (petition.id, petition.version, tuple(found))
        await self._site.send_kept(scope, send, key, render)

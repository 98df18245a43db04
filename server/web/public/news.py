"""A petition's news for everybody: what went to all who asked for it, the newest first."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from server.core.news import writing
from server.core.news.piece import News
from server.core.petitions.petitions import Petition
from server.errors import NotFound
from server.web.http.responses import FOR_ALL, Headers, html
from server.web.public.site import Site

NEWS_SHOWN = 20  # on a page
_NEWEST = 1 << 62  # above the number of any


class NewsPages:
    """The endpoints, each `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def news(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The list, a page at a time; a further page is named by the number above it."""
        petition = await self._site.find(scope)
        before = scope["path_params"].get("page", _NEWEST)
        async with self._site.services.database.read() as tx:
            found = await writing.news_of(
                tx, petition.id, public=True, before=before, limit=NEWS_SHOWN + 1
            )
        if not found and before != _NEWEST:
            raise NotFound(f"news before {before}")
        shown = found[:NEWS_SHOWN]

        def render() -> tuple[bytes, Headers]:
            page = self._site.render_petition(
                "web/news.html",
                petition,
                scope["language"],
                pieces=shown,
                newest=before == _NEWEST,
                older=shown[-1].number if len(found) > NEWS_SHOWN else 0,
            )
            return html(page, FOR_ALL)

        await self._site.send_kept(scope, send, _key(petition, found), render)

    async def piece(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One piece of news, in the language of the page if it was written in it."""
        petition = await self._site.find(scope)
        async with self._site.services.database.read() as tx:
            piece = await writing.one_news(tx, petition.id, scope["path_params"]["number"])
        if not piece.is_public:
            raise NotFound(f"news {piece.number}")

        def render() -> tuple[bytes, Headers]:
            language = scope["language"] or petition.language
            code = piece.language(language, petition.language)
            page = self._site.render_petition(
                "web/news_piece.html",
                petition,
                scope["language"],
                piece=piece,
                said=piece.wordings[code],
                code=code,
            )
            return html(page, FOR_ALL)

        await self._site.send_kept(scope, send, _key(petition, [piece]), render)


def _key(petition: Petition, pieces: list[News]) -> object:
    """What was sent is edited no more."""
    return petition.id, petition.version, tuple(piece.id for piece in pieces)

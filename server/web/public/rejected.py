"""What everybody reads at the address of a draft that was not accepted: why, not what it says."""

from __future__ import annotations

from starlette.types import Scope, Send

from server.core.petitions import review
from server.core.petitions.petitions import Petition
from server.core.petitions.review import Review
from server.core.petitions.wording import versions
from server.core.petitions.wording.draft import Draft
from server.errors import NotFound
from server.web.http.responses import CHECKED, send_html
from server.web.public.site import Site
from server.words.render import day_words


class Rejections:
    """Pages in place of a petition's own."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def send_rejection(self, scope: Scope, send: Send) -> None:
        """Why the draft in the address was not accepted. Raises `NotFound` for any other."""
        services = self._site.services
        directory = await services.directory.current()
        petition = directory.by_slug.get(scope["path_params"]["slug"])
        if not services.settings.review or petition is None or petition.state != "draft":
            raise NotFound
        async with services.database.read() as tx:
            found = await review.review_of(tx, petition.id)
            known = await versions.all_of(tx, petition.id)
        if found.rejected_at is None:
            raise NotFound
        read = versions.as_of(known, found.rejected_version or 0)
        page = self._page(petition, found, read.draft if read else petition, scope["language"])
        await send_html(scope, send, 200, page, [CHECKED])

    def _page(self, petition: Petition, found: Review, read: Draft, prefix: str | None) -> str:
        language = prefix or petition.language
        code = language if language in read.wordings else read.language
        return self._site.render(
            "web/rejected.html",
            language,
            prefix,
            title=read.wordings[code].title,
            title_language=code,
            day=day_words(found.rejected_at or 0, language),
            waits=found.handed_in_at is not None,
            reasons=found.reasons,
            reasons_language=self._site.services.settings.language,
        )

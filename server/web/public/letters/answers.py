"""What became of all letters: how many each office has had, and how often it answers.

The same for everybody, and renewed once a day; nothing of it tells who wrote
(`core/letters/heard/public.py`).
"""

from __future__ import annotations

import json

from starlette.types import Receive, Scope, Send

from server.core.letters.heard import public
from server.core.letters.heard.public import LEAST_LETTERS, OTHERS, ROUNDED_TO, ShownAnswers
from server.core.petitions.petitions import Petition
from server.web.http.responses import (
    CHECKED,
    FOR_ALL,
    FOR_EVERY_SITE,
    JSON,
    NOSNIFF,
    Headers,
    html,
    respond,
)
from server.web.public.site import Site


class AnswersPages:
    """The endpoints, each `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def answers(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The table."""
        petition = await self._site.find(scope)
        found = await self._shown(petition)

        def render() -> tuple[bytes, Headers]:
            page = self._site.render_petition(
                "web/answers.html",
                petition,
                scope["language"],
                offices=[one for one in found if one.office != OTHERS],
                rest=[one for one in found if one.office == OTHERS],
                least=LEAST_LETTERS,
                most_hidden=ROUNDED_TO - 1,
            )
            return html(page, FOR_ALL)

        key = petition.id, petition.version, tuple(found)
        await self._site.send_kept(scope, send, key, render)

    async def answers_json(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The same for programs."""
        petition = await self._site.find(scope)
        said = {
            "petition": petition.slug,
            "rounded_down_to": ROUNDED_TO,
            "offices": [_said(one) for one in await self._shown(petition)],
        }
        headers = [JSON, CHECKED, NOSNIFF, FOR_EVERY_SITE]
        await respond(scope, send, 200, headers, f"{json.dumps(said)}\n".encode())

    async def _shown(self, petition: Petition) -> list[ShownAnswers]:
        async with self._site.services.database.read() as tx:
            return await public.shown_answers(tx, petition.id)


def _said(one: ShownAnswers) -> dict[str, str | int | bool | None]:
    """One row; all offices with few letters have no name."""
    return {
        "office": one.name or None,
        "letters": one.letters,
        "said_yes": one.said_yes,
        "said_no": one.said_no,
        "answered": one.answered,
        "days": one.days,
        "agreed": one.agreed,
    }

"""Where a signer who was asked by mail types which offices have answered.

The page is the same for every reference and says nothing of a letter: the mail has the offices,
each with a number. No GET and no bare button says anything; the numbers are typed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from server.core.letters.heard.saying import SaidByMail, say_many
from server.core.petitions.petitions import Petition
from server.core.values.names import tidy
from server.errors import StoreUnavailable
from server.web.http.failures import note
from server.web.http.forms import read_form, read_query
from server.web.http.guard import check_origin
from server.web.http.responses import UNFOUND, Header, retry_after, send_html
from server.web.public.letters.letter_page import REF_LIMIT
from server.web.public.site import Site
from server.words.render import N_
from sms.reading import yes_or_no

TYPED_LIMIT = 200  # characters
_WHICH = N_("Type only numbers of our mail, like 1 or 1 2. If nobody has answered, type 0.")
_AWAY = N_("We can store nothing just now. Nothing is lost: try again in a minute.")


class AnsweredPages:
    """The endpoint, `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site, self._services = site, site.services

    async def answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET the page on which it is typed; POST what was typed."""
        petition = await self._site.find(scope)
        if petition.state == "ended":
            await self._site.send_message(scope, send, "erased", petition)
        elif scope["method"] != "POST":
            form = {"ref": read_query(scope).get("ref", "")}
            await self._send_page(scope, send, petition, form)
        else:
            check_origin(scope, self._services.settings.origin, petition.origins)
            await self._take(scope, send, petition, await read_form(scope, receive))

    async def _take(
        self, scope: Scope, send: Send, petition: Petition, form: Mapping[str, str]
    ) -> None:
        typed = tidy(form.get("answered", ""))[:TYPED_LIMIT]
        numbers, is_answer = _numbers_in(typed)
        ref = tidy(form.get("ref", ""))[:REF_LIMIT]
        signature_id = self._services.keys.referred(petition.salt, "answered", ref)
        if signature_id is None:
            await self._site.send_message(scope, send, "not_asked", petition)
            return
        if not is_answer:
            await self._send_page(scope, send, petition, form, _WHICH)
            return
        said = SaidByMail(petition.id, signature_id, numbers, self._services.now())
        try:
            noted = await self._services.group.submit(say_many, said)
        except StoreUnavailable as error:
            note(error)
            headers = [retry_after(error.retry_after)]
            await self._send_page(scope, send, petition, form, _AWAY, 503, headers)
            return
        if noted is False:
            await self._send_page(scope, send, petition, form, _WHICH)
        else:
            message = "not_asked" if noted is None else "said"
            await self._site.send_message(scope, send, message, petition)

    async def _send_page(
        self,
        scope: Scope,
        send: Send,
        petition: Petition,
        form: Mapping[str, str],
        fault: str = "",
        status: int = 200,
        extra: list[Header] | None = None,
    ) -> None:
        say, language = self._services.renderer.say, scope["language"] or petition.language
        page = self._site.render_petition(
            "web/answered.html",
            petition,
            scope["language"],
            ref=form.get("ref", "")[:REF_LIMIT],
            typed=form.get("answered", "")[:TYPED_LIMIT],
            fault=fault and say(language, fault),
        )
        await send_html(scope, send, status, page, [UNFOUND, *(extra or [])])


def _numbers_in(typed: str) -> tuple[frozenset[int] | None, bool]:
    """The offices that are meant, None for a plain yes; and whether it is an answer at all."""
    if found := re.findall(r"\d{1,4}", typed):
        return frozenset(map(int, found)) - {0}, True
    said = yes_or_no(typed)
    return (None if said else frozenset()), said is not None

"""The door at which news is ended: by a mail program (RFC 8058), or by a person.

A mail program's POST acts without asking, as that RFC wants it: it says so itself, and no browser
says it. For all others nothing happens before the address is typed that the mail came to: whoever
looks through mail for harm follows links and presses buttons. Every answer is the same, whatever
we know of the word in the address or of what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from server.core.news.leaving import Leaver, Mailbox
from server.core.values.contacts import normal_email
from server.core.values.names import tidy
from server.errors import StoreUnavailable
from server.mail.leaving import PATH, off_meant
from server.web.http.failures import note
from server.web.http.forms import read_form
from server.web.http.guard import check_origin
from server.web.http.requests import header
from server.web.http.responses import UNFOUND, Header, retry_after, send_html
from server.web.public.site import Site
from server.words.render import N_

_NO_ADDRESS = N_("Write the whole e-mail address that our mail came to.")
_AWAY = N_("We can store nothing just now. Nothing is lost: try again in a minute.")


class NewsOff:
    """The endpoint, `(scope, receive, send)`."""

    def __init__(self, site: Site) -> None:
        self._site, self._services = site, site.services

    async def news_off(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET shows what it is; POST ends news."""
        if scope["method"] != "POST":
            await self._send_page(scope, send)
            return
        form = await read_form(scope, receive)
        if _by_a_mail_program(scope, form):
            await self._leave(scope, send, "", self._meant(scope))
            return
        check_origin(scope, self._services.settings.origin)
        typed = tidy(form.get("email", ""))
        address = normal_email(typed)
        if address is None:
            await self._send_page(scope, send, typed, _NO_ADDRESS)
            return
        await self._leave(scope, send, typed, self._meant(scope, address))

    def _meant(self, scope: Scope, address: str | None = None) -> list[Mailbox]:
        """Whose news the word in the address is about, if it is that address's."""
        services = self._services
        known, word = services.directory.by_id, scope["path_params"]["word"]
        return [
            mailbox
            for mailbox in off_meant(services.keys, known, word)
            if address is None
            or mailbox.contact_key
            in services.keys.contacts(known[mailbox.petition_id].salt, address)
        ]

    async def _leave(self, scope: Scope, send: Send, typed: str, mailboxes: list[Mailbox]) -> None:
        services = self._services
        leaver = Leaver(services.keys, services.directory.by_id.values())
        try:
            for mailbox in mailboxes:
                await services.group.submit(leaver.leave_many, mailbox)
        except StoreUnavailable as error:
            note(error)
            await self._send_page(scope, send, typed, _AWAY, 503, [retry_after(error.retry_after)])
            return
        await self._site.send_message(scope, send, "news_off")

    async def _send_page(
        self,
        scope: Scope,
        send: Send,
        typed: str = "",
        fault: str = "",
        status: int = 200,
        extra: list[Header] | None = None,
    ) -> None:
        prefix = scope["language"]
        language = prefix or self._services.settings.language
        page = self._site.render(
            "web/news_off.html",
            language,
            prefix,
            action=f"{f'/{prefix}' if prefix else ''}{PATH}{scope['path_params']['word']}",
            typed=typed,
            fault=fault and self._services.renderer.say(language, fault),
        )
        await send_html(scope, send, status, page, [UNFOUND, *(extra or [])])


def _by_a_mail_program(scope: Scope, form: Mapping[str, str]) -> bool:
    """Whether this is the POST of RFC 8058. A browser says where its forms come from."""
    return form.get("List-Unsubscribe") == "One-Click" and not header(scope, b"origin")

"""The way into the organizers' pages, and out of them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace

from starlette.types import Receive, Scope, Send

from server.core.desk.people import organizers, second_step
from server.core.desk.people.happenings import happened
from server.core.desk.people.organizers import TOKEN_BYTES, Organizer, SignIn
from server.core.values import passwords
from server.errors import InvalidInput, NotFound, StoreUnavailable, Throttled
from server.web.desk.form import petition_form
from server.web.desk.people.account_words import WRONG_CODE
from server.web.desk.resuming import HOME, SIGN_IN, unpacked, wanted_page
from server.web.desk.session import FORM_LIMIT, SESSION, OrganizerPages, check_form_token
from server.web.desk.visit import Visit, see_other
from server.web.desk.words import NOT_SIGNED_IN, WAIT, WRONG
from server.web.http.cookies import dropped_cookie
from server.web.http.failures import note
from server.web.http.forms import FormValues, read_query
from server.web.http.responses import Header, retry_after


class Entrance:
    """The endpoints, each `(scope, receive, send)`."""

    def __init__(self, pages: OrganizerPages) -> None:
        self._pages = pages
        self._services = pages.services

    async def show(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET the form."""
        query = read_query(scope)
        wanted = wanted_page(query.get("next", HOME))
        await self._send_form(scope, send, {"next": wanted}, reset=query.get("done") == "reset")

    async def sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """POST starts a session and goes on to the page that was wanted."""
        form = await self._pages.form(scope, receive)
        attempt = self._attempt(scope, form)
        say = self._pages.sentence
        try:
            organizer = await organizers.sign_in(
                self._services.database,
                attempt,
                key=self._services.keys.server("sign-in"),
                now=self._services.now(),
            )
        except InvalidInput:
            await self._send_form(scope, send, form, say(WRONG))
        except Throttled as error:
            wait = say(WAIT, minutes=-(-error.seconds // 60))
            await self._send_form(scope, send, form, wait, 429, [retry_after(error.seconds)])
        except StoreUnavailable as error:
            note(error)
            later = [retry_after(error.retry_after)]
            await self._send_form(scope, send, form, say(NOT_SIGNED_IN), 503, later)
        else:
            token, cookies = attempt.token, self._pages.cookies(organizer, attempt.token)
            session = await self._pages.session(token)
            if session and session.waits:
                await self._pages.ask_for_code(scope, send, token, form, "", cookies)
                return
            visit = Visit(self._pages, scope, receive, send, organizer, token, form, extra=cookies)
            await self._welcome(visit)

    async def prove(self, scope: Scope, receive: Receive, send: Send) -> None:
        """POST does the second step, of a sign-in or before what cannot be undone."""
        pages, token = self._pages, self._pages.token(scope)
        session = await pages.session(token)
        form = await pages.form(scope, receive, session.organizer if session else None)
        if session is None:
            await see_other(scope, send, SIGN_IN)
            return
        check_form_token(form, token)
        try:
            right = await self._takes(scope, session.organizer, token, form.get("code", ""))
        except Throttled as error:
            wait = pages.sentence(WAIT, minutes=-(-error.seconds // 60))
            later = [retry_after(error.seconds)]
            await pages.ask_for_code(scope, send, token, form, wait, later, 429)
            return
        if not right:
            await pages.ask_for_code(scope, send, token, form, pages.sentence(WRONG_CODE))
            return
        who = session.organizer
        await self._welcome(Visit(pages, scope, receive, send, who, token, form))

    async def _takes(self, scope: Scope, who: Organizer, token: bytes, code: str) -> bool:
        """Whether the code is right; noted either way."""
        services, now = self._services, self._services.now()
        network = self._pages.network(scope)
        async with services.database.write() as tx:
            await organizers.take_second_try(tx, services.keys.server("sign-in"), who, now)
            key = services.keys.server("second step")
            kind = await second_step.takes(tx, who, key, code, now)
            if kind:
                await second_step.prove(tx, token, now)
            if kind != "code":
                await happened(tx, who.id, kind or "failed_code", now, network)
        return bool(kind)

    def _attempt(self, scope: Scope, form: FormValues) -> SignIn:
        return SignIn(
            name=form.get("name", ""),
            password=form.get("password", ""),
            address=self._pages.address(scope),
            mark=self._pages.mark(scope),
            token=secrets.token_bytes(TOKEN_BYTES),
            salt=secrets.token_bytes(passwords.PASSWORD_SALT_BYTES),
        )

    async def _welcome(self, visit: Visit) -> None:
        """On to the page that was wanted, or back to the form that the old sign-in cut short."""
        wanted = wanted_page(visit.form.get("next", HOME))
        typed = unpacked(visit.form.get("typed", ""), FORM_LIMIT)
        try:
            if typed and await petition_form.resume(replace(visit, form=typed), wanted):
                return
        except (NotFound, StoreUnavailable):
            pass  # signed in they are; the page that they wanted says the rest
        await visit.go_to(wanted)

    async def _send_form(
        self,
        scope: Scope,
        send: Send,
        form: FormValues,
        error: str = "",
        status: int = 200,
        extra: Iterable[Header] = (),
        *,
        reset: bool = False,
    ) -> None:
        values = {k: form.get(k, "") for k in ("name", "next", "typed")}
        await self._pages.send_page(
            scope,
            send,
            "people/sign_in",
            status,
            extra,
            values=values,
            ended=False,
            error=error,
            reset=reset,
        )

    async def sign_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        """End the session. Asked twice, or after it has ended, it is the same."""
        form = await self._pages.form(scope, receive)
        token = self._pages.token(scope)
        if token:
            check_form_token(form, token)
            async with self._services.database.write() as tx:
                await organizers.sign_out(tx, token)
        dropped = dropped_cookie(SESSION, secure=self._services.settings.secure)
        # Back must not show the pages of the one who left (browsers heed it over TLS).
        cleared = (b"clear-site-data", b'"cache"')
        await see_other(scope, send, SIGN_IN, [dropped, cleared])

"""The page that a link of an owner leads to: who opens it makes or has an account, and joins."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from server.core.desk import audit
from server.core.desk.people import invitations, organizers
from server.core.desk.people.happenings import happened
from server.core.desk.people.invitations import Invitation
from server.core.desk.people.organizers import TOKEN_BYTES, Organizer
from server.core.desk.people.teams import listed
from server.core.values import passwords
from server.db import Transaction
from server.errors import InvalidInput, NotFound
from server.web.desk.people.team_words import ACCOUNT_PROBLEMS, LIMITS, LINK_GONE, roles_words
from server.web.desk.resuming import HOME
from server.web.desk.session import OrganizerPages, check_form_token
from server.web.desk.visit import see_other
from server.web.http.forms import FormValues
from server.web.http.responses import Header


class Joining:
    """The endpoints, each `(scope, receive, send)`. GET changes nothing: mail scanners follow
    links."""

    def __init__(self, pages: OrganizerPages) -> None:
        self._pages = pages
        self._services = pages.services

    async def show(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET: who invites, into what, as what; and the form."""
        organizer = await self._pages.organizer(self._pages.token(scope))
        try:
            found = await self._find(scope)
        except NotFound:
            await self._say_gone(scope, send)
            return
        if organizer and found.used_by == organizer.id:
            await self._go_in(scope, send, found)
        elif found.used_by is not None:
            await self._say_gone(scope, send)
        else:
            await self._send(scope, send, found, organizer, {})

    async def join(self, scope: Scope, receive: Receive, send: Send) -> None:
        """POST joins, with the account that is signed in or with a new one."""
        pages = self._pages
        token = pages.token(scope)
        organizer = await pages.organizer(token)
        form = await pages.form(scope, receive, organizer)
        try:
            found = await self._find(scope)
            if organizer and found.used_by == organizer.id:
                await self._go_in(scope, send, found)  # pressed twice
            elif organizer:
                check_form_token(form, token)
                async with self._services.database.write() as tx:
                    await self._accept(tx, scope, organizer)
                await self._go_in(scope, send, found)
            else:
                await self._join_anew(scope, send, found, form)
        except NotFound:
            await self._say_gone(scope, send)

    async def _join_anew(
        self, scope: Scope, send: Send, found: Invitation, form: FormValues
    ) -> None:
        """Make an account and join with it. Raises `NotFound`."""
        if found.used_by is not None:
            raise NotFound("invitation")
        token = secrets.token_bytes(TOKEN_BYTES)
        salt, now = secrets.token_bytes(passwords.PASSWORD_SALT_BYTES), self._services.now()
        name, password = form.get("name", ""), form.get("password", "")
        network = self._pages.network(scope)
        try:
            leaked = self._services.settings.leaked_file
            account = await organizers.new_account(name, password, salt, leaked)
            async with self._services.database.write() as tx:
                organizer = await organizers.store(tx, account, now)
                await self._accept(tx, scope, organizer)
                await organizers.start_session(tx, organizer, token, now, network)
                await happened(tx, organizer.id, "signed_in", now, network)
        except InvalidInput as error:
            faults = {p.field: ACCOUNT_PROBLEMS[p.field, p.code] for p in error.problems}
            await self._send(scope, send, found, None, faults, name)
        else:
            await self._go_in(scope, send, found, self._pages.cookies(organizer, token))

    async def _find(self, scope: Scope) -> Invitation:
        async with self._services.database.read() as tx:
            return await invitations.find(tx, scope["path_params"]["token"], self._services.now())

    async def _accept(self, tx: Transaction, scope: Scope, organizer: Organizer) -> None:
        now = self._services.now()
        found = await invitations.accept(tx, scope["path_params"]["token"], organizer, now)
        roles = listed(found.roles)
        about = found.organization_id
        await audit.note(tx, now, organizer.name, "joined", organization_id=about, roles=roles)

    async def _go_in(
        self, scope: Scope, send: Send, found: Invitation, extra: tuple[Header, ...] = ()
    ) -> None:
        await see_other(scope, send, f"{HOME}o/{found.organization_id}?done=joined", extra)

    async def _send(
        self,
        scope: Scope,
        send: Send,
        found: Invitation,
        organizer: Organizer | None,
        faults: Mapping[str, str],
        name: str = "",
    ) -> None:
        pages = self._pages

        def say(words: Mapping[str, str], key: str) -> str:
            return pages.sentence(words[key])

        await pages.send_page(
            scope,
            send,
            "people/join",
            organizer=organizer,
            csrf=organizers.form_token(pages.token(scope)) if organizer else "",
            invitation=found,
            address=scope["path"],
            are=roles_words(say, found.roles),
            errors={field: pages.sentence(fault, **LIMITS) for field, fault in faults.items()},
            name=name,
            least=LIMITS["password_least"],
        )

    async def _say_gone(self, scope: Scope, send: Send) -> None:
        title, *lines = (self._pages.sentence(each) for each in LINK_GONE)
        await self._pages.send_page(scope, send, "message", 404, title=title, lines=lines)

"""A forgotten password: the address of an account, and a new password by a code that goes there."""

from __future__ import annotations

import hmac
import secrets
from functools import partial
from typing import Any

from starlette.types import Receive, Scope, Send

from server.core.desk.people import accounts, forgotten, organizers
from server.core.desk.people.forgotten import NewMail
from server.core.desk.people.happenings import happened
from server.core.floods.limits import network_tag
from server.core.outbox.outbox import Announcement
from server.core.values import passwords
from server.core.values.contacts import normal_email
from server.core.values.keys import mac
from server.core.values.names import tidy
from server.errors import InvalidInput, Throttled
from server.services import Services
from server.web.desk.people.account_words import (
    ADDRESS_PROBLEMS,
    PASSWORD_PROBLEMS,
    RESET_PROBLEMS,
)
from server.web.desk.people.team_words import LIMITS
from server.web.desk.resuming import HOME, SIGN_IN
from server.web.desk.session import OrganizerPages
from server.web.desk.visit import Visit, see_other
from server.web.desk.words import WAIT
from server.web.http.addresses import client_address
from server.web.http.forms import FormValues
from server.web.http.responses import retry_after


def _key(services: Services) -> bytes:
    return services.keys.server("forgotten")


async def _new_mail(services: Services, scope: Scope) -> NewMail:
    """Makes what goes into the outbox, asked for by the network of this request."""
    address = client_address(scope, services.settings.trusted_proxies)
    tag = network_tag(await services.day_key(), address)

    def mail(kind: str, email: str) -> Announcement:
        return Announcement(
            id=services.new_id(),
            channel="email",
            kind=kind,
            petition_id=None,
            language=services.settings.language,
            recipient=email,
            address_key=services.keys.address(email),
            network_tag=tag,
        )

    return mail


# The address, for those who are signed in.


async def address(visit: Visit) -> None:
    """GET the form for the address; POST sends a code there, once the password is right, and takes
    the code. An empty one is forgotten."""
    if not visit.posts:
        await _send_address(visit)
        return
    typed, shown = visit.form.get("email", ""), visit.form.get("proof", "")
    email = normal_email(tidy(typed))
    async with visit.services.database.write() as tx:
        key = visit.services.keys.server("sign-in")
        await organizers.take_second_try(tx, key, visit.organizer, visit.services.now())
        account = await forgotten.account_of(tx, visit.organizer)
    proof = mac(_key(visit.services), "may", account.password_hash, email or "").hex()
    if typed.strip() and email is None:
        await _send_address(visit, "email")
    elif hmac.compare_digest(shown.encode("utf-8", "replace"), proof.encode()):
        await _take_address(visit, email or "", proof)
    elif not await passwords.is_right(account.password_hash, visit.form.get("old", "")):
        await _send_address(visit, "old")
    elif email:
        async with visit.services.database.write() as tx:
            mail = await _new_mail(visit.services, visit.scope)
            await forgotten.ask_address(tx, email, mail, visit.services.now())
        await _send_address(visit, proof=proof)
    else:
        await _keep_address(visit, "")


async def _take_address(visit: Visit, email: str, proof: str) -> None:
    """The second half: the code that went there."""
    code, now = visit.form.get("code", ""), visit.services.now()
    if forgotten.shows_address(_key(visit.services), email, code, now):
        await _keep_address(visit, email)
    else:
        await _send_address(visit, "code", proof=proof)


async def _keep_address(visit: Visit, email: str) -> None:
    services, me = visit.services, visit.organizer
    async with services.database.write() as tx:
        await forgotten.set_email(tx, me, email)
        await happened(tx, me.id, "email", services.now(), visit.pages.network(visit.scope))
    await visit.go_to(f"{HOME}account?done={'email' if email else 'no_email'}")


async def _send_address(visit: Visit, fault: str = "", proof: str = "") -> None:
    async with visit.services.database.read() as tx:
        account = await forgotten.account_of(tx, visit.organizer)
    error = visit.sentence(ADDRESS_PROBLEMS, fault) if fault else ""
    email = visit.form.get("email", account.email)
    await visit.send_page(
        "people/address", kept=account.email, error=error, field=fault, proof=proof, email=email
    )


# The new password, for those who cannot sign in.


class Forgotten:
    """The endpoint, `(scope, receive, send)`: the same page whoever is meant."""

    def __init__(self, pages: OrganizerPages) -> None:
        self._pages = pages
        self._services = pages.services

    async def show(self, scope: Scope, receive: Receive, send: Send) -> None:
        """GET asks who it is."""
        await self._send(scope, send, {})

    async def ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        """POST the name, for a code; then the code with the new password."""
        form = await self._pages.form(scope, receive)
        name = form.get("name", "")
        fails = partial(self._send, scope, send, form)
        try:
            if not name.strip():
                await fails(field="name", error=self._pages.sentence(RESET_PROBLEMS["name"]))
            elif "code" in form:
                await self._reset(scope, form)
                await see_other(scope, send, f"{SIGN_IN}?done=reset")
            else:
                await self._send_code(scope, name)
                await fails(asked=True)
        except Throttled as error:
            wait = self._pages.sentence(WAIT, minutes=-(-error.seconds // 60))
            later = [retry_after(error.seconds)]
            await fails(asked="code" in form, error=wait, status=429, extra=later)
        except InvalidInput as error:
            problem = error.problems[0]
            words = RESET_PROBLEMS | PASSWORD_PROBLEMS
            said = self._pages.sentence(words[problem.code], **LIMITS)
            await fails(asked=True, field=problem.field, error=said)

    async def _send_code(self, scope: Scope, name: str) -> None:
        services, address = self._services, self._pages.address(scope)
        async with services.database.write() as tx:
            key = services.keys.server("sign-in")
            await organizers.take_asking(tx, key, address, services.now())
            mail = await _new_mail(services, scope)
            await forgotten.ask(tx, name, mail, services.now())

    async def _reset(self, scope: Scope, form: FormValues) -> None:
        """Give the account the new password. Raises `InvalidInput` and `Throttled`."""
        services, now, name = self._services, self._services.now(), form["name"]
        code, key = form.get("code", ""), _key(services)
        async with services.database.write() as tx:
            tries, address = services.keys.server("sign-in"), self._pages.address(scope)
            await organizers.take_reset_try(tx, tries, name, address, now)
            account = await forgotten.opened(tx, key, name, code, now)
        me, salt = account.organizer, secrets.token_bytes(passwords.PASSWORD_SALT_BYTES)
        leaked = services.settings.leaked_file
        hash_ = await organizers.new_hash(form.get("password", ""), salt, me.name, leaked)
        async with services.database.write() as tx:
            await forgotten.opened(tx, key, name, code, now)  # pressed twice: once is enough
            await accounts.set_password(tx, me, hash_)
            await happened(tx, me.id, "mailed", now, self._pages.network(scope))

    async def _send(
        self, scope: Scope, send: Send, form: FormValues, *, status: int = 200, **context: Any
    ) -> None:
        extra = context.pop("extra", ())
        shown = {"asked": False, "error": "", "field": "", "name": form.get("name", "")} | context
        least = LIMITS["password_least"]
        await self._pages.send_page(
            scope, send, "people/forgotten", status, extra, least=least, **shown
        )

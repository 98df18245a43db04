"""What every organizer page shares: who is asking, and how a page is answered."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from starlette.types import Receive, Scope, Send

from server.core.desk.people import organizers, reviewers, teams
from server.core.desk.people.happenings import coarse_network
from server.core.desk.people.organizers import MARK_BYTES, Organizer, SignedIn
from server.core.desk.people.second_step import PROVED_SECONDS
from server.core.desk.people.teams import NOWHERE, Membership
from server.core.values.ids import read_id
from server.errors import CrossSite, NotFound, SignedOut, StoreUnavailable
from server.services import Services
from server.web.desk.resuming import HOME, SIGN_IN, packed, wanted_page
from server.web.desk.visit import Needs, Room, Visit, see_other
from server.web.desk.words import meaning_of
from server.web.http.addresses import client_address
from server.web.http.cookies import kept_cookie, read_cookie
from server.web.http.forms import Bounds, FormValues, read_form
from server.web.http.guard import check_origin
from server.web.http.requests import BODY_BYTES, Endpoint
from server.web.http.responses import (
    Header,
    Headers,
    send_html,
    transport_headers,
)

# A petition in several languages of several bytes a letter, each of which travels as three.
FORM_LIMIT = 1536 * 1024  # bytes: the longest wording in every language, as browsers encode it
DESK_FIELDS = 200  # a petition in every language, with all decision makers and roles
DESK_FORM = Bounds(body=FORM_LIMIT, fields=DESK_FIELDS, value=FORM_LIMIT)
STRANGERS_FORM = Bounds(body=BODY_BYTES, fields=DESK_FIELDS, value=BODY_BYTES)
SESSION = "organizer"  # the cookie
MARK = "organizer-browser"  # the cookie by which a browser is known that its owner has used
MARK_SECONDS = 180 * 86_400  # for which it is kept
_NO_FRAME = (b"x-frame-options", b"DENY")  # for browsers that know no frame-ancestors


def check_form_token(form: FormValues, token: bytes) -> None:
    """Raise `CrossSite` unless the form was made for this session."""
    sent, wanted = form.get("csrf", ""), organizers.form_token(token)
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), wanted.encode()):
        raise CrossSite("form token")


class OrganizerPages:
    """How organizers' pages are asked for and sent, in the server's language."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def sentence(self, message: str, **fields: object) -> str:
        services = self.services
        return services.renderer.say(services.settings.language, message, **fields)

    def token(self, scope: Scope) -> bytes:
        """The session that the browser says it has."""
        return read_cookie(scope, SESSION, secure=self.services.settings.secure)

    def address(self, scope: Scope) -> str:
        """Where the browser is."""
        return str(client_address(scope, self.services.settings.trusted_proxies) or "unknown")

    def network(self, scope: Scope) -> str:
        """The same, roughly, as it is shown to the account's owner."""
        return coarse_network(self.address(scope))

    def mark(self, scope: Scope) -> bytes:
        """What the browser has kept of earlier sign-ins."""
        return read_cookie(scope, MARK, secure=self.services.settings.secure)

    def cookies(self, organizer: Organizer, token: bytes) -> tuple[Header, ...]:
        """What a browser keeps of a sign-in."""
        secure = self.services.settings.secure
        key, chance = self.services.keys.server("sign-in"), secrets.token_bytes(MARK_BYTES)
        mark = organizers.browser_mark(key, organizer.name, chance)
        return (
            kept_cookie(SESSION, token, secure=secure),
            kept_cookie(MARK, mark, secure=secure, seconds=MARK_SECONDS),
        )

    async def form(
        self, scope: Scope, receive: Receive, organizer: Organizer | None = None
    ) -> dict[str, str]:
        """The form of this request. Raises `CrossSite`, `BadRequest` and below.

        A long one is taken from organizers, and from a browser in which one of them has signed in
        before: it may be a draft whose sign-in ended while it was written.
        """
        check_origin(scope, self.services.settings.origin)
        known = organizer is not None or await self._knows_browser(scope)
        return await read_form(scope, receive, DESK_FORM if known else STRANGERS_FORM)

    async def _knows_browser(self, scope: Scope) -> bool:
        key = self.services.keys.server("sign-in")
        with suppress(StoreUnavailable):  # who cannot be told is a stranger
            async with self.services.database.read() as tx:
                return await organizers.knows_browser(tx, key, self.mark(scope))
        return False

    async def send_page(
        self,
        scope: Scope,
        send: Send,
        template: str,
        status: int = 200,
        extra: Iterable[Header] = (),
        **context: Any,
    ) -> None:
        """A page from `templates/web/organizer/`."""
        settings = self.services.settings
        context = {"organizer": None, "csrf": "", "home": HOME, **context}
        name = f"web/organizer/{template}.html"
        page = self.services.renderer.page(name, settings.language, **context)
        guards = [*transport_headers(settings.secure), _NO_FRAME]
        await send_html(scope, send, status, page, [*guards, *extra])

    async def send_failure(self, scope: Scope, send: Send, status: int, headers: Headers) -> None:
        """A page that says what a status means."""
        title, lines = meaning_of(status)
        words = {"title": self.sentence(title), "lines": [self.sentence(line) for line in lines]}
        await self.send_page(scope, send, "message", status, headers, **words)

    def room(
        self, answer: Room, needs: Needs, *, keeps_stale: bool = False, fresh: bool = False
    ) -> Endpoint:
        """The endpoint of a room for organizers who are signed in; others are asked to sign in.

        Whoever is nothing in the organization of that petition finds nothing there (404); a member
        without the role that it needs is told so (403). What a form carried is kept through a
        sign-in. A form of an earlier one is refused, unless `keeps_stale`: then the room gets it,
        and must change nothing. `fresh`: the second step, where there is one, was done lately.
        """

        async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
            token = self.token(scope)
            session = await self.session(token)
            organizer = session.organizer if session else None
            posts = scope["method"] == "POST"
            form = await self.form(scope, receive, organizer) if posts else {}
            if session is None or organizer is None:
                await self._ask_to_sign_in(scope, send, form)
                return
            now = self.services.now()
            if session.waits or (fresh and not session.is_fresh(now, PROVED_SECONDS)):
                typed = packed({k: v for k, v in form.items() if k != "csrf"}) if posts else ""
                wanted = {"next": scope["path"], "typed": typed}
                await self.ask_for_code(scope, send, token, wanted)
                return
            stale = posts and _is_stale(form, token, keeps_stale)
            standing = await self.standing(organizer, scope["path_params"])
            visit = Visit(self, scope, receive, send, organizer, token, form, stale, standing)
            await (answer(visit) if visit.may(needs) else visit.refuse())

        return endpoint

    async def standing(self, organizer: Organizer, address: Mapping[str, Any]) -> Membership:
        """What the organizer is where the parts of an address lead; where they name nothing, all
        that they are anywhere. Raises `NotFound`."""
        directory = await self.services.directory.current()
        async with self.services.database.read() as tx:
            if slug := address.get("slug") or address.get("draft"):
                petition, reviews = directory.by_slug.get(slug), "draft" in address
                if petition is None or (reviews and not self.services.settings.review):
                    raise NotFound(slug)
                at = reviewers.at_draft if reviews else teams.at_petition
                return await at(tx, organizer.id, petition.id)
            if number := address.get("organization"):
                return await teams.at_organization(tx, organizer.id, read_id(number) or 0)
            everywhere = await teams.memberships(tx, organizer.id)
        return replace(NOWHERE, roles=frozenset().union(*(m.roles for m in everywhere)))

    async def session(self, token: bytes) -> SignedIn | None:
        """The session of a browser, also one that waits for its second step."""
        with suppress(SignedOut):
            async with self.services.database.read() as tx:
                return await organizers.session(tx, token, self.services.now())
        return None

    async def organizer(self, token: bytes) -> Organizer | None:
        """Who has signed in, to the last step; None if nobody has."""
        session = await self.session(token)
        return session.organizer if session and not session.waits else None

    async def ask_for_code(
        self,
        scope: Scope,
        send: Send,
        token: bytes,
        form: FormValues,
        error: str = "",
        extra: Iterable[Header] = (),
        status: int = 200,
    ) -> None:
        """The page for the second step; `next` and `typed` travel in it, as through a sign-in."""
        values = {"next": wanted_page(form.get("next", HOME)), "typed": form.get("typed", "")}
        csrf = organizers.form_token(token)
        await self.send_page(
            scope, send, "people/prove", status, extra, values=values, csrf=csrf, error=error
        )

    async def _ask_to_sign_in(self, scope: Scope, send: Send, form: FormValues) -> None:
        """The sign-in page; what was typed travels in it and comes back in its own form."""
        path = wanted_page(scope["path"])
        if scope["method"] != "POST":
            await see_other(scope, send, SIGN_IN if path == HOME else f"{SIGN_IN}?next={path}")
            return
        typed = packed({k: v for k, v in form.items() if k != "csrf"})
        values = {"name": "", "next": path, "typed": typed}
        # 200: some text and feature-phone browsers hide the body of a 4xx.
        say: dict[str, Any] = {"values": values, "ended": True, "error": "", "reset": False}
        await self.send_page(scope, send, "people/sign_in", **say)


def _is_stale(form: FormValues, token: bytes, welcome: bool) -> bool:
    """Whether the form is of an earlier sign-in. Raises `CrossSite` if that is not welcome."""
    try:
        check_form_token(form, token)
    except CrossSite:
        if not welcome:
            raise
        return True
    return False

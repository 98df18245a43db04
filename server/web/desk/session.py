"""What every organizer page shares: who is asking, how a page is answered, what goes wrong."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.core.desk import organizers
from server.core.desk.organizers import Organizer
from server.errors import (
    BadRequest,
    CrossSite,
    NotFound,
    SignedOut,
    StoreUnavailable,
    Throttled,
    TooLarge,
    UndersignedError,
    WrongContentType,
    status_of,
)
from server.services import Services
from server.web.desk.words import REFUSALS
from server.web.http.compress import encode
from server.web.http.forms import MANY_FIELDS, Bounds, Disconnected, header, read_form
from server.web.http.guard import Headers, check_origin, security_headers, transport_headers

# A petition in several languages of several bytes a letter, each of which travels as three.
FORM_LIMIT = 1536 * 1024  # bytes: the longest text in every language, as browsers encode it
ROOM = Bounds(body=FORM_LIMIT, fields=MANY_FIELDS, value=FORM_LIMIT)
HOME = "/organizer/"
SIGN_IN = "/organizer/sign-in"
_NEXT = re.compile(
    r"/organizer/(?:petitions/new"
    r"|p/[a-z0-9-]{1,60}(?:/edit|/export\.csv|/moderation|/invalidate|/audit)?)?"
)
# Kept by the browser, checked again when it is needed; `no-store` would break Back.
PRIVATE = (b"cache-control", b"private,no-cache")

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of an organizer who is signed in.

    `form` is empty for GET. `stale`: the form was made before this sign-in, so its sender has to
    look at it and send it once more.
    """

    request: Request
    services: Services
    organizer: Organizer
    token: bytes
    form: Values
    stale: bool = False

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page of this room."""
        csrf = organizers.form_token(self.token)
        return page(self.request, template, status, organizer=self.organizer, csrf=csrf, **context)


Endpoint = Callable[[Request], Awaitable[Response]]
Room = Callable[[Visit], Awaitable[Response]]


def plain(endpoint: Endpoint) -> Endpoint:
    """An endpoint whose errors are answered with plain pages."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Disconnected:
            return Response()  # nobody is left to read it
        except UndersignedError as error:
            return refused(request, error)

    return answer


def room(endpoint: Room, *, keeps_stale: bool = False) -> Endpoint:
    """An endpoint for organizers who are signed in; others are asked to sign in first.

    What a form carried is kept through that sign-in. A form of an earlier sign-in is refused,
    unless `keeps_stale`: then the endpoint gets it, and must change nothing.
    """

    async def answer(request: Request) -> Response:
        services = services_of(request)
        form = await read(request) if request.method == "POST" else {}
        token = session_token(request)
        try:
            async with services.database.read() as tx:
                organizer = await organizers.signed_in(tx, token, services.now())
        except SignedOut:
            return _ask_to_sign_in(request, form)
        stale = False
        if request.method == "POST":
            try:
                check_form_token(form, token)
            except CrossSite:
                if not keeps_stale:
                    raise
                stale = True
        return await endpoint(Visit(request, services, organizer, token, form, stale))

    return plain(answer)


def check_form_token(form: Values, token: bytes) -> None:
    """Raise `CrossSite` unless the form was made for this session."""
    sent, wanted = form.get("csrf", ""), organizers.form_token(token)
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), wanted.encode()):
        raise CrossSite("form token")


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def read(request: Request) -> dict[str, str]:
    """The form of this request. Raises `CrossSite`, `BadRequest` and below."""
    check_origin(request.scope, services_of(request).settings.origin)
    return await read_form(request.scope, request.receive, ROOM)


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """A page from `templates/web/organizer/`, in the client's coding."""
    services = services_of(request)
    context = {"organizer": None, "csrf": "", "home": HOME, **context}
    language = services.settings.language
    text = services.renderer.page(f"web/organizer/{template}.html", language, **context)
    body, coding = encode(text.encode(), header(request.scope, b"accept-encoding"))
    headers: Headers = [
        (b"content-type", b"text/html;charset=utf-8"),
        PRIVATE,
        (b"vary", b"accept-encoding"),
        *security_headers(text),
        *transport_headers(services.settings.secure),
        # For browsers that know no frame-ancestors; here a click does something.
        (b"x-frame-options", b"DENY"),
    ]
    if coding:
        headers.append((b"content-encoding", coding.encode()))
    headers.append((b"content-length", b"%d" % len(body)))
    return _respond(status, headers, b"" if request.method == "HEAD" else body)


def see_other(path: str) -> Response:
    """On to that page, with GET; a path of ours, never one from the request."""
    return _respond(303, [(b"location", path.encode()), (b"content-length", b"0"), PRIVATE])


def _respond(status: int, headers: Headers, body: bytes = b"") -> Response:
    response = Response(body, status)
    response.raw_headers = headers
    return response


def refused(request: Request, error: UndersignedError) -> Response:
    """The plain page for what could not be done."""
    kind = next(
        (k for k in (StoreUnavailable, NotFound, Throttled, CrossSite, TooLarge, WrongContentType)
         if isinstance(error, k)),
        BadRequest,
    )  # fmt: skip
    services = services_of(request)
    title, line = REFUSALS[kind.__name__]
    language = services.settings.language
    answer = page(
        request,
        "message",
        status_of(error),
        title=services.renderer.say(language, title),
        line=services.renderer.say(language, line),
    )
    seconds = getattr(error, "retry_after", None) or getattr(error, "seconds", None)
    if seconds:
        answer.headers["retry-after"] = str(seconds)
    return answer


# The cookie.


def cookie_name(request: Request, name: str = "organizer") -> str:
    """`__Host-` makes a browser refuse the cookie from anywhere but this host, over TLS."""
    return f"__Host-{name}" if services_of(request).settings.secure else name


def set_cookie(
    request: Request, response: Response, name: str, value: bytes, max_age: int | None = None
) -> None:
    """Keep the bytes in the browser, out of reach of scripts.

    `Lax`, so that a link in a mail finds the organizer signed in. It sends no cookie with a form
    from another site, and every form is checked besides.
    """
    response.set_cookie(
        cookie_name(request, name),
        base64.urlsafe_b64encode(value).decode().rstrip("="),
        max_age=max_age,
        path="/",
        secure=services_of(request).settings.secure,
        httponly=True,
        samesite="lax",
    )


def read_cookie(request: Request, name: str) -> bytes:
    """The bytes of a cookie of ours; none for one that is missing or mangled."""
    value = request.cookies.get(cookie_name(request, name), "")
    try:
        return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (ValueError, binascii.Error):
        return b""


def session_token(request: Request) -> bytes:
    return read_cookie(request, "organizer")


# Through a sign-in that ended in the middle.


def _ask_to_sign_in(request: Request, form: Values) -> Response:
    """The sign-in page; what was typed travels in it and comes back in its own form."""
    path = wanted_page(request.url.path)
    if request.method != "POST":
        return see_other(SIGN_IN if path == HOME else f"{SIGN_IN}?next={path}")
    typed = {k: v for k, v in form.items() if k != "csrf"}
    # 200: some text and feature-phone browsers hide the body of a 4xx.
    return page(
        request,
        "sign_in",
        values={"name": "", "next": path, "typed": packed(typed)},
        ended=True,
        error="",
    )


def wanted_page(path: str) -> str:
    """The page of ours to go to after a sign-in; the list for every other address."""
    if path.endswith(("/open", "/pause", "/close")):
        path = path.rpartition("/")[0]
    return path if _NEXT.fullmatch(path) else HOME


def packed(values: Values) -> str:
    """A form as one word: browsers alter line ends and spaces in hidden fields."""
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(dict(values)).encode())).decode()


def unpacked(word: str) -> dict[str, str]:
    """The form that `packed` made; empty for a word that is none. Reads at most `FORM_LIMIT`."""
    try:
        text = zlib.decompressobj().decompress(base64.urlsafe_b64decode(word), FORM_LIMIT)
        found = json.loads(text)
    except (ValueError, zlib.error, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, str)}

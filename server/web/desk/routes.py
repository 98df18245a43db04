"""The organizer's room: its site map, signing in and out, and the list of petitions."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.core.desk import dashboard as figures
from server.core.desk import organizers
from server.core.desk.dashboard import Standing
from server.core.desk.organizers import MARK_BYTES, TOKEN_BYTES, Organizer, SignIn
from server.core.values import passwords
from server.errors import InvalidInput, NotFound, StoreUnavailable, Throttled
from server.web.desk import dashboard, moderation, petition_form
from server.web.desk.session import (
    HOME,
    SIGN_IN,
    Values,
    Visit,
    check_form_token,
    cookie_name,
    page,
    plain,
    read,
    read_cookie,
    room,
    see_other,
    services_of,
    session_token,
    set_cookie,
    unpacked,
    wanted_page,
)
from server.web.desk.words import NOT_SIGNED_IN, STATES, WAIT, WRONG
from server.web.http.addresses import client_address

MARK_SECONDS = 180 * 86_400


async def index(visit: Visit) -> Response:
    """The petitions that this organizer runs, newest first."""
    services = visit.services
    directory = await services.petitions()
    async with services.database.read() as tx:
        mine = await organizers.petition_ids(tx, visit.organizer.id)
        standings = await figures.overview(tx, visit.organizer.id, services.now())
    language = services.settings.language
    listed = [
        (p, p.text(language), states_word(visit, p.state), standings.get(p.id, Standing()))
        for p in directory.by_id.values()
        if p.id in mine
    ]
    return visit.page("index", petitions=listed)


def states_word(visit: Visit, state: str) -> str:
    return visit.services.renderer.say(visit.services.settings.language, STATES[state])


async def sign_in(request: Request) -> Response:
    """GET the form; POST starts a session and goes on to the page that was wanted."""
    if request.method != "POST":
        wanted = wanted_page(request.query_params.get("next", HOME))
        return _sign_in_page(request, {"next": wanted})
    form = await read(request)
    services = services_of(request)
    attempt = SignIn(
        name=form.get("name", ""),
        password=form.get("password", ""),
        address=str(client_address(request.scope, services.settings.trusted_proxies) or "unknown"),
        mark=read_cookie(request, "organizer-browser"),
        token=secrets.token_bytes(TOKEN_BYTES),
        salt=secrets.token_bytes(passwords.SALT_BYTES),
    )
    key = services.keys.server("sign-in")
    try:
        organizer = await organizers.sign_in(
            services.database, attempt, key=key, now=services.now()
        )
    except InvalidInput:
        return _sign_in_page(request, form, _say(request, WRONG))
    except Throttled as error:
        minutes = -(-error.seconds // 60)
        answer = _sign_in_page(request, form, _say(request, WAIT, minutes=minutes), status=429)
        answer.headers["retry-after"] = str(error.seconds)
        return answer
    except StoreUnavailable as error:
        answer = _sign_in_page(request, form, _say(request, NOT_SIGNED_IN), status=503)
        answer.headers["retry-after"] = str(error.retry_after)
        return answer
    answer = await _welcome(request, organizer, attempt.token, form)
    mark = organizers.browser_mark(key, organizer.name, secrets.token_bytes(MARK_BYTES))
    set_cookie(request, answer, "organizer", attempt.token)
    set_cookie(request, answer, "organizer-browser", mark, max_age=MARK_SECONDS)
    return answer


def _say(request: Request, message: str, **fields: object) -> str:
    services = services_of(request)
    return services.renderer.say(services.settings.language, message, **fields)


def _sign_in_page(
    request: Request, form: Values, error: str = "", *, status: int = 200
) -> Response:
    values = {k: form.get(k, "") for k in ("name", "next", "typed")}
    return page(request, "sign_in", status, values=values, ended=False, error=error)


async def _welcome(request: Request, organizer: Organizer, token: bytes, form: Values) -> Response:
    """On to the page that was wanted, or back to the form that the old sign-in cut short."""
    wanted = wanted_page(form.get("next", HOME))
    if typed := unpacked(form.get("typed", "")):
        visit = Visit(request, services_of(request), organizer, token, typed)
        try:
            if answer := await petition_form.resumed(visit, wanted, typed):
                return answer
        except (NotFound, StoreUnavailable):
            pass  # signed in they are; the page that they wanted says the rest
    return see_other(wanted)


async def sign_out(request: Request) -> Response:
    """End the session. Asked twice, or after it has ended, it is the same."""
    services = services_of(request)
    form = await read(request)
    token = session_token(request)
    if token:
        check_form_token(form, token)
        async with services.database.write() as tx:
            await organizers.sign_out(tx, token)
    answer = see_other(SIGN_IN)
    answer.delete_cookie(
        cookie_name(request), path="/", secure=services.settings.secure, httponly=True
    )
    # Back must not show the pages of the one who left (browsers heed it over TLS).
    answer.headers["clear-site-data"] = '"cache"'
    return answer


routes: list[BaseRoute] = [
    Route("/", room(index)),
    Route("/sign-in", plain(sign_in), methods=["GET", "POST"]),
    Route("/sign-out", plain(sign_out), methods=["POST"]),
    Route("/petitions/new", room(petition_form.new, keeps_stale=True), methods=["GET", "POST"]),
    Route("/p/{slug}", room(dashboard.show)),
    Route("/p/{slug}/edit", room(petition_form.edit, keeps_stale=True), methods=["GET", "POST"]),
    Route("/p/{slug}/open", room(dashboard.open_), methods=["POST"]),
    Route("/p/{slug}/pause", room(dashboard.pause), methods=["POST"]),
    Route("/p/{slug}/close", room(dashboard.close), methods=["POST"]),
    Route("/p/{slug}/moderation", room(moderation.show)),
    Route("/p/{slug}/moderation/decide", room(moderation.decide), methods=["POST"]),
    Route("/p/{slug}/moderation/comments", room(moderation.comments), methods=["POST"]),
    Route("/p/{slug}/moderation/populations", room(moderation.populations), methods=["POST"]),
    Route("/p/{slug}/text-codes", room(moderation.text_codes), methods=["POST"]),
    Route("/p/{slug}/invalidate", room(moderation.invalidate), methods=["GET", "POST"]),
    Route("/p/{slug}/invalidate/{id}/confirm", room(moderation.confirm), methods=["POST"]),
    Route("/p/{slug}/invalidate/{id}/undo", room(moderation.undo), methods=["POST"]),
    Route("/p/{slug}/audit", room(moderation.log)),
    Route("/p/{slug}/audit.jsonl", room(moderation.export)),
    Route("/p/{slug}/export.csv", room(dashboard.export)),
]

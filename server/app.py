"""The wiring, and every door of the site in one table."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server import metrics
from server.config import LANGUAGES, Settings
from server.errors import StoreUnavailable, Throttled, UndersignedError, status_of
from server.outgoing import loops
from server.services import Services, open_services
from server.texting.gateways import gateways
from server.web.desk import routes as desk
from server.web.health import Operators
from server.web.hooks import Hooks
from server.web.http.forms import Disconnected
from server.web.http.front import Front
from server.web.http.guard import Headers, Hosts, transport_headers
from server.web.http.pages import Pages, respond
from server.web.public.codes import Codes
from server.web.public.petition import Public
from server.web.public.sheets import Sheets
from server.web.public.sign import Sign
from server.web.public.thanks import Thanks

log = logging.getLogger(__name__)
Endpoint = Callable[[Scope, Receive, Send], Awaitable[None]]


def routes(
    public: Public,
    sign: Sign,
    codes: Codes,
    sheets: Sheets,
    hooks: Hooks,
    operators: Operators,
) -> list[BaseRoute]:
    """The site map. A language prefix (`/es/…`) has been taken off the path before it gets here."""
    return [
        # What a crowd asks for comes first: the table is tried from the top.
        Route("/p/{slug:slug}", Methods(GET=public.petition, POST=sign.sign)),
        Route("/sms/{gateway}", Methods(GET=hooks.event, POST=hooks.event)),
        Route("/", Methods(GET=public.index)),
        Route("/accessibility", Methods(GET=public.information)),
        Route("/help", Methods(GET=public.information)),
        Route("/privacy", Methods(GET=public.information)),
        Route("/p/{slug}/verify", Methods(GET=codes.verify, POST=codes.verify)),
        Route("/p/{slug}/withdraw", Methods(GET=codes.withdraw, POST=codes.withdraw)),
        Route("/p/{slug}/count", Methods(GET=public.count_text)),
        Route("/p/{slug}/count.txt", Methods(GET=public.count_text)),
        Route("/p/{slug}/count.json", Methods(GET=public.count_json)),
        Route("/p/{slug:slug}.txt", Methods(GET=sheets.text)),
        Route("/p/{slug}/poster", Methods(GET=sheets.poster)),
        Route("/p/{slug}/badge.svg", Methods(GET=sheets.badge)),
        Route("/p/{slug}/names", Methods(GET=sheets.names)),
        Route("/p/{slug}/names/{page:int}", Methods(GET=sheets.names)),
        Route("/p/{slug}/feed.atom", Methods(GET=sheets.feed)),
        Route("/sms/{gateway}/{rest:path}", Methods(GET=hooks.event, POST=hooks.event)),
        Route("/healthz", Methods(GET=operators.health)),
        Route("/readyz", Methods(GET=operators.ready)),
        Route("/metrics", Methods(GET=operators.figures)),
        Mount("/organizer", routes=desk.routes),
    ]


class _Slug(Convertor[str]):
    """The petition's word in an address. It has no dot: what follows one is the kind of page."""

    regex = "[^/.]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("slug", _Slug())


class Methods:
    """A door: one endpoint for each method. What GET answers, HEAD answers without the body."""

    def __init__(self, **endpoints: Endpoint) -> None:
        self._endpoints = endpoints
        if "GET" in endpoints:
            self._endpoints["HEAD"] = endpoints["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._endpoints.get(scope["method"])
        if endpoint is None:
            raise HTTPException(405, headers={"allow": ", ".join(sorted(self._endpoints))})
        with suppress(Disconnected):  # nobody is left to be answered
            await endpoint(scope, receive, send)


def create_app(settings: Settings, *, with_worker: bool = True) -> ASGIApp:
    """The whole server as one ASGI application. The store is opened when the server starts; one
    that cannot be opened ends it with the reason."""
    pages = Pages(transport_headers(settings.secure))
    refusals: dict[int, bytes] = {}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with running(settings, with_worker) as services:
            public = Public(services, pages)
            thanks = Thanks(public, pages)
            app.state.services, app.state.public = services, public
            app.router.routes[:] = routes(
                public,
                Sign(public, thanks),
                Codes(public, thanks),
                Sheets(public, pages),
                Hooks(services),
                Operators(services),
            )
            refusals.update(public.refusals())
            yield {"refusals": refusals}  # for the HTTP server: `http.REFUSALS`

    app = Starlette(
        lifespan=lifespan,
        exception_handlers={
            UndersignedError: _refused,
            HTTPException: _unrouted,
            Exception: _failed,
        },
    )
    app.router.redirect_slashes = False  # it would build a link from the request's own Host
    hosts = Hosts(settings.public_url, settings.hosts)
    return Front(app, pages, LANGUAGES, settings.language, hosts, refusals)


@asynccontextmanager
async def running(settings: Settings, with_worker: bool) -> AsyncIterator[Services]:
    """The services, with the worker beside them, closed in order: what waits is stored first."""
    services = await open_services(settings, on_broken=_stop_the_process)
    services.gateways = gateways(settings, services.keys)
    with suppress(StoreUnavailable):  # a store that cannot be written yet can be read from
        # Before anybody is served: the data may have come from a backup, however it was put back.
        await loops.do_chores(services)
    work = asyncio.create_task(loops.run(services), name="worker") if with_worker else None
    try:
        yield services
    finally:
        if work:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        await services.close()


def _stop_the_process() -> None:
    # After a failed read or sync nothing in memory can be trusted; the next start recovers. Those
    # who wait get their 503 first; closing the store in order would touch the failing disk.
    log.critical("the disk failed: stopping; what was acknowledged is recovered at the next start")
    asyncio.get_running_loop().call_later(1, os._exit, os.EX_IOERR)


class _Answer:
    """An answer to a request that failed, as Starlette's exception handlers return them."""

    def __init__(self, public: Public, status: int, headers: Headers) -> None:
        self._public, self._status, self._headers = public, status, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].endswith(".json"):
            problem = {"title": HTTPStatus(self._status).phrase, "status": self._status}
            kind = (b"content-type", b"application/problem+json")  # RFC 9457
            headers, body = [kind, *self._headers], json.dumps(problem).encode()
            await respond(scope, send, self._status, headers, body)
            return
        message = str(self._status)
        await self._public.send_message(scope, send, self._status, message, extra=self._headers)


async def _unrouted(request: Any, error: Any) -> Any:
    """No such door, or not by this method: Starlette's own refusals."""
    headers = [(k.lower().encode(), v.encode()) for k, v in (error.headers or {}).items()]
    return _Answer(request.app.state.public, error.status_code, headers)


async def _refused(request: Any, error: Any) -> Any:
    """What the product raises on purpose."""
    headers: Headers = []
    if isinstance(error, StoreUnavailable):
        metrics.ERRORS.labels(type(error).__name__).inc()
        headers = [(b"retry-after", b"%d" % error.retry_after)]
    if isinstance(error, Throttled):
        headers = [(b"retry-after", b"%d" % error.seconds)]
    return _Answer(request.app.state.public, status_of(error), headers)


async def _failed(request: Any, error: Exception) -> Any:
    metrics.ERRORS.labels("unexpected").inc()
    log.error("a request failed", exc_info=error)
    return _Answer(request.app.state.public, 500, [])

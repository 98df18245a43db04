"""The wiring, and every door of the site in one table."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from server.config import LANGUAGES, Settings
from server.errors import StoreUnavailable
from server.outgoing import loops
from server.services import Services, open_services
from server.texting.gateways import gateways
from server.web.desk import routes as desk
from server.web.desk.resuming import HOME
from server.web.desk.session import OrganizerPages
from server.web.health import Operators
from server.web.hooks import Hooks
from server.web.http.failures import Failures
from server.web.http.front import Front
from server.web.http.guard import Hosts
from server.web.http.pages import Pages
from server.web.http.requests import Methods
from server.web.http.responses import transport_headers
from server.web.public.changes import Rewordings
from server.web.public.letters.answered import AnsweredPages
from server.web.public.letters.answers import AnswersPages
from server.web.public.letters.letter import LetterPages
from server.web.public.listing import Listing
from server.web.public.news import NewsPages
from server.web.public.news_off import NewsOff
from server.web.public.organizations import Organizations
from server.web.public.petition import Petitions
from server.web.public.preview import Previews
from server.web.public.sheets import Sheets
from server.web.public.signing.codes import Codes
from server.web.public.signing.mine import Mine
from server.web.public.signing.sign import Sign
from server.web.public.signing.thanks import Thanks
from server.web.public.site import Site, refusals

log = logging.getLogger(__name__)


def routes(site: Site, organizers: OrganizerPages) -> list[BaseRoute]:
    """The site map. A language prefix (`/es/…`) has been taken off the path before it gets here."""
    petitions, sheets, thanks = Petitions(site), Sheets(site), Thanks(site)
    sign, codes, listing = Sign(site, thanks), Codes(site, thanks), Listing(site)
    letter, previews, changes = LetterPages(site), Previews(site), Rewordings(site)
    organizations, mine = Organizations(site), Mine(site)
    answers, answered = AnswersPages(site), AnsweredPages(site)
    news, off = NewsPages(site), NewsOff(site)
    hooks, operators = Hooks(site.services), Operators(site.services)
    return [
        # What a crowd asks for comes first: the table is tried from the top.
        Route("/p/{slug:slug}", Methods(GET=petitions.petition, POST=sign.sign)),
        Route("/sms/{gateway}", Methods(GET=hooks.event, POST=hooks.event)),
        Route("/", Methods(GET=listing.index)),
        Route("/accessibility", Methods(GET=petitions.information)),
        Route("/help", Methods(GET=petitions.information)),
        Route("/privacy", Methods(GET=petitions.information)),
        Route("/mine", Methods(GET=mine.show, POST=mine.answer)),
        Route("/p/{slug}/by/{collector}", Methods(GET=petitions.petition, POST=sign.sign)),
        Route("/p/{slug}/by/{collector}/poster", Methods(GET=sheets.poster)),
        Route("/p/{slug}/verify", Methods(GET=codes.verify, POST=codes.verify)),
        Route("/p/{slug}/withdraw", Methods(GET=codes.withdraw, POST=codes.withdraw)),
        Route("/p/{slug}/privacy", Methods(GET=petitions.privacy)),
        Route("/p/{slug}/letter", Methods(GET=letter.letter, POST=letter.letter)),
        Route("/p/{slug}/answers", Methods(GET=answers.answers)),
        Route("/p/{slug}/answers.json", Methods(GET=answers.answers_json)),
        Route("/p/{slug}/answered", Methods(GET=answered.answered, POST=answered.answered)),
        Route("/preview/{ref}", Methods(GET=previews.preview, POST=previews.beyond)),
        Route("/preview/{ref}/{rest:path}", Methods(GET=previews.beyond)),
        Route("/p/{slug}/changes", Methods(GET=changes.changes)),
        Route("/p/{slug}/count", Methods(GET=petitions.count_digits)),
        Route("/p/{slug}/count.txt", Methods(GET=petitions.count_digits)),
        Route("/p/{slug}/count.json", Methods(GET=petitions.count_json)),
        Route("/p/{slug:slug}.txt", Methods(GET=sheets.plain)),
        Route("/p/{slug}/poster", Methods(GET=sheets.poster)),
        Route("/p/{slug}/badge.svg", Methods(GET=sheets.badge)),
        Route("/p/{slug}/names", Methods(GET=sheets.names)),
        Route("/p/{slug}/names/{page:page}", Methods(GET=sheets.names)),
        Route("/p/{slug}/organizations", Methods(GET=organizations.organizations)),
        Route("/p/{slug}/organizations/{page:page}", Methods(GET=organizations.organizations)),
        Route("/p/{slug}/feed.atom", Methods(GET=sheets.feed)),
        Route("/p/{slug}/news", Methods(GET=news.news)),
        Route("/p/{slug}/news/before/{page:page}", Methods(GET=news.news)),
        Route("/p/{slug}/news/{number:page}", Methods(GET=news.piece)),
        Route("/news/off/{word}", Methods(GET=off.news_off, POST=off.news_off)),
        Route("/sms/{gateway}/{rest:path}", Methods(GET=hooks.event, POST=hooks.event)),
        Route("/healthz", Methods(GET=operators.health)),
        Route("/readyz", Methods(GET=operators.ready)),
        Route("/metrics", Methods(GET=operators.figures)),
        *desk.routes(organizers),
    ]


class _Slug(Convertor[str]):
    """The petition's word in an address. It has no dot: what follows one is the kind of page."""

    regex = "[^/.]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _Page(Convertor[int]):
    """The number of a page. With more digits than any page has, it is no address of ours: of
    thousands Python makes no number."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("slug", _Slug())
register_url_convertor("page", _Page())


def doors(site: Site) -> ASGIApp:
    """All that the site map leads to, and a readable answer to what leads nowhere or fails."""
    organizers = OrganizerPages(site.services)
    # `redirect_slashes` would build a link from the request's own Host.
    router = Router(routes(site, organizers), redirect_slashes=False, default=_nowhere)
    return Failures(router, {HOME: organizers.send_failure, "/": site.send_failure})


async def _nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    raise HTTPException(404)


def create_app(settings: Settings, *, with_worker: bool = True) -> ASGIApp:
    """The whole server as one ASGI application. The store is opened when the server starts; one
    that cannot be opened ends it with the reason."""
    pages = Pages(transport_headers(settings.secure))
    refused: dict[int, bytes] = {}

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
        async with running(settings, with_worker) as services:
            front.doors = doors(Site(services, pages))
            front.slug_of_today = services.directory.slug_of_today
            refused.update(refusals(services))
            compiling = asyncio.create_task(_compile_pages(services))
            yield {"refusals": refused}  # for the HTTP server: `protocol.REFUSALS`
            compiling.cancel()

    # Starts and ends it, and has no door: nobody is let in before.
    house = Router(lifespan=lifespan, redirect_slashes=False, default=_nowhere)
    hosts = Hosts(settings.public_url, settings.hosts)
    front = Front(house, pages, LANGUAGES, settings.language, hosts, refused)
    return front


@asynccontextmanager
async def running(settings: Settings, with_worker: bool) -> AsyncIterator[Services]:
    """The services, with the worker beside them, closed in order: what waits is stored first."""
    services = await open_services(settings, gateways, on_broken=_stop_the_process)
    with suppress(StoreUnavailable):  # a store that cannot be written yet can be read from
        # Before anybody is served: the data may have come from a backup, however it was put back.
        await loops.wake(services)
        await services.day_key()  # or the first signer would wait for it beside all others
    work = asyncio.create_task(loops.run(services), name="worker") if with_worker else None
    try:
        yield services
    finally:
        if work:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        await services.close()


async def _compile_pages(services: Services) -> None:
    """Beside the first requests, which go first: between two steps is time for one."""
    for _ in services.renderer.compile_pages(services.settings.language):
        await asyncio.sleep(0.05)


def _stop_the_process() -> None:
    # After a failed read or sync nothing in memory can be trusted; the next start recovers. Those
    # who wait get their 503 first; closing the store in order would touch the failing disk.
    log.critical("the disk failed: stopping; what was acknowledged is recovered at the next start")
    asyncio.get_running_loop().call_later(1, os._exit, os.EX_IOERR)

"""What every request passes before the routes: is it for us, at which address, have we the page?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from server.web.http import accept
from server.web.http.guard import Hosts
from server.web.http.pages import CHOSEN, Pages, send_page
from server.web.http.requests import header
from server.web.http.responses import (
    CHECKED,
    HTML,
    UNKEPT,
    Header,
    redirect,
    respond,
    retry_after,
)

# Reads that may be under way, pages from memory not counted; beyond it people are asked to wait.
# Signings are bounded by UNDERSIGNED_QUEUE_LIMIT, which gives people back what they typed.
READS = 1000
# Doors for machines inside the same network, which call us by whatever name they have for us. None
# has a form or a link in it; webhooks are signed, or have a secret in their address.
_MACHINES = re.compile(r"/(?:sms/.*|(?:healthz|readyz|metrics)/*)", re.DOTALL)
_KEPT = re.compile(rf"{_MACHINES.pattern}|/organizer", re.DOTALL)  # addresses taken as they come
_SLASHES = re.compile(r"/{2,}")
# An address as we write them, and what is in none of them: other programs take into a link the
# marks that end a sentence, close a bracket or a quotation, and blanks that nobody sees. Where
# nothing else stands behind /p/, that stays, and leads nowhere.
_WELL_FORMED = re.compile(r"((?:/(?!p/[^a-z0-9])[a-z0-9-]*[a-z0-9](?:\.[a-z]+)?)+)([^a-z0-9]+)")
_PETITION = re.compile(r"((?:/[a-z]{2,3})?/p/)([^/.]+)(.*)", re.DOTALL)
_QUERY = re.compile(rb"[!-~]*")
_ASKS = re.compile(rb"(?:^|&)(?:q|topic|by|page)=")
_REFUSED = [HTML, UNKEPT]
_FOR_A_DAY = (b"cache-control", b"max-age=86400")
_BUSY = [*_REFUSED, retry_after(20)]


@dataclass(frozen=True, slots=True)
class Refusals:
    """Small pages for those whom we do not serve, made before they are needed, by status."""

    pages: Mapping[int, bytes]

    async def send(self, scope: Scope, send: Send, status: int) -> None:
        headers = _BUSY if status == 503 else _REFUSED
        await respond(scope, send, status, headers, self.pages.get(status, b""))


class Front:
    """Answers GET and HEAD of a fresh public page from memory; what is for us goes to the routes.

    At the bare `/`, and nowhere else, the browser's own languages choose. A language prefix
    (`/es/p/lake`) is taken off the path and kept in `scope["language"]`, which is None without one,
    so that the route table has each door once. Each page has one address, in small letters and
    without anything at its end; from others GET is sent there, in one step, and a form is taken as
    it is.
    """

    def __init__(
        self,
        app: ASGIApp,
        pages: Pages,
        languages: Iterable[str],
        own: str,
        hosts: Hosts,
        refusals: Mapping[int, bytes],
    ) -> None:
        """`own` is the language of a page without a prefix."""
        self._lifespan = app
        #: What all requests go to that are for us; known once the store is open.
        self.doors = app
        self._pages = pages
        self._languages = tuple(languages)
        self._own = own
        self._firsts = {"/", *(f"/{code}{end}" for code in self._languages for end in ("", "/"))}
        self._hosts = hosts
        self._refusals = Refusals(refusals)
        #: The slug of today for one that a petition had before; known once the store is open.
        self.slug_of_today: Callable[[str], str] = str
        self._reads = 0
        self._split = lru_cache(maxsize=200)(self._split_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._lifespan(scope, receive, send)
            return
        path = name = scope["path"]
        if not self._hosts.ours(header(scope, b"host")) and not _MACHINES.fullmatch(path):
            await self._refusals.send(scope, send, 421)
            return
        chosen = None
        if path == "/":
            chosen = self._chosen(header(scope, b"accept-language"))
            name = f"{CHOSEN}{chosen or ''}"
        reads = scope["method"] in {"GET", "HEAD"}
        if reads and not self._asks(scope) and (page := self._pages.fresh(name)):
            await send_page(page, scope, send)
            return
        language, path = self._split(path)
        if scope["path"] != "/":  # one name for each page
            name = f"/{language}{path}" if language else path
        called = {"called": scope["path"], "page": name, "language": language or chosen}
        scope = {**scope, **called, "path": path}
        if reads:
            await self._read(scope, receive, send)
        else:
            await self.doors(scope, receive, send)

    def _asks(self, scope: Scope) -> bool:
        """Whether the first page is asked for more than itself."""
        query = scope["query_string"]
        return bool(query and _ASKS.search(query) and scope["path"] in self._firsts)

    async def _read(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it in, unless it has a better address, or so many are in that they would suffer."""
        called = scope["called"]
        if called != "/" and not _KEPT.match(called):
            page = self._of_today(scope["page"])
            if called != page:
                # A petition may take up an address of before: nobody may remember that it moved.
                kept = CHECKED if page != scope["page"] else _FOR_A_DAY
                await self._redirect(scope, send, page, kept)
                return
        if self._reads >= READS and not _MACHINES.fullmatch(called):
            await self._refusals.send(scope, send, 503)
            return
        self._reads += 1
        try:
            await self.doors(scope, receive, send)
        finally:
            self._reads -= 1

    def _of_today(self, page: str) -> str:
        """The page under the slug that its petition has now."""
        found = _PETITION.fullmatch(page)
        return f"{found[1]}{self.slug_of_today(found[2])}{found[3]}" if found else page

    async def _redirect(self, scope: Scope, send: Send, path: str, kept: Header) -> None:
        """To a page's own address on this host; 301, which the oldest browsers know."""
        location = quote(path, safe="/:@!$&'()*+,;=~")
        query = scope["query_string"]
        if query and _QUERY.fullmatch(query):
            location += f"?{query.decode('ascii')}"
        await redirect(scope, send, 301, location, [kept])

    def _chosen(self, accept_language: str) -> str | None:
        """The prefix of the first page for this browser; None for the server's own language."""
        found = accept.language(accept_language, self._languages)
        return None if found == self._own else found

    def _split_path(self, path: str) -> tuple[str | None, str]:
        """The language prefix, or None, and the path without it, as we write it."""
        if _KEPT.match(path):
            bare = path if path.startswith("/organizer") else path.rstrip("/")
            return None, "/organizer/" if path == "/organizer" else bare
        path = _bare(_SLASHES.sub("/", "/" + path).lower())
        first, _, rest = path[1:].partition("/")
        if first in self._languages:
            return first, "/" + rest.rstrip("/")
        return None, "/" + path.strip("/")


def _bare(path: str) -> str:
    """The path without what other programs have left at its end."""
    found = _WELL_FORMED.fullmatch(path)
    return found[1] if found and all(map(_is_mark, found[2])) else path


def _is_mark(c: str) -> bool:
    """Punctuation, signs and blanks of every script, and what only changes or directs others."""
    return c.isspace() or unicodedata.category(c)[0] in "PSZM" or unicodedata.category(c) == "Cf"

"""Public pages as bytes: rendered once, compressed once, served from memory.

A public page is the same for every visitor. `Pages` keeps it in each coding together with its
headers, so that a view costs a look-up. `front.Front` answers such a view before routing.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.types import Scope, Send

from server.web.http.compress import THOROUGH, Coding, choose, encoded
from server.web.http.requests import header
from server.web.http.responses import (
    VARY,
    Headers,
    coded,
    head_of,
    lines_of,
    respond,
    write,
)

FRESH_SECONDS = 0.2  # a count on a page lags at most so far behind the store
PAGES_KEPT = 500
CHOSEN = "/?"

Render = Callable[[], tuple[bytes, Headers]]


@dataclass(frozen=True, slots=True)
class Coded:
    """A page in one coding. `head` is how its answer begins, without what a server adds."""

    body: bytes
    headers: Headers
    etag: bytes
    head: bytes


_MARKS = re.compile(rb"(<!--\w+-->)")


@dataclass(slots=True)
class Page:
    """One page; `key` says what it was made of: it is made again only when that changes."""

    key: object
    body: bytes
    headers: Headers
    cacheable: bool = True  # by others than us: not the answer to a POST
    vary: bytes = VARY[1]
    quality: int = THOROUGH  # of packing, which is worth it for what changes seldom
    checked: float = 0.0
    _coded: dict[Coding, Coded] = field(default_factory=dict)
    _parts: tuple[bytes, list[bytes]] | None = None

    def parts(self) -> tuple[bytes, list[bytes]]:
        """For a page that is filled in for one person: how its answer begins, and the body parted
        at its marks, which are comments of one word."""
        if self._parts is None:
            self._parts = head_of(200, self.headers), _MARKS.split(self.body)
        return self._parts

    def coded(self, coding: Coding) -> Coded:
        """The page in one coding."""
        found = self._coded.get(coding)
        if found is None:
            found = self._coded[coding] = self._put_together(coding)
        return found

    def _put_together(self, coding: Coding) -> Coded:
        body = encoded(self.body, coding, self.quality)
        etag = b'"%s"' % hashlib.sha256(body).hexdigest()[:8].encode()
        headers = list(self.headers)
        if self.cacheable:
            headers += [(b"vary", self.vary), (b"etag", etag)]
        if coding != "identity":
            headers.append((b"content-encoding", coding.encode()))
        headers.append((b"content-length", b"%d" % len(body)))
        return Coded(body, headers, etag, head_of(200, headers))


class Pages:
    """The pages in memory by path, the least recently used going first."""

    def __init__(self, every: Headers | None = None, kept: int = PAGES_KEPT) -> None:
        """`every` are headers that each of them carries besides its own; at most `kept` stay."""
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self.every = every or []
        self._kept = kept

    def fresh(self, path: str) -> Page | None:
        """The page, unless it is time to look whether it still is what it was.

        Only one caller in `FRESH_SECONDS` is sent to look; the others have the last page meanwhile,
        so that a crowd of readers never becomes a crowd of queries.
        """
        page = self._pages.get(path)
        now = time.monotonic()
        if page is None or now - page.checked > FRESH_SECONDS:
            if page:
                page.checked = now
            return None
        return page

    def last(self, path: str) -> Page | None:
        """The page as it last was, however old: better than none while the store is away."""
        return self._pages.get(path)

    def keep(self, path: str, key: object, render: Render, quality: int = THOROUGH) -> Page:
        """The page for this key: the one in memory if it still fits, else a new one.

        A name that is no path holds a page that answers a POST; one that begins with `CHOSEN` the
        first page in a language that the browser asked for.
        """
        page = self._pages.get(path)
        if page is None or page.key != key:
            body, headers = render()
            page = Page(key, body, [*headers, *self.every], cacheable=path.startswith("/"))
            page.quality = quality
            if path.startswith(CHOSEN):
                page.vary += b",accept-language"
            self._pages[path] = page
            if len(self._pages) > self._kept:
                self._pages.popitem(last=False)
        self._pages.move_to_end(path)
        page.checked = time.monotonic()
        return page


async def send_page(page: Page, scope: Scope, send: Send) -> None:
    """The page in the client's coding, or 304 if the client has it."""
    found = page.coded(choose(header(scope, b"accept-encoding")))
    known = header(scope, b"if-none-match").encode() if page.cacheable else b""
    if known and (
        known == b"*" or found.etag in (e.strip().removeprefix(b"W/") for e in known.split(b","))
    ):
        # Without Cache-Control, against the letter of RFC 9110 (15.4.5): what a cache has stored of
        # it stays in force (RFC 9111, 3.2), and saying it again would take the answer over budget.
        kept = [h for h in found.headers if h[0] in {b"etag", b"vary"}]
        await respond(scope, send, 304, kept)
    else:
        await write(scope, send, 200, found.headers, found.body, found.head)


async def send_filled(page: Page, scope: Scope, send: Send, said: Mapping[bytes, bytes]) -> None:
    """A page of `Pages` for one person: what is `said`, as HTML, stands in place of each mark."""
    head, parts = page.parts()
    body, own = coded(scope, b"".join([said.get(part, part) for part in parts]))
    await write(scope, send, 200, [*page.headers, *own], body, head + lines_of(own))

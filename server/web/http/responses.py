"""How an answer is put together: status, headers, coding, length; and HEAD, which gets no body.

Every answer of `web` goes out through `write` or `stream`. Pages that are kept in memory (`pages`)
put theirs together once, from the same parts.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from server.web.http.compress import encode
from server.web.http.requests import header

Header = tuple[bytes, bytes]
Headers = list[Header]

WHOLE = "undersigned.whole"  # what our HTTP server offers: see `Protocol.answer_whole`

HTML = (b"content-type", b"text/html;charset=utf-8")
PLAIN = (b"content-type", b"text/plain;charset=utf-8")
JSON = (b"content-type", b"application/json")
# Who may keep it, and for how long: seconds. A cache in front may show a page of the last minute
# while it asks for a new one, and one of the last day while we do not answer.
FOR_ALL = (b"cache-control", b"max-age=5,stale-while-revalidate=60,stale-if-error=86400")
CHECKED = (b"cache-control", b"no-cache")
PRIVATE = (b"cache-control", b"private,no-cache")  # `no-store` would break Back
UNKEPT = (b"cache-control", b"no-store")
#: No search engine keeps the page: it may still change, or is another one's twin.
UNFOUND = (b"x-robots-tag", b"noindex")
VARY = (b"vary", b"accept-encoding")
FOR_EVERY_SITE = (b"access-control-allow-origin", b"*")  # figures are for everybody's page
NOSNIFF = (b"x-content-type-options", b"nosniff")

_STATUS_LINES = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}


# Headers.


def transport_headers(secure: bool) -> Headers:
    """Over https, that this name is never asked for without it again, for two years."""
    return [(b"strict-transport-security", b"max-age=63072000")] if secure else []


def security_headers(page: str = "") -> Headers:
    """Headers for an HTML page. Nothing may be loaded; the page's own style is allowed by its hash.

    `same-origin` and not `no-referrer`, which makes browsers say `Origin: null` on our own form.
    """
    styles = "".join(
        f" 'sha256-{_hash(s)}'" for s in re.findall(r"<style>(.*?)</style>", page, re.S)
    )
    policy = "default-src 'none';form-action 'self';base-uri 'none';frame-ancestors 'none'"
    if styles:
        policy += f";style-src{styles}"
    return [
        (b"content-security-policy", policy.encode()),
        NOSNIFF,
        (b"referrer-policy", b"same-origin"),
    ]


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def retry_after(seconds: int) -> Header:
    """When it makes sense to ask again."""
    return b"retry-after", b"%d" % seconds


def html(page: str, kept: Header) -> tuple[bytes, Headers]:
    """A page of HTML as bytes, and its headers; `kept` says who may keep it."""
    return page.encode(), [HTML, kept, *security_headers(page)]


def coded(scope: Scope, body: bytes) -> tuple[bytes, Headers]:
    """The body as this client takes it, and the headers that say its length and its coding."""
    body, coding = encode(body, header(scope, b"accept-encoding"))
    headers = [(b"content-length", b"%d" % len(body))]
    if coding:
        headers.append((b"content-encoding", coding.encode()))
    return body, headers


def lines_of(headers: Headers) -> bytes:
    """Headers as they are written."""
    return b"".join([b"%s: %s\r\n" % header for header in headers])


def head_of(status: int, headers: Headers) -> bytes:
    """Status line and headers as they are written, without what a server adds."""
    return _STATUS_LINES[status] + lines_of(headers)


# Answers.


async def respond(
    scope: Scope, send: Send, status: int, headers: Headers, body: bytes = b""
) -> None:
    """One whole answer with its length."""
    if status not in {204, 304}:
        headers = [*headers, (b"content-length", b"%d" % len(body))]
    await write(scope, send, status, headers, body)


async def send_html(
    scope: Scope, send: Send, status: int, page: str, extra: Iterable[Header] = ()
) -> None:
    """A page of HTML for one person, in the client's coding."""
    body, headers = html(page, PRIVATE)
    body, coding = coded(scope, body)
    await write(scope, send, status, [*headers, VARY, *extra, *coding], body)


async def redirect(
    scope: Scope, send: Send, status: int, path: str, extra: Iterable[Header] = ()
) -> None:
    """On to that page of ours; `path` is written as addresses are, in ASCII."""
    await respond(scope, send, status, [(b"location", path.encode("ascii")), *extra])


async def stream(
    scope: Scope,
    receive: Receive,
    send: Send,
    headers: Headers,
    blocks: AsyncGenerator[bytes],
) -> None:
    """A long answer, block by block, as long as somebody is there who takes it."""
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    gone = asyncio.create_task(_disconnected(receive))
    try:
        async with aclosing(blocks):
            if scope["method"] != "HEAD":
                async for block in blocks:
                    if gone.done():
                        return
                    await send({"type": "http.response.body", "body": block, "more_body": True})
    finally:
        gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _disconnected(receive: Receive) -> None:
    """Return when the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def write(
    scope: Scope,
    send: Send,
    status: int,
    headers: Headers,
    body: bytes,
    head: bytes | None = None,
) -> None:
    """One whole answer whose headers are complete. `head` is the same headers as they are written,
    where they have been put together before."""
    if scope["method"] == "HEAD":
        body = b""
    if whole := scope.get("extensions", {}).get(WHOLE):
        await whole(head or head_of(status, headers), body)
        return
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

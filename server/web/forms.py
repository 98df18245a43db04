"""Reading a form as people's browsers really send it.

Old browsers send windows-1252 whatever the page's charset, and leave the hidden field `_charset_`
empty; the framework's decoder then loses letters. We decode as UTF-8 if that fits every value,
else as the form says, else as windows-1252.
"""

from __future__ import annotations

import asyncio
import html
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import Receive, Scope

from server.errors import BadRequest, TooLarge, WrongContentType

BODY_LIMIT = 16_384  # bytes; every public form is far below
BODY_SECONDS = 300  # somebody on a bad link may pause; a connection that is dead must go
FIELD_LIMIT = 80
_CHARSETS = {"utf-8", "windows-1252", "iso-8859-1", "iso-8859-15"}
_ENTITY = re.compile(r"&#\d{1,7};")


class Disconnected(Exception):
    """The client went away in the middle of its body. There is nobody to answer."""


def header(scope: Scope, name: bytes) -> str:
    """The first header of that lower-case name, or ''."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


async def read_body(scope: Scope, receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    """The whole body. Raises `TooLarge` as soon as it is known to be, `Disconnected`, and
    `BadRequest` for a body that takes longer than `BODY_SECONDS`."""
    declared = header(scope, b"content-length")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLarge(f"{declared} bytes")
    body, more = await _next_piece(receive)
    if not more and len(body) <= limit:  # nearly always
        return body
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more and len(body) <= limit:
                piece, more = await _next_piece(receive)
                body += piece
    except TimeoutError:
        raise BadRequest(f"no end of the body in {BODY_SECONDS} seconds") from None
    if len(body) > limit:
        raise TooLarge(f"more than {limit} bytes")
    return body


async def _next_piece(receive: Receive) -> tuple[bytes, bool]:
    message: Any = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message.get("body", b""), message.get("more_body", False)


async def read_form(scope: Scope, receive: Receive, limit: int = BODY_LIMIT) -> dict[str, str]:
    """The form's fields; of a field sent twice the last. Raises `BadRequest` and below."""
    content_type = header(scope, b"content-type")
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in {"application/x-www-form-urlencoded", ""}:
        raise WrongContentType(kind)
    return decode(await read_body(scope, receive, limit), _charset_of(content_type))


def _charset_of(content_type: str) -> str:
    found = re.search(r"charset=\"?([\w-]+)", content_type, re.IGNORECASE)
    return found[1].lower() if found else ""


def decode(body: bytes, charset: str = "") -> dict[str, str]:
    """The fields of a urlencoded body. Raises `BadRequest` for more than `FIELD_LIMIT` fields."""
    pairs = pairs_of(body)
    try:
        return {k.decode(): v.decode() for k, v in pairs}
    except UnicodeDecodeError:
        pass
    declared = dict(pairs).get(b"_charset_", b"").decode("ascii", "replace").lower()
    encoding = next((c for c in (declared, charset) if c in _CHARSETS - {"utf-8"}), "windows-1252")

    def read(raw: bytes) -> str:
        # A letter that the browser's charset lacks arrives as a numeric entity.
        text = raw.decode(encoding, "replace")
        return _ENTITY.sub(lambda m: html.unescape(m[0]), text)

    return {read(k): read(v) for k, v in pairs}


def pairs_of(body: bytes) -> list[tuple[bytes, bytes]]:
    """Names and values of a urlencoded body as they stand, in order, in no charset yet."""
    parts = body.split(b"&")
    if len(parts) > FIELD_LIMIT:
        raise BadRequest("too many fields")
    pairs = []
    for part in parts:
        if part:
            name, _, value = part.partition(b"=")
            pairs.append((_unquote(name), _unquote(value)))
    return pairs


def _unquote(raw: bytes) -> bytes:
    raw = raw.replace(b"+", b" ")
    return unquote_to_bytes(raw) if b"%" in raw else raw

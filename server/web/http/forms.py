"""Reading a form as people's browsers really send it.

Old browsers send windows-1252 whatever the page's charset, and leave the hidden field `_charset_`
empty; the framework's decoder then loses letters. We decode as UTF-8 if that fits every value,
else as the form says, else as windows-1252.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import Receive, Scope

from server.errors import BadRequest, TooLarge, WrongContentType

BODY_LIMIT = 65_536  # bytes
MANY_FIELDS = 80  # for gateways (Twilio sends thirty, and more with pictures) and organizers
_CHARSETS = {"utf-8", "windows-1252", "iso-8859-1", "iso-8859-15"}
_ENTITY = re.compile(r"&#\d{1,7};")

Pairs = list[tuple[bytes, bytes]]


class Disconnected(Exception):
    """The client went away in the middle of its body. There is nobody to answer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a door takes: bytes of the body, how many fields, bytes of one field's value."""

    body: int = BODY_LIMIT
    fields: int = 30
    value: int = 8192


PUBLIC = Bounds()  # every public form is far below


def header(scope: Scope, name: bytes) -> str:
    """The first header of that lower-case name, or ''."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return ""


async def read_body(scope: Scope, receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    """The whole body. Raises `TooLarge` as soon as it is known to be, and `Disconnected`.

    How long it may take is the HTTP server's to say (`server/serve/protocol.py`).
    """
    declared = header(scope, b"content-length")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLarge(f"{declared} bytes")
    body, more = await _next_piece(receive)
    if more:
        gathered = bytearray(body)
        while more and len(gathered) <= limit:
            piece, more = await _next_piece(receive)
            gathered += piece
        body = bytes(gathered)
    if len(body) > limit:
        raise TooLarge(f"more than {limit} bytes")
    return body


async def _next_piece(receive: Receive) -> tuple[bytes, bool]:
    message: Any = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message.get("body", b""), message.get("more_body", False)


async def read_form(scope: Scope, receive: Receive, bounds: Bounds = PUBLIC) -> dict[str, str]:
    """The form's fields; of a field sent twice the last. Raises `BadRequest` and below.

    Both encodings of HTML are read; a file is refused (`WrongContentType`).
    """
    content_type = header(scope, b"content-type")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        from server.web.http.multipart import parts_of  # (few send it, and its parser takes 4 MB)

        body = await read_body(scope, receive, bounds.body)
        return texts(parts_of(body, content_type, bounds.fields), charset_of(content_type), bounds)
    if kind not in {"application/x-www-form-urlencoded", ""}:
        raise WrongContentType(kind)
    return decode(await read_body(scope, receive, bounds.body), charset_of(content_type), bounds)


def charset_of(content_type: str) -> str:
    """The charset that the header names, or ''."""
    found = re.search(r"charset=\"?([\w-]+)", content_type, re.IGNORECASE)
    return found[1].lower() if found else ""


def decode(body: bytes, charset: str = "", bounds: Bounds = PUBLIC) -> dict[str, str]:
    """The fields of a urlencoded body. Raises `BadRequest` and `TooLarge` beyond the bounds."""
    return texts(pairs_of(body, bounds.fields), charset, bounds)


def texts(pairs: Pairs, charset: str, bounds: Bounds = PUBLIC) -> dict[str, str]:
    """Names and values as letters, all in one charset: the one that a browser writes a form in."""
    if any(len(value) > bounds.value for _, value in pairs):
        raise TooLarge(f"a field of more than {bounds.value} bytes")
    try:
        return {k.decode(): v.decode() for k, v in pairs}
    except UnicodeDecodeError:
        pass
    declared = dict(pairs).get(b"_charset_", b"").decode("ascii", "replace").lower()
    encoding = _single_byte([declared, charset])

    def read(raw: bytes) -> str:
        # A letter that the browser's charset lacks arrives as a numeric entity.
        text = raw.decode(encoding, "replace")
        return _ENTITY.sub(lambda m: html.unescape(m[0]), text)

    return {read(k): read(v) for k, v in pairs}


def _single_byte(named: Sequence[str]) -> str:
    return next((c for c in named if c in _CHARSETS - {"utf-8"}), "windows-1252")


def pairs_of(body: bytes, limit: int = MANY_FIELDS) -> Pairs:
    """Names and values of a urlencoded body as they stand, in order, in no charset yet.

    Raises `BadRequest` for more than `limit` fields.
    """
    if body.count(b"&") >= limit and len([part for part in body.split(b"&") if part]) > limit:
        raise BadRequest("too many fields")
    pairs = []
    for part in body.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            pairs.append((_unquote(name), _unquote(value)))
    return pairs


def _unquote(raw: bytes) -> bytes:
    raw = raw.replace(b"+", b" ")
    return unquote_to_bytes(raw) if b"%" in raw else raw

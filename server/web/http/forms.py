"""Reading a form as people's browsers really send it.

Old browsers send windows-1252 whatever the page's charset, and leave the hidden field `_charset_`
empty; the framework's decoder then loses letters. We decode as UTF-8 if that fits every value,
else as the form says, else as windows-1252.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from starlette.types import Receive, Scope

from server.errors import BadRequest, TooLarge, WrongContentType
from server.web.http.requests import BODY_BYTES, header, read_body

MANY_FIELDS = 100  # for gateways (Twilio sends thirty, and more with pictures)
_CHARSETS = {"utf-8", "windows-1252", "iso-8859-1", "iso-8859-15"}
_ENTITY = re.compile(r"&#\d{1,7};")

Pairs = list[tuple[bytes, bytes]]
FormValues = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a door takes: bytes of the body, how many fields, bytes of one field's value."""

    body: int = BODY_BYTES
    fields: int = 30
    value: int = 8192


PUBLIC_FORM = Bounds()  # every public form is far below


async def read_form(scope: Scope, receive: Receive, bounds: Bounds = PUBLIC_FORM) -> dict[str, str]:
    """The form's fields; of a field sent twice the last. Raises `BadRequest` and below.

    Both encodings of HTML are read; a file is refused (`WrongContentType`).
    """
    content_type = header(scope, b"content-type")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        from server.web.http.multipart import parts_of  # (few send it, and its parser takes 4 MB)

        body = await read_body(scope, receive, bounds.body)
        return decoded(parts_of(body, content_type, bounds.fields), content_type, bounds)
    if kind not in {"application/x-www-form-urlencoded", ""}:
        raise WrongContentType(kind)
    return fields_of(await read_body(scope, receive, bounds.body), content_type, bounds)


def read_query(scope: Scope) -> dict[str, str]:
    """What the address says after its question mark; of a field said twice the last."""
    return fields_of(scope["query_string"])


def _charset_of(content_type: str) -> str:
    """The charset that the header names, or ''."""
    found = re.search(r"charset=\"?([\w-]+)", content_type, re.IGNORECASE)
    return found[1].lower() if found else ""


def fields_of(body: bytes, content_type: str = "", bounds: Bounds = PUBLIC_FORM) -> dict[str, str]:
    """The fields of a urlencoded body. Raises `BadRequest` and `TooLarge` beyond the bounds."""
    return decoded(pairs_of(body, bounds.fields), content_type, bounds)


def decoded(pairs: Pairs, content_type: str, bounds: Bounds = PUBLIC_FORM) -> dict[str, str]:
    """Names and values as letters, all in one charset: the one that a browser writes a form in."""
    if [value for _, value in pairs if len(value) > bounds.value]:
        raise TooLarge(f"a field of more than {bounds.value} bytes")
    try:
        return {k.decode(): v.decode() for k, v in pairs}
    except UnicodeDecodeError:
        pass
    declared = dict(pairs).get(b"_charset_", b"").decode("ascii", "replace").lower()
    encoding = _single_byte([declared, _charset_of(content_type)])

    def read(raw: bytes) -> str:
        # A letter that the browser's charset lacks arrives as a numeric entity.
        return _ENTITY.sub(lambda m: html.unescape(m[0]), raw.decode(encoding, "replace"))

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
            name, _, value = part.replace(b"+", b" ").partition(b"=")
            if b"%" in part:
                name, value = unquote_to_bytes(name), unquote_to_bytes(value)
            pairs.append((name, value))
    return pairs

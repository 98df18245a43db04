"""Cookies of ours: a few bytes that a browser keeps for us, out of reach of scripts.

`__Host-` before the name makes a browser refuse it from anywhere but this host, over TLS. `Lax`, so
that a link in a mail finds its reader signed in: a form from another site is sent without it, and
every form is checked besides.
"""

from __future__ import annotations

import base64
import binascii

from starlette.types import Scope

from server.web.http.requests import header
from server.web.http.responses import Header

_PAST = "expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"  # the oldest know only the first


def read_cookie(scope: Scope, name: str, *, secure: bool) -> bytes:
    """The bytes of a cookie of ours; none for one that is missing or mangled."""
    pairs = (part.partition("=") for part in header(scope, b"cookie").split(";"))
    word = {key.strip(): value.strip() for key, _, value in pairs}.get(_full(name, secure), "")
    try:
        return base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
    except (ValueError, binascii.Error):
        return b""


def kept_cookie(name: str, value: bytes, *, secure: bool, seconds: int | None = None) -> Header:
    """Has the browser keep the bytes for so long, or until it is closed."""
    word = base64.urlsafe_b64encode(value).decode().rstrip("=")
    return _cookie(name, word, "" if seconds is None else f"Max-Age={seconds}", secure)


def dropped_cookie(name: str, *, secure: bool) -> Header:
    """Has the browser forget it."""
    return _cookie(name, "", _PAST, secure)


def _cookie(name: str, word: str, age: str, secure: bool) -> Header:
    parts = [f"{_full(name, secure)}={word}", "HttpOnly", age, "Path=/", "SameSite=lax"]
    parts += ["Secure"] if secure else []
    return b"set-cookie", "; ".join(filter(None, parts)).encode()


def _full(name: str, secure: bool) -> str:
    return f"__Host-{name}" if secure else name

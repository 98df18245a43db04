"""What every answer carries for safety, and which forms from other sites are refused."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import Scope

from server.errors import CrossSite
from server.web.forms import header

Headers = list[tuple[bytes, bytes]]


def check_origin(scope: Scope, own_origin: str, partners: Iterable[str] = ()) -> None:
    """Raise `CrossSite` if the browser says that another site sent this form.

    Only a browser that says so is refused: old ones send neither header, and `Origin: null` comes
    from people who guard their privacy. `partners` are origins that the petition lists.
    """
    origin = header(scope, b"origin").lower()
    site = header(scope, b"sec-fetch-site").lower()
    if origin in partners or origin == own_origin.lower():
        return
    if origin and origin != "null":
        if urlsplit(origin).netloc != header(scope, b"host").lower():
            raise CrossSite(origin)
    elif site in {"cross-site", "same-site"}:
        raise CrossSite(site)


def client_address(scope: Scope, trusted: frozenset[str]) -> str:
    """The address of the browser: the last one in `X-Forwarded-For` that is no proxy of ours."""
    address = scope["client"][0] if scope.get("client") else ""
    hops = header(scope, b"x-forwarded-for").split(",")
    while address in trusted and hops:
        address = hops.pop().strip() or address
    return address


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
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

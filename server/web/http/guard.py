"""What every answer carries for safety, and which forms from other sites are refused."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import Scope

from server.core.floods.limits import Address
from server.errors import CrossSite
from server.web.http.forms import header

log = logging.getLogger(__name__)
Headers = list[tuple[bytes, bytes]]
_KNOWN = 100  # ways to write our names that are remembered
_FOREIGN = 20  # names of others that are logged
_LONGEST = 100  # letters of an address in any form
_HOPS = 50  # proxies between a browser and us; beyond it a list is made up
_PORT = re.compile(r"\[([^\]]*)\](?::\d{1,5})?|([^:]*):\d{1,5}")


def client_address(scope: Scope, trusted: frozenset[str]) -> Address | None:
    """The address of the browser: the last one in `X-Forwarded-For` that is no proxy of ours; None
    where a proxy of ours says none that can be read.

    `trusted` are addresses and networks (`10.0.0.0/8`). Nobody else's word is taken: an address
    that a stranger sends along stands to the left of the one that our proxy has added.
    """
    client = scope.get("client")
    named = [v for k, v in scope["headers"] if k == b"x-forwarded-for"] if trusted else []
    address, is_ours = _read(client[0] if client else "", trusted)
    if is_ours:
        hops = b",".join(named).decode("latin-1").split(",")[-_HOPS:]
        for hop in filter(str.strip, reversed(hops)):
            address, is_ours = _read(hop.strip()[:_LONGEST], trusted)
            if not is_ours:
                break
    return address


@lru_cache(maxsize=1000)
def _read(text: str, trusted: frozenset[str]) -> tuple[Address | None, bool]:
    """An address, and whether it is a proxy of ours."""
    address = read_address(text)
    if address is None:
        return None, False
    return address, any(address in network for network in _networks(trusted))


def read_address(text: str) -> Address | None:
    """The address in any form that proxies write: with a port, in brackets or quotes, with the zone
    of a link, an IPv4 one wrapped in IPv6. None if it is none."""
    bare = text.strip().strip('"')
    if found := _PORT.fullmatch(bare):
        bare = found[1] or found[2] or ""
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=8)
def _networks(trusted: frozenset[str]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in trusted)


class Hosts:
    """The names by which we are called: that of the public address, those that the operator lists,
    and what no name server of a stranger can point at us: addresses, and `localhost`.

    A page of a site whose name was pointed at us would otherwise be our own page to the browser,
    and might fill our forms (DNS rebinding); a cache might keep our pages under its name.
    """

    def __init__(self, public_url: str, others: Iterable[str] = ()) -> None:
        names = (_name_of(name) for name in [urlsplit(public_url).netloc, *others])
        self._names = {_ascii(name) for name in names} | {"localhost"}
        self._known = {""}  # HTTP/1.0 knows no Host; later versions are refused without one
        self._foreign: set[str] = set()

    def ours(self, host: str) -> bool:
        """Whether this `Host` names us; the port does not matter."""
        if host in self._known:
            return True
        name = _name_of(host)
        if name not in self._names and read_address(name) is None:
            self._warn(name)
            return False
        if len(self._known) < _KNOWN:
            self._known.add(host)
        return True

    def _warn(self, name: str) -> None:
        """Once for each name, and for few: a proxy that does not pass on the name shows here."""
        if name not in self._foreign and len(self._foreign) < _FOREIGN:
            self._foreign.add(name)
            log.warning("asked for as %r: if that is us, put it in UNDERSIGNED_HOSTS", name[:100])


def _name_of(host: str) -> str:
    """The name or address without port, in small letters, without the dot at its end."""
    name = host.strip().lower()
    bracketed = re.match(r"\[([^\]]*)\]", name)
    return bracketed[1] if bracketed else name.partition(":")[0].removesuffix(".")


def _ascii(name: str) -> str:
    """As browsers send it: xn--…"""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


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
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]


def _hash(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

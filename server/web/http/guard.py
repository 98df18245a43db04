"""Whether a request is meant for us: by which name we are called, and which site sent the form."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import Scope

from server.errors import CrossSite
from server.web.http.addresses import host_name, read_address
from server.web.http.requests import header

log = logging.getLogger(__name__)
_KNOWN = 100  # ways to write our names that are remembered
_FOREIGN = 20  # names of others that are logged


class Hosts:
    """The names by which we are called: that of the public address, those that the operator lists,
    and what no name server of a stranger can point at us: addresses, and `localhost`.

    A page of a site whose name was pointed at us would otherwise be our own page to the browser,
    and might fill our forms (DNS rebinding); a cache might keep our pages under its name.
    """

    def __init__(self, public_url: str, others: Iterable[str] = ()) -> None:
        names = (host_name(name) for name in [urlsplit(public_url).netloc, *others])
        self._names = {_ascii(name) for name in names} | {"localhost"}
        self._known = {""}  # HTTP/1.0 knows no Host; later versions are refused without one
        self._foreign: set[str] = set()

    def ours(self, host: str) -> bool:
        """Whether this `Host` names us; the port does not matter."""
        if host in self._known:
            return True
        name = host_name(host)
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


def _ascii(name: str) -> str:
    """As browsers send it: xn--…"""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def check_origin(scope: Scope, own_origin: str, partners: Iterable[str] = ()) -> None:
    """Raise `CrossSite` if the browser says that another site sent this form.

    Only a browser that says so is refused: old ones send neither header, and `Origin: null` comes
    from people who guard their privacy. `partners` are origins that the petition lists; all are in
    small letters, as `own_origin` is.
    """
    origin = header(scope, b"origin").lower()
    site = header(scope, b"sec-fetch-site").lower()
    if origin in partners or origin == own_origin:
        return
    if origin and origin != "null":
        # Scheme and host are all that an origin is (RFC 6454, 7); what is none is another's.
        host = origin.partition("://")[2]
        if not host or host != header(scope, b"host").lower():
            raise CrossSite(origin)
    elif site in {"cross-site", "same-site"}:
        raise CrossSite(site)

"""Where a request comes from, and at which name: addresses as browsers and proxies write them.

Each is read once and in one place. That a `Host` is well formed at all, and that there is one, our
HTTP server has seen to before (`server/serve/head.py`); which network an address belongs to, and
whether that says anything of a signer, is `limits.prefix_of`'s to know.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from starlette.types import Scope

from server.core.floods.limits import Address

_LONGEST = 100  # letters of an address in any form
_HOPS = 50  # proxies between a browser and us; beyond it a list is made up
_PORT = re.compile(r"\[([^\]]*)\](?::\d{0,5})?|([^:]*):\d{0,5}")


def client_address(scope: Scope, trusted: frozenset[str]) -> Address | None:
    """The address of the browser: the last one in `X-Forwarded-For` that is no proxy of ours; None
    where a proxy of ours says none that can be read.

    `trusted` are addresses and networks (`10.0.0.0/8`). Nobody else's word is taken: an address
    that a stranger sends along stands to the left of the one that our proxy has added.
    """
    client = scope.get("client")
    named = [v for k, v in scope["headers"] if k == b"x-forwarded-for"] if trusted else []
    address, is_ours = _read_hop(client[0] if client else "", trusted)
    if is_ours:
        hops = b",".join(named).decode("latin-1").split(",")[-_HOPS:]
        for hop in filter(str.strip, reversed(hops)):
            address, is_ours = _read_hop(hop.strip()[:_LONGEST], trusted)
            if not is_ours:
                break
    return address


@lru_cache(maxsize=1000)
def _read_hop(written: str, trusted: frozenset[str]) -> tuple[Address | None, bool]:
    """An address, and whether it is a proxy of ours."""
    address = read_address(written)
    if address is None:
        return None, False
    return address, any(address in network for network in _networks(trusted))


def read_address(written: str) -> Address | None:
    """The address in any form that proxies write: with a port, in brackets or quotes, with the zone
    of a link, an IPv4 one wrapped in IPv6. None if it is none."""
    bare = _without_port(written.strip().strip('"'))
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def host_name(host: str) -> str:
    """The name or address of a `Host` without its port, in small letters, without the dot at its
    end."""
    return _without_port(host.strip().lower()).removesuffix(".")


def _without_port(host: str) -> str:
    found = _PORT.fullmatch(host)
    return (found[1] or found[2] or "") if found else host


@lru_cache(maxsize=8)
def _networks(trusted: frozenset[str]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(each, strict=False) for each in trusted)

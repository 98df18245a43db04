"""Where a request came from, and at which name."""

from __future__ import annotations

import pytest

from server.web.http.addresses import client_address, host_name

PROXY = "192.0.2.7"


@pytest.mark.parametrize(
    ("client", "forwarded", "address"),
    [
        ("198.51.100.1", (), "198.51.100.1"),
        ("198.51.100.1", ("203.0.113.5",), "198.51.100.1"),  # a stranger's word
        (PROXY, (), PROXY),
        (PROXY, ("203.0.113.5",), "203.0.113.5"),
        (PROXY, ("10.0.0.1, 203.0.113.5",), "203.0.113.5"),  # the left one is made up
        (PROXY, ("10.0.0.1", "203.0.113.5"), "203.0.113.5"),  # also in a header of its own
        (PROXY, ("203.0.113.5, 10.1.2.3, 192.0.2.7",), "203.0.113.5"),  # several of our own
        (PROXY, ("203.0.113.5:4711",), "203.0.113.5"),
        (PROXY, ("2001:DB8::0:1",), "2001:db8::1"),
        (PROXY, ("[2001:db8::1]:443",), "2001:db8::1"),
        (PROXY, ('"[2001:db8::1]"',), "2001:db8::1"),
        (PROXY, ("fe80::1%eth0",), "fe80::1"),
        (PROXY, ("::ffff:203.0.113.5",), "203.0.113.5"),
        ("::ffff:192.0.2.7", ("203.0.113.5",), "203.0.113.5"),
        (PROXY, ("203.0.113.5, ,",), "203.0.113.5"),
        (PROXY, ("203.0.113.5, unknown",), None),
        (PROXY, ("_hidden",), None),
        (PROXY, ("203.0.113.5:99999999",), None),
        (PROXY, ("010.1.1.1",), None),  # octal to some
        (PROXY, ("\x00\xff",), None),
        (PROXY, ("1.1.1.1," * 5000,), "1.1.1.1"),
        (PROXY, (f"{PROXY}," * 5000,), PROXY),
        (None, ("203.0.113.5",), None),  # a socket that is a file
    ],
)
def test_only_a_proxy_of_ours_says_where_a_request_came_from(
    client: str | None, forwarded: tuple[str, ...], address: str | None
) -> None:
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    scope = {"type": "http", "headers": headers, "client": client and (client, 5000)}
    found = client_address(scope, frozenset({PROXY, "10.0.0.0/8"}))
    assert (found and str(found)) == address


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("Sign.Example.org", "sign.example.org"),
        ("sign.example.org.:8000", "sign.example.org"),
        ("sign.example.org:", "sign.example.org"),  # well formed (RFC 3986, 3.2.3)
        ("[2001:DB8::1]:8000", "2001:db8::1"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("192.0.2.7:80", "192.0.2.7"),
        ("", ""),
    ],
)
def test_a_host_is_known_by_its_name_without_its_port(host: str, name: str) -> None:
    assert host_name(host) == name

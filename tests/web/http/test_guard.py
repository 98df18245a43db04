"""Which forms from other sites are refused, and what every page carries."""

from __future__ import annotations

import base64
import hashlib

import pytest

from server.errors import CrossSite
from server.web.http.guard import Hosts, check_origin, client_address, security_headers

OWN = "https://sign.example.org"
PARTNER = "https://partner.example"


def refused(**headers: str) -> bool:
    pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    try:
        check_origin({"type": "http", "headers": pairs}, OWN, (PARTNER,))
    except CrossSite:
        return True
    return False


@pytest.mark.parametrize(
    ("headers", "is_refused"),
    [
        ({}, False),  # an old browser says nothing
        ({"origin": OWN}, False),
        ({"origin": OWN, "sec_fetch_site": "same-origin"}, False),
        ({"origin": "http://localhost:8000", "host": "localhost:8000"}, False),
        ({"origin": "null"}, False),  # somebody who guards their privacy
        ({"origin": "null", "sec_fetch_site": "same-origin"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"origin": PARTNER, "sec_fetch_site": "cross-site"}, False),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "https://evil.example", "host": "sign.example.org"}, True),
        ({"origin": "https://sign.example.org.evil.example"}, True),
        ({"origin": "null", "sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "same-site"}, True),
    ],
)
def test_only_a_browser_that_says_that_another_site_sent_the_form_is_refused(
    headers: dict[str, str], is_refused: bool
) -> None:
    assert refused(**headers) is is_refused


def test_the_policy_allows_the_pages_own_style_by_its_hash_and_nothing_else() -> None:
    style = "body{margin:0}"
    headers = dict(security_headers(f"<style>{style}</style>"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = headers[b"content-security-policy"].decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


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
    ("host", "ours"),
    [
        ("sign.example.org", True),
        ("Sign.Example.ORG", True),
        ("sign.example.org.", True),
        ("sign.example.org:8443", True),  # a proxy that keeps its own port
        ("inside.example", True),  # listed
        ("unterschriftü.example".encode("idna").decode(), True),
        ("", True),  # HTTP/1.0
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("localhost", True),
        ("evil.example", False),
        ("sign.example.org.evil.example", False),
        ("evil.sign.example.org", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example", False),
        ("[evil.example]", False),
        ("sign.example.org@evil.example", False),
        ("0x7f000001", False),
        ("\xff", False),
    ],
)
def test_we_answer_to_our_own_names_and_to_addresses(host: str, ours: bool) -> None:
    hosts = Hosts(OWN, ["inside.example:80", "unterschriftü.example"])
    for _ in range(2):  # looked at, and remembered
        assert hosts.ours(host) is ours


def test_foreign_names_do_not_fill_memory_or_log(caplog: pytest.LogCaptureFixture) -> None:
    hosts = Hosts(OWN)
    for i in range(2000):
        assert not hosts.ours(f"x{i}.example")
        assert hosts.ours(f"127.0.0.1:{i}")
    assert len(caplog.records) < 50
    assert "UNDERSIGNED_HOSTS" in caplog.text
    assert len(hosts._known) + len(hosts._foreign) < 200

"""By which names we answer, and which forms from other sites are refused."""

from __future__ import annotations

import pytest

from server.errors import CrossSite
from server.web.http.guard import Hosts, check_origin

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
        ({"origin": "http://["}, True),
        ({"origin": "://"}, True),
        ({"origin": "sign.example.org", "host": "sign.example.org"}, True),
        ({"origin": "null", "sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "cross-site"}, True),
        ({"sec_fetch_site": "same-site"}, True),
    ],
)
def test_only_a_browser_that_says_that_another_site_sent_the_form_is_refused(
    headers: dict[str, str], is_refused: bool
) -> None:
    assert refused(**headers) is is_refused


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

"""Which forms from other sites are refused, and what every page carries."""

from __future__ import annotations

import base64
import hashlib

import pytest

from server.errors import CrossSite
from server.web.guard import check_origin, security_headers

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

"""What a browser keeps for us: the bytes come back as they were, and under our name alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.http.cookies import dropped_cookie, kept_cookie, read_cookie


def sending(cookies: str) -> dict[str, Any]:
    return {"type": "http", "headers": [(b"cookie", cookies.encode())]}


@given(st.binary(max_size=80), st.booleans())
def test_bytes_come_back_as_they_were(value: bytes, secure: bool) -> None:
    name, line = kept_cookie("organizer", value, secure=secure)
    assert name == b"set-cookie"
    pair = line.decode().partition(";")[0]
    scope = sending(f"other=1; {pair}; organizer-browser=x")
    assert read_cookie(scope, "organizer", secure=secure) == value
    # Set over plain HTTP by somebody between, it is not believed over TLS, nor the other way.
    assert read_cookie(scope, "organizer", secure=not secure) == b""


@pytest.mark.parametrize("cookies", ["", "organizer", "organizer=%%%", "organizer=a", "=;;="])
def test_what_is_mangled_is_nothing(cookies: str) -> None:
    assert read_cookie(sending(cookies), "organizer", secure=False) == b""


def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    line = kept_cookie("organizer", b"t", secure=True, seconds=60)[1].decode()
    assert line == "__Host-organizer=dA; HttpOnly; Max-Age=60; Path=/; SameSite=lax; Secure"


def test_a_cookie_that_is_dropped_is_over() -> None:
    line = dropped_cookie("organizer", secure=False)[1].decode()
    assert line.startswith("organizer=; ")
    assert {"Max-Age=0", "expires=Thu, 01 Jan 1970 00:00:00 GMT"} < set(line.split("; "))

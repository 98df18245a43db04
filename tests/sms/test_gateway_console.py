"""The simulator's gateway: signed like a real one, and printed to the terminal."""

from __future__ import annotations

import io
from urllib.parse import parse_qsl

import pytest

from sms import Forged, HookRequest, Malformed, Outbound
from sms.gateways.console import Console, signed_form

KEY = b"k" * 32


def hook(key: bytes = KEY, **changes: bytes) -> HookRequest:
    headers, body = signed_form(key, "M1", "+14065550123", "+14065550100", "SIGN LAKE Ána 59801")
    body = changes.get("body", body)
    form = parse_qsl(body.decode(), keep_blank_values=True)
    return HookRequest("", {k.lower(): v for k, v in dict(headers).items()}, form, body)


def test_what_the_simulator_signs_is_read() -> None:
    gateway = Console(key=KEY)
    gateway.authenticate(hook())
    inbound = gateway.inbound(hook())
    assert (inbound.message_id, inbound.sender, inbound.body) == (
        "M1",
        "+14065550123",
        "SIGN LAKE Ána 59801",
    )


@pytest.mark.parametrize(
    "request_", [hook(b"other" * 8), hook(body=b"from=x"), HookRequest("", {}, [], b"")]
)
def test_what_it_has_not_signed_is_refused(request_: HookRequest) -> None:
    with pytest.raises(Forged):
        Console(key=KEY).authenticate(request_)


def test_without_a_key_everything_is_refused() -> None:
    with pytest.raises(Forged):
        Console(key=b"").authenticate(hook(b""))


def test_a_missing_field_is_malformed() -> None:
    with pytest.raises(Malformed):
        Console(key=KEY).inbound(HookRequest("", {}, [("from", "+1")], b""))


async def test_a_text_is_one_line_whatever_is_in_it() -> None:
    out = io.StringIO()
    reference = await Console(key=KEY, stream=out).send(
        Outbound("+1406", "two\nlines\r\x1b[2J", "7")
    )
    assert reference
    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()

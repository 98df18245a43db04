"""A phone as gateway: signed webhooks of the app, and its API on loopback."""

import contextlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms import (
    Forged,
    Gateway,
    HookRequest,
    Ignored,
    Inbound,
    Malformed,
    Outbound,
    Reply,
    Sending,
    StatusUpdate,
)
from sms.gateways.android import BELIEVED_SECONDS, Android
from tests.harness.texts.provider import Provider, provider

KEY, NOW = "a signing key", 1_800_000_000
PAYLOAD = {
    "messageId": "abc123",
    "message": "SIGN LAKE Ana Díaz 59801",
    "phoneNumber": "+14065550123",
    "simNumber": 1,
    "receivedAt": "2027-01-15T01:00:00.000-07:00",
}


def gateway(**settings: Any) -> Android:
    wanted = {"signing_key": KEY, "api_url": "http://phone", "user": "u", "password": "p"}
    return Android(**{**wanted, "clock": lambda: NOW, **settings})


def body(event: str = "sms:received", **changes: Any) -> bytes:
    payload = {**PAYLOAD, **changes}
    hook = {"deviceId": "phone-1", "event": event, "id": "x", "webhookId": "y"}
    return json.dumps({**hook, "payload": payload}).encode()


def hook(body: bytes, at: int = NOW, key: str = KEY, **headers: str) -> HookRequest:
    sign = hmac.digest(key.encode(), body + str(at).encode(), "sha256").hex()
    named = {"x-signature": sign, "x-timestamp": str(at)}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return HookRequest("https://x.example/sms/android", {**named, **more}, [], body)


def received(**changes: Any) -> Inbound:
    event = gateway().parse(hook(body(**changes)))
    assert isinstance(event, Inbound)
    return event


def test_it_is_a_gateway() -> None:
    made: Gateway = gateway()
    assert not made.can.inline_reply


def test_a_text_that_the_phone_has_signed_is_read() -> None:
    request = hook(body())
    gateway().authenticate(request)
    inbound = received()
    assert (inbound.sender, inbound.body) == ("+14065550123", "SIGN LAKE Ana Díaz 59801")
    assert inbound.gateway == "android"


def test_newer_versions_of_the_app_name_sender_and_recipient() -> None:
    inbound = received(phoneNumber=None, sender="+14065550124", recipient="+14065550100")
    assert (inbound.sender, inbound.recipient) == ("+14065550124", "+14065550100")


@pytest.mark.parametrize(
    "request_",
    [
        hook(body(), key="another"),
        hook(body(), at=NOW - BELIEVED_SECONDS - 1),
        hook(body(), at=NOW + BELIEVED_SECONDS + 1),
        hook(body(), x_timestamp=str(NOW + 1)),
        hook(body(), x_timestamp=""),
        hook(body(), x_timestamp="now"),
        hook(body(), x_timestamp="٥"),
        hook(body(), x_timestamp="9" * 5000),
        hook(body(), x_signature=""),
        hook(body(), x_signature="é\ud800"),
        HookRequest("https://x", {}, [], body()),
        HookRequest("https://x", hook(body()).headers, [], body() + b" "),
        HookRequest("https://x", hook(body()).headers, [], body()[:-1]),
    ],
)
def test_every_other_request_is_forged(request_: HookRequest) -> None:
    with pytest.raises(Forged):
        gateway().authenticate(request_)


def test_without_a_key_everything_is_forged() -> None:
    with pytest.raises(Forged):
        gateway(signing_key="").authenticate(hook(body(), key=""))


def test_a_request_is_believed_for_five_minutes_and_its_text_is_then_the_same_one() -> None:
    for at in (NOW - BELIEVED_SECONDS, NOW, NOW + BELIEVED_SECONDS):
        gateway().authenticate(hook(body(), at))
    assert received().message_id == received().message_id


@pytest.mark.parametrize(
    "change",
    [{"messageId": "other"}, {"phoneNumber": "+14065550124"}, {"receivedAt": "2027-01-15"}],
)
def test_texts_that_share_the_apps_short_id_are_told_apart(change: dict[str, str]) -> None:
    # 32 bits over the words alone: everybody who texts LAKE in the same second has the same.
    assert received().message_id != received(**change).message_id


@pytest.mark.parametrize(
    ("event", "status"),
    [("sms:sent", "sent"), ("sms:delivered", "delivered"), ("sms:failed", "failed")],
)
def test_what_became_of_a_text_is_read(event: str, status: Any) -> None:
    update = gateway().parse(hook(body(event, messageId="7", reason="RESULT_ERROR")))
    assert update == StatusUpdate("android", "7", status, "RESULT_ERROR")


@pytest.mark.parametrize("event", ["system:ping", "mms:received", "sms:data-received"])
def test_other_events_ask_nothing_of_us(event: str) -> None:
    assert isinstance(gateway().parse(hook(body(event))), Ignored)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"event": "sms:received", "payload": 1}',
        b'{"event": 5, "payload": {}}',
        b"[" * 100_000,
        body(message=None),
        body(phoneNumber=""),
        body(messageId=5),
        body("sms:sent", messageId=None),
    ],
)
def test_what_says_nothing_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        gateway().parse(hook(raw))


@given(st.binary(), st.dictionaries(st.sampled_from(["x-signature", "x-timestamp"]), st.text()))
def test_whatever_comes_is_refused_and_nothing_else(raw: bytes, headers: dict[str, str]) -> None:
    request = HookRequest("https://x", headers, [], raw)
    with pytest.raises(Forged):
        gateway().authenticate(request)
    with pytest.raises(Malformed):
        gateway().parse(request)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from([*PAYLOAD, "sender", "recipient"]), JSON))
def test_no_payload_raises_anything_but_malformed(payload: dict[str, Any]) -> None:
    raw = json.dumps({"deviceId": "d", "event": "sms:received", "payload": payload}).encode()
    with contextlib.suppress(Malformed):
        assert isinstance(gateway().parse(hook(raw)), Inbound)


def test_the_app_is_told_that_we_have_it() -> None:
    answer = gateway().acknowledge(received(), Reply("Hi"))
    assert (answer.status, answer.body) == (200, b"")


# Sending.

TEXT = Outbound("+14065550123", "Grácias, Ana", "77")


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with provider() as played:
        played.answer = (202, '{"id": "77", "state": "Pending"}')
        yield played


async def test_a_text_is_handed_to_the_phone_under_our_own_id(phone: Provider) -> None:
    made = gateway(api_url=phone.url + "/3rdparty/v1/")
    assert await made.send(TEXT) == Sending("sent", "77")
    [call] = phone.calls
    assert (call.method, call.path) == ("POST", "/3rdparty/v1/messages")
    assert call.headers["authorization"] == "Basic dTpw"
    said = json.loads(call.body)
    assert said["id"] == "77"
    assert said["textMessage"] == {"text": "Grácias, Ana"}
    assert said["phoneNumbers"] == ["+14065550123"]
    assert said["withDeliveryReport"] is True


@pytest.mark.parametrize(
    ("answer", "sending"),
    [
        ((200, "no json"), Sending("sent", "77")),
        ((409, "{}"), Sending("sent", "77")),
        ((429, "{}"), Sending("throttled", code="429")),
        ((400, "{}"), Sending("failed", code="400")),
        ((401, "{}"), Sending("retry", code="401")),
        ((503, "{}"), Sending("retry", code="503")),
        ("cut", Sending("retry", code="network")),
        (None, Sending("retry", code="network")),
    ],
)
async def test_what_the_phone_makes_of_a_text(
    phone: Provider, answer: Any, sending: Sending
) -> None:
    phone.answer = answer
    assert await gateway(api_url=phone.url, timeout=0.2).send(TEXT) == sending


def test_troubles_are_sorted() -> None:
    found = {code: gateway().trouble(code) for code in ("401", "503", "429", "network", "RESULT_X")}
    assert list(found.values()) == ["configuration", "busy", "busy", "busy", "unknown"]

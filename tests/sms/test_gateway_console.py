"""The simulator's gateway."""

import io
from urllib.parse import parse_qsl

import pytest

from sms import Ask, Forged, HookRequest, Inbound, Malformed, Outbound, Reply, Sending, StatusUpdate
from sms.gateways.console import SIGNATURE_HEADER, Console, signed_form

KEY = b"a key of the simulator"
BODY = "SIGN FACE Ana Díaz & co\n+59801"


def request(body: bytes, headers: dict[str, str] | None = None) -> HookRequest:
    form = parse_qsl(body.decode(), keep_blank_values=True)
    return HookRequest("https://x.example/sms/console", headers or {}, form, body)


def test_what_the_simulator_signs_is_taken_as_it_was_typed() -> None:
    gateway = Console(key=KEY)
    headers, body = signed_form(KEY, "m1", "+14065550100", "+14065550199", BODY)
    hook = request(body, dict(headers))
    gateway.authenticate(hook)
    assert gateway.parse(hook) == Inbound("console", "m1", "+14065550100", "+14065550199", BODY)


@pytest.mark.parametrize("key", [b"", b"another key"])
def test_a_form_signed_with_another_key_or_without_one_is_forged(key: bytes) -> None:
    headers, body = signed_form(key, "m1", "+14065550100", "+14065550199", BODY)
    for gateway in (Console(key=KEY), Console(key=b"")):
        with pytest.raises(Forged):
            gateway.authenticate(request(body, dict(headers)))


@pytest.mark.parametrize("signature", [None, "", "0", "é", "\ud800", "f" * 64])
def test_a_request_without_a_valid_signature_is_forged(signature: str | None) -> None:
    headers = {} if signature is None else {SIGNATURE_HEADER: signature}
    with pytest.raises(Forged):
        Console(key=KEY).authenticate(request(b"body=x", headers))


def test_a_body_changed_on_the_way_is_forged() -> None:
    headers, body = signed_form(KEY, "m1", "+14065550100", "+14065550199", BODY)
    with pytest.raises(Forged):
        Console(key=KEY).authenticate(request(body + b"&to=%2B1", dict(headers)))


@pytest.mark.parametrize("missing", ["message_id", "from", "to", "body"])
def test_a_text_without_a_field_is_malformed(missing: str) -> None:
    fields = {"message_id": "m1", "from": "+1", "to": "+2", "body": ""}
    del fields[missing]
    hook = HookRequest("", {}, list(fields.items()), b"")
    with pytest.raises(Malformed):
        Console(key=KEY).parse(hook)


def test_a_status_update_is_read() -> None:
    gateway = Console(key=KEY)
    assert gateway.parse(request(b"message_id=m1&status=failed&error=30003")) == StatusUpdate(
        "console", "m1", "failed", "30003"
    )
    assert gateway.parse(request(b"message_id=m1&status=sent")) == StatusUpdate(
        "console", "m1", "sent"
    )
    with pytest.raises(Malformed):
        gateway.parse(request(b"message_id=m1&status=lost"))


TEXT = Inbound("console", "m1", "+14065550100", "+14065550199", BODY)


def test_the_reply_is_plain_text() -> None:
    gateway = Console(key=KEY)
    answer = gateway.acknowledge(TEXT, Reply("Grácias"))
    assert (answer.body, answer.content_type) == ("Grácias".encode(), "text/plain; charset=utf-8")
    assert gateway.acknowledge(TEXT).body == b""


def test_what_a_session_waits_for_stands_in_a_header() -> None:
    answer = Console(key=KEY).acknowledge(TEXT, Reply("Which?", ask=Ask("which.1", 1)))
    assert answer.headers == {"x-undersigned-ask": '["which.1", 1]'}


def test_a_session_and_its_state_are_read() -> None:
    headers, body = signed_form(KEY, "m1", "+1", "*384#", "1*Ana", channel="ussd", state="s")
    inbound = Console(key=KEY).parse(request(body, dict(headers)))
    assert inbound == Inbound("console", "m1", "+1", "*384#", "1*Ana", None, "ussd", "s")
    with pytest.raises(Malformed):
        Console(key=KEY).parse(request(signed_form(KEY, "m", "+1", "+2", "x", channel="fax")[1]))


async def test_each_outbound_text_is_one_line() -> None:
    stream = io.StringIO()
    gateway = Console(key=KEY, stream=stream)
    sending = await gateway.send(Outbound("+14065550100", "Hi\nAna \x1b[2J!", "7"))
    assert sending == Sending("sent", "console-7")
    assert stream.getvalue() == "SMS to +14065550100: Hi Ana [2J!\n"


async def test_outbound_texts_go_to_stdout_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    await Console(key=KEY).send(Outbound("+1", "Hi", "7"))
    assert capsys.readouterr().out == "SMS to +1: Hi\n"

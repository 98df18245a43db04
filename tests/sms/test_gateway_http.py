"""Kannel, Jasmin, Vonage and others over plain HTTP, and their APIs on loopback."""

import hmac
import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

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
from sms.gateways.http import Http
from sms.gateways.posting import ANSWER_BYTES, ask
from sms.gateways.presets import PRESETS
from tests.harness.texts.provider import Provider, provider
from tests.sms.events import is_whole_or_malformed

SECRET = "a-long-secret-of-ours"
URL = f"https://x.example/sms/http/{SECRET}"
KEY = "signing key"


def gateway(preset: str = "", **settings: Any) -> Http:
    return Http(**PRESETS.get(preset, {}) | {"secret": SECRET} | settings)


def got(fields: dict[str, str], url: str = URL) -> HookRequest:
    return HookRequest(f"{url}?{urlencode(fields)}", {}, method="GET")


def posted(fields: dict[str, str], url: str = URL, **headers: str) -> HookRequest:
    return HookRequest(url, headers, list(fields.items()), urlencode(fields).encode())


def sent_json(said: Any, url: str = URL) -> HookRequest:
    return HookRequest(url, {"content-type": "application/json"}, (), json.dumps(said).encode())


KANNEL = {"id": "k-1", "from": "+14065550123", "to": "+14065550100", "text": "SIGN LAKE Ana"}
FROM_00 = {"from": "0014065550123"}
JASMIN = {
    "id": "j-1",
    "from": "14065550123",
    "to": "14065550100",
    "origin-connector": "c",
    "content": "SIGN LAKE Ana",
    "coding": "0",
}
VONAGE = {
    "msisdn": "447700900123",
    "to": "447700900100",
    "messageId": "v-1",
    "text": "SIGN LAKE Ana",
    "type": "text",
    "message-timestamp": "2027-01-15 01:00:00",
}


@pytest.mark.parametrize("preset", ["", *PRESETS])
def test_each_preset_makes_a_gateway(preset: str) -> None:
    made: Gateway = gateway(preset)
    assert made.can.inline_reply == (preset == "kannel")


@pytest.mark.parametrize(
    ("preset", "request_", "inbound"),
    [
        ("kannel", got(KANNEL), ("k-1", "+14065550123", "+14065550100")),
        (
            "kannel",
            got(KANNEL | {"from": "0014065550123"}),
            ("k-1", "+14065550123", "+14065550100"),
        ),
        ("jasmin", posted(JASMIN), ("j-1", "14065550123", "14065550100")),
        ("jasmin", got(JASMIN), ("j-1", "14065550123", "14065550100")),
        ("vonage", posted(VONAGE), ("v-1", "+447700900123", "+447700900100")),
        ("vonage", sent_json(VONAGE), ("v-1", "+447700900123", "+447700900100")),
        ("vonage", got(VONAGE), ("v-1", "+447700900123", "+447700900100")),
    ],
)
def test_a_text_is_read(preset: str, request_: HookRequest, inbound: tuple[str, ...]) -> None:
    made = gateway(preset)
    made.authenticate(request_)
    found = made.parse(request_)
    assert isinstance(found, Inbound)
    assert (found.message_id, found.sender, found.recipient) == inbound
    assert found.body == "SIGN LAKE Ana"


def test_jasmins_hex_is_read_in_ucs_2() -> None:
    words = "साइन LAKE"
    fields = JASMIN | {"coding": "8", "content": "?", "binary": words.encode("utf-16-be").hex()}
    inbound = gateway("jasmin").parse(posted(fields))
    assert isinstance(inbound, Inbound)
    assert inbound.body == words
    with pytest.raises(Malformed):
        gateway("jasmin").parse(posted(fields | {"binary": "xyz"}))


@pytest.mark.parametrize("words", ["साइन LAKE", "SIGN LAKE Zoë", "Ж", ""])
def test_kannel_passes_ucs_2_on_as_it_came_and_says_so(words: str) -> None:
    start = got({name: KANNEL[name] for name in ("id", "from", "to")}).url
    for charset, octets in (("UTF-16BE", words.encode("utf-16-be")), ("UTF-8", words.encode())):
        url = f"{start}&text={quote(octets)}&charset={charset}"
        inbound = gateway("kannel").parse(HookRequest(url, {}, method="GET"))
        assert isinstance(inbound, Inbound)
        assert inbound.body == words


def test_a_text_in_ucs_2_that_was_cut_off_is_malformed() -> None:
    fields = {"id": "k-1", "from": "+14065550123", "charset": "UTF-16BE"}
    with pytest.raises(Malformed):
        gateway("kannel").parse(got(fields))


@pytest.mark.parametrize("written", ["%2B14065550123", "+14065550123", "0014065550123"])
def test_a_plus_that_was_not_escaped_in_an_address_is_still_one(written: str) -> None:
    request = HookRequest(f"{URL}?id=1&text=hi&from={written}", {}, method="GET")
    inbound = gateway().parse(request)
    assert isinstance(inbound, Inbound)
    assert inbound.sender == "+14065550123"


def test_fields_may_have_any_names() -> None:
    made = gateway(fields={"id": "ref", "from": "msisdn", "text": "body"})
    inbound = made.parse(sent_json({"ref": 7, "msisdn": "+1", "body": "hi", "more": [1]}))
    assert inbound == Inbound("http", "7", "+1", "", "hi")
    with pytest.raises(ValueError, match="'words'"):
        gateway(fields={"words": "body"})


def test_a_gateway_without_ids_is_told_by_sender_time_and_words() -> None:
    fields = {"from": "+1", "text": "hi", "time": "2027-01-15 01:00:00"}
    made = gateway()

    def id_of(**changes: str) -> str:
        inbound = made.parse(posted(fields | changes))
        assert isinstance(inbound, Inbound)
        return inbound.message_id

    assert id_of() == id_of()
    assert len({id_of(), id_of(text="ho"), id_of(time="x"), id_of(**{"from": "+2"})}) == 4
    with pytest.raises(Malformed):
        made.parse(posted({"from": "+1", "text": "hi"}))


@pytest.mark.parametrize(
    "request_",
    [
        got(KANNEL, "https://x.example/sms/http"),
        got(KANNEL, URL[:-1]),
        got(KANNEL, URL + "x"),
        got(KANNEL, URL + "/"),
        HookRequest(f"https://x.example/sms/http?secret={SECRET}", {}, method="GET"),
        HookRequest("https://x.example/sms/http/\ud800", {}, method="GET"),
        HookRequest("https://[", {}, method="GET"),
    ],
)
def test_another_address_is_forged(request_: HookRequest) -> None:
    with pytest.raises(Forged):
        gateway("kannel").authenticate(request_)


def signed(request: HookRequest, key: str = KEY) -> HookRequest:
    sign = hmac.digest(key.encode(), request.body, "sha256").hex()
    headers = {**request.headers, "x-signature": sign}
    return HookRequest(request.url, headers, request.form, request.body, request.method)


def test_a_signed_body_is_believed_and_every_other_forged() -> None:
    made = gateway(secret="", hmac_key=KEY)
    request = posted(KANNEL)
    made.authenticate(signed(request))
    changed = HookRequest(request.url, signed(request).headers, request.form, request.body + b"&")
    in_address = HookRequest(
        got(KANNEL).url, signed(HookRequest("", {})).headers, (), b"", method="GET"
    )
    for other in (request, signed(request, "x"), changed, in_address):
        with pytest.raises(Forged):
            made.authenticate(other)


def test_the_fields_of_an_address_do_not_speak_for_a_signed_body() -> None:
    made = gateway(secret="", hmac_key=KEY)
    request = posted({"id": "1", "from": "+1", "text": "hi"}, URL + "?from=%2B2&text=forged")
    assert made.parse(signed(request)) == Inbound("http", "1", "+1", "", "hi")


def test_both_must_be_right_where_both_are_set() -> None:
    made = gateway(hmac_key=KEY)
    made.authenticate(signed(posted(KANNEL)))
    for request in (posted(KANNEL), signed(posted(KANNEL, "https://x.example/sms/http/other"))):
        with pytest.raises(Forged):
            made.authenticate(request)


def test_with_neither_everything_is_forged_and_a_short_secret_is_refused() -> None:
    with pytest.raises(Forged):
        gateway(secret="").authenticate(posted(KANNEL, "https://x.example/sms/http/"))
    with pytest.raises(ValueError, match="16 characters"):
        gateway(secret="short")


@pytest.mark.parametrize(
    ("preset", "fields", "status", "error"),
    [
        ("kannel", {"status": "1", "status_id": "7"}, "delivered", None),
        ("kannel", {"status": "2", "status_id": "7"}, "undelivered", "2"),
        ("kannel", {"status": "8", "status_id": "7"}, "sent", None),
        ("kannel", {"status": "16", "status_id": "7"}, "failed", "16"),
        ("jasmin", {"id": "7", "message_status": "ESME_ROK", "level": "1"}, "sent", None),
        ("jasmin", {"id": "7", "message_status": "DELIVRD"}, "delivered", None),
        ("jasmin", {"id": "7", "message_status": "UNDELIV"}, "undelivered", "undeliv"),
        ("jasmin", {"id": "7", "message_status": "ESME_RINVDSTADR"}, "failed", "esme_rinvdstadr"),
        ("vonage", {"messageId": "7", "status": "delivered", "err-code": "0"}, "delivered", None),
        ("vonage", {"messageId": "7", "status": "rejected", "err-code": "6"}, "failed", "6"),
        ("vonage", {"messageId": "7", "status": "buffered"}, "queued", None),
    ],
)
def test_a_status_update_is_read(
    preset: str, fields: dict[str, str], status: Any, error: str | None
) -> None:
    for request in (posted(fields), got(fields)):
        assert gateway(preset).parse(request) == StatusUpdate("http", "7", status, error)


@pytest.mark.parametrize(
    "request_",
    [
        posted({"text": "hi", "id": "1"}),
        posted({"from": "", "text": "hi", "id": "1"}),
        posted({"from": " ", "text": "hi", "id": "1"}),
        posted({"from": "+1", "id": "1"}),
        posted({"status": "lost", "status_id": "1"}),
        posted({"status": "sent"}),
        sent_json([1]),
        HookRequest(URL, {"content-type": "application/json"}, (), b"{"),
        HookRequest("https://[", {}, method="GET"),
    ],
)
def test_what_lacks_a_field_is_malformed(request_: HookRequest) -> None:
    with pytest.raises(Malformed):
        gateway().parse(request_)


def test_what_says_nothing_is_ignored() -> None:
    assert isinstance(gateway().parse(posted({"ping": "1"})), Ignored)


@given(
    st.sampled_from(["", *PRESETS]),
    st.dictionaries(st.sampled_from([*KANNEL, *JASMIN, *VONAGE, "status", "binary"]), st.text()),
    st.sampled_from(["GET", "POST", "JSON"]),
)
def test_any_fields_are_a_whole_event_or_malformed(
    preset: str, fields: dict[str, str], way: str
) -> None:
    quoted = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
    request = {"GET": got, "POST": posted, "JSON": sent_json}[way](quoted)
    assert is_whole_or_malformed(gateway(preset), request)


@given(
    st.sampled_from(["", *PRESETS]),
    st.text(),
    st.binary(),
    st.sampled_from(["GET", "POST", "HEAD"]),
    st.text() | st.sampled_from(["application/json", "text/plain"]),
)
def test_any_bytes_are_a_whole_event_or_malformed(
    preset: str, query: str, body: bytes, method: str, content_type: str
) -> None:
    headers = {"content-type": content_type}
    for start in (URL, "https://x.example"):
        for more in (query, f"?from=1&id=1&charset=UTF-16BE&text={query}"):
            request = HookRequest(start + more, headers, (), body, method)
            assert is_whole_or_malformed(gateway(preset), request)


@given(
    st.binary(),
    st.text() | st.text().map("/sms/http/".__add__),
    st.dictionaries(st.sampled_from(["x-signature"]), st.text()),
)
def test_whatever_comes_unsigned_is_forged(body: bytes, path: str, headers: dict[str, str]) -> None:
    request = HookRequest(f"https://x.example{path}", headers, (), body)
    for made in (gateway(), gateway(secret="", hmac_key=KEY)):
        with pytest.raises(Forged):
            made.authenticate(request)


def test_the_reply_is_the_body_or_goes_out_by_itself() -> None:
    text = gateway("kannel").parse(got(KANNEL))
    assert gateway("kannel").acknowledge(text, Reply("Grácias")).body == "Grácias".encode()
    assert gateway("kannel").acknowledge(text).body == b""
    assert gateway("jasmin").acknowledge(text).body == b"ACK/Jasmin"
    assert gateway("vonage").acknowledge(text, Reply("Hi")).body == b""


def test_kannel_is_told_of_a_reply_that_needs_ucs_2() -> None:
    made = gateway("kannel")
    text = made.parse(got(KANNEL))
    assert made.acknowledge(text, Reply("Thank you, Zoé")).headers == {}
    hindi = made.acknowledge(text, Reply("धन्यवाद"))
    assert (hindi.body.decode(), hindi.headers) == ("धन्यवाद", {"x-kannel-coding": "2"})


@pytest.mark.parametrize(
    ("preset", "code", "trouble"),
    [
        ("kannel", "2", "unreachable"),
        ("kannel", "16", "unknown"),
        ("jasmin", "undeliv", "unreachable"),
        ("vonage", "2", "busy"),
        ("vonage", "3", "unreachable"),
        ("vonage", "6", "filtered"),
        ("vonage", "15", "configuration"),
        ("vonage", "status-4", "configuration"),
        ("vonage", "99", "unknown"),
        ("", "401", "configuration"),
        ("", "503", "busy"),
        ("", "network", "busy"),
        ("", "x", "unknown"),
    ],
)
def test_troubles_are_sorted(preset: str, code: str, trouble: str) -> None:
    assert gateway(preset).trouble(code) == trouble


# Sending.

TEXT = Outbound("+14065550123", "Thank you, Ana", "77")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with provider() as played:
        yield played


def sender(api: Provider, preset: str, **settings: Any) -> Http:
    settings = {"send_auth": "me:pass", "number": "+14065550100", "timeout": 0.3} | settings
    status_url = "https://x.example/sms/http"
    return gateway(preset, send_url=f"{api.url}/send", status_url=status_url, **settings)


async def told(api: Provider, made: Http, body: str = "Thank you, Ana") -> dict[str, str]:
    await made.send(Outbound(TEXT.to, body, TEXT.reference))
    call = api.calls[-1]
    query = call.body if call.method == "POST" else urlsplit(call.path).query
    return {name: values[0] for name, values in parse_qs(query).items()}


async def test_kannel_is_told_the_text_and_where_to_report(api: Provider) -> None:
    api.answer = (202, "0: Accepted for delivery")
    made = sender(api, "kannel")
    assert await told(api, made) == {
        "username": "me",
        "password": "pass",
        "to": "+14065550123",
        "from": "+14065550100",
        "text": "Thank you, Ana",
        "charset": "UTF-8",
        "dlr-mask": "31",
        "dlr-url": f"{URL}?status=%d&status_id=77",
    }
    assert (await told(api, made, "साइन"))["coding"] == "2"
    assert await made.send(TEXT) == Sending("sent", "77")
    assert {call.method for call in api.calls} == {"GET"}


async def test_jasmin_is_told_hindi_in_hex(api: Provider) -> None:
    api.answer = (200, 'Success "07033084-5cfd-4812-90a4-e4d24ffb6e3d"')
    made = sender(api, "jasmin")
    plain, hindi = await told(api, made), await told(api, made, "साइन")
    assert (plain["content"], plain.get("coding")) == ("Thank you, Ana", None)
    assert (hindi.get("content"), hindi["coding"]) == (None, "8")
    assert bytes.fromhex(hindi["hex-content"]).decode("utf-16-be") == "साइन"
    assert plain["dlr-url"] == URL
    assert (await made.send(TEXT)).message_id == "07033084-5cfd-4812-90a4-e4d24ffb6e3d"


def vonage(status: str) -> tuple[int, str]:
    message = {"to": "14065550123", "message-id": "V9", "status": status}
    return 200, json.dumps({"message-count": "1", "messages": [message]})


async def test_vonage_is_told_numbers_without_plus(api: Provider) -> None:
    api.answer = vonage("0")
    made = sender(api, "vonage")
    said = await told(api, made)
    assert (said["to"], said["from"], said["api_key"]) == ("14065550123", "14065550100", "me")
    assert (await told(api, made, "साइन"))["type"] == "unicode"
    assert await made.send(TEXT) == Sending("sent", "V9")


@pytest.mark.parametrize(
    ("preset", "answer", "sending"),
    [
        ("kannel", (202, "3: Queued for later delivery"), Sending("sent", "77")),
        ("kannel", (503, "Temporal failure, try again later."), Sending("retry", code="Temporal")),
        ("kannel", (403, "Authorization failed"), Sending("retry", code="403")),
        ("kannel", (200, "something else"), Sending("failed", code="200")),
        ("jasmin", (400, 'Error "missing"'), Sending("failed", code="400")),
        (
            "jasmin",
            (403, 'Error "User throughput exceeded"'),
            Sending("throttled", code="throughput"),
        ),
        ("vonage", vonage("1"), Sending("throttled", code="status-1")),
        ("kannel", (500, "Trace:\n0: Accepted"), Sending("retry", code="500")),
        ("kannel", (404, "0: Accepted for delivery"), Sending("failed", code="404")),
        ("vonage", vonage("4"), Sending("retry", code="status-4")),
        ("vonage", vonage("5"), Sending("retry", code="status-5")),
        ("vonage", (502, vonage("0")[1]), Sending("retry", code="502")),
        ("vonage", vonage("6"), Sending("failed", code="status-6")),
        ("", (200, '{"id": 5}'), Sending("sent", "5")),
        ("", (200, "ok"), Sending("sent", "77")),
        ("", (429, ""), Sending("throttled", code="429")),
        ("", (404, ""), Sending("failed", code="404")),
        ("", (500, ""), Sending("retry", code="500")),
        ("", "cut", Sending("retry", code="network")),
        ("", None, Sending("retry", code="network")),
    ],
)
async def test_what_the_gateway_makes_of_a_text(
    api: Provider, preset: str, answer: Any, sending: Sending
) -> None:
    api.answer = answer
    assert await sender(api, preset).send(TEXT) == sending


async def test_json_with_a_password_goes_where_it_is_wanted(api: Provider) -> None:
    made = sender(api, "", send_json=True, send_fields={"dest": "{to}", "msg": "{text} {odd}"})
    await made.send(TEXT)
    [call] = api.calls
    assert json.loads(call.body) == {"dest": "+14065550123", "msg": "Thank you, Ana {odd}"}
    assert call.headers["authorization"].startswith("Basic ")


async def test_an_address_may_be_a_template(api: Provider) -> None:
    words = "साइन & {to}?"
    url = f"{api.url}/{{id}}?u={{user}}&d={{to}}&m={{text}}"
    made = gateway(send_url=url, send_method="GET", send_auth="me:pass")
    await made.send(Outbound(TEXT.to, words, "7/7"))
    [call] = api.calls
    found = urlsplit(call.path)
    assert (call.method, found.path) == ("GET", "/7%2F7")
    assert parse_qs(found.query) == {"u": ["me"], "d": ["+14065550123"], "m": [words]}
    assert "authorization" not in call.headers


@pytest.mark.parametrize(
    "send_url", ["{url}/send", "{url}/send?m={{text}}", "no address", "ftp://x"]
)
@pytest.mark.parametrize("preset", ["", *PRESETS])
async def test_whatever_the_words_and_the_address_sending_raises_nothing(
    api: Provider, preset: str, send_url: str
) -> None:
    made = gateway(preset, send_url=send_url.format(url=api.url), send_auth="me:€", timeout=0.3)
    for words in ("\ud800", "\x00\r\n", "x" * 5000):
        assert isinstance(await made.send(Outbound("+1", words, "7")), Sending)


async def test_a_password_of_any_letters_arrives(api: Provider) -> None:
    await sender(api, "", send_auth="zoë:пароль:€").send(TEXT)
    given_ = b64decode(api.calls[0].headers["authorization"].removeprefix("Basic ")).decode()
    assert given_ == "zoë:пароль:€"


async def test_of_a_long_answer_only_so_much_is_read(api: Provider) -> None:
    api.answer = (200, "x" * (ANSWER_BYTES + 1000))
    answer = await ask("GET", api.url, patience=5)
    assert (answer.status, len(answer.body)) == (200, ANSWER_BYTES)


async def test_a_redirect_is_not_followed(api: Provider) -> None:
    api.answer = (302, "")
    assert await sender(api, "").send(TEXT) == Sending("failed", code="302")
    assert len(api.calls) == 1


async def test_without_an_address_a_text_waits() -> None:
    assert await gateway().send(TEXT) == Sending("retry", code="no-address")
    assert gateway().trouble("no-address") == "configuration"

"""Africa's Talking: texts, delivery reports, opt-outs and USSD, and its API on loopback."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms import (
    Ask,
    Forged,
    Gateway,
    HookRequest,
    Ignored,
    Inbound,
    Malformed,
    OptedOut,
    Outbound,
    Reply,
    Sending,
    StatusUpdate,
)
from sms.gateways.africastalking import AfricasTalking
from tests.harness.texts.provider import Provider, provider
from tests.sms.events import is_whole_or_malformed

SECRET = "a-long-secret-of-ours"
URL = f"https://x.example/sms/africastalking/{SECRET}"
TEXT = {
    "id": "m-1",
    "from": "+254711123456",
    "to": "12345",
    "text": "SIGN LAKE Ana 59801",
    "date": "2027-01-15 01:00:00",
    "linkId": "l-1",
    "networkCode": "63902",
}
SESSION = {
    "sessionId": "ATUid_1",
    "phoneNumber": "+254711123456",
    "networkCode": "63902",
    "serviceCode": "*384*77#",
    "text": "",
}


def gateway(**settings: Any) -> AfricasTalking:
    return AfricasTalking(**{"username": "u", "api_key": "k", "secret": SECRET} | settings)


def hook(fields: dict[str, str], url: str = URL) -> HookRequest:
    return HookRequest(url, {}, list(fields.items()))


def test_it_is_a_gateway() -> None:
    made: Gateway = gateway()
    assert not made.can.inline_reply
    gateway().authenticate(hook(TEXT))


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/sms/africastalking",
        "https://x.example/sms/africastalking/",
        URL[:-1],
        URL + "/",
        URL + "x",
        URL.upper(),
        f"https://x.example/sms/africastalking?x={SECRET}",
        "https://x.example/sms/africastalking/\ud800é",
        "https://[",
    ],
)
def test_another_address_is_forged(url: str) -> None:
    with pytest.raises(Forged):
        gateway().authenticate(hook(TEXT, url))


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 characters"):
        gateway(secret="short")


def test_a_text_is_read() -> None:
    assert gateway().parse(hook(TEXT)) == Inbound(
        "africastalking", "m-1", "+254711123456", "12345", "SIGN LAKE Ana 59801"
    )


@pytest.mark.parametrize(
    ("keyed", "screen"), [("", 0), ("1", 1), ("1*Ana", 2), ("1*Ana*59801", 3), ("1*Ana*", 3)]
)
def test_each_screen_of_a_session_is_a_message_of_its_own(keyed: str, screen: int) -> None:
    inbound = gateway().parse(hook(SESSION | {"text": keyed}))
    assert isinstance(inbound, Inbound)
    assert (inbound.message_id, inbound.body) == (f"ATUid_1:{screen}", keyed)
    assert (inbound.channel, inbound.recipient) == ("ussd", "*384*77#")


def test_the_end_of_a_session_asks_nothing_of_us() -> None:
    ended = {k: v for k, v in SESSION.items() if k != "text"} | {"status": "Success"}
    assert isinstance(gateway().parse(hook(ended)), Ignored)
    lasted = {"sessionId": "ATUid_1", "durationInMillis": "9000", "hopsCount": "2"}
    assert isinstance(gateway().parse(hook(lasted)), Ignored)
    assert isinstance(gateway().parse(hook({})), Ignored)


@pytest.mark.parametrize(
    ("word", "status"),
    [("Success", "delivered"), ("Sent", "sent"), ("Buffered", "queued"), ("Rejected", "failed")]
    + [("Failed", "undelivered"), ("AbsentSubscriber", "undelivered"), ("Expired", "undelivered")],
)
def test_a_delivery_report_is_read(word: str, status: Any) -> None:
    report = {"id": "m-9", "status": word, "phoneNumber": "+254711123456"}
    why = word if status in {"failed", "undelivered"} else None
    assert gateway().parse(hook(report)) == StatusUpdate("africastalking", "m-9", status, why)
    reason = hook(report | {"failureReason": "UserInBlacklist"})
    update = gateway().parse(reason)
    assert update == StatusUpdate("africastalking", "m-9", status, "UserInBlacklist")


def test_an_opt_out_is_read() -> None:
    told = {"senderId": "LAKE", "phoneNumber": "+254711123456"}
    assert gateway().parse(hook(told)) == OptedOut("africastalking", "+254711123456")


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "1", "status": "Lost"},
        {"status": "Success"},
        {"senderId": "x"},
        TEXT | {"id": ""},
        TEXT | {"from": ""},
        {"sessionId": "", "text": "", "phoneNumber": "+1"},
        {"sessionId": "s", "text": ""},
        {name: value for name, value in TEXT.items() if name != "text"},
        {name: value for name, value in TEXT.items() if name != "from"},
        {name: value for name, value in SESSION.items() if name != "text"},
    ],
)
def test_what_lacks_a_field_is_malformed(fields: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        gateway().parse(hook(fields))


@given(st.dictionaries(st.sampled_from([*TEXT, *SESSION, "status", "senderId"]), st.text()))
def test_any_form_is_a_whole_event_or_malformed(fields: dict[str, str]) -> None:
    assert is_whole_or_malformed(gateway(), hook(fields))


@given(st.text(), st.binary(), st.dictionaries(st.text(), st.text()))
def test_whatever_comes_without_the_secret_is_forged(
    path: str, body: bytes, headers: dict[str, str]
) -> None:
    for url in (f"https://x.example{path}", f"https://x.example/sms/africastalking/{path}"):
        with pytest.raises(Forged):
            gateway().authenticate(HookRequest(url, headers, (), body))


def test_a_text_that_is_delivered_again_is_the_same_one() -> None:
    assert gateway().parse(hook(TEXT)) == gateway().parse(hook(TEXT | {"cost": "KES 0.0000"}))


def test_a_screen_says_whether_the_session_goes_on() -> None:
    event = gateway().parse(hook(SESSION))
    goes_on = gateway().acknowledge(event, Reply("Name?\n1 Help", ask=Ask("")))
    assert (goes_on.body, goes_on.content_type) == (
        b"CON Name?\n1 Help",
        "text/plain; charset=utf-8",
    )
    assert gateway().acknowledge(event, Reply("Danke, Zoë")).body == "END Danke, Zoë".encode()
    assert gateway().acknowledge(gateway().parse(hook(TEXT)), Reply("Hi")).body == b""


# Sending.

OUT = Outbound("+254711123456", "Asante, Ana", "7")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with provider() as played:
        yield played


def said(code: int, message_id: str = "ATXid_9") -> tuple[int, str]:
    recipient = {"statusCode": code, "number": "+254711123456", "messageId": message_id}
    return 201, json.dumps({"SMSMessageData": {"Message": "Sent", "Recipients": [recipient]}})


def no_recipient(message: Any) -> tuple[int, str]:
    return 201, json.dumps({"SMSMessageData": {"Message": message, "Recipients": []}})


async def test_a_text_is_sent_with_our_key(api: Provider) -> None:
    api.answer = said(101)
    made = gateway(api_url=api.url + "/version1", sender="12345")
    assert await made.send(OUT) == Sending("sent", "ATXid_9")
    [call] = api.calls
    assert (call.path, call.headers["apikey"]) == ("/version1/messaging", "k")
    assert parse_qs(call.body) == {
        "username": ["u"],
        "to": ["+254711123456"],
        "message": ["Asante, Ana"],
        "from": ["12345"],
    }


@pytest.mark.parametrize(
    ("answer", "sending"),
    [
        (said(100), Sending("sent", "ATXid_9")),
        (said(102), Sending("sent", "ATXid_9")),
        (said(403), Sending("failed", code="403")),
        (said(405), Sending("retry", code="405")),
        (said(406), Sending("stopped", code="406")),
        (said(407), Sending("failed", code="407")),
        (said(409), Sending("retry", code="409")),
        ((409, said(409)[1]), Sending("retry", code="409")),
        (no_recipient("InvalidSenderId"), Sending("retry", code="InvalidSenderId")),
        (no_recipient(["406"]), Sending("retry", code="201")),
        (said(500), Sending("retry", code="500")),
        ((201, "{}"), Sending("retry", code="201")),
        ((201, '{"SMSMessageData": {"Recipients": []}}'), Sending("retry", code="201")),
        ((400, "bad"), Sending("failed", code="400")),
        ((401, "key"), Sending("retry", code="401")),
        ((429, ""), Sending("throttled", code="429")),
        ((503, ""), Sending("retry", code="503")),
        ("cut", Sending("retry", code="network")),
        (None, Sending("retry", code="network")),
    ],
)
async def test_what_the_api_makes_of_a_text(api: Provider, answer: Any, sending: Sending) -> None:
    api.answer = answer
    assert await gateway(api_url=api.url, timeout=0.2).send(OUT) == sending


@pytest.mark.parametrize(
    ("code", "trouble"),
    [("406", "opted_out"), ("UserInBlacklist", "opted_out"), ("405", "configuration")]
    + [("UserInBlackList", "opted_out"), ("InvalidSenderId", "configuration")]
    + [("Expired", "filtered"), ("NotNetworkSubcriber", "unreachable"), ("409", "busy")]
    + [("InsufficientCredit", "configuration"), ("UserIsInactive", "unreachable")]
    + [("AbsentSubscriber", "busy"), ("502", "busy"), ("network", "busy"), ("x", "unknown")],
)
def test_troubles_are_sorted(code: str, trouble: str) -> None:
    assert gateway().trouble(code) == trouble

"""Calls by way of Twilio, against its own library for signatures."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from sms import (
    Ask,
    Forged,
    Gateway,
    HookRequest,
    Ignored,
    Inbound,
    Malformed,
    Outbound,
    Reply,
    Sending,
)
from sms.gateways.voice import Voice

Form = list[tuple[str, str]]

SID, TOKEN, URL = "AC" + "0" * 32, "12345", "https://sign.example/sms/voice"
CALL = "CA" + "0b" * 16
ANY = st.text(st.characters(exclude_categories=()))  # lone surrogates, too


def call_form(**more: str) -> Form:
    """What Twilio posts when somebody calls a number of ours."""
    fields = {
        "AccountSid": SID,
        "ApiVersion": "2010-04-01",
        "CallSid": CALL,
        "CallStatus": "ringing",
        "CallToken": "%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9%22%7D",
        "Called": "+14065550199",
        "CalledCity": "",
        "CalledCountry": "US",
        "Caller": "+14065550100",
        "CallerCity": "MISSOULA",
        "Direction": "inbound",
        "From": "+14065550100",
        "FromCity": "MISSOULA",
        "FromZip": "59801",
        "StirVerstat": "TN-Validation-Passed-A",
        "To": "+14065550199",
        "ToCity": "",
        "ToZip": "",
    }
    return list((fields | more).items())


def keyed(digits: str, **more: str) -> Form:
    """What Twilio posts to the action of a `<Gather>`."""
    keys = {"Digits": digits, "FinishedOnKey": "#", "CallStatus": "in-progress"}
    return call_form(**keys | {"msg": "Gather End"} | more)


def gateway(**settings: Any) -> Voice:
    return Voice(**{"account_sid": SID, "auth_token": TOKEN, "url": URL} | settings)


def hook(form: Form, url: str = URL, sign: str = "") -> HookRequest:
    return HookRequest(url, {"x-twilio-signature": sign}, form)


def twilio_signs(url: str, form: Form, token: str = TOKEN) -> str:
    signed: str = RequestValidator(token).compute_signature(url, dict(form))
    return signed


def genuine(form: Form, url: str = URL) -> HookRequest:
    return hook(form, url, twilio_signs(url, form))


def read(form: Form, url: str = URL) -> Inbound:
    gateway().authenticate(genuine(form, url))
    event = gateway().parse(genuine(form, url))
    assert isinstance(event, Inbound)
    return event


def accepted(request: HookRequest, **settings: Any) -> bool:
    try:
        gateway(**settings).authenticate(request)
    except Forged:
        return False
    return True


def test_it_is_a_gateway_that_answers_at_once() -> None:
    voice: Gateway = gateway()
    assert (voice.name, voice.can.inline_reply, voice.can.signed) == ("voice", True, True)
    assert not voice.can.status_updates


def test_a_call_that_begins_is_an_inbound_without_keys() -> None:
    event = read(call_form())
    assert event == Inbound(
        gateway="voice",
        message_id=event.message_id,
        sender="+14065550100",
        recipient="+14065550199",
        body="",
        channel="voice",
        state="",
    )


@pytest.mark.parametrize("digits", ["1", "59801", "*", "0#0", ""])
def test_the_keys_pressed_come_back_with_the_state_of_the_question(digits: str) -> None:
    event = read(keyed(digits), f"{URL}?state=zip:lake-1_2.es")
    assert (event.body, event.state) == (digits, "zip:lake-1_2.es")


def test_a_request_that_comes_again_has_the_same_id_and_every_other_one_another() -> None:
    url = f"{URL}?state=zip"
    forms = [call_form(), keyed(""), keyed("1"), keyed("2"), keyed("1", CallSid="CA" + "1" * 32)]
    ids = [read(form, url).message_id for form in forms]
    assert ids == [read(form, url).message_id for form in forms]
    assert len({*ids, read(keyed("1")).message_id}) == 5  # the call's beginning is as silence


def test_an_id_does_not_tell_the_keys_not_even_to_who_tries_them_all() -> None:
    first = read(keyed("59801"), f"{URL}?state=zip").message_id
    assert re.fullmatch(rf"{CALL}:zip:[0-9a-f]{{16}}", first) and "59801" not in first
    another_key = gateway(auth_token="x").parse(hook(keyed("59801"), f"{URL}?state=zip"))
    assert isinstance(another_key, Inbound) and another_key.message_id != first


@pytest.mark.parametrize(
    "number",
    ["+266696687", "+86282452253", "+7378742833", "+8656696", "+8566696", "+2562533"]
    + ["anonymous", "Anonymous", "Restricted", "unavailable", "UNKNOWN", "+464"],
)
def test_a_caller_who_keeps_the_number_back_is_nobody(number: str) -> None:
    assert read(call_form(From=number)).sender == ""


@pytest.mark.parametrize("number", ["+14065550100", "+50937000000", "+4915112345678"])
def test_a_caller_who_shows_the_number_is_known_by_it(number: str) -> None:
    forwarded = call_form(From=number, ForwardedFrom="+14065550111")
    assert read(call_form(From=number)).sender == read(forwarded).sender == number


@pytest.mark.parametrize(
    "status", ["completed", "busy", "failed", "no-answer", "canceled", "queued", "initiated"]
)
def test_a_call_that_is_not_going_on_asks_nothing(status: str) -> None:
    request = genuine(call_form(CallStatus=status))
    gateway().authenticate(request)
    assert isinstance(gateway().parse(request), Ignored)


@pytest.mark.parametrize(
    ("form", "url"),
    [
        ([], URL),
        (call_form(CallStatus="lost"), URL),
        (call_form(CallSid=""), URL),
        ([pair for pair in call_form() if pair[0] != "CallSid"], URL),
        ([pair for pair in call_form() if pair[0] != "From"], URL),
        ([pair for pair in call_form() if pair[0] != "To"], URL),
        (call_form(), f"{URL}?state=a%20b"),
        (call_form(), f"{URL}?state=%3CSay%3E"),
        (call_form(), f"{URL}?state=a%0A"),
        (call_form(), f"{URL}?state={'x' * 65}"),
        (call_form(), "https://[?state=a"),
    ],
)
def test_what_is_not_understood_is_malformed(form: Form, url: str) -> None:
    with pytest.raises(Malformed):
        gateway().parse(hook(form, url))


@given(
    st.lists(st.tuples(st.sampled_from(["CallSid", "CallStatus", "Digits", "From", "To"]), ANY)),
    st.sampled_from(["ringing", "completed", ""]),
    ANY,
)
def test_whatever_a_request_says_is_an_event_or_malformed(
    form: Form, status: str, query: str
) -> None:
    request = hook([("CallStatus", status), *form], f"{URL}?{query}")
    try:
        event = gateway().parse(request)
    except Malformed:
        return
    assert isinstance(event, Inbound | Ignored)


# Signatures.

STATE_URL = f"{URL}?state=zip"
SIGNED = twilio_signs(STATE_URL, keyed("1"))


@pytest.mark.parametrize(
    "request_",
    [
        hook(keyed("1"), STATE_URL),
        hook(keyed("1"), STATE_URL, "é\ud800"),
        hook(keyed("1"), STATE_URL, twilio_signs(STATE_URL, keyed("1"), "x")),
        hook(keyed("2"), STATE_URL, SIGNED),
        hook(call_form(), STATE_URL, SIGNED),
        hook(keyed("1"), URL, SIGNED),
        hook(keyed("1"), f"{URL}?state=other", SIGNED),
        hook(keyed("1"), f"{STATE_URL}&state=other", SIGNED),
        hook(keyed("1"), "https://sign.example/sms/twilio?state=zip", SIGNED),
        hook([*keyed("1"), ("Digits", "2")], STATE_URL, SIGNED),
        hook(keyed("\ud800"), STATE_URL, SIGNED),
        genuine(keyed("1", AccountSid="AC" + "1" * 32)),
        genuine([pair for pair in keyed("1") if pair[0] != "AccountSid"]),
    ],
)
def test_a_forged_call_is_refused(request_: HookRequest) -> None:
    assert accepted(hook(keyed("1"), STATE_URL, SIGNED))
    assert not accepted(request_)


@pytest.mark.parametrize("token", [TOKEN, "second"])
def test_either_token_and_a_shared_key_are_accepted(token: str) -> None:
    keys = {"secondary_token": "second", "shared_key": "shared"}
    assert accepted(hook(keyed("1"), URL, twilio_signs(URL, keyed("1"), token)), **keys)
    sign = RequestValidator("shared").compute_signature(URL, dict(keyed("1")), "HMAC_SHA256")
    settings = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    headers = {"x-twilio-signature": sign, "x-twilio-webhooks-signature-settings": settings}
    assert accepted(HookRequest(URL, headers, keyed("1")), **keys)
    assert not accepted(HookRequest(URL, headers, keyed("2")), **keys)


def without(form: Form, *names: str) -> Form:
    return [pair for pair in form if pair[0] not in names]


DIGITS = keyed("1")
IN_CITY = keyed("1", CallerCity="XDigits2")
CASES: list[tuple[Form, str, Form]] = [
    # The keys are hidden in the value before them.
    (
        DIGITS,
        STATE_URL,
        [*without(DIGITS, "Digits", "CallerCity"), ("CallerCity", "MISSOULADigits1")],
    ),
    # Keys that are in a value become the ones that count.
    (
        IN_CITY,
        STATE_URL,
        [
            *without(IN_CITY, "Digits", "CallerCity"),
            ("CallerCity", "X"),
            ("Digits", "2"),
            ("Digits1", ""),
        ],
    ),
    # The caller has been forwarded, and the other number is given for theirs.
    (
        call_form(ForwardedFrom="+14065550111"),
        STATE_URL,
        [
            *without(call_form(), "Direction", "From"),
            ("Direction", "inboundForwarded"),
            ("From", "+14065550111From+14065550100"),
        ],
    ),
    # The state takes the form's beginning.
    (DIGITS, STATE_URL, without(DIGITS, "AccountSid")),
]


@pytest.mark.parametrize(("form", "url", "other"), CASES)
def test_a_call_cut_into_other_fields_is_forged(form: Form, url: str, other: Form) -> None:
    sign = twilio_signs(url, form)
    assert accepted(hook(form, url, sign))
    if "AccountSid" not in dict(other):
        url = f"{url}AccountSid{SID}"
    assert twilio_signs(url, other) == sign  # nothing else would refuse it
    assert not accepted(hook(other, url, sign))


def test_the_state_can_take_nothing_from_the_form() -> None:
    again = f"AccountSid{SID}CallSid{CALL}CallStatusin-progressCallerZ"
    form = keyed("1", CallerName=again)
    text = "".join(name + value for name, value in sorted(form))
    taken, rest = text[: text.index(again)], text[text.index(again) + len(again) :]
    swallowed, behind = rest.split("Digits1")
    url = f"{STATE_URL}{taken}"
    other = [("AccountSid", SID), ("CallSid", CALL), ("CallStatus", "in-progress")]
    other += [("CallerZ", swallowed), ("Digits", "1")]
    other += [pair for pair in form if pair[0] > "Digits"]
    assert behind == "".join(name + value for name, value in sorted(other[5:]))
    sign = twilio_signs(STATE_URL, form)
    assert accepted(hook(form, STATE_URL, sign))
    assert twilio_signs(url, other) == sign  # nothing else would refuse it
    assert not accepted(hook(other, url, sign))


# Answers.

CALLED = Inbound("voice", "1", "+14065550100", "+14065550199", "", channel="voice")


def answer(reply: Reply | None, event: Any = CALLED) -> ElementTree.Element:
    response = gateway().acknowledge(event, reply)
    assert response.content_type == "text/xml; charset=utf-8"
    return ElementTree.fromstring(response.body)


def tags(element: ElementTree.Element) -> list[str]:
    return [child.tag for child in element]


def test_a_reply_is_said_and_the_call_ends() -> None:
    root = answer(Reply("Thank you, Ana & <Bo>."))
    assert tags(root) == ["Say", "Hangup"]
    assert root[0].text == "Thank you, Ana & <Bo>."
    assert root[0].attrib == {"language": "en-US", "voice": "Polly.Joanna"}


def test_a_question_waits_for_keys_and_gives_the_state_back() -> None:
    more = (Reply("Oprima 2.", "es"), Reply("Peze 3.", "ht"))
    root = answer(Reply("Press 1.", "en", Ask("menu:lake", 1), more))
    assert tags(root) == ["Gather", "Hangup"]
    gather = root[0]
    assert [(say.text, say.get("language")) for say in gather] == [
        ("Press 1.", "en-US"),
        ("Oprima 2.", "es-US"),
        ("Peze 3.", "fr-FR"),
    ]
    action = gather.attrib.pop("action")
    assert action.partition("?")[0] == URL
    assert parse_qs(urlsplit(action).query) == {"state": ["menu:lake"]}
    assert gather.attrib == {
        "input": "dtmf",
        "numDigits": "1",
        "finishOnKey": "#",
        "timeout": "10",
        "actionOnEmptyResult": "true",
        "method": "POST",
    }
    assert read(keyed("1"), action).state == "menu:lake"


def test_any_number_of_keys_has_no_count() -> None:
    assert "numDigits" not in answer(Reply("Your code?", ask=Ask("code")))[0].attrib


@pytest.mark.parametrize(
    ("ours", "twilios"),
    [("en", "en-US"), ("es", "es-US"), ("fr", "fr-FR"), ("pt", "pt-BR"), ("ar", "arb")]
    + [("hi", "hi-IN"), ("vi", "vi-VN"), ("ht", "fr-FR"), ("pt-BR", "pt-BR"), ("xx", "en-US")],
)
def test_each_language_has_a_voice_of_its_own(ours: str, twilios: str) -> None:
    say = answer(Reply("x", ours))[0]
    assert say.get("language") == twilios
    # A Google voice names its language; of Amazon's, the table of Twilio tells it.
    voice = str(say.get("voice"))
    assert voice.startswith(("Polly.", f"Google.{twilios}-"))


@pytest.mark.parametrize("reply", [None, Reply(""), Reply(" \x00 ")])
def test_nothing_to_say_ends_the_call(reply: Reply | None) -> None:
    assert tags(answer(reply)) == ["Hangup"]


def test_a_call_that_has_ended_gets_an_empty_answer() -> None:
    assert tags(answer(Reply("Hi"), Ignored("the call is completed"))) == []


REPLIES = st.builds(
    Reply,
    ANY,
    st.sampled_from(["en", "ht", "vi"]) | ANY,
    st.none() | st.builds(Ask, ANY.filter(lambda state: state.isascii()), st.integers(0, 9)),
    st.lists(st.builds(Reply, ANY), max_size=2).map(tuple),
)


@given(REPLIES)
def test_every_answer_is_well_formed_and_records_nothing(reply: Reply) -> None:
    root = answer(reply)
    assert {element.tag for element in root.iter()} <= {"Response", "Gather", "Say", "Hangup"}
    assert root[-1].tag == "Hangup"
    if reply.ask:
        action = str(root[0].get("action"))
        assert parse_qs(urlsplit(action).query, keep_blank_values=True) == {
            "state": [reply.ask.state]
        }


async def test_a_call_sends_no_texts() -> None:
    sending = await gateway().send(Outbound("+14065550100", "Hi", "7"))
    assert sending == Sending("failed", code="no-text")
    assert gateway().trouble("no-text") == "unknown"

"""Twilio, against its own library for signatures and its own description for its API."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, assume, example, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from sms import (
    Archive,
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
    Trouble,
    Unreachable,
)
from sms.gateways.twilio import Twilio
from sms.gateways.twilio_signature import Algorithm, Signer, signature
from tests.harness.examples import examples
from tests.harness.web import npm
from tests.sms.twilio_api import Call, Raw, Refused, Trick, TwilioApi

Form = list[tuple[str, str]]

SID, TOKEN, URL = "AC" + "0" * 32, "12345", "https://sign.example/sms/twilio"
TEXT_SID = "SM" + "0a" * 16
HEADER, SETTINGS = "x-twilio-signature", "x-twilio-webhooks-signature-settings"
SHA256 = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"


def text_form(body: str = "SIGN FACE Ana Díaz 59801", **more: str) -> Form:
    """What Twilio posts for a text to a number of ours."""
    fields = {
        "ToCountry": "US",
        "ToState": "MT",
        "SmsMessageSid": TEXT_SID,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "59801",
        "SmsSid": TEXT_SID,
        "FromState": "MT",
        "SmsStatus": "received",
        "FromCity": "MISSOULA",
        "Body": body,
        "FromCountry": "US",
        "To": "+14065550199",
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": TEXT_SID,
        "AccountSid": SID,
        "From": "+14065550100",
        "ApiVersion": "2010-04-01",
    }
    return list((fields | more).items())


def status_form(status: str = "sent", **more: str) -> Form:
    """What Twilio posts to a status callback."""
    fields = {
        "SmsSid": TEXT_SID,
        "SmsStatus": status,
        "MessageStatus": status,
        "To": "+14065550100",
        "MessageSid": TEXT_SID,
        "AccountSid": SID,
        "From": "+14065550199",
        "ApiVersion": "2010-04-01",
    }
    return list((fields | more).items())


FORM = text_form()


def gateway(**settings: Any) -> Twilio:
    return Twilio(**{"account_sid": SID, "auth_token": TOKEN, "sender": "+14065550199"} | settings)


def signer(**settings: Any) -> Signer:
    return Signer(**{"account_sid": SID, "auth_token": TOKEN, "fields": ()} | settings)


def hook(form: Form, url: str = URL, sign: str | None = None, **headers: str) -> HookRequest:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return HookRequest(url, more if sign is None else {HEADER: sign} | more, form, b"")


class Fields(dict[str, list[str]]):
    """Repeated fields, as the frameworks hand them to Twilio's library."""

    def __init__(self, fields: Form) -> None:
        super().__init__()
        for name, value in fields:
            self.setdefault(name, []).append(value)

    def getlist(self, name: str) -> list[str]:
        return self[name]


def twilio_signs(url: str, form: Form, token: str = TOKEN, algorithm: str | None = None) -> str:
    signed: str = RequestValidator(token).compute_signature(url, Fields(form), algorithm)
    return signed


def genuine(form: Form, url: str = URL) -> HookRequest:
    return hook(form, url, twilio_signs(url, form))


def accepted(request: HookRequest, by: Twilio | None = None) -> bool:
    try:
        (by or gateway()).authenticate(request)
    except Forged:
        return False
    return True


def test_it_is_a_gateway_whose_provider_keeps_the_texts() -> None:
    twilio: Gateway = gateway()
    assert isinstance(twilio, Archive)
    assert twilio.name == "twilio"
    assert twilio.can.inline_reply and twilio.can.handles_opt_out and twilio.can.signed


# Signatures.

PUBLISHED = "https://mycompany.com/myapp.php?foo=1&bar=2"
PUBLISHED_FORM = [("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"), ("Digits", "1234")]
PUBLISHED_FORM += [("From", "+14158675309"), ("To", "+18005551212")]
PUBLISHED_BODY = b'{"property": "value", "boolean": true}'
PUBLISHED_HASH = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
PUBLISHED_JSON_URL = f"{PUBLISHED}&bodySHA256={PUBLISHED_HASH}"


def test_the_form_of_twilios_documentation_has_the_documented_signature() -> None:
    # https://www.twilio.com/docs/usage/security, and the tests of Twilio's library.
    assert signature("12345", PUBLISHED, PUBLISHED_FORM) == b"RSOYDt4T1cUTdK1PDd93/VVr8B8="
    request = hook(PUBLISHED_FORM, PUBLISHED, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert signer().signed_url(request).startswith("https://mycompany.com/")


def json_hook(**changed: Any) -> HookRequest:
    headers = {HEADER: "a9nBmqA0ju/hNViExpshrM61xv4=", "content-type": "application/json"}
    request: dict[str, Any] = {"url": PUBLISHED_JSON_URL, "body": PUBLISHED_BODY}
    headers |= changed.pop("headers", {})
    return HookRequest(**request | {"headers": headers} | changed)


def test_the_json_of_twilios_documentation_is_accepted_and_asks_nothing() -> None:
    gateway().authenticate(json_hook())
    assert isinstance(gateway().parse(json_hook()), Ignored)


@pytest.mark.parametrize(
    "request_",
    [
        json_hook(body=PUBLISHED_BODY + b" "),
        json_hook(body=b""),
        json_hook(url=PUBLISHED),
        json_hook(url=PUBLISHED_JSON_URL.replace("0a1f", "0a1e")),
        json_hook(url=PUBLISHED_JSON_URL.replace(PUBLISHED_HASH, "")),
        json_hook(url=PUBLISHED_JSON_URL.replace(PUBLISHED_HASH, "%ed%a0%80é")),
        json_hook(headers={HEADER: "a9nBmqA0ju/hNViExpshrM61xv5="}),
        json_hook(form=FORM),
        json_hook(form=FORM, headers={"content-type": "application/x-www-form-urlencoded"}),
        json_hook(headers={"content-type": "Application/X-WWW-Form-Urlencoded ; charset=utf-8"}),
        json_hook(url="https://[?bodySHA256=1"),
    ],
)
def test_a_body_that_is_not_the_signed_one_is_forged(request_: HookRequest) -> None:
    assert not accepted(request_)


def test_a_hash_in_the_url_does_not_free_a_form_from_being_signed() -> None:
    url = f"{URL}?bodySHA256={hashlib.sha256(b'').hexdigest()}"
    headers = {"content_type": "application/x-www-form-urlencoded"}
    assert not accepted(hook(FORM, url, twilio_signs(url, []), **headers))
    assert accepted(hook(FORM, url, twilio_signs(url, FORM), **headers))
    # Nor does another content type free it from being read as it was signed.
    assert not accepted(hook(FORM, url, twilio_signs(url, FORM), content_type="text/plain"))


@pytest.mark.parametrize(
    ("called", "signed"),
    [
        (URL, URL),
        (URL, "https://sign.example:443/sms/twilio"),
        ("https://sign.example:443/sms/twilio", URL),
        ("https://sign.example:8443/sms/twilio", URL),
        ("http://sign.example/sms/twilio?a=1&b=", "http://sign.example:80/sms/twilio?a=1&b="),
    ],
)
def test_a_signature_with_or_without_the_port_is_accepted(called: str, signed: str) -> None:
    assert accepted(hook(FORM, called, twilio_signs(signed, FORM)))


@pytest.mark.parametrize(
    "form",
    [
        FORM,
        FORM[::-1],
        [*FORM, ("b", "2"), ("b", "1"), ("b", "2")],
        text_form("", NumMedia="1", MediaUrl0="https://api.twilio.com/x", MediaContentType0="a/b"),
        text_form("Hi\r\nBody ErrorCode30003 To From 59801 MessageSid \u200d👍"),
        text_form(From="40404", To="85085"),
        text_form("STOP", OptOutType="STOP", MessagingServiceSid="MG" + "1" * 32),
        text_form(ProfileName="To+14065550111"),
        text_form(SomethingNew="From+1 Body To+1", MessageSid="MM" + "Ff" * 16),
        status_form(),
        status_form("undelivered", ErrorCode="30003", RawDlrDoneDate="2601011200"),
    ],
)
def test_what_twilio_posts_is_accepted(form: Form) -> None:
    assert accepted(genuine(form))


@pytest.mark.parametrize("old_and_new", [("x", TOKEN), (TOKEN, "x")])
def test_either_token_is_accepted_while_one_replaces_the_other(
    old_and_new: tuple[str, str],
) -> None:
    auth_token, secondary_token = old_and_new
    by = gateway(auth_token=auth_token, secondary_token=secondary_token)
    assert accepted(genuine(FORM), by)
    assert not accepted(hook(FORM, sign=twilio_signs(URL, FORM, "y")), by)


@pytest.mark.parametrize(
    ("settings", "token", "algorithm", "right"),
    [
        (SHA256, "shared", "HMAC_SHA256", True),
        (" algorithm=hmac_sha256 , key=x", "shared", "HMAC_SHA256", True),
        (SHA256, TOKEN, "HMAC_SHA256", False),  # the token is no shared key
        (SHA256, "shared", "HMAC_SHA1", False),
        (SHA256, TOKEN, "HMAC_SHA1", False),
        ("", "shared", "HMAC_SHA256", False),
        ("key=x", "shared", "HMAC_SHA1", False),  # the shared key is no token
        ("", TOKEN, "HMAC_SHA1", True),
        ("key=x,algorithm=HMAC_SHA1", TOKEN, "HMAC_SHA1", True),
        ("key=x,algorithm=HMAC_SHA512", TOKEN, "HMAC_SHA1", False),
        ("key=x,algorithm=", TOKEN, "HMAC_SHA1", False),
        ("algorithm=é\ud800", TOKEN, "HMAC_SHA1", False),
        ("algorithm=HMAC_SHA1,algorithm=HMAC_SHA256", TOKEN, "HMAC_SHA1", False),
    ],
)
def test_a_shared_key_signs_with_sha256_and_a_token_with_sha1(
    settings: str, token: str, algorithm: str, right: bool
) -> None:
    request = hook(FORM, sign=twilio_signs(URL, FORM, token, algorithm))
    request = HookRequest(URL, {**request.headers, SETTINGS: settings}, FORM)
    assert accepted(request, gateway(shared_key="shared")) == right


def test_without_a_shared_key_no_sha256_is_accepted() -> None:
    sign = twilio_signs(URL, FORM, "", "HMAC_SHA256")
    assert not accepted(HookRequest(URL, {HEADER: sign, SETTINGS: SHA256}, FORM))


@pytest.mark.parametrize(
    "request_",
    [
        hook(FORM),
        hook(FORM, sign=""),
        hook(FORM, sign="é\ud800"),
        hook(FORM, sign=twilio_signs(URL, FORM, "another token")),
        hook(FORM, sign=twilio_signs(URL, FORM).lower()),
        hook(FORM, "https://other.example/sms/twilio", twilio_signs(URL, FORM)),
        hook(FORM, f"{URL}/status", twilio_signs(URL, FORM)),
        hook(FORM, f"{URL}?x=1", twilio_signs(URL, FORM)),
        hook([*FORM, ("Body", "more")], sign=twilio_signs(URL, FORM)),
        hook(FORM[:-1], sign=twilio_signs(URL, FORM)),
        hook([(name, value) for name, value in FORM if value], sign=twilio_signs(URL, FORM)),
        hook(text_form("\ud800"), sign=twilio_signs(URL, FORM)),
        hook(text_form("SIGN FACE Ana D\ufffdaz 59801"), sign=twilio_signs(URL, FORM)),
        hook([], sign=twilio_signs(URL, [])),
        hook(FORM, "https://[", twilio_signs(URL, FORM)),
        hook(FORM, "https://sign.example:99999/", twilio_signs(URL, FORM)),
        hook(FORM, "https://sign.example/\ud800", twilio_signs(URL, FORM)),
    ],
)
def test_every_other_request_is_forged(request_: HookRequest) -> None:
    assert not accepted(request_)


ANY_CHARACTER = st.characters(exclude_categories=())  # lone surrogates, too
ANY = st.text(ANY_CHARACTER)


@given(
    url=ANY,
    method=ANY,
    form=st.lists(st.tuples(ANY, ANY)),
    headers=st.dictionaries(st.sampled_from([HEADER, SETTINGS, "content-type"]), ANY),
    body=st.binary(),
)
@example(url="https://x/?bodySHA256=\ud800", method="", form=[], headers={HEADER: ""}, body=b"")
def test_whatever_comes_is_forged_and_nothing_else(
    url: str, method: str, form: Form, headers: dict[str, str], body: bytes
) -> None:
    with pytest.raises(Forged):
        gateway(shared_key="s").authenticate(HookRequest(url, headers, form, body, method))


def test_without_a_token_even_a_signature_under_no_token_is_forged() -> None:
    assert not accepted(hook(FORM, sign=twilio_signs(URL, FORM, "")), gateway(auth_token=""))


@pytest.mark.parametrize("account", ["AC" + "1" * 32, "", "AC1", SID + "0", SID[:-1], None])
def test_a_request_of_another_account_is_forged(account: str | None) -> None:
    form = [(name, account or "" if name == "AccountSid" else value) for name, value in FORM]
    form = form if account is not None else [pair for pair in FORM if pair[0] != "AccountSid"]
    assert not accepted(genuine(form))
    # Where no account is set, any whole one will do, and a request that names none.
    any_account = account is None or len(account) == 34
    assert accepted(genuine(form), gateway(account_sid="")) == any_account


@pytest.mark.parametrize(
    ("name", "value"),
    [("From", "12345"), ("From", "BANK"), ("From", "1800 FLOWERS"), ("From", "AT&T")]
    + [("MessageSid", "SM0001"), ("MessageSid", "test-1"), ("MessageSid", "MM" + "a" * 32)],
)
def test_senders_and_ids_of_every_shape_are_read(name: str, value: str) -> None:
    form = [(n, value if n == name else v) for n, v in FORM]
    request = genuine(form)
    assert accepted(request)
    inbound = gateway().parse(request)
    assert isinstance(inbound, Inbound)
    assert value in {inbound.sender, inbound.message_id}


FIELDS = st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=6)
URLS = st.builds(
    "{}://{}{}/{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["a.example", "sign.example", "127.0.0.1"]),
    st.sampled_from(["", ":80", ":443", ":8000", ":0"]),
    st.sampled_from(["", "sms/twilio", "sms?", "s;p?a=%20b&a=1", "é?ü=1#f", "x?bodySHA256=1"]),
)


@given(URLS, FIELDS, st.sampled_from(["sha1", "sha256"]))
def test_twilios_library_and_ours_compute_the_same(
    url: str, form: Form, algorithm: Algorithm
) -> None:
    theirs = twilio_signs(url, form, algorithm=f"HMAC_{algorithm.upper()}")
    assert signature(TOKEN, url, form, algorithm).decode() == theirs


@given(URLS, URLS, FIELDS, FIELDS, st.booleans(), st.booleans())
def test_twilios_library_and_ours_find_the_same_signatures_right(
    called: str, signed: str, form: Form, other: Form, same_url: bool, same_form: bool
) -> None:
    called, received = signed if same_url else called, form if same_form else other
    sign = twilio_signs(signed, form)
    theirs = RequestValidator(TOKEN).validate(called, Fields(received), sign)
    content_type = "application/x-www-form-urlencoded"
    try:
        signer().signed_url(hook(received, called, sign, content_type=content_type))
    except Forged:
        assert not theirs
    else:
        assert theirs


@given(URLS, st.text(), st.text(), st.booleans(), st.sampled_from(["", "&bodySHA256=1"]))
def test_twilios_library_and_ours_find_the_same_hashes_right(
    url: str, body: str, other: str, same: bool, more: str
) -> None:
    hashed = hashlib.sha256(body.encode()).hexdigest()
    url = f"{url.partition('#')[0].partition('?')[0]}?bodySHA256={hashed}{more}"
    received = body if same else other
    theirs = RequestValidator(TOKEN).validate(url, received, twilio_signs(url, []))
    request = HookRequest(url, {HEADER: twilio_signs(url, [])}, (), received.encode())
    assert accepted(request) == theirs


# Signed text that somebody has cut into other fields.

NAMES = (
    "AccountSid ApiVersion Body From FromCity FromCountry FromState FromZip MessageSid NumMedia "
    "NumSegments SmsMessageSid SmsSid SmsStatus To ToCity ToCountry ToState ToZip"
)
STATUS_NAMES = "AccountSid ApiVersion From MessageSid MessageStatus SmsSid SmsStatus"
OTHER = "SM" + "1" * 32
READ = ("AccountSid", "Body", "ErrorCode", "From", "MessageSid", "MessageStatus", "OptOutType")


def tail(form: Form) -> str:
    """The form as it is signed, behind the URL."""
    return "".join(name + value for name, value in sorted(set(form)))


def reading(form: Form) -> Form:
    return sorted(pair for pair in form if pair[0] in (*READ, "To"))


def cut(text: str, names: str) -> Form:
    """The text cut before each of the names, at their first places (`~`: at the last)."""
    starts, at = [], 0
    for name in names.split():
        at = text.rindex(name[1:]) if name[0] == "~" else text.index(name, at)
        starts.append((at, at + len(name.strip("~"))))
        at = starts[-1][1]
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return [(text[a:b], text[b:end]) for (a, b), end in zip(starts, ends, strict=True)]


@pytest.mark.parametrize(
    ("form", "names"),
    [
        (text_form("SIGN FACE Ana"), NAMES.replace("Body", "Body FACE")),
        (text_form("Go Body SIGN FACE Bo"), NAMES.replace("Body", "~Body")),
        (text_form("Hi From+14065550123FromCityX"), NAMES),
        (
            text_form(f"Hi From+14065550123MessageSid{OTHER}Numb"),
            "AccountSid ApiVersion Body From MessageSid Numb SmsSid SmsStatus To ToCity",
        ),
        (
            text_form(f"Hi From+14065550100MessageSid{TEXT_SID}To+14065550111Toz"),
            "AccountSid ApiVersion Body From MessageSid To Toz",
        ),
        (
            text_form(f"MessageSid{OTHER}MessageStatussentNu"),
            "AccountSid ApiVersion MessageSid MessageStatus SmsSid SmsStatus To ToCity",
        ),
        (text_form(""), NAMES.replace("Body From", "BodyFrom")),
        (text_form("Ana"), NAMES.replace("Body ", "")),
        (text_form("Ana"), NAMES.replace(" From ", " ")),
        (text_form("Ana"), NAMES.replace(" FromCity ", " ")),
        (text_form("Ana"), NAMES.replace(" ToCity ", " ")),
        (text_form("Ana"), NAMES.replace(" ApiVersion ", " ")),
        (text_form("Ana"), NAMES.replace(" MessageSid", "")),
        (text_form("Ana"), NAMES.replace(" NumMedia", "")),
        (text_form("Ana"), NAMES.replace("Body", "BodyA")),
        (text_form("STOP", OptOutType="STOP"), NAMES),
        (status_form("failed", ErrorCode="30003"), f"{STATUS_NAMES} To"),
        (status_form("failed"), f"{STATUS_NAMES.replace(' MessageStatus', '')} To"),
        (status_form("failed"), f"{STATUS_NAMES.replace(' SmsSid', '')} To"),
    ],
)
def test_a_form_cut_into_other_fields_is_forged(form: Form, names: str) -> None:
    other = cut(tail(form), names)
    assert reading(other) != reading(form)
    assert accepted(genuine(form))
    sign = twilio_signs(URL, form)
    assert signer().signed_url(hook(other, sign=sign)) == URL  # nothing else would refuse it
    assert not accepted(hook(other, sign=sign))


def test_the_url_can_take_nothing_from_the_form() -> None:
    form = text_form(f"AccountSid{SID}Body SIGN FACE Bo", MessagingServiceSid="MG" + "1" * 32)
    first, rest = tail(form).split(f"AccountSid{SID}Body SIGN")
    url = f"{URL}?x={first}"
    other = cut(f"AccountSid{SID}Body SIGN{rest}", NAMES.replace("ApiVersion ", ""))
    assert url + tail(other) == f"{URL}?x=" + tail(form)
    sign = twilio_signs(f"{URL}?x=", form)
    assert accepted(hook(form, f"{URL}?x=", sign))
    assert not accepted(hook(other, url, sign))


def test_the_form_can_take_nothing_from_the_url() -> None:
    form = text_form("Ana")
    other = cut(f"/status{tail(form)}", f"/statusAccountSid {NAMES.partition(' ')[2]}")
    assert not accepted(hook(other, sign=twilio_signs(f"{URL}/status", form)))


PIECES = [*NAMES.split(), "ErrorCode", "MessageStatus", "OptOutType", "STOP", "30003", "sent", SID]
PIECES += [TEXT_SID, OTHER, "+14065550123", "+14065550100", "59801", "A", "Z", "z", "0", " ", "Toz"]
BODIES = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text()
GENUINE = st.one_of(
    st.builds(text_form, BODIES),
    st.builds(lambda body, name: text_form(body, ProfileName=name), BODIES, BODIES),
    st.builds(lambda body: text_form(body, OptOutType="STOP"), BODIES),
    st.builds(lambda words: status_form("failed", ErrorCode="30003", ErrorMessage=words), BODIES),
)


@st.composite
def recut(draw: st.DrawFn) -> tuple[Form, Form]:
    """A form of Twilio's and another one with the same signature.

    Some fields have lost their names to the values before them, others begin where a name stands
    in a value, or anywhere.
    """
    form = draw(GENUINE)
    text = tail(form)
    starts, at = {}, 0
    for name, value in sorted(set(form)):
        starts[at] = len(name)
        at += len(name) + len(value)
    for gone in draw(st.lists(st.sampled_from(sorted(starts)[1:]), max_size=4)):
        starts.pop(gone, None)
    named = [(i, len(p)) for p in PIECES for i in range(len(text)) if text.startswith(p, i)]
    anywhere = st.tuples(st.integers(0, len(text) - 1), st.integers(1, 9))
    starts |= dict(draw(st.lists(st.sampled_from(named) | anywhere, max_size=3)))
    ends = [*sorted(starts)[1:], len(text)]
    pairs = zip(sorted(starts), ends, strict=True)
    other = [(text[a : a + starts[a]][: b - a], text[a + starts[a] : b]) for a, b in pairs]
    assume(tail(other) == text)
    return form, other


@examples(400, suppress_health_check=[HealthCheck.filter_too_much])
@given(recut())
def test_what_is_read_of_a_signed_text_does_not_depend_on_its_cuts(
    forms: tuple[Form, Form],
) -> None:
    form, other = forms
    sign = twilio_signs(URL, form)
    assert signer().signed_url(hook(other, sign=sign)) == URL
    if accepted(hook(form, sign=sign)) and accepted(hook(other, sign=sign)):
        assert reading(other) == reading(form)


@given(BODIES)
@example("ErrorCode30003From+14065550123MessageSid")
def test_whatever_somebody_texts_arrives(body: str) -> None:
    request = genuine(text_form(body))
    gateway().authenticate(request)
    event = gateway().parse(request)
    assert isinstance(event, Inbound) and event.body == body


# What the requests say, and the answers.


def test_an_inbound_text_is_read() -> None:
    assert gateway().parse(hook(FORM)) == Inbound(
        "twilio", TEXT_SID, "+14065550100", "+14065550199", "SIGN FACE Ana Díaz 59801"
    )


def test_a_picture_without_words_is_an_empty_text() -> None:
    event = gateway().parse(hook(text_form("")))
    assert isinstance(event, Inbound) and event.body == ""


@pytest.mark.parametrize(
    ("word", "opt_out"), [("STOP", "stop"), ("START", "start"), ("HELP", "help"), ("NEW", None)]
)
def test_an_opt_out_that_twilio_has_answered_is_marked(word: str, opt_out: str | None) -> None:
    event = gateway().parse(hook(text_form(OptOutType=word)))
    assert isinstance(event, Inbound) and event.opt_out == opt_out


@pytest.mark.parametrize("field", ["MessageSid", "From", "To"])
def test_a_text_from_nobody_is_malformed(field: str) -> None:
    for form in (text_form(**{field: ""}), [pair for pair in FORM if pair[0] != field]):
        with pytest.raises(Malformed):
            gateway().parse(hook(form))


@pytest.mark.parametrize(
    ("word", "status"),
    [("queued", "queued"), ("accepted", "queued"), ("sending", "queued"), ("sent", "sent")]
    + [("delivered", "delivered"), ("read", "delivered"), ("undelivered", "undelivered")]
    + [("failed", "failed"), ("canceled", "failed"), ("scheduled", "queued")],
)
def test_a_status_update_is_read(word: str, status: Any) -> None:
    form = status_form(word, ErrorCode="30003")
    assert gateway().parse(hook(form)) == StatusUpdate("twilio", TEXT_SID, status, "30003")
    plain = gateway().parse(hook(status_form(word)))
    assert plain == StatusUpdate("twilio", TEXT_SID, status, None)


@pytest.mark.parametrize(
    "form", [status_form("lost"), status_form(MessageSid=""), [("MessageStatus", "sent")]]
)
def test_a_status_update_that_says_nothing_is_malformed(form: Form) -> None:
    with pytest.raises(Malformed):
        gateway().parse(hook(form))


@pytest.mark.parametrize("form", [[], [("AccountSid", SID), ("SmsStatus", "received")]])
def test_another_request_asks_nothing_of_us(form: Form) -> None:
    assert isinstance(gateway().parse(hook(form)), Ignored)


@given(st.lists(st.tuples(st.sampled_from([*READ, "To"]), st.text()), max_size=9))
def test_whatever_a_request_says_is_an_event_or_malformed(form: Form) -> None:
    try:
        event = gateway().parse(hook(form))
    except Malformed:
        return
    assert isinstance(event, Inbound | StatusUpdate | Ignored)


TEXTED = Inbound("twilio", TEXT_SID, "+14065550100", "+14065550199", "HI")


def test_the_reply_is_twiml() -> None:
    answer = gateway().acknowledge(TEXTED, Reply("Ana & <Bo>"))
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.body == (
        b'<?xml version="1.0" encoding="UTF-8"?>'
        b"<Response><Message>Ana &amp; &lt;Bo&gt;</Message></Response>"
    )


@pytest.mark.parametrize(
    ("event", "reply"),
    [
        (TEXTED, None),
        (TEXTED, Reply("")),
        (TEXTED, Reply("\x00")),
        (replace(TEXTED, opt_out="stop"), Reply("You are out")),
        (Ignored("x"), Reply("Hi")),
    ],
)
def test_no_reply_and_a_reply_too_many_are_an_empty_response(
    event: Any, reply: Reply | None
) -> None:
    assert gateway().acknowledge(event, reply).body.endswith(b"?><Response/>")


def test_a_status_update_is_taken_without_a_word() -> None:
    answer = gateway().acknowledge(StatusUpdate("twilio", TEXT_SID, "sent"), Reply("Hi"))
    assert (answer.status, answer.body) == (204, b"")


@given(st.text(ANY_CHARACTER, min_size=1))
def test_every_reply_is_well_formed_xml_with_its_text(body: str) -> None:
    legal = "".join(char for char in body if _is_xml(ord(char)))
    root = ElementTree.fromstring(gateway().acknowledge(TEXTED, Reply(body)).body)
    assert (root.findtext("Message") or "") == legal.replace("\r\n", "\n").replace("\r", "\n")


def _is_xml(point: int) -> bool:
    return (
        point in (9, 10, 13)
        or 0x20 <= point < 0xD800
        or (point >= 0xE000 and (point not in (0xFFFE, 0xFFFF)))
    )


# Sending.

TEXT = Outbound("+14065550100", "Grácias, Ana", "7")
SERVICE = "MG" + "2" * 32


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[TwilioApi]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    npm.package("@twilio/cli-core")
    api = TwilioApi(SID, TOKEN)
    yield api
    api.close()
    assert api.faults == []


async def test_a_text_is_sent_with_our_account_and_the_status_url(api: TwilioApi) -> None:
    sent = await gateway(status_url=f"{URL}/status", api_url=api.url).send(TEXT)
    assert sent == Sending("sent", api.messages[0]["sid"])
    path = f"/2010-04-01/Accounts/{SID}/Messages.json"
    form = {"To": "+14065550100", "From": "+14065550199", "Body": "Grácias, Ana"}
    assert api.calls == [Call("POST", path, {}, form | {"StatusCallback": f"{URL}/status"})]


async def test_a_messaging_service_sends_in_place_of_a_number(api: TwilioApi) -> None:
    sent = await gateway(api_url=api.url, service_sid=SERVICE).send(TEXT)
    assert sent.result == "sent"
    assert api.calls[0].form["MessagingServiceSid"] == SERVICE
    assert "From" not in api.calls[0].form


REFUSALS: list[tuple[Trick, Sending, Trouble]] = [
    (Refused(400, 21610), Sending("stopped", code="21610"), "opted_out"),
    (Refused(400, 21211), Sending("failed", code="21211"), "unreachable"),
    (Refused(400, 21614), Sending("failed", code="21614"), "unreachable"),
    (Refused(400, 21408), Sending("retry", code="21408"), "configuration"),
    (Refused(400, 21606), Sending("retry", code="21606"), "configuration"),
    (Refused(400, 21659), Sending("retry", code="21659"), "configuration"),
    (Refused(400, 21611), Sending("retry", code="21611"), "busy"),
    (Refused(400, 30001), Sending("retry", code="30001"), "busy"),
    (Refused(400, 30003), Sending("retry", code="30003"), "busy"),
    (Refused(400, 30022), Sending("retry", code="30022"), "busy"),
    (Refused(400, 30007), Sending("failed", code="30007"), "filtered"),
    (Refused(400, 21617), Sending("failed", code="21617"), "unknown"),
    (Refused(400), Sending("retry", code="400"), "unknown"),
    (Raw(400, '{"code": null, "message": "?"}'), Sending("retry", code="400"), "unknown"),
    (Refused(401, 20003), Sending("retry", code="20003"), "configuration"),
    (Refused(401), Sending("retry", code="401"), "configuration"),
    (Refused(404, 20404), Sending("retry", code="20404"), "unknown"),
    (Refused(429, 20429), Sending("throttled", code="20429"), "busy"),
    (Refused(429, 20001), Sending("throttled", code="20001"), "unknown"),
    (Refused(429), Sending("throttled", code="429"), "busy"),
    (Refused(500), Sending("retry", code="500"), "busy"),
    (Refused(503), Sending("retry", code="503"), "busy"),
    (Raw(307, "{}"), Sending("retry", code="307"), "unknown"),
    (Raw(201, "not json"), Sending("retry", code="network"), "busy"),
    (Raw(201, "[]"), Sending("retry", code="network"), "busy"),
    (Raw(201, "{}"), Sending("retry", code="network"), "busy"),
    ("cut", Sending("retry", code="network"), "busy"),
]


@pytest.mark.parametrize(("trick", "sending", "trouble"), REFUSALS)
async def test_a_refusal_is_final_only_where_it_is_about_this_text(
    api: TwilioApi, trick: Trick, sending: Sending, trouble: Trouble
) -> None:
    api.tricks = [trick]
    twilio = gateway(api_url=api.url)
    assert await twilio.send(TEXT) == sending
    assert twilio.trouble(sending.code) == trouble
    assert (await twilio.send(TEXT)).result == "sent"  # the next one is another matter


@pytest.mark.parametrize(
    ("code", "trouble"),
    [("30005", "unreachable"), ("30006", "unreachable"), ("30034", "configuration")]
    + [("30032", "configuration"), ("30007", "filtered"), ("30003", "busy"), ("599", "busy")]
    + [("", "unknown"), ("30008", "unknown"), ("5000", "unknown"), ("é", "unknown")],
)
def test_the_codes_of_status_updates_have_a_meaning(code: str, trouble: Trouble) -> None:
    assert gateway().trouble(code) == trouble


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"auth_token": "x"}, "20003"), ({"sender": ""}, "21603"), ({"service_sid": "MG1"}, "20001")]
    + [({"account_sid": "AC" + "9" * 32}, "20003")],
)
async def test_a_wrong_setting_is_what_twilio_calls_it(
    api: TwilioApi, wrong: dict[str, str], code: str
) -> None:
    assert (await gateway(api_url=api.url, **wrong).send(TEXT)).code == code
    assert api.messages == []


async def test_an_api_that_never_answers_is_given_up(api: TwilioApi) -> None:
    api.tricks = ["hang"]  # without a timeout of ours this test would not end
    sending = await gateway(api_url=api.url, timeout=0.2).send(TEXT)
    assert sending == Sending("retry", code="network")


async def test_an_api_that_is_not_there_may_be_there_later(api: TwilioApi) -> None:
    twilio = gateway(api_url=api.url)
    api.server.socket.close()
    assert await twilio.send(TEXT) == Sending("retry", code="network")
    with pytest.raises(Unreachable):
        await twilio.received(0)
    with pytest.raises(Unreachable):
        await twilio.erase(TEXT_SID)


async def test_without_a_token_nothing_is_asked_of_twilio(api: TwilioApi) -> None:
    twilio = gateway(api_url=api.url, auth_token="")
    sending = await twilio.send(TEXT)
    assert (sending.result, twilio.trouble(sending.code)) == ("retry", "configuration")
    with pytest.raises(Unreachable):
        await twilio.received(0)
    with pytest.raises(Unreachable):
        await twilio.erase(TEXT_SID)
    assert api.calls == []


# The archive.

NOW = 1_800_000_000  # 2027-01-15T08:00:00Z


async def test_texts_that_came_in_since_are_listed_oldest_first(api: TwilioApi) -> None:
    phones = {"from_": "+14065550100", "to": "+14065550199"}
    api.add(NOW - 1, body="too old", **phones)
    late = api.add(NOW + 9, body="late", **phones)
    first = api.add(NOW, body="first é", **phones)
    api.add(NOW + 5, body="ours", direction="outbound-reply", status="sent", **phones)
    assert await gateway(api_url=api.url).received(NOW) == [
        Inbound("twilio", first, "+14065550100", "+14065550199", "first é"),
        Inbound("twilio", late, "+14065550100", "+14065550199", "late"),
    ]
    assert api.calls[0].query["DateSent>"] == "2027-01-15T08:00:00Z"


async def test_the_list_is_read_in_pages_and_not_for_ever(api: TwilioApi) -> None:
    for number in range(2101):
        api.add(NOW + number, body=str(number), from_="+14065550100", to="+14065550199")
    texts = await gateway(api_url=api.url).received(NOW)
    assert [text.body for text in texts] == [str(number) for number in range(101, 2101)]
    assert {call.query["PageSize"] for call in api.calls} == {"100"}
    assert len(api.calls) == 20


@pytest.mark.parametrize(
    "trick", [Refused(401, 20003), Refused(429, 20429), Refused(500), Raw(200, "?"), "cut"]
)
async def test_a_list_that_does_not_come_is_unreachable(api: TwilioApi, trick: Trick) -> None:
    sid = api.add(NOW, body="secret", from_="+14065550100", to="+14065550199")
    api.tricks = [trick, trick]
    twilio = gateway(api_url=api.url)
    with pytest.raises(Unreachable):
        await twilio.received(NOW)
    with pytest.raises(Unreachable):
        await twilio.erase(sid)


async def test_the_words_of_a_text_are_erased_at_twilio(api: TwilioApi) -> None:
    sid = api.add(NOW, body="secret", from_="+14065550100", to="+14065550199")
    twilio = gateway(api_url=api.url)
    assert await twilio.erase(sid)
    assert api.messages[0]["body"] == ""
    assert api.calls[0].form == {"Body": ""}
    assert await twilio.erase(sid)  # twice is no error
    assert await twilio.erase(OTHER)  # nor is one that Twilio has forgotten
    api.tricks = [Raw(200, '{"body": "secret"}')]
    assert not await twilio.erase(sid)


def test_twilios_library_is_not_imported_before_the_first_send() -> None:
    code = (
        "import sys; from sms import Inbound, Reply; from sms.gateways.twilio import Twilio;"
        "import sms.gateways.voice;"
        "twilio = Twilio(account_sid='AC1', auth_token='x');"
        "twilio.acknowledge(Inbound('twilio', '1', '2', '3', ''), Reply('Hi'));"
        "sys.exit('twilio' in sys.modules or 'requests' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_the_token_is_in_no_word_that_we_say(api: TwilioApi) -> None:
    twilio = gateway(api_url=api.url, auth_token="s3cret", secondary_token="0ther")
    said = [repr(twilio), repr(await twilio.send(TEXT))]
    for refused in (twilio.received(NOW), twilio.erase(TEXT_SID)):
        with pytest.raises(Unreachable) as failure:
            await refused
        said.append(str(failure.value))
    with pytest.raises(Forged) as forged:
        twilio.authenticate(hook(FORM, sign="x"))
    said.append(str(forged.value))
    assert "s3cret" not in "".join(said) and "0ther" not in "".join(said)

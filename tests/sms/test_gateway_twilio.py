"""Twilio, against its own library for signatures and a loopback server for its API."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from sms import Forged, HookRequest, Inbound, Malformed, Outbound, SendFailed, StatusUpdate
from sms.gateways import make
from sms.gateways.twilio import Twilio, signature

SID, TOKEN, URL = "AC" + "0" * 32, "12345", "https://sign.example/sms/twilio"
FORM = [("MessageSid", "SM1"), ("AccountSid", SID), ("From", "+14065550100")]
FORM += [("To", "+14065550199"), ("Body", "SIGN FACE Ana Díaz 59801"), ("NumMedia", "0")]


def gateway(**settings: Any) -> Twilio:
    return Twilio(**{"account_sid": SID, "auth_token": TOKEN, "sender": "+14065550199"} | settings)


def hook(form: list[tuple[str, str]], url: str = URL, sign: str | None = None) -> HookRequest:
    return HookRequest(url, {} if sign is None else {"x-twilio-signature": sign}, form, b"")


class Form(dict[str, list[str]]):
    """Repeated fields, as the frameworks hand them to Twilio's library."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        super().__init__()
        for name, value in fields:
            self.setdefault(name, []).append(value)

    def getlist(self, name: str) -> list[str]:
        return self[name]


def twilio_signs(url: str, form: list[tuple[str, str]], token: str = TOKEN) -> str:
    signed: str = RequestValidator(token).compute_signature(url, Form(form))
    return signed


def accepted(request: HookRequest, by: Twilio) -> bool:
    try:
        by.authenticate(request)
    except Forged:
        return False
    return True


def test_the_example_of_twilios_documentation_has_the_documented_signature() -> None:
    # https://www.twilio.com/docs/usage/security, and the tests of Twilio's library.
    form = [("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"), ("Digits", "1234")]
    form += [("From", "+14158675309"), ("To", "+18005551212")]
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, form) == b"RSOYDt4T1cUTdK1PDd93/VVr8B8="


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
    assert accepted(hook(FORM, called, twilio_signs(signed, FORM)), gateway())


def test_fields_in_another_order_and_repeated_fields_are_accepted() -> None:
    form = [("b", "2"), ("b", "1"), *FORM, ("b", "2"), ("a", "")]
    assert accepted(hook(form, sign=twilio_signs(URL, form)), gateway())


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
        hook([("Body", "\ud800")], sign=twilio_signs(URL, FORM)),
        hook(FORM, "https://[", twilio_signs(URL, FORM)),
        hook(FORM, "https://sign.example:99999/", twilio_signs(URL, FORM)),
    ],
)
def test_every_other_request_is_forged(request_: HookRequest) -> None:
    assert not accepted(request_, gateway())


def test_without_a_token_even_a_signature_under_no_token_is_forged() -> None:
    assert not accepted(hook(FORM, sign=twilio_signs(URL, FORM, "")), gateway(auth_token=""))


@pytest.mark.parametrize("form", [[("AccountSid", "AC2")], [("Body", "x")]])
def test_a_request_of_another_account_is_forged(form: list[tuple[str, str]]) -> None:
    request = hook(form, sign=twilio_signs(URL, form))
    assert not accepted(request, gateway())
    assert accepted(request, gateway(account_sid=""))


FIELDS = st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=6)
URLS = st.builds(
    "{}://{}{}/{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["a.example", "sign.example", "127.0.0.1"]),
    st.sampled_from(["", ":80", ":443", ":8000", ":0"]),
    st.sampled_from(["", "sms/twilio", "sms?", "s;p?a=%20b&a=1", "é?ü=1#f", "x?bodySHA256=1"]),
)


@given(URLS, FIELDS)
def test_twilios_library_and_ours_compute_the_same(url: str, form: list[tuple[str, str]]) -> None:
    assert signature(TOKEN, url, form).decode() == twilio_signs(url, form)


@given(URLS, URLS, FIELDS, FIELDS, st.booleans(), st.booleans())
def test_twilios_library_and_ours_accept_the_same(
    called: str,
    signed: str,
    form: list[tuple[str, str]],
    other: list[tuple[str, str]],
    same_url: bool,
    same_form: bool,
) -> None:
    called, received = signed if same_url else called, form if same_form else other
    sign = twilio_signs(signed, form)
    theirs = RequestValidator(TOKEN).validate(called, Form(received), sign)
    assert accepted(hook(received, called, sign), gateway(account_sid="")) == theirs


def test_an_inbound_text_is_read() -> None:
    assert gateway().inbound(hook(FORM)) == Inbound(
        "twilio", "SM1", "+14065550100", "+14065550199", "SIGN FACE Ana Díaz 59801"
    )


def test_a_picture_without_words_is_an_empty_text() -> None:
    form = [(name, "" if name == "Body" else value) for name, value in FORM]
    assert gateway().inbound(hook(form)).body == ""


@pytest.mark.parametrize(
    ("word", "opt_out"),
    [("STOP", "stop"), ("START", "start"), ("HELP", "help"), ("stop", "stop"), ("NEW", None)],
)
def test_an_opt_out_that_twilio_has_answered_is_marked(word: str, opt_out: str | None) -> None:
    assert gateway().inbound(hook([*FORM, ("OptOutType", word)])).opt_out == opt_out


@pytest.mark.parametrize("field", ["MessageSid", "From", "To", "Body"])
def test_a_text_without_a_field_is_malformed(field: str) -> None:
    with pytest.raises(Malformed):
        gateway().inbound(hook([(name, value) for name, value in FORM if name != field]))


@pytest.mark.parametrize("field", ["MessageSid", "From", "To"])
def test_a_text_from_nobody_is_malformed(field: str) -> None:
    with pytest.raises(Malformed):
        gateway().inbound(hook([(name, "" if name == field else value) for name, value in FORM]))


@pytest.mark.parametrize(
    ("word", "status"),
    [("queued", "queued"), ("accepted", "queued"), ("sending", "queued"), ("sent", "sent")]
    + [("delivered", "delivered"), ("read", "delivered"), ("undelivered", "undelivered")]
    + [("failed", "failed"), ("canceled", "failed")],
)
def test_a_status_update_is_read(word: str, status: Any) -> None:
    form = [("MessageSid", "SM1"), ("MessageStatus", word), ("ErrorCode", "30003")]
    assert gateway().status(hook(form)) == StatusUpdate("twilio", "SM1", status, "30003")
    assert gateway().status(hook(form[:2])).error is None


@pytest.mark.parametrize(
    "form",
    [[("MessageSid", "SM1"), ("MessageStatus", "lost")], [("MessageSid", "SM1")]]
    + [[("MessageStatus", "sent")], []],
)
def test_a_status_update_that_says_nothing_is_malformed(form: list[tuple[str, str]]) -> None:
    with pytest.raises(Malformed):
        gateway().status(hook(form))


def test_the_reply_is_twiml() -> None:
    reply = gateway().reply("Ana & <Bo>")
    assert reply.content_type == "text/xml; charset=utf-8"
    assert reply.body == (
        b'<?xml version="1.0" encoding="UTF-8"?>'
        b"<Response><Message>Ana &amp; &lt;Bo&gt;</Message></Response>"
    )


@pytest.mark.parametrize("body", [None, "", "\x00"])
def test_no_reply_is_an_empty_response(body: str | None) -> None:
    assert gateway().reply(body).body.endswith(b"?><Response/>")


@given(st.text(st.characters(exclude_categories=()), min_size=1))
def test_every_reply_is_well_formed_xml_with_its_text(body: str) -> None:
    legal = "".join(char for char in body if _is_xml(ord(char)))
    root = ElementTree.fromstring(gateway().reply(body).body)
    assert (root.findtext("Message") or "") == legal.replace("\r\n", "\n").replace("\r", "\n")


def _is_xml(point: int) -> bool:
    return (
        point in (9, 10, 13)
        or 0x20 <= point < 0xD800
        or (point >= 0xE000 and (point not in (0xFFFE, 0xFFFF)))
    )


class Api:
    """Plays Twilio's API on a loopback port: `answer` is what it says, `calls` what it was told."""

    def __init__(self) -> None:
        self.answer: tuple[int, Any] | None = (201, {"sid": "SM9"})
        self.calls: list[tuple[str, str, dict[str, list[str]]]] = []
        self.released = threading.Event()
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                api.calls.append((self.path, self.headers["Authorization"], parse_qs(body)))
                if api.answer is None:
                    api.released.wait()  # longer than a test may take
                    return
                status, content = api.answer
                text = content if isinstance(content, str) else json.dumps(content)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    api = Api()
    yield api
    api.close()


TEXT = Outbound("+14065550100", "Grácias, Ana", "7")


async def test_a_text_is_sent_with_our_account_and_the_status_url(api: Api) -> None:
    twilio = make(
        "twilio",
        account_sid=SID,
        auth_token=TOKEN,
        sender="+14065550199",
        status_url=f"{URL}/status",
        api_url=api.url,
    )
    assert await twilio.send(TEXT) == "SM9"
    ((path, auth, form),) = api.calls
    assert path == f"/2010-04-01/Accounts/{SID}/Messages.json"
    assert auth == "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
    assert form == {
        "To": ["+14065550100"],
        "From": ["+14065550199"],
        "Body": ["Grácias, Ana"],
        "StatusCallback": [f"{URL}/status"],
    }


async def test_a_messaging_service_sends_in_place_of_a_number(api: Api) -> None:
    await gateway(api_url=api.url, sender="MG123").send(TEXT)
    assert api.calls[0][2]["MessagingServiceSid"] == ["MG123"]
    assert "From" not in api.calls[0][2]


@pytest.mark.parametrize(
    ("status", "content", "code", "permanent"),
    [
        (400, {"code": 21610, "message": "opted out"}, "21610", True),
        (400, {"code": 21211, "message": "no such number"}, "21211", True),
        (400, {"code": 21611, "message": "queue full"}, "21611", False),
        (400, "a proxy's own words", "400", False),
        (401, {"code": 20003, "message": "wrong token"}, "20003", False),
        (429, {"code": 20429, "message": "too fast"}, "20429", False),
        (500, {"message": "broken"}, "500", False),
        (503, "upstream is down", "503", False),
        (307, {}, "307", False),
        (201, "not json", "network", False),
    ],
)
async def test_a_refusal_is_permanent_only_where_it_is_about_this_text(
    api: Api, status: int, content: Any, code: str, permanent: bool
) -> None:
    api.answer = (status, content)
    with pytest.raises(SendFailed) as failure:
        await gateway(api_url=api.url).send(TEXT)
    assert (failure.value.code, failure.value.permanent) == (code, permanent)


async def test_an_api_that_never_answers_is_given_up(api: Api) -> None:
    api.answer = None  # without a timeout of ours this test would not end
    with pytest.raises(SendFailed) as failure:
        await gateway(api_url=api.url, timeout=0.2).send(TEXT)
    assert (failure.value.code, failure.value.permanent) == ("network", False)


async def test_an_api_that_is_not_there_is_a_temporary_failure(api: Api) -> None:
    api.close()
    with pytest.raises(SendFailed) as failure:
        await gateway(api_url=api.url).send(TEXT)
    assert (failure.value.code, failure.value.permanent) == ("network", False)


async def test_without_a_token_nothing_is_sent(api: Api) -> None:
    with pytest.raises(SendFailed):
        await gateway(api_url=api.url, auth_token="").send(TEXT)
    assert api.calls == []


def test_twilios_library_is_not_imported_before_the_first_send() -> None:
    code = (
        "import sys, server.app; from sms.gateways import make;"
        "make('twilio', account_sid='AC1', auth_token='x').reply('Hi');"
        "sys.exit('twilio' in sys.modules or 'requests' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_token_is_in_no_message_of_an_error() -> None:
    assert TOKEN not in repr(gateway()) + str(SendFailed("21610", permanent=True))

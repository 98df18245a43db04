"""Twilio's gateway: who really called, what they say, and what we send."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from sms import Forged, HookRequest, Malformed, Outbound, SendFailed
from sms.gateways.twilio import Twilio, signature

TOKEN, ACCOUNT = "t" * 32, "AC" + "0" * 32
URL = "https://sign.example.org/sms/twilio"
FORM = {
    "MessageSid": "SM1",
    "AccountSid": ACCOUNT,
    "From": "+14065550123",
    "To": "+14065550100",
    "Body": "SIGN LAKE Ana Díaz 59801",
}
GATEWAY = Twilio(account_sid=ACCOUNT, auth_token=TOKEN, sender="+14065550100")
VALID_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def hook(form: dict[str, str], url: str = URL, signed: str | None = None) -> HookRequest:
    if signed is None:
        signed = RequestValidator(TOKEN).compute_signature(url, form)
    return HookRequest(url, {"x-twilio-signature": signed}, list(form.items()), b"")


@pytest.mark.parametrize(
    "url",
    [
        URL,
        URL + "?a=b&c=d",
        "https://sign.example.org:443/sms/twilio",
        "https://sign.example.org:8443/sms/twilio",
        "http://127.0.0.1:8000/sms/twilio",
    ],
)
def test_what_twilios_own_library_signs_is_believed(url: str) -> None:
    GATEWAY.authenticate(hook(FORM, url))


@given(st.dictionaries(VALID_TEXT, VALID_TEXT, max_size=6), VALID_TEXT)
def test_our_signature_is_that_of_twilios_library(form: dict[str, str], path: str) -> None:
    ours = signature(TOKEN, URL + path, list(form.items())).decode()
    assert ours == RequestValidator(TOKEN).compute_signature(URL + path, form)


@pytest.mark.parametrize(
    "request_",
    [
        hook(FORM, signed=""),
        hook(FORM, signed="AAAA"),
        hook(FORM, signed=RequestValidator("other").compute_signature(URL, FORM)),
        hook(FORM, signed=RequestValidator(TOKEN).compute_signature(URL + "/status", FORM)),
        hook(FORM | {"Body": "x"}, signed=RequestValidator(TOKEN).compute_signature(URL, FORM)),
        hook(FORM | {"AccountSid": "AC" + "1" * 32}),
        HookRequest(URL, {}, list(FORM.items()), b""),
    ],
)
def test_what_twilio_has_not_signed_is_refused(request_: HookRequest) -> None:
    with pytest.raises(Forged):
        GATEWAY.authenticate(request_)


def test_without_a_token_everything_is_refused() -> None:
    open_ = Twilio(account_sid="", auth_token="")
    with pytest.raises(Forged):
        open_.authenticate(hook(FORM, signed=RequestValidator("").compute_signature(URL, FORM)))


def test_an_inbound_text_is_read() -> None:
    inbound = GATEWAY.inbound(hook(FORM))
    assert (inbound.message_id, inbound.sender, inbound.body, inbound.opt_out) == (
        "SM1",
        "+14065550123",
        "SIGN LAKE Ana Díaz 59801",
        None,
    )
    for word, meaning in (("STOP", "stop"), ("START", "start"), ("HELP", "help"), ("X", None)):
        assert GATEWAY.inbound(hook(FORM | {"OptOutType": word})).opt_out == meaning


@pytest.mark.parametrize("field", ["MessageSid", "From", "To", "Body"])
def test_a_text_that_lacks_a_field_is_malformed(field: str) -> None:
    with pytest.raises(Malformed):
        GATEWAY.inbound(hook({k: v for k, v in FORM.items() if k != field}))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("undelivered", "undelivered"),
        ("queued", "queued"),
    ],
)
def test_a_status_update_is_read(said: str, status: str) -> None:
    update = GATEWAY.status(
        hook({"MessageSid": "SM1", "MessageStatus": said, "ErrorCode": "30003"})
    )
    assert (update.message_id, update.status, update.error) == ("SM1", status, "30003")
    with pytest.raises(Malformed):
        GATEWAY.status(hook({"MessageSid": "SM1", "MessageStatus": "vanished"}))


@given(st.text(max_size=200))
def test_any_reply_is_xml_that_says_the_same(text: str) -> None:
    answer = GATEWAY.reply(text)
    said = ET.fromstring(answer.body).findtext("Message") or ""
    allowed = "".join(
        c
        for c in text
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
    assert said.replace("\r", "\n") == allowed.replace("\r\n", "\n").replace("\r", "\n")


def test_silence_is_an_empty_response() -> None:
    assert ET.fromstring(GATEWAY.reply(None).body).findall("Message") == []


def test_answering_loads_nothing_of_twilios_library() -> None:
    code = "import sys, sms.gateways.twilio, server.app; print('twilio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


class Api(BaseHTTPRequestHandler):
    """Plays Twilio's API on loopback: keeps what it was sent, answers as it is told."""

    seen: list[tuple[str, str, dict[str, list[str]]]]
    answer: tuple[int, dict[str, object]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append((self.path, self.headers["Authorization"], parse_qs(body)))
        status, answer = self.answer
        payload = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[type[Api]]:
    Api.seen, Api.answer = [], (201, {"sid": "SM99", "status": "queued"})
    with HTTPServer(("127.0.0.1", 0), Api) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        Api.port = served.server_port  # type: ignore[attr-defined]
        yield Api
        served.shutdown()
        thread.join()


def sender(port: int, from_: str = "+14065550100", timeout: float = 5) -> Twilio:
    return Twilio(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        sender=from_,
        status_url=URL + "/status",
        api_url=f"http://127.0.0.1:{port}",
        timeout=timeout,
    )


@pytest.mark.parametrize(
    ("from_", "field"), [("+14065550100", "From"), ("MG" + "0" * 32, "MessagingServiceSid")]
)
async def test_a_text_is_sent_with_our_account_and_status_address(
    api: type[Api], from_: str, field: str
) -> None:
    gateway = sender(api.port, from_)  # type: ignore[attr-defined]
    assert await gateway.send(Outbound("+14065550123", "Grüße", "7")) == "SM99"
    ((path, authorization, form),) = api.seen
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert base64.b64decode(authorization.removeprefix("Basic ")).decode() == f"{ACCOUNT}:{TOKEN}"
    assert form == {
        "To": ["+14065550123"],
        "Body": ["Grüße"],
        field: [from_],
        "StatusCallback": [URL + "/status"],
    }


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, 21610, True),
        (400, 21211, True),
        (400, 21611, False),
        (401, 20003, False),
        (429, 20429, False),
        (500, None, False),
        (503, None, False),
    ],
)
async def test_a_refusal_says_whether_trying_again_makes_sense(
    api: type[Api], status: int, code: int | None, permanent: bool
) -> None:
    api.answer = (status, {"code": code, "message": "no", "status": status})
    with pytest.raises(SendFailed) as caught:
        await sender(api.port).send(Outbound("+14065550123", "x", "7"))  # type: ignore[attr-defined]
    assert caught.value.permanent is permanent
    assert code is None or caught.value.code == str(code)


async def test_a_network_that_is_away_is_worth_another_try() -> None:
    with pytest.raises(SendFailed) as caught:
        await sender(1, timeout=1).send(Outbound("+14065550123", "x", "7"))
    assert not caught.value.permanent

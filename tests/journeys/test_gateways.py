"""People sign through every gateway against the running server, with its worker and real HTTP."""

from __future__ import annotations

import hmac
import itertools
import json
import re
import time
from collections.abc import Iterator
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from twilio.request_validator import RequestValidator

from tests.harness import product
from tests.harness.product import Answer, Server, eventually, exchange, request
from tests.harness.texts.provider import Provider, provider

TOKEN, ACCOUNT = "t" * 32, "AC" + "0" * 32
PUBLIC, SECRET, KEY = "https://sign.example.org", "a-long-secret-of-ours", "phone key"
CALL = "CA" + "1" * 32
FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.journey
ids = itertools.count(1)


@pytest.fixture(scope="module")
def outside() -> Iterator[Provider]:
    """What the gateways call instead of the world outside."""
    with provider() as played:
        played.answer = (202, '{"id": "sent-1"}')
        yield played


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, outside: Provider) -> Iterator[Server]:
    settings = {
        "UNDERSIGNED_PUBLIC_URL": PUBLIC,
        "UNDERSIGNED_SMS_SECRET": SECRET,
        "UNDERSIGNED_SMS_COUNTRIES": "US,KE",
        "UNDERSIGNED_SMS_GATEWAY": "android",
        "UNDERSIGNED_ANDROID_SIGNING_KEY": KEY,
        "UNDERSIGNED_ANDROID_URL": outside.url,
        "UNDERSIGNED_SMS_HTTP": "kannel",
        "UNDERSIGNED_VOICE": "1",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "AFRICASTALKING_USERNAME": "sandbox",
        "AFRICASTALKING_API_URL": outside.url,
        "NO_PROXY": "127.0.0.1",
    }
    with product.running(tmp_path_factory.mktemp("gateways") / "data", **settings) as server:
        yield server


def by_class(server: Server, class_: str) -> int:
    found: dict[str, dict[str, int]] = json.loads(server.get("/p/face/count.json").text)
    return found["by_class"][class_]


def post(server: Server, path: str, body: bytes, kind: str = FORM, **headers: str) -> Answer:
    raw = request("POST", path, body, Content_Type=kind, **headers)
    return exchange(server.port, raw)


def phone_calls(server: Server, event: str, payload: dict[str, str], key: str = KEY) -> Answer:
    """What the app on the phone with the SIM posts."""
    hook = {"deviceId": "d", "event": event, "id": "e", "webhookId": "w", "payload": payload}
    body, at = json.dumps(hook).encode(), str(int(time.time()))
    sign = hmac.digest(key.encode(), body + at.encode(), "sha256").hex()
    return post(server, "/sms/android", body, "application/json", X_Signature=sign, X_Timestamp=at)


def arrives(words: str, sender: str) -> dict[str, str]:
    at = f"2026-01-01T00:00:{next(ids):02}Z"
    return {"messageId": "m", "message": words, "phoneNumber": sender, "receivedAt": at}


def texted(outside: Provider, to: str) -> list[str]:
    """What the phone with the SIM was given to send to that number."""
    calls = [json.loads(call.body) for call in outside.calls if call.path == "/messages"]
    return [said["textMessage"]["text"] for said in calls if said["phoneNumbers"] == [to]]


def test_a_village_signs_through_a_phone_with_a_sim(server: Server, outside: Provider) -> None:
    before, sender = by_class(server, "sms"), "+14065550141"
    payload = arrives("SIGN FACE Ana Diaz 59801", sender)
    for _ in range(3):  # the app repeats what it is not sure of
        assert phone_calls(server, "sms:received", payload).status == 200
    assert by_class(server, "sms") == before + 1
    eventually(lambda: texted(outside, sender))
    [reply] = texted(outside, sender)
    assert reply.startswith("Thank you, Ana Diaz.")
    assert phone_calls(server, "sms:delivered", {"messageId": "sent-1"}).status == 200


def test_a_phone_that_signs_with_another_key_is_refused(server: Server) -> None:
    before = by_class(server, "sms")
    payload = arrives("SIGN FACE Eve Forger 59801", "+14065550142")
    assert phone_calls(server, "sms:received", payload, key="x").status == 403
    assert by_class(server, "sms") == before


def test_kannel_asks_by_get_and_has_the_reply_in_the_answer(server: Server) -> None:
    before = by_class(server, "sms")
    text = {"id": "k1", "from": "+14065550143", "to": "+1", "text": "SIGN FACE Bo Lee 59801"}
    path = f"/sms/http/{SECRET}?{urlencode(text)}"
    answers = [server.get(path) for _ in range(3)]
    assert {answer.text for answer in answers} == {answers[0].text}
    assert answers[0].text.startswith("Thank you, Bo Lee.")
    assert by_class(server, "sms") == before + 1
    assert server.get(f"/sms/http/{'x' * 21}?{urlencode(text)}").status == 403


def test_a_feature_phone_signs_on_its_screen(server: Server) -> None:
    before = by_class(server, "ussd")

    def screen(keyed: str) -> str:
        fields = {"sessionId": "S1", "phoneNumber": "+254711123456", "serviceCode": "*384#"}
        body = urlencode(fields | {"text": keyed}).encode()
        answer = post(server, f"/sms/africastalking/{SECRET}", body)
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/plain")
        return answer.text

    assert screen("").startswith("CON No face")
    assert screen("1").startswith("CON Your first")
    assert screen("1*Wanjiru Otieno").startswith("CON Your postcode")
    assert screen("1*Wanjiru Otieno*59801").startswith("END Thank you, Wanjiru Otieno.")
    assert screen("1*Wanjiru Otieno*59801").startswith("END Thank you, Wanjiru Otieno.")
    assert by_class(server, "ussd") == before + 1
    assert post(server, "/sms/africastalking/wrong", b"sessionId=1&text=").status == 403


def twilio(server: Server, path: str, form: dict[str, str]) -> ET.Element:
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
    answer = post(server, path, urlencode(form).encode(), X_Twilio_Signature=signature)
    assert answer.status == 200, answer
    return ET.fromstring(answer.body)


def test_who_cannot_read_or_text_calls(server: Server, outside: Provider) -> None:
    before, caller = by_class(server, "voice"), "+14065550144"
    form = {"CallSid": CALL, "AccountSid": ACCOUNT, "CallStatus": "in-progress"}
    form |= {"From": caller, "To": "+14065550100", "Direction": "inbound"}

    def press(path: str, keys: str) -> ET.Element:
        return twilio(server, path, form | {"Digits": keys} if keys else form)

    spoken = press("/sms/voice", "")
    said = ""
    for keys in ("1", "1", "59801"):
        gather = spoken.find("Gather")
        assert gather is not None
        action = gather.get("action", "").removeprefix(PUBLIC)
        spoken = press(action, keys)
        said = " ".join(spoken.itertext())
    assert "We are texting you now" in said
    assert spoken.find("Hangup") is not None
    assert not re.search("<Record", ET.tostring(spoken).decode())
    assert by_class(server, "voice") == before
    eventually(lambda: texted(outside, caller))
    assert "reply with your first and last name" in texted(outside, caller)[0]
    text = {"MessageSid": "SM" + "2" * 32, "AccountSid": ACCOUNT, "From": caller}
    reply = twilio(server, "/sms/twilio", text | {"To": "+14065550100", "Body": "Ana Diaz"})
    assert "Thank you, Ana Diaz" in str(reply.findtext("Message"))
    assert by_class(server, "voice") == before + 1


@pytest.mark.parametrize(
    ("path", "status"),
    [("/sms/pigeon", 404), ("/sms/twilio", 403), ("/sms/voice", 403), ("/sms/android", 403)]
    + [("/sms/http", 403), ("/sms/africastalking", 403), ("/sms/console", 403)]
    + [("/sms/twilio/status", 403), ("/sms/http/a/b/c", 403)],
)
def test_who_signs_nothing_is_refused_at_every_gateway(
    server: Server, path: str, status: int
) -> None:
    assert post(server, path, b"Body=SIGN+FACE+Eve&text=x&from=%2B1").status == status
    by_get = status if path.startswith("/sms/http") else 405
    assert server.get(path + "?text=x&from=1").status == by_get
    assert post(server, path, b"\xff{" * 100, "application/json").status == status

"""Somebody with a feature phone signs, through webhooks signed by Twilio's own library."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from twilio.request_validator import RequestValidator

from sms.segments import measure
from tests.harness import product
from tests.harness.product import Answer, Server, exchange, request

TOKEN = "t" * 32
ACCOUNT = "AC" + "0" * 32
PUBLIC = "https://sign.example.org"

pytestmark = pytest.mark.journey
ids = (f"SM{n:032x}" for n in itertools.count(1))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that Twilio reaches by its public address, behind a proxy that ends TLS."""
    settings = {
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "UNDERSIGNED_PUBLIC_URL": PUBLIC,
    }
    with product.running(tmp_path_factory.mktemp("twilio") / "data", **settings) as server:
        yield server


def webhook(body: str, sender: str = "+14065550123", message_id: str = "") -> dict[str, str]:
    return {
        "MessageSid": message_id or next(ids),
        "AccountSid": ACCOUNT,
        "From": sender,
        "To": "+14065550100",
        "Body": body,
        "NumMedia": "0",
    }


def call(
    server: Server, form: dict[str, str], token: str = TOKEN, path: str = "/sms/twilio"
) -> Answer:
    signature = RequestValidator(token).compute_signature(PUBLIC + path, form)
    raw = request(
        "POST",
        path,
        urlencode(form).encode(),
        Content_Type="application/x-www-form-urlencoded",
        X_Twilio_Signature=signature,
    )
    return exchange(server.port, raw)


def reply(answer: Answer) -> str | None:
    assert answer.status == 200, answer
    assert "xml" in answer.headers["content-type"]
    return ET.fromstring(answer.body).findtext("Message")


def verified(server: Server) -> int:
    found = re.search(r'"verified": (\d+)', server.get("/p/face/count.json").text)
    assert found
    return int(found[1])


def test_a_signed_webhook_signs_and_answers_in_one_segment(server: Server) -> None:
    before = verified(server)
    text = reply(call(server, webhook("SIGN FACE Ana Diaz 59801")))
    assert text
    assert "Ana Diaz" in text
    assert measure(text).segments == 1
    assert verified(server) == before + 1


def test_the_same_webhook_100_times_at_once_signs_once_and_answers_the_same(
    server: Server,
) -> None:
    before = verified(server)
    form = webhook("SIGN FACE Bo Lee 59801", "+14065550124", "SM" + "f" * 32)
    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda _: call(server, form).body, range(100)))
    assert len(set(answers)) == 1
    assert verified(server) == before + 1


def test_a_conversation_signs(server: Server) -> None:
    phone = "+14065550125"
    assert "name and ZIP code" in str(reply(call(server, webhook("face", phone))))
    assert "ZIP code" in str(reply(call(server, webhook("Cyd Charo", phone))))
    assert "Thank you, Cyd Charo" in str(reply(call(server, webhook("59801", phone))))


def test_a_spanish_speaker_is_answered_in_spanish(server: Server) -> None:
    text = str(reply(call(server, webhook("FIRMAR FACE Luz Mora 59801", "+14065550126"))))
    assert "Gracias" in text
    assert measure(text).segments == 1


def test_undo_and_stop(server: Server) -> None:
    phone = "+14065550127"
    call(server, webhook("SIGN FACE Dee Prince 59801", phone))
    before = verified(server)
    assert "Dee Prince" in str(reply(call(server, webhook("UNDO", phone))))
    assert verified(server) == before - 1
    assert reply(call(server, webhook("STOP", phone)))
    assert reply(call(server, webhook("HELP", phone))) is None


@pytest.mark.parametrize("change", ["token", "body", "unsigned", "path", "account"])
def test_a_forged_webhook_is_refused_and_signs_nothing(server: Server, change: str) -> None:
    before = verified(server)
    form = webhook("SIGN FACE Eve Forger 59801", "+14065550128")
    if change == "token":
        answer = call(server, form, token="x" * 32)
    elif change == "account":
        answer = call(server, form | {"AccountSid": "AC" + "1" * 32})
    else:
        path = "/sms/twilio?x=1" if change == "path" else "/sms/twilio"
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + "/sms/twilio", form)
        if change == "body":
            form["Body"] += "x"
        headers = {} if change == "unsigned" else {"X_Twilio_Signature": signature}
        kind = "application/x-www-form-urlencoded"
        raw = request("POST", path, urlencode(form).encode(), Content_Type=kind, **headers)
        answer = exchange(server.port, raw)
    assert answer.status == 403
    assert verified(server) == before


def test_a_signed_webhook_that_lacks_a_field_is_told_so(server: Server) -> None:
    form = webhook("SIGN FACE Ana Diaz 59801")
    del form["MessageSid"]
    assert call(server, form).status == 400


def test_a_status_update_is_taken(server: Server) -> None:
    form = {"MessageSid": "SM" + "0" * 32, "AccountSid": ACCOUNT, "MessageStatus": "delivered"}
    assert call(server, form, path="/sms/twilio/status").status == 204


def test_without_a_token_every_webhook_is_refused(server: Server, tmp_path: object) -> None:
    form = webhook("SIGN FACE Ana Diaz 59801")
    answer = call(server, form, token="", path="/sms/nobody")
    assert answer.status == 404

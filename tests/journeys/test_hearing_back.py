"""Somebody signs, writes to those who decide, and hears back: by texts alone, and on the web. An
office with a real mail server answers, and a mail server calls the command that takes it."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from server.texting.allowed import quiet_seconds
from sms.segments import measure
from tests.harness.mail.answers import STYLES, answer, as_page
from tests.harness.mail.smtp import codes_in
from tests.harness.product import eventually
from tests.harness.texts.provider import Provider, provider
from tests.harness.texts.spoken import WORDS
from tests.harness.web.site import Site, mailed

pytestmark = [pytest.mark.journey, pytest.mark.timeout(180)]
OPTIONAL = 60  # bytes that a field may add which not every site has
LETTER = "/p/{slug}/letter"
OURS = {"UNDERSIGNED_LETTERS_REPLY_TO": "answers+*@example.org"}
#: Of each number a place where it is day at another time.
NUMBERS = (
    "+14065550{:03}",
    "+18085550{:03}",
    "+447400123{:03}",
    "+919876543{:03}",
    "+61412345{:03}",
)
numbers = itertools.count(200)  # not the number of the demo itself


@pytest.fixture(scope="module")
def outside() -> Iterator[Provider]:
    """The gateway by which texts leave."""
    with provider() as played:
        played.answer = (202, "0: Accepted for delivery")
        yield played


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, outside: Provider) -> Iterator[Site]:
    settings: dict[str, Any] = OURS | {
        "UNDERSIGNED_SMS_HTTP": "kannel",
        "UNDERSIGNED_SMS_GATEWAY": "http",
        "UNDERSIGNED_SMS_SECRET": "a-long-secret-of-ours",
        "UNDERSIGNED_SMS_HTTP_SEND_URL": f"{outside.url}/send",
        "UNDERSIGNED_SMS_COUNTRIES": "US,GB,IN,AU",
        "NO_PROXY": "127.0.0.1",
    }
    with mailed(tmp_path_factory.mktemp("hearing") / "data", **settings) as site:
        yield site


@dataclass(frozen=True)
class Answered:
    """What an office answers in one language, and how its signer asks for the rest."""

    name: str
    first: str
    rest: str
    more: str


ANSWERS = {
    "en": Answered("Ana Diaz", "Thank you for your letter.", "We will vote in May.", "MORE"),
    "es": Answered("Eva Ríos", "Gracias por su carta al alcalde.", "Votamos en mayo.", "LEER MÁS"),
    "ar": Answered("محمد علي", "شكرا جزيلا على رسالتك إلينا.", "سنصوت في مايو.", "المزيد"),
}


def by_day() -> str:
    """A phone where it is day now."""
    n = next(numbers)
    return next(
        phone
        for number in NUMBERS
        if quiet_seconds(phone := number.format(n), int(time.time())) == 0
    )


def everywhere(site: Site) -> str:
    """The sample petition, which is in every language, names whoever has that address."""
    address = site.address().replace("@", ".mayor@")
    form = site.own("face", "/edit").form("/organizer/p/{slug}/edit")
    maker = {"maker0_name": "Jo Marsh", "maker0_title": "Mayor", "maker0_email": address}
    site.desk.press(form, "", maker)
    return address


def mail_in(site: Site, mail: EmailMessage) -> str:
    done = site.server.command("mail-in", typed=bytes(mail).decode(), **OURS)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def texted(outside: Provider, phone: str) -> list[str]:
    """What the gateway was given to send to that number."""
    asked = [parse_qs(urlsplit(call.path).query) for call in outside.calls]
    return [said["text"][0] for said in asked if said["to"] == [phone]]


@pytest.mark.parametrize("language", ANSWERS)
def test_by_texts_alone(site: Site, outside: Provider, language: str) -> None:
    office = everywhere(site)
    phone, said, words = by_day(), ANSWERS[language], WORDS[language]
    site.server.text(f"{words['sign']} FACE {said.name} 59801", phone)
    for text in (words["letter"], "Please keep the lake clean.", words["post"], words["post"]):
        site.server.text(text, phone)
    letter = site.office.wait_for(office)
    assert phone not in str(letter)
    assert mail_in(site, answer(letter, "x", Auto_Submitted="auto-replied")).startswith("It tells")
    assert "The answer goes to" in mail_in(site, answer(letter, f"{said.first} {said.rest}"))
    eventually(lambda: texted(outside, phone))
    [heard] = texted(outside, phone)
    assert said.first in heard
    assert said.rest not in heard
    assert measure(heard).segments <= 2
    assert said.rest in site.server.text(said.more, phone)
    page = site.own("face", "/letters").text
    assert "Letters that were answered to our address: 1, the last on" in page
    assert said.first not in page


def test_the_page_of_privacy_says_it(site: Site) -> None:
    assert "What they answer to us goes to you alone." in site.server.get("/privacy").text


@pytest.mark.parametrize("style", [*STYLES, "a page"])
def test_on_the_web_without_an_address_for_the_office(site: Site, style: str) -> None:
    office, email = site.address().replace("@", ".mayor@"), site.address()
    browser = site.stranger()
    slug = site.petition(maker0_name="Jo Marsh", maker0_title="Mayor", maker0_email=office)
    thanks = site.sign(slug, email=email)
    [code] = codes_in(site.office.wait_for(email))
    page = browser.press(thanks.form("/p/{slug}/verify"), "", {"code": code})
    page = browser.press(page.form(LETTER))
    typed: dict[str, str | bool] = {"words": "Our lake is dirty.", "email": email, "hide": True}
    page = browser.press(page.form(LETTER), "", typed | {"words": "Short"})
    assert "Write at least 10 letters" in page.text
    ref = str(page.form(LETTER).fields["ref"].value)
    for coding, most in (("gzip", 1400), ("br", 1200)):
        asked = {"Accept_Encoding": coding, "Connection": "keep-alive"}
        form = {"ref": ref, "words": "a"}
        assert site.server.post(f"/p/{slug}/letter", form, **asked).size <= most + OPTIONAL
    page = browser.press(page.form(LETTER), "", typed)
    page = browser.press(browser.press(page.form(LETTER), "change=1").form(LETTER))
    assert "we pass your answer on to the writer" in re.sub(r"\s+", " ", page.text)
    page = browser.press(page.form(LETTER), "send=1")
    letter = site.office.wait_for(office)
    assert email not in str(letter)
    mail = as_page(letter) if style == "a page" else answer(letter, STYLES[style](letter))
    assert "The answer goes to" in mail_in(site, mail)
    passed = site.office.wait_for(email, 2)
    body = re.sub(r"\s+", " ", str(passed.get_content()))
    assert "Thank you for your letter. We will vote for the lake in May. Call us" in body
    assert "Our lake is dirty" not in body
    assert "they answered" in browser.press(page.form(LETTER)).text

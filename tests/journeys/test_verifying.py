"""Somebody signs on the web with an address; the mail is read by them, a scanner, a stranger."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from server.config import LANGUAGES
from tests.harness import product
from tests.harness.mail.smtp import PostOffice, codes_in, link_in, post_office
from tests.harness.product import Server, eventually
from tests.harness.web.budgets import BUDGETS, CODINGS, FACTORS, ROOM

ANA = "ana.diaz@gmail.com"
FORM = {"name": "Ana Diaz", "postcode": "59801", "email": ANA}


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, office: PostOffice) -> Iterator[Server]:
    """The demo, whose mail goes to a real mail server."""
    with product.running(
        tmp_path_factory.mktemp("verifying") / "data",
        **office.settings,
    ) as server:
        yield server


def verified(server: Server) -> int:
    return int(json.loads(server.get("/p/face/count.json").text)["by_class"]["web-email"])


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page, as a browser sends them back."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def test_the_code_is_typed_on_the_thank_you_page(server: Server, office: PostOffice) -> None:
    before = verified(server)
    thanks = server.post("/p/face", FORM)
    [code] = codes_in(office.wait_for(ANA))
    assert code not in thanks.text
    answer = server.post("/p/face/verify", hidden(thanks.text) | {"code": code})
    assert "Your signature is verified" in answer.text
    assert "/p/face/withdraw" in answer.text
    eventually(lambda: verified(server) == before + 1)


def test_somebody_shares_before_the_code_is_typed(server: Server, office: PostOffice) -> None:
    email = "sol.reyes@gmail.com"
    thanks = server.post("/p/face", FORM | {"name": "Sol Reyes", "email": email})
    shared = re.search(r'href="https://wa\.me/\?text=http://127\.0\.0\.1:\d+(/[^"]*)"', thanks.text)
    assert shared
    friend = server.get(shared[1])
    assert "Sign this petition" in friend.text
    signed = server.post(shared[1], {"name": "Friend Of Sol", "postcode": "59801"})
    assert "Thanks for signing the petition!" in signed.text
    [code] = codes_in(office.wait_for(email))
    answer = server.post("/p/face/verify", hidden(thanks.text) | {"code": code})
    assert "Your signature is verified" in answer.text
    assert shared[0] in answer.text


def test_the_link_of_the_mail_leads_to_a_page_without_the_contact(
    server: Server, office: PostOffice
) -> None:
    email = "bo.lee@gmail.com"
    server.post("/p/face", FORM | {"name": "Bo Lee", "email": email})
    mail = office.wait_for(email)
    link = link_in(mail)
    [code] = codes_in(mail)
    assert email not in link
    assert code not in link
    page = server.get(link)
    assert email not in page.text
    other = server.get("/p/face/verify?ref=" + "A" * 22)
    assert page.text.replace(link.partition("ref=")[2], "") == other.text.replace("A" * 22, "")
    answer = server.post("/p/face/verify", hidden(page.text) | {"code": code})
    assert "Your signature is verified" in answer.text


def test_a_scanner_that_opens_every_link_and_presses_every_button_does_nothing(
    server: Server, office: PostOffice
) -> None:
    email = "cyd.charo@gmail.com"
    server.post("/p/face", FORM | {"name": "Cyd Charo", "email": email})
    mail = office.wait_for(email)
    [code] = codes_in(mail)
    links = re.findall(r"^http://[^/]+(/\S+)\s*$", str(mail.get_content()), re.MULTILINE)
    assert links
    before = verified(server)
    for link in links:
        for query in ("", f"&code={code}", f"&code={code}&not_me=1"):
            page = server.get(link + query)
            product.exchange(server.port, product.request("HEAD", link + query))
        for action in ("verify", "withdraw"):
            for button in ({}, {"not_me": "1"}, {"code": ""}, {"code": "", "not_me": "1"}):
                server.post(f"/p/face/{action}", hidden(page.text) | button)
                server.post(f"/p/face/{action}?code={code}", hidden(page.text) | button)
    assert verified(server) == before
    # The owner still can.
    answer = server.post("/p/face/verify", {"contact": email, "code": code})
    assert "Your signature is verified" in answer.text


def test_somebody_elses_address_that_was_not_me(server: Server, office: PostOffice) -> None:
    email = "dee.prince@gmail.com"
    form = FORM | {"name": "Dee Prince", "email": email}
    server.post("/p/face", form)
    mail = office.wait_for(email)
    page = server.get(link_in(mail))
    fields = hidden(page.text) | {"code": codes_in(mail)[0], "not_me": "1"}
    assert "We have erased it" in server.post("/p/face/verify", fields).text
    server.post("/p/face", form)
    server.post("/p/face", FORM | {"name": "Last One", "email": "last@gmail.com"})
    office.wait_for("last@gmail.com")  # mails go out in order
    assert len(office.to(email)) == 1


def test_taking_back_on_the_web(server: Server, office: PostOffice) -> None:
    email = "eve.stone@gmail.com"
    thanks = server.post("/p/face", FORM | {"name": "Eve Stone", "email": email})
    [code] = codes_in(office.wait_for(email))
    server.post("/p/face/verify", hidden(thanks.text) | {"code": code})
    before = verified(server)
    asked = server.post("/p/face/withdraw", {"contact": email})
    [code] = codes_in(office.wait_for(email, 2))
    wrong = server.post("/p/face/withdraw", hidden(asked.text) | {"code": "000000"})
    assert "Error:" in wrong.text
    done = server.post("/p/face/withdraw", hidden(asked.text) | {"code": code})
    assert "Your signature is removed" in done.text
    eventually(lambda: verified(server) == before - 1)


def test_nobody_learns_whether_an_address_has_signed(server: Server, office: PostOffice) -> None:
    server.post("/p/face", FORM)
    for path, form in (
        ("/p/face/withdraw", {"contact": "{}"}),
        ("/p/face/verify", {"contact": "{}", "code": "123456"}),
        ("/p/face/withdraw", {"contact": "{}", "code": "123456"}),
    ):
        pages = []
        for email in (ANA, "nobody.ever@gmail.com"):
            fields = {name: value.replace("{}", email) for name, value in form.items()}
            answer = server.post(path, fields)
            headers = {
                k: v for k, v in answer.headers.items() if k not in {"date", "content-length"}
            }
            pages.append((answer.status, headers, answer.text.replace(email, "")))
        assert pages[0] == pages[1], path


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("verify", {}, "wrong or has expired"),
        ("verify", {"contact": "", "code": ""}, "wrong or has expired"),
        ("verify", {"contact": "\x00\ud800", "code": "9" * 5000}, "wrong or has expired"),
        ("verify", {"ref": "../../x", "code": "123456"}, "wrong or has expired"),
        ("withdraw", {}, "Write the whole"),
        ("withdraw", {"contact": "ana@"}, "Write the whole"),
        ("withdraw", {"contact": "x" * 5000}, "Write the whole"),
        ("withdraw", {"contact": "406 555 0123"}, "UNDO FACE"),
    ],
)
def test_what_is_typed_wrong_gets_a_clear_answer(
    server: Server, path: str, form: dict[str, str], words: str
) -> None:
    raw = urlencode({k: v.encode("utf-8", "surrogatepass") for k, v in form.items()}).encode()
    kind = {"Content_Type": "application/x-www-form-urlencoded"}
    answer = product.exchange(server.port, product.request("POST", f"/p/face/{path}", raw, **kind))
    assert answer.status == 200
    assert words in answer.text


def test_the_pages_stand_in_every_language(server: Server) -> None:
    for language in ("es", "ar", "hi"):
        for path in ("verify", "withdraw"):
            page = server.get(f"/{language}/p/face/{path}").text
            assert f'lang="{language}"' in page
            assert f'action="/{language}/p/face/{path}#r"' in page


def test_a_mail_in_the_language_of_the_page(server: Server, office: PostOffice) -> None:
    email = "luz.pena@gmail.com"
    server.post("/es/p/face", FORM | {"name": "Luz Peña", "email": email})
    mail = office.wait_for(email)
    assert link_in(mail).startswith("/es/p/face/verify?ref=")
    assert "Alguien" in str(mail.get_content())
    assert "Luz" not in str(mail.get_content())  # whom a stranger may have chosen


def test_digits_that_were_used_up_say_how_to_get_others_and_these_verify(
    server: Server, office: PostOffice
) -> None:
    email = "dee.ray@gmail.com"
    form = FORM | {"name": "Dee Ray", "email": email}
    server.post("/p/face", form)
    [code] = codes_in(office.wait_for(email))
    wrong = {"code": "000000" if code != "000000" else "111111"}
    for _ in range(5):
        answer = server.post("/p/face/verify", {"contact": email} | wrong)
    unknown = server.post("/p/face/verify", {"contact": "nobody.at.all@gmail.com"} | wrong)
    assert answer.text == unknown.text.replace("nobody.at.all@gmail.com", email)
    right = server.post("/p/face/verify", {"contact": email, "code": code})
    assert right.text == answer.text
    assert "After five wrong tries a code stops working." in right.text
    assert '<a href="/p/face#s">Sign again to get a new code</a>' in right.text
    field = re.search(r'<input type="tel" id="k" name="code"[^>]*>', right.text)
    assert field
    assert 'aria-invalid="true" aria-describedby="r"' in field[0]
    assert re.search(r'id="r"[^>]*><strong>This code is wrong or has expired', right.text)
    time.sleep(1.1)  # nobody tries five times within the second in which new ones are made
    again = server.post("/p/face", form)
    [fresh] = codes_in(office.wait_for(email, 2))
    answer = server.post("/p/face/verify", hidden(again.text) | {"code": fresh})
    assert "Your signature is verified" in answer.text


def test_digits_for_taking_back_that_were_used_up_lead_to_new_ones(
    server: Server, office: PostOffice
) -> None:
    tried = {"contact": "nobody@gmail.com", "code": "000000"}
    answer = server.post("/es/p/face/withdraw", tried)
    assert "Después de cinco intentos" in answer.text
    assert '<a href="/es/p/face/withdraw">' in answer.text


STRANGERS = {"name": "URGENT Call One", "public": "1", "news": "1", "comment": "not hers"}


def names(server: Server) -> str:
    return server.get("/p/face/names").text


def test_what_a_stranger_enters_with_my_address_is_not_published(
    server: Server, office: PostOffice
) -> None:
    email = "gus.night@gmail.com"
    mine = FORM | {"name": "Gus Night", "email": email}
    shouting = mine | {"name": "GUS NIGHT", "postcode": "59999", "public": "1", "comment": "no"}
    for form in (mine | STRANGERS, shouting):
        server.post("/p/face", form)
    thanks = server.post("/p/face", mine)
    codes = codes_in(office.wait_for(email, 3))
    for mail in office.to(email):
        assert "URGENT" not in str(mail)
    answer = server.post("/p/face/verify", hidden(thanks.text) | {"code": codes[-1]})
    assert "Your signature is verified" in answer.text
    assert "<bdi>Gus Night, 59801</bdi>" in answer.text
    assert "Your name is shown." not in answer.text
    assert "We send you news." not in answer.text
    assert "Night" not in names(server)


def test_what_is_wrong_is_mended_with_the_same_digits(server: Server, office: PostOffice) -> None:
    email = "hal.ortiz@gmail.com"
    form = FORM | {"name": "Hal Ortis", "email": email}
    thanks = server.post("/p/face", form)
    [code] = codes_in(office.wait_for(email))
    server.post("/p/face/verify", hidden(thanks.text) | {"code": code})
    before = verified(server)
    mended = server.post("/p/face", form | {"name": "Hal Ortiz", "public": "1"})
    assert "Hal Ort" not in names(server)
    answer = server.post("/p/face/verify", hidden(mended.text) | {"code": code})
    assert "Your name is shown." in answer.text
    eventually(lambda: "Hal Ortiz" in names(server))
    assert verified(server) == before


def test_a_wrong_code_keeps_the_form_that_it_was_typed_for(
    server: Server, office: PostOffice
) -> None:
    email = "ida.shah@gmail.com"
    server.post("/p/face", FORM | STRANGERS | {"name": "IDA SHAH", "email": email})
    thanks = server.post("/p/face", FORM | {"name": "Ida Shah", "email": email})
    [code] = codes_in(office.wait_for(email, 2))
    wrong = "000000" if code != "000000" else "111111"
    page = server.post("/p/face/verify", hidden(thanks.text) | {"code": wrong})
    assert "Error:" in page.text
    fields = hidden(page.text) | {"contact": email, "code": code}
    assert "<bdi>Ida Shah, 59801</bdi>" in server.post("/p/face/verify", fields).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_after_the_code_is_as_small_as_the_one_before(
    server: Server, office: PostOffice, language: str
) -> None:
    prefix = "" if language == "en" else f"/{language}"
    email = f"joe.{language}@gmail.com"
    thanks = server.post(f"{prefix}/p/face", FORM | {"name": "Joe Prince", "email": email})
    [code] = codes_in(office.wait_for(email))
    fields = hidden(thanks.text) | {"code": code}
    for coding, limit in zip(CODINGS, BUDGETS["thanks"], strict=True):
        answer = server.post(
            f"{prefix}/p/face/verify", fields, Accept_Encoding=coding, Connection="keep-alive"
        )
        assert answer.status == 200
        if coding == "identity":
            assert "<bdi>Joe Prince, 59801</bdi>" in answer.text
        room = FACTORS[language][1] if coding == "identity" else ROOM[language]
        # The way to a letter is an optional part: the design gives each of these 60 bytes.
        letter = 60 if coding != "identity" else len(letter_form(answer.text))
        assert answer.size <= limit * room + letter, coding


def letter_form(page: str) -> str:
    [form] = re.findall(r'<form action="[^"]*/letter".*?</form>', page)
    return str(form)


# Without a contact.


def slip_in(page: str) -> str:
    [slip] = re.findall(r"\b[a-z2-7]{21}\b", page)
    return str(slip)


def copied_by_hand(slip: str) -> str:
    return f' "{slip[:7]} {slip[7:14].upper()}-{slip[14:]}." '


def unverified(server: Server) -> int:
    return int(json.loads(server.command("check", "--json").stdout)["face"]["unverified"])


def test_without_a_contact_only_the_page_of_the_one_who_signed_takes_it_back(
    server: Server,
) -> None:
    form = {"name": "Kim Stone", "postcode": "59801"}
    first, second = (server.post("/p/face", form).text for _ in range(2))
    assert first.replace(slip_in(first), "") == second.replace(slip_in(second), "")
    before = unverified(server)
    answers = [
        server.post("/p/face/withdraw", {"contact": copied_by_hand(slip_in(page))}).text
        for page in (second, first)
    ]
    assert answers[0] == answers[1]
    assert "Your signature is removed" in answers[0]
    assert unverified(server) == before - 1
    wrong = server.post("/p/face/withdraw", {"contact": "a" * 21})
    assert "Error:" in wrong.text


def test_no_get_takes_back_what_has_no_contact(server: Server) -> None:
    slip = slip_in(server.post("/p/face", {"name": "Leo Stone", "postcode": "59801"}).text)
    before = unverified(server)
    for query in (f"ref={slip}", f"contact={slip}"):
        server.get(f"/p/face/withdraw?{query}")
    assert unverified(server) == before

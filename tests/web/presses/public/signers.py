"""What signers press: the form that signs, and those for codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.harness.mail.smtp import codes_in, link_in
from tests.harness.people.signers import letters
from tests.harness.web.pages import Browser, Form
from tests.harness.web.site import Site, texts
from tests.web.presses.table import press


def fresh_and_faulty(site: Site, slug: str, language: str = "") -> Iterator[tuple[Browser, Form]]:
    """The form of the petition's page, and that of the page which says what is wrong with it."""
    browser = site.stranger()
    form = browser.get(f"{language}/p/{slug}").form("/p/{slug}")
    yield browser, form
    browser = site.stranger()
    faulty = browser.press(form)
    assert site.name() not in faulty.text
    yield browser, faulty.form("/p/{slug}")


@press("/p/{slug}", "/p/{slug}", reads="name postcode email comment public news")
@press("POST /p/{slug}", "/p/{slug}", reads="name postcode email comment public news")
@press("POST /p/{slug}", "/p/{slug}/verify", reads="code")
@press("POST /p/{slug}/verify", "/p/{slug}/verify", reads="code contact")
def signing_with_an_address(site: Site) -> None:
    for language in ("", "/es"):
        slug = site.petition()
        for browser, form in fresh_and_faulty(site, slug, language):
            name, email, comment = site.name(), site.address(), f"Because of {site.name()}"
            typed = {"name": name, "postcode": "59802", "email": email, "comment": comment}
            thanks = browser.press(form, "", typed | {"public": True, "news": True})
            assert thanks.status == 200
            row = site.row(slug, name)
            assert (row["postcode"], row["contact"], row["comment"]) == ("59802", email, comment)
            assert (row["public"], row["news"]) == ("yes", "yes")
            assert (row["status"], row["class"]) == ("unverified", "web-email")
            assert row["language"] == (language[1:] or "en")
            wrong = browser.press(thanks.form("/p/{slug}/verify"), "", {"code": "000000"})
            assert site.row(slug, name)["status"] == "unverified"
            [code] = codes_in(site.office.wait_for(email))
            again = wrong.form("/p/{slug}/verify")
            browser.press(again, "", {"code": code, "contact": email})
            assert site.row(slug, name)["status"] == "verified"
            site.shows(f"/p/{slug}/names", name)


@press("/p/{slug}", "/p/{slug}", reads="phone")
@press("POST /p/{slug}", "/p/{slug}", reads="phone")
def signing_with_a_phone(site: Site) -> None:
    slug = site.petition()
    for browser, form in fresh_and_faulty(site, slug):
        name, phone = site.name(), site.phone()
        thanks = browser.press(form, "", {"name": name, "postcode": "59801", "phone": phone})
        assert site.row(slug, name)["contact"] == f"'{phone}"  # no formula for a spreadsheet
        texts(site, thanks, phone)
        row = site.row(slug, name)
        assert (row["status"], row["class"], row["public"]) == ("verified", "web-phone", "no")


ASKED = "eligible organization reply share{n}"


@press("/p/{slug}", "/p/{slug}", reads=ASKED)
@press("POST /p/{slug}", "/p/{slug}", reads=ASKED)
def signing_what_asks_for_more(site: Site) -> None:
    """All that a petition can ask for besides."""
    asks: dict[str, str | bool] = {"question_en": "Since when?", "organizations": True}
    asks["partners"] = "Lake Watch\nClean Water"
    slug = site.petition(eligibility_en="I live in Springfield", **asks)
    for browser, form in fresh_and_faulty(site, slug):
        name = site.name()
        said: dict[str, str | bool] = {"name": name, "postcode": "59801"}
        said |= {"organization": "Lake Club", "reply": "Since 1990", "email": site.address()}
        said["share1"] = True
        faulty = browser.press(form, "", said)
        assert "Tick the box if you may sign" in faulty.text
        assert name not in {row["name"] for row in site.rows(slug)}
        assert "Thanks for signing" in browser.press(form, "", said | {"eligible": True}).text
        row = site.row(slug, name)
        assert row["eligible"] == "stated"
        assert (row["organization"], row["answer"]) == ("Lake Club", "Since 1990")
        assert row["partners"] == "Clean Water"


@press("/p/{slug}", "/p/{slug}", reads="url")
@press("POST /p/{slug}", "/p/{slug}", reads="url")
def what_a_program_fills_in_is_a_signal(site: Site) -> None:
    slug = site.petition()
    for browser, form in fresh_and_faulty(site, slug):
        bot = f"Xkcdfgh {letters(next(site._numbers))}"
        browser.press(form, "", {"name": bot, "postcode": "59801", "url": "https://x.example"})
        assert site.row(slug, bot)["status"] == "held"
    assert "the hidden field was filled in" in site.own(slug, "/moderation").text


# Codes.


@press("/p/{slug}/verify", "/p/{slug}/verify", reads="contact code")
@press("POST /p/{slug}", "/p/{slug}/verify", reads="code")
def a_code_on_its_own_page_right_and_late(site: Site) -> None:
    slug, email, name = site.petition(), site.address(), site.name()
    thanks = site.sign(slug, name=name, email=email)
    mail = site.office.wait_for(email)
    [code] = codes_in(mail)
    typed = {"contact": email, "code": code}
    browser = site.stranger()
    site.move_codes(slug, -90_000)
    form = browser.get(f"/p/{slug}/verify").form("/p/{slug}/verify")
    for late in (
        browser.press(form, "", typed),
        browser.press(thanks.forms[0], "", {"code": code}),
    ):
        assert "This code is wrong or has expired" in late.text
    assert site.row(slug, name)["status"] == "unverified"
    site.move_codes(slug, 90_000)
    assert "Your signature is verified" in browser.press(form, "", typed).text
    assert site.row(slug, name)["status"] == "verified"
    other, email = site.name(), site.address()
    site.sign(slug, name=other, email=email)
    mail = site.office.wait_for(email)
    linked = browser.get(link_in(mail)).form("/p/{slug}/verify")
    wrong = browser.press(linked, "", {"code": "000000"}).form("/p/{slug}/verify")
    browser.press(wrong, "", {"code": codes_in(mail)[0]})
    assert site.row(slug, other)["status"] == "verified"


@press("/p/{slug}/verify", "/p/{slug}/verify", "not_me=1", reads="contact code")
@press("POST /p/{slug}/verify", "/p/{slug}/verify", "not_me=1", reads="contact code")
def that_was_not_me(site: Site) -> None:
    slug = site.petition()
    for wrong_first in (False, True):
        email, name = site.address(), site.name()
        site.sign(slug, name=name, email=email)
        [code] = codes_in(site.office.wait_for(email))
        browser = site.stranger()
        form = browser.get(f"/p/{slug}/verify").form("/p/{slug}/verify")
        if wrong_first:
            typed = {"contact": email, "code": "000000"}
            form = browser.press(form, "not_me=1", typed).form("/p/{slug}/verify")
            assert site.row(slug, name)["contact"] == email
        said = browser.press(form, "not_me=1", {"contact": email, "code": code})
        assert "We have erased it" in said.text
        assert email not in {row["contact"] for row in site.rows(slug)}


@press("/p/{slug}/withdraw", "/p/{slug}/withdraw", reads="contact")
@press("POST /p/{slug}/withdraw", "/p/{slug}/withdraw", reads="contact code")
def taking_it_back(site: Site) -> None:
    slug, name, email = site.petition(), site.name(), site.address()
    site.sign(slug, name=name, email=email)
    browser = site.stranger()
    form = browser.get(f"/p/{slug}/withdraw").form("/p/{slug}/withdraw")
    faulty = browser.press(form, "", {"contact": "nobody"})
    asked = browser.press(faulty.form("/p/{slug}/withdraw"), "", {"contact": email})
    code = codes_in(site.office.wait_for(email, 2))[-1]
    wrong = browser.press(asked.form("/p/{slug}/withdraw"), "", {"code": "000000"})
    assert site.row(slug, name)
    browser.press(wrong.form("/p/{slug}/withdraw"), "", {"code": code})
    assert name not in {row["name"] for row in site.rows(slug)}

    name, phone = site.name(), site.phone()
    texts(site, site.sign(slug, name=name, phone=phone), phone)
    said = browser.press(form, "", {"contact": phone})
    word = re.search(r"UNDO [A-Z]+", said.text)
    assert word, said.text
    site.server.text(word[0], phone)
    assert name not in {row["name"] for row in site.rows(slug)}

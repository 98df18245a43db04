"""What signers press to write to those who decide."""

from __future__ import annotations

import re
from email.message import EmailMessage

from tests.harness.mail.smtp import codes_in
from tests.harness.product import eventually
from tests.harness.web.pages import Browser, Page
from tests.harness.web.site import Site
from tests.web.presses.table import press

LETTER = "/p/{slug}/letter"
OWN = "I live on a farm, and the line is slow.\r\nMy mother, Иванова, lost a week <b>to it</b>."


TAKEN = "sent: their mail server has taken it"


def is_taken(browser: Browser, sent: Page) -> None:
    """Whoever presses the button of that page reads, soon, that their letter is sent."""
    eventually(lambda: TAKEN in browser.press(sent.form(LETTER)).text)


def addressed(site: Site) -> tuple[str, str]:
    """A petition to somebody with an address of mail: its slug, and the address."""
    address = site.address().replace("@", ".mayor@")
    maker = {"maker0_name": "Jo Marsh", "maker0_title": "Mayor", "maker0_email": address}
    return site.petition(**maker), address


def verified(site: Site, slug: str, language: str = "", **typed: str) -> tuple[Browser, Page, str]:
    """Somebody, the page that answers their code, and their address."""
    email = site.address()
    thanks = site.sign(slug, language, email=email, **typed)
    [code] = codes_in(site.office.wait_for(email))
    browser = site.stranger()
    return browser, browser.press(thanks.form("/p/{slug}/verify"), "", {"code": code}), email


@press("POST /p/{slug}/verify", LETTER)
@press("POST /p/{slug}/letter", LETTER, reads="words email")
@press("POST /p/{slug}/letter", LETTER, "change=1")
@press("POST /p/{slug}/letter", LETTER, "send=1")
def writing_a_letter(site: Site) -> None:
    for language in ("", "/es", "/ar"):
        slug, office = addressed(site)
        name = site.name()
        browser, thanks, email = verified(site, slug, language, name=name)
        page = browser.press(thanks.form(LETTER))
        for words, address in (("short", ""), ("x" * 2001, ""), (OWN, "else@example.org")):
            wrong = browser.press(page.form(LETTER), "", {"words": words, "email": address})
            kept = wrong.form(LETTER).fields
            assert (kept["words"].value, kept["email"].value) == (words, address)
        read = browser.press(wrong.form(LETTER), "", {"words": OWN, "email": email.upper()})
        assert name in read.text
        again = browser.press(read.form(LETTER), "change=1")
        assert again.form(LETTER).fields["words"].value == OWN
        read = browser.press(again.form(LETTER))
        assert not site.office.to(office)
        sent = browser.press(read.form(LETTER), "send=1")
        if not language:
            assert "not sent yet: it waits for its turn" in sent.text
        browser.press(read.form(LETTER), "send=1")
        mail = site.office.wait_for(office)
        assert mail["Subject"] in site.stranger().get(f"/p/{slug}").text
        assert (mail["To"], str(mail["Reply-To"]).lower()) == (office, email)
        said = str(mail.get_content()).replace("\r\n", "\n")
        assert said.startswith("Jo Marsh, Mayor\n\n")
        assert "Please act on it:\nKeep the lake" in said
        for words in (*re.sub(r"\s+", " ", OWN).split(". "), name, "59801", f"/p/{slug}"):
            assert words in re.sub(r"\s+", " ", said)
        if not language:
            is_taken(browser, sent)
        assert len(site.office.to(office)) == 1


def of_places(site: Site, **typed: str | bool) -> str:
    """The slug of a petition to those who decide where its signers live."""
    return site.petition(role_senator=True, role_representative=True, **typed)


def chosen(browser: Browser, page: Page, *answers: str) -> Page:
    """The page after these answers."""
    for answer in answers:
        page = browser.press(page.form(LETTER), "go=1", {"at": answer})
    return page


@press("POST /p/{slug}", LETTER, "?postcode")
@press(LETTER, LETTER, reads="postcode")
@press(LETTER, LETTER, "go=1", reads="at")
@press(LETTER, LETTER, "at=!")
@press(LETTER, LETTER, "call=1")
@press("POST /p/{slug}/letter", LETTER, "call=1")
def finding_who_decides(site: Site) -> None:
    slug, browser = of_places(site), site.stranger()
    wrong = browser.press(browser.get(f"/p/{slug}/letter").form(LETTER), "", {"postcode": "5980"})
    assert "That is not a postcode that we know" in wrong.text
    page = browser.press(wrong.form(LETTER), "", {"postcode": "59801"})
    assert page.text.index("Ann West") < page.text.index("Eli East") < page.text.index("Others,")
    faulty = browser.press(page.form(LETTER), "go=1")
    assert "Choose one of these" in faulty.text
    page = chosen(browser, page, "state:mt/cd:1")
    for said in ("mailto:ann.west@house.example?subject=Keep%20the%20lake", "mailto:ida.reed@"):
        assert said in page.text
    assert "Eli East" not in page.text
    page = browser.press(page.form(LETTER), "call=1")
    for said in ("tel:202-555-0111", "https://stone.senate.example/write?a=1&amp;b=2", "9 to 5"):
        assert said in page.text
    page = browser.turn(site.sign(slug, postcode="59101"), "?postcode")
    assert "Eli East" in page.text
    assert "tel:202-555-0112" in browser.press(page.form(LETTER), "call=1").text
    page = browser.press(page.form(LETTER), "at=!")
    assert "bo.north@house.example" in chosen(browser, page, "state:id", "state:id/cd:1").text


@press("POST /p/{slug}/letter", LETTER, "went=reached")
@press("POST /p/{slug}/letter", LETTER, "went=no_answer")
def saying_how_a_call_went(site: Site) -> None:
    slug, pages = of_places(site), []
    for went in ("reached", "reached", "no_answer"):
        browser, thanks, _ = verified(site, slug, postcode="59101")
        page = browser.press(browser.press(thanks.form(LETTER)).form(LETTER), "call=1")
        assert "When you call, you can say:" in page.text
        for _ in range(2):  # pressed twice it is one
            done = browser.press(page.form(LETTER), f"went={went}")
            assert "Thank you. We have noted it." in done.text
        pages.append((browser, page))
    letters = site.own(slug, "/letters").text
    assert "2 reached somebody, 1 got no answer" in letters
    assert "opened the page to write from their own mail: 3." in letters
    browser, page = pages[0]  # they try again another day
    browser.press(page.form(LETTER), "went=no_answer")
    assert "1 reached somebody, 2 got no answer" in site.own(slug, "/letters").text
    stranger = site.stranger()
    page = stranger.press(stranger.get(f"/p/{slug}/letter").form(LETTER), "", {"postcode": "59101"})
    assert "How did it go?" not in stranger.press(page.form(LETTER), "call=1").text
    assert "from their own mail: 3." in site.own(slug, "/letters").text


@press("POST /p/{slug}/letter", LETTER, "go=1", reads="at")
@press("POST /p/{slug}/letter", LETTER, "write=1")
@press("POST /p/{slug}/letter", LETTER, "at=!")
def writing_to_ones_own(site: Site) -> None:
    for language in ("", "/es", "/ar"):
        word = site.name().split()[-1]
        slug = of_places(site)
        browser, thanks, email = verified(site, slug, language, postcode="59101")
        page = browser.press(thanks.form(LETTER))
        assert "Eli East" in page.text
        page = chosen(browser, browser.press(page.form(LETTER), "at=!"), "state:mt")
        page = browser.press(page.form(LETTER), "go=1", {"at": "state:mt/cd:1"})
        page = browser.press(page.form(LETTER), "write=1")
        typed = {"words": f"I live on a {word}, the line is slow.", "email": email}
        wrong = browser.press(page.form(LETTER), "", typed | {"words": "short"})
        assert wrong.form(LETTER).fields["email"].value == email
        read = browser.press(wrong.form(LETTER), "", typed)
        sent = browser.press(read.form(LETTER), "send=1")
        assert sent.text.count("<b>") == 2
        for office in ("ann.west@house.example", "ida.reed@senate.example"):
            mail = comes_to(site, office, word)
            assert str(mail["Reply-To"]).lower() == email
        assert said_to(site, "eli.east@house.example", word) == []


@press("POST /p/{slug}/letter", LETTER, reads="words email postcode")
@press("POST /p/{slug}/letter", LETTER, "settle=1")
def saying_later_where_one_lives(site: Site) -> None:
    slug, word = of_places(site, postcode_required=False), site.name().split()[-1]
    browser, thanks, _ = verified(site, slug, postcode="")
    page = browser.press(thanks.form(LETTER))
    page = browser.press(page.form(LETTER), "", {"postcode": "59801"})
    page = browser.press(chosen(browser, page, "?").form(LETTER), "write=1")
    read = browser.press(
        page.form(LETTER), "", {"words": f"I live on a {word}, and it is slow.", "email": ""}
    )
    sent = browser.press(read.form(LETTER), "send=1")
    assert "not sent yet: tell us where you live" in sent.text
    comes_to(site, "ida.reed@senate.example", word)
    page = browser.press(sent.form(LETTER), "settle=1")
    page = browser.press(page.form(LETTER), "", {"postcode": "59801"})
    page = chosen(browser, page, "state:mt/cd:2")
    assert "not sent yet: tell us" not in page.text
    comes_to(site, "eli.east@house.example", word)
    assert len(said_to(site, "ida.reed@senate.example", word)) == 1


def comes_to(site: Site, office: str, word: str) -> EmailMessage:
    """The letter with that word to an office, once it is there."""
    eventually(lambda: len(said_to(site, office, word)) == 1)
    return said_to(site, office, word)[0]


def said_to(site: Site, office: str, word: str) -> list[EmailMessage]:
    """The letters with that word that an office has got."""
    return [mail for mail in site.office.to(office) if word in str(mail.get_content())]


def wrote(site: Site, slug: str, word: str) -> None:
    """Somebody's letter waits for its turn."""
    _, thanks, _ = verified(site, slug)
    words = f"I live on a {word}, and the line is slow."
    form = {"ref": thanks.form(LETTER).fields["ref"].value or "", "words": words, "send": "1"}
    assert "not sent yet" in site.server.post(f"/p/{slug}/letter", form).text

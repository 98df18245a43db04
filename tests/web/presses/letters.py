"""What signers press to write to those who decide."""

from __future__ import annotations

import re

from tests.harness.mail.smtp import codes_in
from tests.harness.web.pages import Browser, Page
from tests.harness.web.site import OWN as DESK
from tests.harness.web.site import Site
from tests.web.presses.table import press

LETTER = "/p/{slug}/letter"
OWN = "I live on a farm, and the line is slow.\r\nMy mother, Иванова, lost a week <b>to it</b>."


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
            then = browser.press(sent.form(LETTER))
            assert "sent: their mail server has taken it" in then.text
        assert len(site.office.to(office)) == 1


@press(f"{DESK}/letters", f"{DESK}/letters/pause")
@press(f"{DESK}/letters", f"{DESK}/letters/resume")
def an_office_is_paused(site: Site) -> None:
    slug, office = addressed(site)
    assert "No letters yet" in site.own(slug, "/letters").text
    wrote(site, slug, "farm")
    site.office.wait_for(office)
    path = f"{DESK}/letters/pause"
    page = site.desk.press(site.own(slug, "/letters").form(path))
    assert "No letter goes there now" in page.text
    wrote(site, slug, "boat")
    other, elsewhere = addressed(site)
    wrote(site, other, "tree")
    site.office.wait_for(elsewhere)  # it was written later
    assert len(site.office.to(office)) == 1
    page = site.own(slug, "/letters")
    assert "2 letters, 2 in own words" in page.text
    assert "1: waiting for their turn" in page.text
    page = site.desk.press(page.form(f"{DESK}/letters/resume"))
    assert "Letters go there again" in page.text
    assert "boat" in str(site.office.wait_for(office, 2).get_content())
    assert site.actions(slug)[-2:] == ["letters_paused", "letters_resumed"]


def wrote(site: Site, slug: str, word: str) -> None:
    """Somebody's letter waits for its turn."""
    _, thanks, _ = verified(site, slug)
    words = f"I live on a {word}, and the line is slow."
    form = {"ref": thanks.form(LETTER).fields["ref"].value or "", "words": words, "send": "1"}
    assert "not sent yet" in site.server.post(f"/p/{slug}/letter", form).text

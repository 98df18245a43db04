"""What signers press to write to those who decide."""

from __future__ import annotations

import re

from tests.harness.mail.smtp import codes_in
from tests.harness.web.pages import Browser, Page
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
            assert "not sent yet" in sent.text
        browser.press(read.form(LETTER), "send=1")
        mail = site.office.wait_for(office)
        assert mail["Subject"] in site.stranger().get(f"/p/{slug}").text
        assert (mail["To"], str(mail["Reply-To"]).lower()) == (office, email)
        said = str(mail.get_content()).replace("\r\n", "\n")
        assert said.startswith("Jo Marsh, Mayor\n\n")
        for words in (*re.sub(r"\s+", " ", OWN).split(". "), name, "59801", f"/p/{slug}"):
            assert words in re.sub(r"\s+", " ", said)
        if not language:
            then = browser.press(sent.form(LETTER))
            assert "sent: their mail server has taken it" in then.text
        assert len(site.office.to(office)) == 1

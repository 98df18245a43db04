"""What signers press who were asked whether an office has answered."""

from __future__ import annotations

import re

from tests.harness.mail.smtp import codes_in
from tests.harness.people.asked import next_day, three_weeks_later
from tests.harness.product import eventually
from tests.harness.web.pages import Browser, Page
from tests.harness.web.site import Site
from tests.web.presses.public.letters import LETTER, OWN, addressed, verified
from tests.web.presses.table import press

ANSWERED = "/p/{slug}/answered"


def asked_by_mail(site: Site, slug: str) -> tuple[Browser, str]:
    """Somebody writes a letter, with their address; three weeks later they are asked: their
    browser, and the path of the link in that mail."""
    browser, thanks, email = verified(site, slug)
    page = browser.press(thanks.form(LETTER))
    page = browser.press(page.form(LETTER), "", {"words": OWN, "email": email})
    browser.press(page.form(LETTER), "send=1")
    eventually(lambda: "1: taken by" in site.own(slug, "/letters").text)
    three_weeks_later(site, slug)
    mail = site.office.wait_for(email, 2)
    assert "Did they answer you?" in str(mail["Subject"])
    assert not codes_in(mail)
    said = str(mail.get_content()).replace("\r", "")
    assert "\n  1  Jo Marsh, Mayor\n" in said
    [path] = re.findall(r"https?://[^/\s]+(/p/\S+)", said)
    return browser, path


def told(site: Site, slug: str) -> str:
    """What the organizers read of it."""
    [said] = re.findall(r"Signers whom we asked: [^<]*", site.own(slug, "/letters").text)
    return str(said).removeprefix("Signers whom we asked: ")


@press(ANSWERED, ANSWERED, reads="answered")
@press("POST /p/{slug}/answered", ANSWERED, reads="answered")
def saying_whether_they_answered(site: Site) -> None:
    slug, _ = addressed(site)
    browser, path = asked_by_mail(site, slug)
    assert told(site, slug) == "1. They say yes: 0, no: 0."
    page: Page = browser.get(path)
    for wrong in ("2", "1 2", "x", ""):
        page = browser.press(page.form(ANSWERED), "", {"answered": wrong})
        assert "<title>Error:" in page.text
        assert page.form(ANSWERED).fields["answered"].value == wrong
    assert told(site, slug) == "1. They say yes: 0, no: 0."
    done = browser.press(page.form(ANSWERED), "", {"answered": "0"})
    assert "Thank you. We have noted it." in done.text
    assert told(site, slug) == "1. They say yes: 0, no: 1."
    for typed, said in (("1", "yes: 1, no: 0."), ("no", "yes: 0, no: 1."), ("Yes!", "yes: 1")):
        browser.press(browser.get(path).form(ANSWERED), "", {"answered": typed})
        assert said in told(site, slug)
    next_day(site)
    page = browser.get(f"/p/{slug}/answers")
    assert "There is nothing to show yet" in page.text
    assert "Jo Marsh" not in page.text

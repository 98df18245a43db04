"""What organizers press about letters on paper."""

from __future__ import annotations

import re

from tests.harness.product import eventually
from tests.harness.web.site import OWN as DESK
from tests.harness.web.site import Site
from tests.web.presses.public.letters import LETTER, addressed, verified, wrote
from tests.web.presses.table import press

PRINT = f"{DESK}/letters/print"


def by_post(site: Site) -> str:
    """A petition to somebody with a postal address alone."""
    post = "Town Hall\r\n\r\n 1  Main St \r\nHelena MT 59601"
    slug = site.petition(maker0_name="Jo Marsh", maker0_title="Mayor", maker0_post=post)
    shown = site.own(slug, "/edit").form(f"{DESK}/edit").fields["maker0_post"].value
    assert (shown or "").split("\n") == ["Town Hall", "1 Main St", "Helena MT 59601"]
    return slug


@press(PRINT, f"{PRINT}/make")
@press(PRINT, f"{PRINT}/{{number}}/posted")
@press(PRINT, f"{PRINT}/{{number}}/back")
def letters_are_printed_and_posted(site: Site) -> None:
    slug = by_post(site)
    shown = site.stranger().get(f"/p/{slug}/letter").text
    assert "Jo Marsh, Mayor" in shown
    assert "By their own form" not in shown
    browser, thanks, _ = verified(site, slug)
    page = browser.press(thanks.form(LETTER))
    words = "I live on a farm.\r\n\r\nThe line is slow."
    read = browser.press(page.form(LETTER), "", {"words": words, "email": ""})
    assert "The writer gave no address for an answer. If you write to" in read.text
    assert "this mail" not in read.text
    assert "Those who run the petition print it and post it." in read.text
    sent = browser.press(read.form(LETTER), "send=1")
    assert "not sent yet: those who run the petition print and post it" in sent.text
    assert f"/organizer/p/{slug}/letters/print" in site.own(slug, "/letters").links
    page = site.own(slug, "/letters/print")
    assert "1 letter waits for you" in page.text
    assert "Jo Marsh, Mayor" in page.text
    page = site.desk.press(page.form(f"{PRINT}/make"))
    assert "The batch is made" in page.text
    page = site.desk.press(page.form(f"{PRINT}/{{number}}/back"))
    assert "The letters wait to be printed again" in page.text
    page = site.desk.press(page.form(f"{PRINT}/make"))
    assert "Batch 2" in page.text
    [path] = re.findall(r'href="([^"]+\.pdf)"', page.text)
    for _ in range(2):  # as often as somebody needs it
        assert site.desk.get(path).headers["content-type"] == "application/pdf"
    page = site.desk.press(page.form(f"{PRINT}/{{number}}/posted"))
    assert "It is stored: the letters are posted" in page.text
    assert "sent: it is in the post, on paper" in browser.press(sent.form(LETTER)).text
    assert "1: posted on paper" in site.own(slug, "/letters").text
    assert site.actions(slug)[-6:] == [
        *("letters_printed", "letters_put_back", "letters_printed"),
        *("letters_downloaded", "letters_downloaded", "letters_posted"),
    ]


@press(f"{DESK}/letters", f"{DESK}/letters/on-paper", "state=held")
@press(f"{DESK}/letters", f"{DESK}/letters/on-paper", "state=rejected")
@press(f"{DESK}/letters", f"{DESK}/letters/on-paper", "state=bounced")
def letters_that_did_not_arrive_are_printed(site: Site) -> None:
    path = f"{DESK}/letters/on-paper"
    for state in ("held", "rejected", "bounced"):
        slug, office = addressed(site)
        wrote(site, slug, "farm")
        site.office.wait_for(office)
        eventually(lambda: "taken by their mail server" in site.own(slug, "/letters").text)  # noqa: B023
        why = "moved" if state == "held" else ""
        site.change(
            f"UPDATE letters SET state = '{state}', why = '{why}', due_at = :seconds", slug, 1
        )
        page = site.desk.press(site.own(slug, "/letters").form(path), f"state={state}")
        assert "The letters wait for you to print them" in page.text
        assert "On paper, which you print and post: 1 letter" in page.text
        assert site.actions(slug)[-1] == "letters_on_paper"


@press(PRINT, f"{PRINT}/places", "on=1")
@press(PRINT, f"{PRINT}/places")
def those_of_a_place_get_paper(site: Site) -> None:
    slug = site.petition(role_senator=True)
    page = site.own(slug, "/letters/print")
    page = site.desk.press(page.form(f"{PRINT}/places"), "on=1")
    assert "signers can write to them, and you print it" in page.text
    browser, thanks, _ = verified(site, slug, postcode="05401")
    page = browser.press(browser.press(thanks.form(LETTER)).form(LETTER), "write=1")
    assert "Sal Frost" in page.text
    words = {"words": "I live on a farm, and the line is slow.", "email": ""}
    read = browser.press(page.form(LETTER), "", words)
    assert "print and post it" in browser.press(read.form(LETTER), "send=1").text
    page = site.own(slug, "/letters/print")
    assert "1: " in page.text
    assert "Sal Frost" in page.text
    page = site.desk.press(page.form(f"{PRINT}/places"))
    assert "no new letters to them" in page.text
    assert site.actions(slug)[-2:] == ["letters_places_on", "letters_places_off"]

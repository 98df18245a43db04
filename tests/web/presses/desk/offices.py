"""What organizers press about letters and the offices that get them."""

from __future__ import annotations

from tests.harness.product import eventually
from tests.harness.web.site import OWN as DESK
from tests.harness.web.site import Site
from tests.web.presses.public.letters import (
    LETTER,
    addressed,
    verified,
    wrote,
)
from tests.web.presses.table import press

PAGE = f"{DESK}/letters"


@press(PAGE, f"{DESK}/letters/pause")
@press(PAGE, f"{DESK}/letters/resume")
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
    assert "By mail from this site: 2 letters, 2 in own words" in page.text
    assert "1: waiting for their turn" in page.text
    page = site.desk.press(page.form(f"{DESK}/letters/resume"))
    assert "Letters go there again" in page.text
    assert "boat" in str(site.office.wait_for(office, 2).get_content())
    assert site.actions(slug)[-2:] == ["letters_paused", "letters_resumed"]


@press(PAGE, f"{DESK}/letters/agreed")
@press(PAGE, f"{DESK}/letters/not-agreed")
@press("POST /p/{slug}/letter", LETTER, "thanks=1")
def who_has_agreed_is_thanked(site: Site) -> None:
    slug, office = addressed(site)
    page = site.desk.press(site.own(slug, "/letters").form(f"{DESK}/letters/agreed"))
    assert "They have agreed. Signers can thank them." in page.text
    browser, thanks, _ = verified(site, slug)
    page = browser.press(thanks.form(LETTER))
    assert "Jo Marsh, Mayor has agreed. You can thank them." in page.text
    assert "body=Thank%20you%20for%20agreeing" in page.text
    page = browser.press(page.form(LETTER), "thanks=1")
    read = browser.press(page.form(LETTER), "", {"words": "Our lake thanks you.", "email": ""})
    browser.press(read.form(LETTER), "send=1")
    said = str(site.office.wait_for(office).get_content())
    assert "Thank you for agreeing to it:" in said
    assert "Please act" not in said
    path = f"{DESK}/letters/not-agreed"
    page = site.desk.press(site.own(slug, "/letters").form(path))
    assert "Signers write letters to them again" in page.text
    browser, thanks, _ = verified(site, slug)
    page = browser.press(thanks.form(LETTER))
    assert "has agreed" not in page.text
    assert "words" in page.form(LETTER).fields
    assert site.actions(slug)[-2:] == ["letters_agreed", "letters_not_agreed"]


@press(PAGE, f"{DESK}/letters/again", "state=held")
@press(PAGE, f"{DESK}/letters/again", "state=rejected")
@press(PAGE, f"{DESK}/letters/again", "state=uncertain")
def letters_are_sent_again(site: Site) -> None:
    slug, office = addressed(site)
    wrote(site, slug, "farm")
    site.office.wait_for(office)
    path, n = f"{DESK}/letters/again", 1
    for state in ("rejected", "uncertain"):
        eventually(lambda: "taken by their mail server" in site.own(slug, "/letters").text)
        site.change(f"UPDATE letters SET state = '{state}', ended_at = :seconds", slug, 1)
        page = site.desk.press(site.own(slug, "/letters").form(path), f"state={state}")
        assert "wait for their turn once more" in page.text
        n += 1
        site.office.wait_for(office, n)
    eventually(lambda: "taken by their mail server" in site.own(slug, "/letters").text)
    site.change("UPDATE letters SET state = 'held', why = 'moved', due_at = :seconds", slug, 1)
    new = office.replace("mayor", "hall")
    form = site.own(slug, "/edit").form(f"{DESK}/edit")
    site.desk.press(form, "", {"maker0_email": new})
    page = site.own(slug, "/letters")
    assert "the petition names another address now" in page.text
    site.desk.press(page.form(path), "state=held")
    assert "farm" in str(site.office.wait_for(new).get_content())
    assert len(site.office.to(office)) == n
    assert site.actions(slug).count("letters_again") == 3


@press(PAGE, f"{DESK}/letters/test", reads="email")
def a_test_letter_to_oneself(site: Site) -> None:
    slug, _ = addressed(site)
    path, mine = f"{DESK}/letters/test", site.address()
    page = site.desk.press(site.own(slug, "/letters").form(path), "", {"email": "x"})
    assert "Write your whole e-mail address" in page.text
    for n in range(4):
        page = site.desk.press(site.own(slug, "/letters").form(path), "", {"email": mine})
        said = "The test letter is sent" if n < 3 else "Too much mail was sent today"
        assert said in page.text
    mail = site.office.wait_for(mine, 3)
    assert str(mail["Subject"]).startswith("Test: Keep the lake")
    assert "This is a test." in str(mail.get_content())
    assert len(site.office.to(mine)) == 3
    page = site.own(slug, "/letters")
    assert "No letters yet" in page.text
    assert mine not in page.text
    assert site.actions(slug)[-1] == "letters_tried"

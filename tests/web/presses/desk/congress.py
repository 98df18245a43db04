"""What is pressed for letters to the US House: a topic at the desk, an address on the page."""

from __future__ import annotations

from tests.harness.web.site import OWN as DESK
from tests.harness.web.site import Site
from tests.web.presses.public.letters import LETTER, verified
from tests.web.presses.table import press

CONGRESS = f"{DESK}/letters/congress"
WORDS = "I live on a farm, and the line is slow."
GIVEN = {"prefix": "Mx.", "street": "1 Main St", "city": "Burlington"}


@press(CONGRESS, CONGRESS, reads="topic")
@press("POST /p/{slug}/letter", LETTER, reads="prefix first last street city")
def writing_to_the_house(site: Site) -> None:
    slug = site.petition(role_representative=True)
    assert f"/organizer/p/{slug}/letters/congress" in site.own(slug, "/letters").links
    page = site.own(slug, "/letters/congress")
    assert "This site has no access to that system yet" in page.text
    page = site.desk.press(page.form(CONGRESS), "", {"topic": "Energy"})
    assert "It is stored." in page.text
    assert page.form(CONGRESS).fields["topic"].value == "Energy"
    assert site.actions(slug)[-1] == "letters_congress"
    browser, thanks, email = verified(site, slug, postcode="05401", name="Ana Diaz Ruiz")
    page = browser.press(thanks.form(LETTER))
    page = browser.press(page.form(LETTER), "write=1")
    fields = page.form(LETTER).fields
    assert (fields["first"].value, fields["last"].value) == ("", "")  # who knows but the writer
    typed = {"words": WORDS, "email": email, **GIVEN, "first": "Ana", "last": "Diaz Ruiz"}
    for wrong, said in (
        ({"city": ""}, "Fill in all that the US House asks for"),
        ({"email": ""}, "The US House wants your e-mail, too"),
    ):
        page = browser.press(page.form(LETTER), "", typed | wrong)
        assert said in page.text
        assert page.form(LETTER).fields["street"].value == "1 Main St"
    read = browser.press(page.form(LETTER), "", typed)
    page = browser.press(read.form(LETTER), "change=1")
    assert page.form(LETTER).fields["prefix"].value == "Mx."
    sent = browser.press(browser.press(page.form(LETTER)).form(LETTER), "send=1")
    assert "Vi Snow" in sent.text
    assert "By the system of Congress: 1 letter" in site.own(slug, "/letters").text


@press("POST /p/{slug}/letter", LETTER, "send=1")
def keeping_an_address_to_oneself(site: Site) -> None:
    slug = site.petition(role_representative=True)
    page = site.own(slug, "/letters/congress")
    site.desk.press(page.form(CONGRESS), "", {"topic": "Energy"})
    browser, thanks, _ = verified(site, slug, postcode="05401")
    page = browser.press(browser.press(thanks.form(LETTER)).form(LETTER), "write=1")
    read = browser.press(page.form(LETTER), "", {"words": WORDS, "email": ""})
    sent = browser.press(read.form(LETTER), "send=1")
    assert "not sent: they want your street and city" in sent.text
    assert "not sent: their signers gave no street and city" in site.own(slug, "/letters").text

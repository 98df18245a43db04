"""What axe finds where letters are printed, and where the US House asks for an address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.harness.mail.smtp import post_office
from tests.harness.needs import needs
from tests.harness.people import land
from tests.harness.product import running
from tests.harness.web.axe import faults_at
from tests.harness.web.browser import chromium
from tests.harness.web.site import OWN as DESK
from tests.harness.web.site import Site
from tests.web.presses.public.letters import LETTER, verified

pytestmark = [needs("chromium"), pytest.mark.slow, pytest.mark.timeout(120)]
CONGRESS, PRINT = f"{DESK}/letters/congress", f"{DESK}/letters/print"
WORDS = {"words": "I live on a farm, and the line is slow.", "email": ""}
SEEN = ("writing", "faulty", "read", "ready", "made", "letters")


@pytest.fixture(scope="module", params=["", "/ar"])
def pages(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Each page by a name for it."""
    data = tmp_path_factory.mktemp("letters") / "data"
    trusted = {"UNDERSIGNED_TRUSTED_PROXIES": "127.0.0.1"}
    with post_office() as office, running(data, **office.settings, **trusted) as server:
        land.bring(server)
        site = Site(server, office, f"sqlite:///{server.store.resolve()}")
        yield {**to_the_house(site, request.param), **on_paper(site, request.param)}


def to_the_house(site: Site, language: str) -> dict[str, str]:
    slug = site.petition(role_representative=True)
    page = site.own(slug, "/letters/congress")
    site.desk.press(page.form(CONGRESS), "", {"topic": "Energy"})
    browser, thanks, _ = verified(site, slug, language, postcode="05401")
    page = browser.press(browser.press(thanks.form(LETTER)).form(LETTER), "write=1")
    faulty = browser.press(page.form(LETTER), "", WORDS | {"street": "1 Main St"})
    return {"writing": page.text, "faulty": faulty.text}


def on_paper(site: Site, language: str) -> dict[str, str]:
    slug = site.petition(maker0_name="Jo Marsh", maker0_post="1 Main St\nHelena")
    browser, thanks, _ = verified(site, slug, language)
    read = browser.press(browser.press(thanks.form(LETTER)).form(LETTER), "", WORDS)
    browser.press(read.form(LETTER), "send=1")
    ready = site.own(slug, "/letters/print")
    made = site.desk.press(ready.form(f"{PRINT}/make"))
    letters = site.own(slug, "/letters")
    return {"read": read.text, "ready": ready.text, "made": made.text, "letters": letters.text}


@pytest.fixture(scope="module")
def window() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page()
        page.goto("about:blank")
        yield page


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", SEEN)
def test_no_page_about_letters_has_a_fault(
    pages: dict[str, str], window: Page, name: str, width: int
) -> None:
    window.set_content(pages[name])
    assert faults_at(window, width) == []

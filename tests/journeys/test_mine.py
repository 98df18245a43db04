"""All that one has signed, in a real browser without script and with real mail; and the same person
at the desk. Each page on the way is looked at by axe, in Arabic too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.harness import product
from tests.harness.mail.smtp import codes_in, link_in
from tests.harness.needs import needs
from tests.harness.product import Server
from tests.harness.web.axe import faults_at
from tests.harness.web.browser import chromium
from tests.harness.web.site import mailed

pytestmark = [needs("chromium"), pytest.mark.slow, pytest.mark.timeout(180)]
EMAIL = "ana.diaz@gmail.com"


@contextmanager
def windows(server: Server) -> Iterator[tuple[Page, Page]]:
    """A window without script, and one in which axe can look at the same page."""
    with chromium() as browser:
        plain = browser.new_context(base_url=server.url, java_script_enabled=False)
        looked = browser.new_context(base_url=server.url)
        yield plain.new_page(), looked.new_page()


def sound(page: Page, looking: Page) -> None:
    """Nothing is wrong with what the page shows, on a small screen and on a large one."""
    for width in (320, 1280):
        looking.set_content(page.content())
        assert faults_at(looking, width) == [], page.url


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.full), "ar"])
def test_somebody_sees_and_takes_back_all_that_they_have_signed(
    tmp_path: Path, language: str
) -> None:
    with mailed(tmp_path / "data") as site, windows(site.server) as (page, looking):
        page.goto(f"/{language}/p/face")
        for name, value in {"name": "Ana Diaz", "postcode": "59801", "email": EMAIL}.items():
            page.locator(f"[name={name}]").fill(value)
        page.locator("[name=news]").check()
        page.locator("main form button").click()
        page.locator("[name=code]").fill(codes_in(site.office.wait_for(EMAIL))[0])
        page.locator("main form button").first.click()
        page.goto(f"/{language}/help")
        page.locator("a[href$='/mine']").click()
        sound(page, looking)
        page.locator("[name=contact]").fill("nobody")
        page.locator("main form button").click()
        assert page.title().startswith("Error") or language != "en"
        sound(page, looking)
        page.locator("[name=contact]").fill(EMAIL)
        page.locator("main form button").click()
        sound(page, looking)
        mail = site.office.wait_for(EMAIL, 2)
        page.goto(link_in(mail))
        sound(page, looking)
        page.locator("[name=contact]").fill(EMAIL)
        page.locator("[name=code]").fill("00000000")
        page.locator("main form button").click()
        sound(page, looking)
        page.locator("[name=contact]").fill(EMAIL)
        page.locator("[name=code]").fill(codes_in(mail)[0])
        page.locator("main form button").click()
        assert "Ana Diaz" in page.content()
        assert EMAIL not in page.url
        sound(page, looking)
        with page.expect_download() as download:
            page.locator("[name=file][value=txt]").click()
        assert "Ana Diaz" in Path(download.value.path()).read_text()
        page.locator("[name=news_off]").click()
        sound(page, looking)
        page.locator("[name=withdraw]").click()
        assert "Ana Diaz" not in page.content()
        sound(page, looking)
        assert site.statuses("face") == {"withdrawn": 1}


def test_an_organizer_finds_corrects_and_erases_somebody(tmp_path: Path) -> None:
    with (
        product.running(tmp_path / "data", UNDERSIGNED_LANGUAGE="ar") as server,
        windows(server) as (page, looking),
    ):
        server.post("/p/face", {"name": "Ana Dias", "postcode": "59801", "comment": "Keep it"})
        page.goto("/organizer/sign-in")
        page.fill("#name", "organizer")
        page.fill("#password", server.password)
        page.click("main button")
        page.goto("/organizer/p/face")
        page.locator("a[href$='/signers']").click()
        sound(page, looking)
        page.fill("#words", "a")
        page.click("main form button")
        sound(page, looking)
        page.fill("#words", "dias")
        page.click("main form button")
        sound(page, looking)
        page.locator("main li a").click()
        sound(page, looking)
        page.fill("#name", "")
        page.click("form[action*=correct] button")
        sound(page, looking)
        page.fill("#name", "Ana Diaz")
        page.click("form[action*=correct] button")
        assert "Ana Diaz" in page.content()
        sound(page, looking)
        page.locator("a[href$='/erase']").click()
        sound(page, looking)
        page.click("main form button")
        sound(page, looking)
        page.check("[value=wish]")
        page.click("main form button")
        sound(page, looking)
        found = json.loads(server.command("check", "--json").stdout)["face"]
        assert found["total"] == 0

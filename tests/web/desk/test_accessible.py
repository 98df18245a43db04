"""What axe finds on the pages of teams and accounts, and whether they fit a small screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.harness import product
from tests.harness.needs import needs
from tests.harness.web.axe import faults_at
from tests.harness.web.browser import chromium

pytestmark = [needs("chromium"), pytest.mark.slow, pytest.mark.timeout(120)]
PAGES = (
    *("", "o/1", "o/1?done=no_role", "forgotten", "p/face/collectors", "p/face/letters/print"),
    *("p/face/letters", "p/face/letters/congress"),
    *("p/face/news", "p/face/news/new"),
    *("p/face", "p/face/figures", "p/face/share", "p/face/close", "p/face/moderation", "?q=face"),
    *("account", "account/password", "account/email", "account/second-step"),
    *("p/face/texts", "p/face/texts?show=all"),
)
SAID = "did face hear from Ana Diaz 59801"
WIDTHS = (320, 1280)


@pytest.fixture(scope="module", params=["en", "ar"])
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """The demo's organizer in a window, without script, in that language."""
    data = tmp_path_factory.mktemp("desk") / "data"
    with product.running(data, UNDERSIGNED_LANGUAGE=request.param) as server, chromium() as browser:
        window = browser.new_context(base_url=server.url).new_page()
        window.goto("/organizer/sign-in")
        window.fill("#name", "organizer")
        window.fill("#password", server.password)
        window.click("main button")
        server.text(SAID, "+14065550123")
        yield window


@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.full)])
@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_the_desk_has_a_fault(desk: Page, path: str, width: int) -> None:
    desk.goto(f"/organizer/{path}")
    assert faults_at(desk, width) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_answer_to_a_form_has_a_fault(desk: Page, width: int) -> None:
    desk.goto("/organizer/o/1")
    desk.click("form[action*=invite] button")
    assert faults_at(desk, width) == []
    desk.fill("#whom", "Ana")
    desk.check("#i-editor")
    desk.click("form[action*=invite] button")
    link = desk.locator("code").inner_text()
    assert faults_at(desk, width) == []
    desk.goto(link)
    assert faults_at(desk, width) == []
    desk.goto("/organizer/p/face/texts")
    desk.click("button[value=ask]")
    assert faults_at(desk, width) == []
    desk.fill("#name", "example.org")
    desk.click("main form button")
    assert faults_at(desk, width) == []
    desk.goto("/organizer/p/face/news/new")
    desk.click("main form button")
    assert faults_at(desk, width) == []
    desk.fill("#title_en", "We won")
    desk.fill("#body_en", "The lake stays.")
    desk.fill("#text_en", "We won.")
    desk.click("main form button")
    assert faults_at(desk, width) == []
    desk.click("a[href$='/send']")
    assert faults_at(desk, width) == []
    desk.goto("/organizer/forgotten")
    desk.fill("#name", "organizer")
    desk.click("main form button")
    assert faults_at(desk, width) == []
    desk.goto("/organizer/account/password")
    desk.click("main form button")
    assert faults_at(desk, width) == []

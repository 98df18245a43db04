"""What axe finds on the pages of teams and accounts, and whether they fit a small screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.harness import product
from tests.harness.needs import needs
from tests.harness.web.browser import chromium, fits, small_controls

pytestmark = [needs("chromium"), pytest.mark.slow, pytest.mark.timeout(120)]
PAGES = (
    *("", "o/1", "o/1?done=no_role", "forgotten", "p/face/collectors"),
    *("account", "account/password", "account/email", "account/second-step"),
)
WIDTHS = (320, 1280)
TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}


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
        yield window


def faults(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 600})
    found = [each["id"] for each in Axe().run(page, options=OPTIONS).response["violations"]]
    found += [] if fits(page) else ["sideways"]
    return found + [f"small: {each}" for each in small_controls(page)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_no_page_of_the_desk_has_a_fault(desk: Page, path: str, width: int) -> None:
    desk.goto(f"/organizer/{path}")
    assert faults(desk, width) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_answer_to_a_form_has_a_fault(desk: Page, width: int) -> None:
    desk.goto("/organizer/o/1")
    desk.click("form[action*=invite] button")
    assert faults(desk, width) == []
    desk.fill("#whom", "Ana")
    desk.check("#i-editor")
    desk.click("form[action*=invite] button")
    link = desk.locator("code").inner_text()
    assert faults(desk, width) == []
    desk.goto(link)
    assert faults(desk, width) == []
    desk.goto("/organizer/forgotten")
    desk.fill("#name", "organizer")
    desk.click("main form button")
    assert faults(desk, width) == []
    desk.goto("/organizer/account/password")
    desk.click("main form button")
    assert faults(desk, width) == []

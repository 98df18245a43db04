"""What axe finds on each public page, and whether it fits and can be hit on a small screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from server.config import LANGUAGES
from server.render import Renderer
from tests.browser import chromium, fits, small_controls
from tests.needs import needs
from tests.support import Server

pytestmark = needs("chromium")
PAGES = ["", "p/face", "p/face/poster", "help", "privacy", "accessibility", "nothing-here"]
AXE = Axe()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Page]:
    """A window of 320 px."""
    context = browser.new_context(
        base_url=server.url,
        color_scheme=request.param,
        viewport={"width": 320, "height": 600},
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    """What breaks a rule of WCAG (A, AA, AAA) or a best practice, by axe's ids."""
    options: dict[str, Any] = {
        "rules": {rule: {"enabled": True} for rule in ("color-contrast-enhanced", "target-size")},
        "resultTypes": ["violations"],
    }
    found = AXE.run(page, options=options).response["violations"]
    return [f"{v['id']}: {[n['html'][:120] for n in v['nodes']]}" for v in found]


def faults(page: Page) -> list[str]:
    """Everything that is wrong with the page as it stands."""
    found = violations(page)
    for width in (320, 240):
        page.set_viewport_size({"width": width, "height": 600})
        found += [] if fits(page) else [f"wider than {width} px"]
    page.set_viewport_size({"width": 320, "height": 600})
    return found + small_controls(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_public_page_has_a_fault(page: Page, language: str) -> None:
    found = {}
    for path in PAGES:
        page.goto(f"/{language}/{path}")
        found[path] = faults(page)
    assert {path: list_ for path, list_ in found.items() if list_} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answers_to_the_form_have_no_fault(page: Page, language: str) -> None:
    page.goto(f"/{language}/p/face")
    page.locator("[name=postcode]").fill("5980")
    page.locator("form button").click()
    assert page.locator("[aria-invalid]").count() == 2
    assert faults(page) == []
    page.locator("[name=name]").fill("Ana Diaz")
    page.locator("[name=postcode]").fill("59801")
    page.locator("form button").click()
    assert page.locator("form").count() == 0
    assert faults(page) == []


def test_a_fault_is_found(page: Page) -> None:
    page.goto("/p/face")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.body.style.color = '#888'")
    page.evaluate("document.querySelector('h1').style.width = '400px'")
    kinds = {fault.split(":")[0] for fault in faults(page)}
    assert {"label", "color-contrast-enhanced", "wider than 320 px"} <= kinds


@pytest.mark.parametrize(("number", "said"), [("+14065550100", True), ("", False)])
def test_texts_are_promised_only_where_there_is_a_number(number: str, said: bool) -> None:
    page = Renderer().page(
        "web/accessibility.html", "en", sms_number=number, contact="", prefix="", home="/"
    )
    assert ("sign by text" in page) is said

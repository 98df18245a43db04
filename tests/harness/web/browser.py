"""A real Chromium, and what to look at in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests.harness import product
from tests.harness.needs import program


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@contextmanager
def page_without_script(server: product.Server, width: int = 320) -> Iterator[Page]:
    with chromium() as browser:
        context = browser.new_context(
            base_url=server.url,
            java_script_enabled=False,
            viewport={"width": width, "height": 600},
        )
        context.set_default_timeout(10_000)
        yield context.new_page()


def fits(page: Page) -> bool:
    """Whether nobody has to scroll sideways: a picture of the whole page is as wide as the window.

    Its width stands in the PNG's header, after 8 bytes of signature and 8 of the first chunk's.
    """
    picture = page.screenshot(full_page=True)
    return int.from_bytes(picture[16:20], "big") == page.viewport_size["width"]  # type: ignore[index]


def small_controls(page: Page) -> list[str]:
    """Controls less than 44 px high; a box to tick is as high as its label."""
    found = []
    for control in page.locator("button, select, textarea, input, nav a, label:has(input)").all():
        box = control.bounding_box()
        if box and control.get_attribute("type") != "checkbox" and box["height"] < 44:
            found.append(f"{control.inner_text() or control.get_attribute('name')}: {box}")
    return found

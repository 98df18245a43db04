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


#: Of each control that can be seen, what it says and how large it is. A box to tick is as large as
#: its label; a link in a sentence, with words beside it, is as high as its line (WCAG 2.5.5).
_CONTROLS = """() => {
  const letters = node => node.textContent.replace(/[^\\p{L}\\p{N}]/gu, '').length;
  const alone = link => letters(link.parentElement) ==
    [...link.parentElement.querySelectorAll('a')].reduce((sum, a) => sum + letters(a), 0);
  const ticked = '[type=checkbox], [type=radio]';
  return [...document.querySelectorAll('button, select, textarea, input, a, label')]
    .filter(e => !e.matches(ticked) && e.getClientRects().length)
    .filter(e => e.localName != 'a' || alone(e))
    .filter(e => e.localName != 'label' || e.querySelector(ticked))
    .map(e => [e.innerText || e.name, e.getBoundingClientRect()])
    .map(([said, box]) => [said, box.width, box.height])
}"""
TARGET = 44  # px


def small_controls(page: Page) -> list[str]:
    """Controls that a thumb may miss: less than `TARGET` high or wide."""
    found = page.evaluate(_CONTROLS)
    return [f"{said}: {w:.1f} x {h:.1f}" for said, w, h in found if min(w, h) < TARGET]

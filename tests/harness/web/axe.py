"""What axe finds on a page, and whether it fits and can be hit on a small screen."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.harness.web.browser import fits, small_controls

AXE = Axe()
TAGS = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


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
    found = violations(page) + small_controls(page)
    window = page.viewport_size
    assert window
    for width in {window["width"], 240}:
        page.set_viewport_size({"width": width, "height": 600})
        found += [] if fits(page) else [f"wider than {width} px"]
    page.set_viewport_size(window)
    return found


def faults_at(page: Page, width: int) -> list[str]:
    """The same, by axe's tags up to AAA, in a window so wide."""
    page.set_viewport_size({"width": width, "height": 600})
    run_only = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = [each["id"] for each in AXE.run(page, options=run_only).response["violations"]]
    found += [] if fits(page) else ["sideways"]
    return found + [f"small: {each}" for each in small_controls(page)]

"""What is seen of a petition before anybody scrolls, on the screens of small phones."""

from __future__ import annotations

import pytest

from tests.harness.needs import needs
from tests.harness.product import Server
from tests.harness.web.browser import chromium

pytestmark = needs("chromium")


@pytest.mark.parametrize(
    ("width", "height", "screens", "seen"),
    [(320, 568, 1, ("h1", "main p b", "main a.b")), (240, 320, 2, ("h1", "main a.b"))],
)
def test_the_way_to_sign_is_near_the_top(
    server: Server, width: int, height: int, screens: int, seen: tuple[str, ...]
) -> None:
    server.text("SIGN FACE Ana Diaz 59801", "+14065550141")
    with chromium() as browser:
        window = {"width": width, "height": height}
        page = browser.new_page(base_url=server.url, viewport=window)  # type: ignore[arg-type]
        page.goto("/p/face")
        for part in seen:
            box = page.locator(part).first.bounding_box()
            assert box
            assert box["y"] + box["height"] <= screens * height, (part, box)
        page.locator("main a.b").click()
        assert page.url.endswith("/p/face#s")
        name = page.locator("[name=name]").bounding_box()
        assert name
        assert 0 <= name["y"] < height

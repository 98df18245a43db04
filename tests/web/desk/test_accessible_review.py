"""What axe finds on the pages of a server that demands review."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness import product
from tests.harness.mail.smtp import PostOffice
from tests.harness.needs import needs
from tests.harness.web.axe import faults_at
from tests.harness.web.browser import chromium
from tests.harness.web.site import PASSWORD, Site
from tests.web.presses.desk.life import new_draft
from tests.web.presses.desk.reviewing import hand_in

pytestmark = [needs("chromium"), pytest.mark.slow, pytest.mark.timeout(120)]
WIDTHS = (320, 1280)


def test_no_page_of_a_review_has_a_fault(tmp_path: Path) -> None:
    demanded = product.running(tmp_path / "data", UNDERSIGNED_REVIEW="1")
    with demanded as server, chromium() as browser:
        server.command("organizer", "add", "rev", typed=PASSWORD)
        server.command("organizer", "reviewer", "rev")
        site = Site(server, PostOffice(0), "")
        slug, page = new_draft(site)
        hand_in(site, page)
        window = browser.new_context(base_url=server.url).new_page()
        window.goto("/organizer/sign-in")
        window.fill("#name", "rev")
        window.fill("#password", PASSWORD)
        window.click("main button")
        for width in WIDTHS:
            for path in ("/organizer/", f"/organizer/review/{slug}"):
                window.goto(path)
                assert faults_at(window, width) == [], path
            window.click("button[value=reject]")
            assert faults_at(window, width) == []
        window.fill("#reasons", "It names a private person.")
        window.click("button[value=reject]")
        for width in WIDTHS:
            window.goto(f"/p/{slug}")
            assert faults_at(window, width) == []

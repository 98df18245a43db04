"""An organizer, in a browser that runs no script."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.harness import product
from tests.harness.needs import needs
from tests.harness.web.browser import fits, page_without_script, small_controls

pytestmark = [needs("chromium"), pytest.mark.journey]


def sign_in(page: Page, server: product.Server) -> None:
    page.goto("/organizer/")
    page.get_by_label("Name or e-mail").fill("organizer")
    page.get_by_label("Password").fill(server.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Your petitions", level=1).wait_for()


def test_an_organizer_sees_who_signed_on_the_web_and_by_text(server: product.Server) -> None:
    server.post("/p/face", {"name": "Ana Diaz", "postcode": "59801"})
    sent = server.command("sms", "simulate", "SIGN FACE Bo Lee 59802")
    assert sent.returncode == 0, sent.stderr
    with page_without_script(server) as page:
        sign_in(page, server)
        page.locator("main li a").first.click()
        page.get_by_text("1 of 10,000 verified").wait_for()
        page.get_by_text("Not verified: 1. Held: 0.").wait_for()
        page.get_by_text("Signed today: 2. In the last 7 days: 2.").wait_for()
        assert fits(page)
        assert small_controls(page) == []
        page.get_by_role("link", name="Chart and tables").click()
        assert page.get_by_role("img").bounding_box()["height"] > 20  # type: ignore[index]
        text = page.get_by_text("SIGN FACE B•").text_content() or ""
        assert "Lee" not in text
        assert "59802" not in text
        assert fits(page)
        assert small_controls(page) == []
        page.get_by_role("link", name="Back to ").click()
        page.get_by_role("link", name="Poster to print").click()
        page.get_by_role("img", name="Code for a camera: opens the page").wait_for()


def test_an_organizer_writes_opens_edits_and_closes_a_petition(server: product.Server) -> None:
    with page_without_script(server) as page:
        sign_in(page, server)
        page.get_by_role("link", name="Write a new petition").click()
        assert fits(page)
        assert small_controls(page) == []
        page.get_by_label("Title", exact=True).first.fill("Keep the bridge")
        page.get_by_label("Text", exact=True).first.fill("Please.\n\nKeep it.")
        page.get_by_label("Word for signing by text").fill("STOP")
        page.get_by_label("Name", exact=True).first.fill("Jo Marsh")
        page.get_by_label("Who asks").fill("Friends of the bridge")
        page.get_by_role("button", name="Save").first.click()

        assert page.title() == "Error: Write a new petition"
        page.get_by_role("link", name="Write an address for the page.").click()
        assert page.url.endswith("#slug")
        page.get_by_label("Address of the page").fill("bridge")
        page.get_by_label("Word for signing by text").fill("bridge")
        page.get_by_role("button", name="Save").first.click()

        page.get_by_text("Nobody else can see it yet.").wait_for()
        assert server.get("/p/bridge").status == 404
        page.get_by_role("button", name="Open the petition").click()
        page.get_by_text("People can sign it now.").wait_for()
        assert "Keep the bridge" in server.get("/p/bridge").text

        page.get_by_role("link", name="Edit").click()
        assert page.get_by_label("Name", exact=True).first.input_value() == "Jo Marsh"
        page.get_by_label("Title", exact=True).first.fill("Keep both bridges")
        page.get_by_role("button", name="Save").first.click()
        page.get_by_role("heading", name="Keep both bridges").wait_for()
        assert "Keep both bridges" in server.get("/p/bridge").text

        page.get_by_role("link", name="Close the petition").click()
        page.get_by_role("heading", name="Close the petition?").wait_for()
        page.get_by_role("button", name="Close the petition").click()
        page.get_by_text("It takes no more signatures.").wait_for()
        signed = server.post("/p/bridge", {"name": "Cy Day", "postcode": "59801"})
        assert "closed" in signed.text


def test_an_organizer_downloads_the_signatures(server: product.Server, tmp_path: Path) -> None:
    server.post("/p/face", {"name": "Zoë Vale", "postcode": "59801", "comment": "=1+1"})
    with page_without_script(server) as page:
        sign_in(page, server)
        page.goto("/organizer/p/face")
        with page.expect_download() as download:
            page.get_by_role("link", name="Download all signatures").click()
        download.value.save_as(tmp_path / "signatures.csv")
    rows = csv.DictReader(io.StringIO((tmp_path / "signatures.csv").read_text("utf-8-sig")))
    [row] = [row for row in rows if row["name"] == "Zoë Vale"]
    assert row["comment"] == "'=1+1"


def test_what_was_typed_survives_a_sign_in_that_ended(server: product.Server) -> None:
    with page_without_script(server) as page:
        sign_in(page, server)
        page.goto("/organizer/p/face/edit")
        page.get_by_label("Goal (optional)").fill("4321")
        page.context.clear_cookies()
        page.get_by_role("button", name="Save").first.click()
        page.get_by_role("heading", name="Your sign-in has ended").wait_for()
        page.get_by_label("Name or e-mail").fill("organizer")
        page.get_by_label("Password").fill(server.password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("You are signed in again.").wait_for()
        page.get_by_role("button", name="Save").first.click()
        page.get_by_text("of 4,321 verified").wait_for()


def test_after_signing_out_the_pages_ask_to_sign_in_again(server: product.Server) -> None:
    with page_without_script(server) as page:
        sign_in(page, server)
        page.get_by_role("button", name="Sign out organizer").click()
        page.get_by_role("heading", name="Sign in as an organizer").wait_for()
        page.goto("/organizer/p/face")
        page.get_by_role("heading", name="Sign in as an organizer").wait_for()

"""A petition as plain text, as a poster, as a badge and as a feed."""

from __future__ import annotations

import io
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from urllib.parse import quote

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from server.config import LANGUAGES
from server.core.counting import counts
from server.web.public.sheets import LINE_LENGTH, wrapped
from tests.harness.needs import needs, program
from tests.harness.product import Server, eventually
from tests.harness.web.browser import chromium, fits
from tests.harness.world import World

NUMBER = "+14065550100"  # the demo's


@pytest.mark.parametrize(("prefix", "words"), [("", "SIGN FACE"), ("/es", "FIRMA FACE")])
def test_the_plain_text_says_how_to_sign_in_72_columns(
    server: Server, prefix: str, words: str
) -> None:
    answer = server.get(f"{prefix}/p/face.txt")
    assert answer.headers["content-type"] == "text/plain;charset=utf-8"
    lines = answer.text.split("\n")
    assert max(map(len, lines)) <= LINE_LENGTH
    assert any(line.startswith(f"    {words} ") for line in lines)
    assert NUMBER in answer.text
    assert f"/p/face{chr(10)}" in answer.text
    assert "<" not in answer.text
    assert "&" not in answer.text
    # All of the petition is there.
    assert server.get(f"{prefix}/p/face").text.count("<li>") == len(
        [line for line in lines if line.startswith("- ")]
    )


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_wrapping_loses_no_word(text: str) -> None:
    assert wrapped(text).split() == text.split()
    for line in wrapped(text).split("\n"):
        assert len(line) <= LINE_LENGTH or len(line.split()) <= 2  # "- " and a long word


def test_another_ending_is_nothing(server: Server) -> None:
    assert server.get("/p/face.xyz").status == 404
    assert server.get("/p/nothing.txt").status == 404


def test_the_badge_is_small_and_says_the_count(server: Server) -> None:
    server.command("sms", "simulate", "SIGN FACE Badge Reader 59801", "--from", "+14062000031")
    answer = server.get("/p/face/badge.svg")
    count = server.get("/p/face/count.txt").text.strip()
    assert answer.size < 1024
    assert answer.headers["content-type"] == "image/svg+xml"
    picture = ET.fromstring(answer.text)
    assert f": {count} verified signature" in picture.attrib["aria-label"]
    assert int(count) >= 1


@needs("chromium")
@pytest.mark.parametrize(
    ("prefix", "sign"),
    [
        ("", "SIGN"),
        ("/ar", "وقع"),
        pytest.param("/hi", "साइन", marks=pytest.mark.full),
        pytest.param("/vi", "KÝ TÊN", marks=pytest.mark.full),
    ],
)
def test_the_codes_on_the_printed_poster_can_be_read(
    server: Server, prefix: str, sign: str
) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 740, "height": 1000})
        page.goto(f"{server.url}{prefix}/p/face/poster")
        page.emulate_media(media="print")
        picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    read = sorted(code.text for code in zxingcpp.read_barcodes(picture))
    assert read == [f"{server.url}{prefix}/p/face", f"sms:{NUMBER}?body={quote(sign)}%20FACE%20"]


@needs("chromium")
@pytest.mark.parametrize("languages", [["hi"], pytest.param(LANGUAGES, marks=pytest.mark.full)])
def test_the_poster_is_one_sheet_and_fits_a_small_screen(
    server: Server, languages: Iterable[str]
) -> None:
    with chromium() as browser:
        page = browser.new_page()
        for language in languages:
            page.goto(f"{server.url}/{language}/p/face/poster")
            for paper in ("A4", "Letter"):
                sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format=paper)))
                assert sheets == 1, (language, paper)
        for width in (240, 320):
            page.set_viewport_size({"width": width, "height": 600})
            assert fits(page)


@needs("chromium")
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_poster_fills_its_sheet_with_letters_that_are_read_from_afar(
    server: Server, language: str
) -> None:
    width, height = 703, 1032  # px: A4 within margins of 12 mm
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.emulate_media(media="print")
        page.goto(f"{server.url}/{language}/p/face/poster")
        slips = page.locator("ul").bounding_box()
        assert slips
        assert 0.97 * height <= slips["y"] + slips["height"] <= height
        for far in page.locator("h1, .b b").all():
            size = far.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
            assert size >= 32, far.inner_text()  # px: 24 points
        shown = page.locator("nav a").all_inner_texts()
    assert len(shown) == len(LANGUAGES) - 1


@needs("lynx")
def test_a_text_browser_shows_the_poster(server: Server) -> None:
    shown = subprocess.run(
        [program("lynx"), "-dump", "-width=72", f"{server.url}/p/face/poster"],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    ).stdout
    assert "SIGN FACE your name, your postcode" in shown
    assert "+1 406 555 0100" in " ".join(shown.split())


ATOM = "{http://www.w3.org/2005/Atom}"


async def test_round_figures_and_the_goal_are_told_with_their_day(world: World) -> None:
    start = world.now // counts.DAY
    for i in range(60):
        world.now += counts.DAY if i in {20, 50} else 0
        await world.text(f"Name {chr(65 + i % 26)}{'x' * (i // 26)}", "59801", f"+1406200{i:04}")
    await world.web("Not Verified")
    async with world.database.read() as tx:
        assert await counts.milestones(tx, world.petition.id, goal=30) == [
            (50, start + 1),
            (30, start + 1),
            (10, start),
        ]


def test_a_feed_tells_what_has_happened(server: Server) -> None:
    for i in range(10):
        text = f"SIGN FACE Freda {chr(65 + i)}dal 59801"
        assert "Thank you" in server.text(text, f"+140620001{i:02}")
    server.command("petition", "pause", "face")
    try:
        eventually(lambda: "#paused" in server.get("/es/p/face/feed.atom").text)
        answer = server.get("/es/p/face/feed.atom")
    finally:
        server.command("petition", "open", "face")
        eventually(lambda: "<form" in server.get("/p/face").text)
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = ET.fromstring(answer.body)
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert [str(id_).rpartition("#")[2] for id_ in ids] == ["paused", "10", "open"]
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert titles[1] == "10 firmas verificadas"
    moments = [entry.findtext(f"{ATOM}updated") for entry in feed.iter(f"{ATOM}entry")]
    assert feed.findtext(f"{ATOM}updated") == max(map(str, moments))
    links = [str(link.get("href")) for link in feed.iter(f"{ATOM}link")]
    assert all(link.startswith(f"{server.url}/es/p/face") for link in links)

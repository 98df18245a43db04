"""What stands at the top of a petition's page, in each of its states."""

from __future__ import annotations

import html
import json
import re

import pytest

from server.config import LANGUAGES
from tests.harness.product import Server, eventually


def test_the_page_says_at_its_top_what_it_is_and_whether_it_takes_signatures(
    server: Server,
) -> None:
    page = server.get("/p/face").text
    order = [
        '<meta name="description" content="More and more offices ask for a scan of your face',
        "<nav>",
        "<main>",
        "<h1>",
        '<a href="/p/face/names">',
        '<a href="#s" class="b">Sign this petition</a>',
        "To: Marta Ellison",
        "Started by Open for everybody, ",
        "<b>SIGN FACE</b> your name, your postcode",
        "+1\u00a0406\u00a0555\u00a00100",
        '<h2 id="s">Sign this petition</h2>',
    ]
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    assert page.count('name="description"') == 1
    for action, words in (("pause", "This petition is paused."), ("close", "is closed.")):
        assert server.command("petition", action, "face").returncode == 0
        eventually(lambda words=words: words in server.get("/p/face").text)  # type: ignore[misc]
        page = server.get("/p/face").text
        assert page.index("</h1>") < page.index(words) < page.index("To: Marta Ellison")
        assert "<form" not in page
        assert "Sign this petition" not in page
    assert server.command("petition", "open", "face").returncode == 0
    eventually(lambda: "<form" in server.get("/p/face").text)


@pytest.mark.parametrize("path", ["", "?q=face&by=most", "p/face", "p/face/poster"])
def test_the_other_languages_stand_before_the_page_and_keep_its_address(
    server: Server, path: str
) -> None:
    page = server.get(f"/ar/{path}").text
    [languages] = re.findall(r"<nav>(.*)</nav>\n<main>", page)
    links = [html.unescape(link) for link in re.findall(r'href="([^"]*)"', languages)]
    wanted = [code for code in LANGUAGES if code != "ar"]
    assert [link.split("/")[1] for link in links] == wanted
    assert languages.count(" · ") == len(wanted) - 1
    asked = {frozenset(re.split("[?&]", link.partition("/")[2][3:])) for link in links}
    assert asked == {frozenset(re.split("[?&]", path))}


def test_the_count_is_large_and_says_how_far_the_goal_is(server: Server) -> None:
    before = json.loads(server.get("/p/face/count.json").text)["verified"]
    server.text("SIGN FACE Goal Reader 59801", "+14065550198")
    wanted = f"<b>{before + 1}</b> of 10,000 verified signatures"
    eventually(lambda: wanted in server.get("/p/face").text)
    names = server.get("/p/face/names").text
    assert wanted in names
    assert re.search(r"By text: \d+\.", names)
    assert "By text: " not in server.get("/p/face").text

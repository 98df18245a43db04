"""Somebody with a text browser signs a petition, key by key: Lynx, w3m, ELinks, Links; and curl."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.harness.needs import needs, program
from tests.harness.product import Server
from tests.harness.web.browser import chromium
from tests.journeys.terminal import DOWN, ENTER, TAB, in_terminal

pytestmark = pytest.mark.journey


# From the page as it opens at its form to the button: past e-mail, phone, comment and two boxes.
TO_THE_BUTTON = 6


def lynx(url: str, keys: list[str], folder: Path, until: str) -> str:
    """What Lynx shows, as far as `until`; `<tab>` and `^J` are keys, all else is typed words."""
    script = folder / "keys"
    typed = [key for word in keys for key in ([word] if word[0] in "<^" else word)]
    script.write_text("".join(f"key {'<space>' if key == ' ' else key}\n" for key in typed))
    command = [program("lynx"), "-nopause", "-nocolor", f"-cmd_script={script}", url]
    return in_terminal(command, until)


def links_before_the_form(server: Server) -> int:
    return server.get("/p/face").text.partition("<form")[0].count("<a ")


def unverified(server: Server) -> int:
    return int(json.loads(server.command("check", "--json").stdout)["face"]["unverified"])


@needs("lynx")
def test_lynx_signs_with_the_keyboard_alone(server: Server, tmp_path: Path) -> None:
    before = unverified(server)
    tabs = ["<tab>"] * links_before_the_form(server)
    keys = [*tabs, "Lynx User", "<tab>", "59801", *["<tab>"] * TO_THE_BUTTON, "^J"]
    shown = lynx(f"{server.url}/p/face", keys, tmp_path, until="Please share")
    assert "Thanks for signing the petition!" in shown
    assert unverified(server) == before + 1


@needs("lynx")
def test_lynx_shows_errors_first_and_keeps_what_was_typed(server: Server, tmp_path: Path) -> None:
    tabs = ["<tab>"] * links_before_the_form(server)
    keys = [*tabs, "Half Done", "<tab>", "598", *["<tab>"] * TO_THE_BUTTON, "^J"]
    shown = lynx(f"{server.url}/p/face", keys, tmp_path, until="not signed yet.*Half Done")
    assert "You have not signed yet" in shown
    # A real form again, further down, with what was typed in it.
    assert "Half Done" in shown.partition("You have not signed yet")[2]


@needs("w3m")
def test_w3m_signs_with_the_keyboard_alone(server: Server) -> None:
    before = unverified(server)
    to_name = [TAB] * links_before_the_form(server)
    fields = [ENTER, f"Reader Two{ENTER}", TAB, ENTER, f"59801{ENTER}"]
    keys = [*to_name, *fields, *[TAB] * TO_THE_BUTTON, ENTER]
    shown = in_terminal(
        [program("w3m"), f"{server.url}/p/face"], "Please share", keys, ready="SIGN.*FACE"
    )
    assert "Thanks for signing" in " ".join(shown.split())
    assert unverified(server) == before + 1


@needs("elinks")
def test_elinks_signs_with_the_keyboard_alone(server: Server) -> None:
    before = unverified(server)
    fields = [ENTER, "Reader Three", DOWN, ENTER, "59801"]
    # Enter on the button, and again for "Do you want to post form data?".
    keys = [*fields, *[DOWN] * TO_THE_BUTTON, ENTER, ENTER]
    command = [program("elinks"), "-no-home", f"{server.url}/p/face#s"]
    assert "Thanks for signing" in in_terminal(command, "Please share", keys, ready="Your name")
    assert unverified(server) == before + 1


@needs("links")
def test_links_signs_with_the_keyboard_alone(server: Server) -> None:
    before = unverified(server)
    # One more than the others: the form is longer than the screen, and it scrolls once on the way.
    keys = ["Reader Four", DOWN, "59801", *[DOWN] * (TO_THE_BUTTON + 1), ENTER]
    command = [program("links"), f"{server.url}/p/face#s"]
    shown = in_terminal(command, "Please share", keys, ready="Your name")
    assert "Thanks for signing" in shown
    assert unverified(server) == before + 1


@needs("chromium")
@pytest.mark.parametrize("script", [pytest.param(True, marks=pytest.mark.full), False])
def test_a_double_tap_a_reload_and_the_way_back_count_once(server: Server, script: bool) -> None:
    before = unverified(server)
    with chromium() as browser:
        context = browser.new_context(base_url=server.url, java_script_enabled=script)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.goto("/p/face")
        page.locator("[name=name]").fill(f"Twice {'With' if script else 'Without'}")
        page.locator("[name=postcode]").fill("59801")
        page.locator("form button").dblclick(no_wait_after=True)
        page.get_by_text("Thanks for signing the petition!").wait_for()
        page.reload()
        page.get_by_text("Thanks for signing the petition!").wait_for()
        page.go_back()
        assert page.locator("form button").count() == 1
        assert page.get_by_text("You have not signed").count() == 0
        context.close()
    assert unverified(server) == before + 1


@needs("curl")
def test_curl_signs(server: Server) -> None:
    before = unverified(server)
    form = ["--data-urlencode", "name=Ænna Ödegård", "--data-urlencode", "postcode=59801"]
    for _ in range(2):  # the second time changes nothing
        done = subprocess.run(
            [program("curl"), "-sS", "--max-time", "20", *form, f"{server.url}/p/face"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert "Thanks for signing the petition!" in done.stdout
    assert unverified(server) == before + 1


@needs("lynx")
@needs("w3m")
@pytest.mark.parametrize("browser", ["lynx", "w3m"])
def test_a_text_browser_reads_the_page_in_the_order_in_which_it_is_used(
    server: Server, browser: str
) -> None:
    done = subprocess.run(
        [program(browser), "-dump", f"{server.url}/p/face"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    text = " ".join(done.stdout.split())
    order = [
        "No face scan",
        "See who signed",
        "Sign this petition",
        "SIGN FACE your name",
        "Your name",
        "ZIP code",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "@media" not in text

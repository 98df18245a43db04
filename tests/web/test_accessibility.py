"""What axe finds on each public page, and whether it fits and can be hit on a small screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from server.config import LANGUAGES
from server.words.render import Renderer
from tests.harness.needs import needs
from tests.harness.people.many import running
from tests.harness.people.news_readers import send_news
from tests.harness.product import PAGES, Server
from tests.harness.web.axe import faults, violations
from tests.harness.web.browser import chromium, fits

pytestmark = needs("chromium")
Colors = Literal["light", "dark"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def news(server: Server) -> None:
    """Of the sample petition, in two languages."""
    url = f"sqlite:///{server.store.resolve()}"
    send_news(url, "face", en=("We won", "It goes.\n\n- on\n- on"), ar=("فزنا", "شكرا"))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with more petitions than one page of the list has."""
    with running(tmp_path_factory.mktemp("many") / "data", 60) as server:
        yield server


# `make test` looks at the language of most, and at one that runs the other way; `make test-all` at
# every language, in light and dark, in every window.
SHORT = {"en", "ar"}


def in_colors(language: str, colors: str) -> object:
    short = language in SHORT and colors == "light"
    return pytest.param(language, colors, marks=[] if short else pytest.mark.full)


every_language = pytest.mark.parametrize(
    ("language", "colors"),
    [in_colors(code, colors) for code in LANGUAGES for colors in ("light", "dark")],
)
WIDTHS = [320, *(pytest.param(width, marks=pytest.mark.full) for width in (240, 1280))]


@pytest.fixture
def colors() -> Colors:
    """What a test without colours of its own is looked at in."""
    return "light"


@pytest.fixture(params=WIDTHS)
def page(
    request: pytest.FixtureRequest,
    colors: Colors,
    browser: Browser,
    server: Server,
) -> Iterator[Page]:
    """A window, as wide as an old phone's or a desk's."""
    context = browser.new_context(
        base_url=server.url,
        color_scheme=colors,
        viewport={"width": request.param, "height": 600},
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@every_language
def test_no_public_page_has_a_fault(page: Page, language: str) -> None:
    found = {}
    for path in PAGES:
        page.goto(f"/{language}/{path}")
        found[path] = faults(page)
    assert {path: list_ for path, list_ in found.items() if list_} == {}


@every_language
def test_no_list_of_many_petitions_has_a_fault(many: Server, page: Page, language: str) -> None:
    found = {}
    for query in ("", "?page=2", "?by=most&q=case"):
        page.goto(f"{many.url}/{language}/{query}")
        found[query] = faults(page)
    assert {query: list_ for query, list_ in found.items() if list_} == {}


@every_language
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


#: Letters enough for two lines of a small screen, and no place to break them.
LONG = "ana.diaz.of.the.lake.and.of.the.hills@mail.services.example.org"


@every_language
@pytest.mark.parametrize("contact", [{"email": LONG}, {"phone": "+1 406 555 0123"}])
def test_the_thanks_for_each_contact_have_no_fault(
    page: Page, language: str, contact: dict[str, str]
) -> None:
    page.goto(f"/{language}/p/face")
    for name, value in {"name": "Ana Diaz", "postcode": "59801", **contact}.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("form button").click()
    assert page.locator("h1#r").count() == 1
    assert faults(page) == []


def test_no_box_stands_round_what_an_answer_brings_to_the_front(page: Page) -> None:
    def box() -> str:
        assert page.evaluate("document.activeElement.id") == "r"
        return str(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))

    page.goto("/p/face")
    page.locator("form button").click()
    found = {"errors": box()}
    page.locator("[name=name]").fill("Ana Boxer")
    page.locator("[name=postcode]").fill("59801")
    page.locator("form button").click()
    found["thanks"] = box()
    [slip] = re.findall(r"\b[a-z2-7]{21}\b", page.content())
    page.goto("/p/face/withdraw")
    page.locator("[name=contact]").fill("x")
    page.locator("form button").click()
    found["wrong"] = box()
    page.locator("[name=contact]").fill(slip)
    page.locator("form button").click()
    found["said"] = box()
    assert set(found.values()) == {"none"}, found


def test_the_mark_of_a_list_stands_beside_the_first_line_of_its_link(
    page: Page, many: Server
) -> None:
    page.goto("/p/face")
    page.locator("form button").click()
    blocks = "es => es.map(e => getComputedStyle(e).display)"
    assert set(page.locator("li a").evaluate_all(blocks)) == {"block"}
    page.goto(f"{many.url}/")
    assert set(page.locator("li a").evaluate_all(blocks)) == {"block"}


def test_a_fault_is_found(page: Page) -> None:
    page.goto("/p/face")
    page.evaluate("(e => e.replaceWith(...e.children))(document.querySelector('label'))")
    page.evaluate("document.body.style.color = '#888'")
    page.evaluate("document.querySelector('h1').style.width = '400px'")
    kinds = {fault.split(":")[0] for fault in faults(page)}
    assert {"label", "color-contrast-enhanced", "wider than 240 px"} <= kinds


@every_language
def test_letters_of_twice_the_size_need_no_sideways_scrolling(page: Page, language: str) -> None:
    wide = []
    for path in PAGES:
        page.goto(f"/{language}/{path}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide += [] if fits(page) else [path]
    assert wide == []


def test_without_its_style_a_page_reads_and_signs(page: Page) -> None:
    page.goto("/p/face")
    page.evaluate("document.querySelectorAll('style').forEach(style => style.remove())")
    assert violations_but_of_style(page) == []
    page.locator("[name=name]").fill("Plain Page")
    page.locator("[name=postcode]").fill("59801")
    page.locator("form button").click()
    assert "Thanks for signing the petition!" in page.locator("h1").inner_text()


def violations_but_of_style(page: Page) -> list[str]:
    return [fault for fault in violations(page) if not fault.startswith("target-size")]


def test_in_forced_colours_the_button_and_the_errors_stay_visible(
    browser: Browser, server: Server
) -> None:
    context = browser.new_context(base_url=server.url, forced_colors="active")
    page = context.new_page()
    page.goto("/p/face")
    page.locator("form button").click()
    assert violations(page) == []
    line = page.locator("p.e").first.evaluate("e => getComputedStyle(e).borderInlineStartWidth")
    assert line == "5px"
    context.close()


def test_the_keyboard_finds_each_control_and_shows_where_it_is(page: Page) -> None:
    page.goto("/p/face")
    wanted = page.locator("a, input:not([type=hidden]), textarea, button").count()
    reached = set()
    for _ in range(wanted):
        page.keyboard.press("Tab")
        place, outline = page.evaluate(
            "(e => [[...document.querySelectorAll('*')].indexOf(e),"
            " getComputedStyle(e).outlineWidth])(document.activeElement)"
        )
        assert outline == "3px"
        reached.add(place)
    assert len(reached) == wanted


@pytest.mark.parametrize(("number", "said"), [("+14065550100", True), ("", False)])
def test_texts_are_promised_only_where_there_is_a_number(number: str, said: bool) -> None:
    page = Renderer().page(
        "web/accessibility.html",
        "en",
        sms_number=number,
        contact="",
        prefix="",
        home="/",
        privacy="/privacy",
    )
    assert ("sign by text" in page) is said

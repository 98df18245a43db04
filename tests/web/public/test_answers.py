"""What everybody reads of answers to letters; and the page on which a signer types them."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator

import pytest

from server.config import LANGUAGES
from tests.harness.needs import needs, program
from tests.harness.people.asked import letters_of_many
from tests.harness.product import eventually
from tests.harness.web.axe import faults
from tests.harness.web.browser import page_without_script
from tests.harness.web.budgets import CODINGS, ROOM
from tests.harness.web.site import Site, mailed
from tests.web.presses.public.answers import asked_by_mail, told
from tests.web.presses.public.letters import addressed

#: gzip, brotli, plain; with two offices and the others.
BUDGET = (1400, 1200, 3000)
HAD = {
    "Ann West, Representative": (44, 12, 9, 7),
    "Ida Stone, Senator": (23, 0, 5, 1),
    "Bo North, Senator": (14, 7, 0, 0),
    "Eli East, Representative": (9, 9, 0, 0),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with mailed(tmp_path_factory.mktemp("answers") / "data") as site:
        yield site


@pytest.fixture(scope="module")
def slug(site: Site) -> str:
    """A petition with letters to offices, four of them with many or few."""
    slug = site.petition()
    letters_of_many(site, slug, HAD)
    return slug


def test_offices_with_few_letters_stand_nowhere_by_themselves(site: Site, slug: str) -> None:
    page = site.server.get(f"/p/{slug}/answers").text
    shown = [re.findall("<td>([^<]*)", each) for each in page.split("<h2>")[1:]]
    assert shown == [
        ["40", "10", "5", "5", "8"],
        ["20", "0–4", "5", "0–4"],
        ["20", "15", "0–4", "0–4"],
    ]
    assert "North" not in page and "East" not in page
    assert page.index("Ann West") < page.index("Ida Stone") < page.index("All others")
    said = json.loads(site.server.get(f"/p/{slug}/answers.json").text)
    assert said["petition"] == slug and said["rounded_down_to"] == 5
    assert [one["office"] for one in said["offices"]] == [*list(HAD)[:2], None]
    assert said["offices"][0] == {
        "office": "Ann West, Representative",
        "letters": 40,
        "said_yes": 10,
        "said_no": 5,
        "answered": 5,
        "days": 8,
        "agreed": False,
    }


def test_organizers_take_the_exact_figures_away(site: Site, slug: str) -> None:
    said = json.loads(site.own(slug, "/figures.json").text)["letters"]
    yes, no, ours = 12, 9, 7
    known = {"letters": 44, "asked": 0, "said_yes": yes, "said_no": no, "answered": ours}
    assert said["Ann West, Representative"] == known
    lines = site.own(slug, "/figures.csv").text.splitlines()
    assert 'letters,"Ann West, Representative",said_yes,12' in lines


def test_it_is_the_same_for_all_and_any_cache_may_hold_it(site: Site, slug: str) -> None:
    for path in (f"/p/{slug}/answers", f"/p/{slug}/answers.json"):
        answer = site.server.get(path)
        assert "set-cookie" not in answer.headers
        assert "private" not in answer.headers["cache-control"]
        assert site.server.get(path, Cookie="a=b").body == answer.body
    assert site.server.get("/p/nowhere/answers").status == 404


def test_the_petition_leads_there_once_there_is_something_to_show(site: Site, slug: str) -> None:
    empty = site.petition()
    eventually(lambda: f'href="/p/{slug}/answers"' in site.server.get(f"/p/{slug}").text)
    assert "/answers" not in site.server.get(f"/p/{empty}").text
    assert "nothing to show yet" in site.server.get(f"/p/{empty}/answers").text
    gzip = {"Accept_Encoding": "gzip"}
    with_link = site.server.get(f"/es/p/{slug}", **gzip).size
    assert with_link - site.server.get(f"/es/p/{empty}", **gzip).size <= 60


def test_an_office_that_has_agreed_is_marked(site: Site) -> None:
    slug, office = addressed(site)
    letters_of_many(site, slug, {office: (21, 0, 0, 0)})
    assert "have agreed" not in site.server.get(f"/p/{slug}/answers").text
    site.desk.press(site.own(slug, "/letters").form("/organizer/p/{slug}/letters/agreed"))
    eventually(lambda: "They have agreed." in site.server.get(f"/p/{slug}/answers").text)
    assert json.loads(site.server.get(f"/p/{slug}/answers.json").text)["offices"][0]["agreed"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_is_small_in_every_language(site: Site, slug: str, language: str) -> None:
    prefix = "" if language == "en" else f"/{language}"
    for coding, budget in zip(CODINGS, BUDGET, strict=True):
        page = site.server.get(f"{prefix}/p/{slug}/answers", Accept_Encoding=coding)
        room = {"ar": 1.3, "hi": 2.2, "vi": 1.25}.get(language, ROOM[language])
        limit = budget * (ROOM[language] if coding != "identity" else room)
        assert page.size <= limit, (coding, page.size)


@needs("chromium")
@pytest.mark.parametrize("language", ["en", "ar", "hi"])
def test_axe_finds_nothing_and_it_fits_on_a_small_screen(
    site: Site, slug: str, language: str
) -> None:
    pages = (f"/{language}/p/{slug}/answers", f"/{language}/p/{slug}/answered?ref=x")
    with page_without_script(site.server) as page:
        context = page.context.browser.new_context(viewport=page.viewport_size)  # type: ignore[union-attr]
        copy = context.new_page()  # axe is a script: it reads a copy
        for address in pages:
            page.goto(address)
            copy.set_content(page.content())
            assert faults(copy) == []


@needs("lynx")
def test_a_text_browser_shows_rows(site: Site, slug: str) -> None:
    command = [program("lynx"), "-dump", "-width=80", f"{site.server.url}/p/{slug}/answers"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    [first] = [n for n, line in enumerate(lines) if "Ann West" in line]
    table = [line.rsplit(maxsplit=1) for line in lines[first + 1 : first + 8] if line.strip()]
    assert [(label.strip(), n) for label, n in table[:5]] == [
        ("Letters", "40"),
        ("Signers say: answered", "10"),
        ("Signers say: not", "5"),
        ("Answers to us", "5"),
        ("Days", "8"),
    ]


# The page on which it is typed.


def test_no_link_and_no_bare_button_says_anything(site: Site) -> None:
    """Those who look through mail for harm follow links, and press the buttons that they find."""
    slug, _ = addressed(site)
    _, path = asked_by_mail(site, slug)
    plain, ref = path.split("?ref=")
    for address in (path, f"{path}&answered=1", f"/es{path}"):
        assert site.server.get(address).status == 200
    for form in ({}, {"ref": ref}, {"ref": ref, "answered": " "}, {"answered": "1"}):
        assert site.server.post(plain, form).status == 200
    foreign = {"Origin": "https://elsewhere.example.org"}
    assert site.server.post(plain, {"ref": ref, "answered": "1"}, **foreign).status == 403
    assert told(site, slug) == "1. They say yes: 0, no: 0."


def test_the_page_is_the_same_for_every_reference(site: Site) -> None:
    slug, _ = addressed(site)
    _, path = asked_by_mail(site, slug)
    plain, ref = path.split("?ref=")
    other = "A" * len(ref)
    page = site.server.get(path).text
    assert page.replace(ref, other) == site.server.get(f"{plain}?ref={other}").text
    assert "Jo Marsh" not in page
    end = "A" if ref[-1] != "A" else "Q"
    for forged in ("", "A" * 22, ref[:-1] + end, ref + "A", "\x00", "é" * 90, "🙂" * 500):
        answer = site.server.post(plain, {"ref": forged, "answered": "1"})
        assert answer.status == 200
        assert "This question is over" in answer.text
    foreign, _ = addressed(site)
    answer = site.server.post(f"/p/{foreign}/answered", {"ref": ref, "answered": "1"})
    assert "This question is over" in answer.text
    assert told(site, slug) == "1. They say yes: 0, no: 0."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1", "yes: 1, no: 0"),
        (" १ ", "yes: 1, no: 0"),
        ("sí", "yes: 1, no: 0"),
        ("nobody", "yes: 0, no: 1"),
        ("0", "yes: 0, no: 1"),
        ("٠", "yes: 0, no: 1"),
        ("3", "yes: 0, no: 0"),
        ("1" * 300, "yes: 0, no: 0"),
        ("<b>", "yes: 0, no: 0"),
    ],
)
def test_what_is_typed(site: Site, asked: tuple[str, str], typed: str, said: str) -> None:
    slug, path = asked
    plain, ref = path.split("?ref=")
    site.change("UPDATE letters SET said = NULL, said_at = nullif(:seconds, 0)", slug, 0)
    answer = site.server.post(plain, {"ref": ref, "answered": typed})
    assert answer.status == 200
    assert ("Error:" in answer.text) == (said == "yes: 0, no: 0")
    assert said in told(site, slug)


@pytest.fixture(scope="module")
def asked(site: Site) -> tuple[str, str]:
    slug, _ = addressed(site)
    return slug, asked_by_mail(site, slug)[1]


def test_it_is_over_four_weeks_later_and_with_the_signature(site: Site) -> None:
    slug, _ = addressed(site)
    _, path = asked_by_mail(site, slug)
    plain, ref = path.split("?ref=")
    site.change("UPDATE letters SET asked_at = asked_at - :seconds", slug, 28 * 86_400 + 9)
    answer = site.server.post(plain, {"ref": ref, "answered": "1"})
    assert "This question is over" in answer.text
    assert told(site, slug) == "1. They say yes: 0, no: 0."

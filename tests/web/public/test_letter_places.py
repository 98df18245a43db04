"""A letter to whoever decides where its signer lives: each step, and what no form can bring."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import LANGUAGES
from tests.harness import product
from tests.harness.mail.smtp import post_office
from tests.harness.needs import needs, program
from tests.harness.people.land import as_json, member
from tests.harness.product import Server
from tests.harness.web.budgets import CODINGS, FACTORS, ROOM
from tests.harness.web.site import Site, mailed
from tests.web.presses.public.letters import LETTER, chosen, comes_to, of_places, verified

#: Of one step, without what the signer wrote: gzip, brotli, plain.
BUDGET = (1400, 1200, 3000)
TITLE = "Stop face scans in the schools of our whole country today"
WORDS = "I live on a farm, and the line is slow."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with mailed(tmp_path_factory.mktemp("places") / "data", places=True) as site:
        yield site


@pytest.fixture(scope="module")
def slug(site: Site) -> str:
    return of_places(site, title_en=TITLE)


def ref_of(site: Site, slug: str, **typed: str) -> str:
    """What the page after the right code carries."""
    _, thanks, _ = verified(site, slug, **typed)
    return str(thanks.form(LETTER).fields["ref"].value)


@pytest.mark.parametrize(
    ("postcode", "says"),
    [
        ("59801", "Your postcode lies in several districts"),
        ("59101", "Eli East, Representative"),
        ("59301", "Representative: nobody is in office now."),
        ("59901", "Idaho 1: Bo North, Representative"),
        ("20001", "Senator: where you live there is none who votes."),
        ("99999", "Where do you live?"),
        ("59801-1234", "Your postcode lies in several districts"),
        ("5980", "That is not a postcode that we know"),
        ("\x00\x1b[31m", "That is not a postcode that we know"),
        ("5" * 10_001, "That is not a postcode that we know"),
    ],
)
def test_each_postcode_has_its_answer(site: Site, slug: str, postcode: str, says: str) -> None:
    page = site.server.post(f"/p/{slug}/letter", {"postcode": postcode})
    assert page.status == (200 if len(postcode) < 10_000 else page.status)
    assert says in page.text or page.status == 413


def test_of_an_address_the_postcode_alone_is_read(site: Site, slug: str) -> None:
    page = site.server.get(f"/p/{slug}/letter?postcode=59801&at=state:mt/cd:1&words=x&ref=A")
    assert "Your postcode lies in several districts" in page.text
    assert 'name="ref"' not in page.text


@pytest.mark.parametrize(
    "forged",
    [
        {"at": "state:tx/cd:1"},
        {"at": "state:mt"},  # no question of this postcode
        {"place": "state:mt/cd:1 state:mt/cd:2"},
        {"place": "state:mt/cd:1 " * 900},
        {"place": "? " * 900},
        {"at": "\x00"},
        {"at": "<b>"},
        {"at": "../../etc"},
        {"place": "🙂" * 300, "at": "state:mt/cd:1"},
        {"go": "1"},
        {"from": "99999999999"},
        {"from": "-1"},
        {"from": "٣"},
        {"settle": "1"},
    ],
)
def test_no_forged_step_leads_on_and_nothing_is_lost(
    site: Site, slug: str, forged: dict[str, str]
) -> None:
    ref = ref_of(site, slug)
    form = {"ref": ref, "words": WORDS, "send": "1", "email": "ana@example.org"}
    page = site.server.post(f"/p/{slug}/letter", form | forged)
    assert page.status == 200
    if "cd:1 " not in forged.get("place", "") and "? " not in forged.get("place", ""):
        assert 'name="at" value="state:mt/cd:2"' in page.text
        assert WORDS in page.text
        assert "ana@example.org" in page.text
    assert "<b>" not in page.text.partition("<main>")[2]
    assert site.office.to("ann.west@house.example") == []


@pytest.mark.parametrize("ref", ["", "A" * 22, "\x00", "é" * 90])
def test_without_the_code_nothing_is_sent_and_the_words_stay(
    site: Site, slug: str, ref: str
) -> None:
    form = {"ref": ref, "postcode": "59101", "words": WORDS, "send": "1"}
    page = site.server.post(f"/p/{slug}/letter", form)
    assert "sign and type the code" in page.text
    assert WORDS in page.text
    assert "mailto:eli.east@house.example" in page.text


def test_what_a_signer_typed_of_another_place_counts_for_nothing(site: Site, slug: str) -> None:
    form = {"ref": ref_of(site, slug, postcode="59101"), "postcode": "59301", "write": "1"}
    assert "Eli East" in site.server.post(f"/p/{slug}/letter", form).text


def test_who_is_not_theirs_is_told_to_the_desk_once_for_each_signer(site: Site) -> None:
    slug = of_places(site)
    for n in range(3):
        for _ in range(2):
            page = site.own(slug, "/letters")
            assert ("on our map" in page.text) is (n == 3)
        browser, thanks, _ = verified(site, slug, postcode="59101")
        for _ in range(2):
            page = browser.press(thanks.form(LETTER))
            page = browser.press(page.form(LETTER), "at=!")
            page = chosen(browser, page, "state:mt", "state:mt/cd:1")
            assert "Ann West" in page.text
    assert "59101 → Montana 1 (3)" in site.own(slug, "/letters").text


def test_a_journey_in_spanish_ends_in_the_letter_to_ones_own(site: Site) -> None:
    slug = of_places(site)
    browser, thanks, email = verified(site, slug, "/es", name="José Ñúñez", postcode="59801")
    page = chosen(browser, browser.press(thanks.form(LETTER)), "state:mt/cd:1")
    assert "Ann West, Representante" in page.text
    page = browser.press(page.form(LETTER), "write=1")
    words = "Vivo en una granja y la línea es lenta: zarigüeya."
    read = browser.press(page.form(LETTER), "", {"words": words, "email": email})
    sent = browser.press(read.form(LETTER), "send=1")
    assert sent.text.count("<b>") == 2
    mail = comes_to(site, "ann.west@house.example", "zarigüeya")
    assert str(mail["Reply-To"]).lower() == email
    assert str(mail["Subject"]).startswith("Keep the lake")  # in the petition's language
    said = str(mail.get_content())
    assert "José Ñúñez, 59801" in said
    assert "Ann West, Representative" in said


@needs("w3m")
def test_a_text_browser_reads_the_question_and_then_the_names_that_are_likelier(
    site: Site, slug: str
) -> None:
    url = f"{site.server.url}/es/p/{slug}/letter?postcode=59801"
    command = [program("w3m"), "-dump", "-cols", "80", url]
    said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    read = [
        "Su código postal está en varios",
        "Ann West",
        "Eli East",
        "Otros",
        "nadie",
        "seguridad",
    ]
    places = [said.find(words) for words in [*read, "Continuar"]]
    assert -1 not in places, said
    assert places == sorted(places), said


STEPS = {
    "postcode": {},
    "place": {"postcode": "59801"},
    "nothing chosen": {"postcode": "59801", "go": "1"},
    "ways": {"postcode": "59101"},
    "vacant": {"postcode": "59301"},
    "by phone": {"postcode": "59101", "call": "1"},
    "delegate": {"postcode": "20001"},
    "not mine": {"postcode": "59101", "at": "!"},
    "write": {"write": "1", "place": "state:mt/cd:1"},
    "unsure": {"write": "1", "at": "?"},
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_small_in_every_language(site: Site, slug: str, step: str) -> None:
    form = dict(STEPS[step])
    if "write" in form:
        form["ref"] = ref_of(site, slug)
    assert over_budget(site.server, f"/p/{slug}/letter", form) == []


def over_budget(server: Server, path: str, form: dict[str, str]) -> list[tuple[str, str, int]]:
    """The languages in which the answer is too large."""
    over = []
    for language in LANGUAGES:
        for coding, budget in zip(CODINGS, BUDGET, strict=True):
            room = FACTORS[language][1] if coding == "identity" else ROOM[language]
            asked = {"Accept_Encoding": coding, "Connection": "keep-alive"}
            page = server.post(f"/{language}{path}", form, **asked)
            if page.size > budget * room:
                over.append((language, coding, page.size))
    return over


STATES = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE".split()
STATES += "NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR".split()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A country of fifty regions, one of which has as many districts as any."""
    term = ("2020-01-03", "2050-01-03")
    people = [member(f"{state} Senator", "sen", state, None, term) for state in STATES[:-2]]
    people += [
        member(f"Anna-{chr(97 + n % 26)} Ferreira{n}", "rep", "CA", n, term, phone="")
        for n in range(1, 53)
    ]
    folder: Path = tmp_path_factory.mktemp("large")
    with post_office() as office, product.running(folder / "data") as server:
        (folder / "people.json").write_bytes(as_json(people))
        done = server.command("decision-makers", "import", str(folder / "people.json"))
        assert done.returncode == 0, done.stderr
        yield Site(server, office, f"sqlite:///{server.store.resolve()}")


@pytest.mark.parametrize("place", ["", "state:ca"])
def test_a_long_list_is_turned_page_by_page_and_each_is_small(large: Site, place: str) -> None:
    slug = of_places(large, title_en=TITLE)
    form, seen = {"postcode": "99999", "place": place}, list[str]()
    for _ in range(6):
        page = large.server.post(f"/p/{slug}/letter", form)
        seen += [part.partition('"')[0] for part in page.text.split('<option value="')[1:]]
        assert over_budget(large.server, f"/p/{slug}/letter", form) == []
        form["from"] = page.text.partition('name="from" value="')[2].partition('"')[0]
        if form["from"] == "0":
            break
    found = {value for value in seen if value not in {"", "?"}}
    assert len(found) == (52 if place else 50)
    form["at"] = "state:ca/cd:52" if place else "state:ca"
    kept = large.server.post(f"/p/{slug}/letter", form)  # they only turn the page
    assert "<option" in kept.text
    del form["from"]
    then = large.server.post(f"/p/{slug}/letter", form).text
    assert ("CA Senator" in then) if place else ("52" in then or "Which district" in then)

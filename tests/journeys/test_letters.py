"""Somebody writes to those who decide, from signing to the letter that a mail server has: with
Chromium without script on a small screen, and with w3m, key by key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from server.web.public.letters.letter_page import PROGRESS_WORDS
from server.words.render import Renderer
from tests.harness.mail.smtp import codes_in
from tests.harness.needs import needs, program
from tests.harness.product import eventually
from tests.harness.web.axe import faults
from tests.harness.web.browser import page_without_script
from tests.harness.web.pages import Page
from tests.harness.web.site import Site, mailed
from tests.journeys.terminal import ENTER, TAB, Keys, in_terminal

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(120)]
say = Renderer().say
LETTER = "/p/{slug}/letter"
OFFICE = "ann.west@house.example"  # of one of two districts in which 59801 lies
#: By language: a name, the words of a letter, and whose title the letter bears in all of them.
WRITERS = {
    "en": ("Ana Diaz", "I live on a farm, and the line is slow."),
    "es": ("José Ñúñez", "Vivo en una granja y la línea es lenta."),
    "ar": ("محمد علي", "أعيش في مزرعة والخط بطيء."),
    "hi": ("अनिता देवी", "मैं गाँव में रहती हूँ और लाइन धीमी है।"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with mailed(tmp_path_factory.mktemp("letters") / "data", places=True) as site:
        yield site


def arrived(site: Site, slug: str) -> list[EmailMessage]:
    """What that office has got for a petition."""
    return [m for m in site.office.to(OFFICE) if f"/p/{slug}" in str(m.get_content())]


def taken(site: Site, slug: str) -> str:
    """No key, once the office has its letter and that is noted."""
    eventually(lambda: arrived(site, slug))
    eventually(lambda: "1: taken by" in site.own(slug, "/letters").text)
    return ""


def judge(site: Site, slug: str, language: str, email: str) -> None:
    """The letter is with the right office, once: its subject, its words, and who is answered."""
    eventually(lambda: arrived(site, slug))
    [mail] = arrived(site, slug)
    name, words = WRITERS[language]
    title = site.own(slug, "/edit").form("/organizer/p/{slug}/edit").fields["title_en"].value
    assert (mail["To"], mail["Subject"]) == (OFFICE, title)
    assert str(mail["Reply-To"]).lower() == email
    said = re.sub(r"\s+", " ", str(mail.get_content()))
    for part in ("Ann West, Representative", words, f"{name}, 59801", f"/p/{slug}"):
        assert part in said


@needs("chromium")
@pytest.mark.parametrize(
    "language",
    [pytest.param("en", marks=pytest.mark.full), pytest.param("es", marks=pytest.mark.full), "ar"],
)
def test_chromium_without_script_writes_to_ones_own_and_no_step_has_a_fault(
    site: Site, language: str
) -> None:
    slug, email = site.petition(role_senator=True, role_representative=True), site.address()
    name, words = WRITERS[language]
    found: dict[str, list[str]] = {}
    with page_without_script(site.server) as page:
        # axe is a script: it reads a copy.
        context = page.context.browser.new_context(viewport=page.viewport_size)  # type: ignore[union-attr]
        copy = context.new_page()

        def press(step: str, button: str) -> None:
            page.locator(button).first.click()
            copy.set_content(page.content())
            found[step] = faults(copy)

        page.goto(f"/{language}/p/{slug}")
        for field, value in {"name": name, "postcode": "59801", "email": email}.items():
            page.locator(f"[name={field}]").fill(value)
        press("thanks", "form button")
        page.locator("[name=code]").fill(codes_in(site.office.wait_for(email))[0])
        press("verified", "form button")
        press("place", "form[action*=letter] button")
        press("nothing chosen", "[name=go]")
        page.locator("[name=at][value='state:mt/cd:1']").check()
        press("ways", "[name=go]")
        press("call", "[name=call]")
        page.go_back()
        press("write", "[name=write]")
        page.locator("[name=words]").fill("short")
        press("too short", "form button")
        assert page.locator("[name=words]").input_value() == "short"
        page.locator("[name=words]").fill(words)
        page.locator("[name=email]").fill(email)
        press("read", "form button")
        press("sent", "[name=send]")
        assert not arrived(site, slug) or page.locator("b").count() == 2
        judge(site, slug, language, email)
        press("what became", "form button")
        assert {step: wrong for step, wrong in found.items() if wrong} == {}
        assert page.locator("html").get_attribute("lang") == language


_FIRST_LINK, _DRAW_ANEW = "[", "\x0c"
_CONTROL = re.compile(r'<(?:a |button|select|textarea|input(?! type="hidden"))[^>]*>')


class Keyboard:
    """The keys that lead through the pages of w3m: a twin walks on before, whose pages have the
    same controls, and never sends."""

    def __init__(self, site: Site, path: str) -> None:
        self.keys: list[Keys] = []
        self._site, self._browser = site, site.stranger()
        self._turn_to(self._browser.get(path), at_top=True)

    def _turn_to(self, page: Page, *, at_top: bool) -> None:
        """From the first link, or from what answers a form."""
        self._page, shown = page, page.text if at_top else page.text.partition('id="r"')[2]
        self._controls, self._at = _CONTROL.findall(shown), 0 if at_top else -1
        self.keys += [_FIRST_LINK] if at_top else []

    def moves(self, name: str, value: str = "") -> None:
        """Go to that control, and press Enter."""
        wanted = f'name="{name}"' + (f' value="{value}"' if value else "")
        self._moves(next(n for n, c in enumerate(self._controls) if wanted in c))

    def _moves(self, to: int) -> None:
        self.keys += [*[TAB] * (to - self._at), ENTER]
        self._at = to

    def types(self, name: str, words: Keys) -> None:
        self.moves(name)
        self.keys += [words, ENTER]

    def fill(self, **typed: str) -> None:
        for name, words in typed.items():
            self.types(name, words)

    def press(self, word: str, action: str, **twins: str) -> None:
        """Press that button of the form that is sent there."""
        form = self._page.form(action)
        name = word.partition("=")[0]
        found = enumerate(self._controls)
        self._moves(
            next(
                n
                for n, c in found
                if n > self._at and "<button" in c and (not name or f'name="{name}"' in c)
            )
        )
        if word == "send=1":
            return
        page = self._browser.press(form, word, twins)
        self._turn_to(page, at_top="#r" not in form.action)

    def twins_code(self) -> str:
        contact = self._page.form("/p/{slug}/verify").fields["contact"].value
        return codes_in(self._site.office.wait_for(str(contact)))[0]


@needs("w3m")
@pytest.mark.parametrize(
    "language",
    ["en", pytest.param("es", marks=pytest.mark.full), pytest.param("hi", marks=pytest.mark.full)],
)
def test_w3m_writes_to_ones_own_with_the_keyboard_alone(
    site: Site, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug, email = site.petition(role_senator=True, role_representative=True), site.address()
    name, words = WRITERS[language]
    (tmp_path / "words").write_text(words)
    # A long field is written in the editor that one has.
    monkeypatch.setenv("EDITOR", f"cp {tmp_path / 'words'}")
    keys = Keyboard(site, f"/{language}/p/{slug}")
    keys.fill(name=name, postcode="59801", email=email)
    keys.press("", "/p/{slug}", name=name, postcode="59801", email=site.address())
    keys.types("code", lambda: codes_in(site.office.wait_for(email))[0])
    keys.press("", "/p/{slug}/verify", code=keys.twins_code())
    keys.press("", LETTER)
    keys.moves("at", "state:mt/cd:1")
    keys.press("go=1", LETTER, at="state:mt/cd:1")
    keys.press("write=1", LETTER)
    keys.moves("words")
    keys.fill(email=email)
    keys.press("", LETTER, words=words)
    keys.press("send=1", LETTER, change="1")
    keys.keys += [lambda: taken(site, slug), TAB, TAB, ENTER, _DRAW_ANEW]
    sent = r"\s+".join(say(language, PROGRESS_WORDS["accepted"]).split()[:4])
    shown = in_terminal(
        [program("w3m"), "-I", "UTF-8", "-O", "UTF-8", f"{site.server.url}/{language}/p/{slug}"],
        sent,
        keys.keys,
        ready="LAKE",
    )
    assert re.search(sent, shown)
    judge(site, slug, language, email)

"""What organizers press about texts that were not understood."""

from __future__ import annotations

from tests.harness.web.pages import Page
from tests.harness.web.site import OWN, Site
from tests.web.presses.table import press

SAID = "did {word} hear from Ana Diaz 59801"


def heard(site: Site) -> tuple[str, str, str]:
    """A petition with a text that was not understood: its slug, its word, and the phone."""
    slug, phone = site.petition(), site.phone()
    page = site.stranger().get(f"/p/{slug}/count.json")
    assert page.status == 200
    word = site.own(slug).text.partition("Word for signing by text: <b>")[2].partition("<")[0]
    site.server.text(SAID.format(word=word), phone)
    assert "Ana Diaz" in site.own(slug, "/texts").text
    return slug, word, phone


@press(f"{OWN}/texts", f"{OWN}/texts", "do=ask")
@press(f"{OWN}/texts/ask", f"{OWN}/texts/ask", reads="name postcode word")
@press(f"POST {OWN}/texts/ask", f"{OWN}/texts/ask", reads="name postcode word")
def whoever_wrote_is_asked(site: Site) -> None:
    slug, word, _ = heard(site)
    form = site.desk.press(site.own(slug, "/texts").form(f"{OWN}/texts"), "do=ask")
    typed: dict[str, str | bool] = {"name": "Vote No", "postcode": "59801", "word": word}
    wrong = site.desk.press(form.form(f"{OWN}/texts/ask"), "", typed)
    assert "Use only words that stand in the text." in wrong.text
    typed |= {"name": "Ana Diaz"}
    page = site.desk.press(wrong.form(f"{OWN}/texts/ask"), "", typed)
    assert "The question goes out by day" in page.text
    assert site.actions(slug)[-1] == "text_asked"
    again(site, *heard(site)[:2])


def again(site: Site, slug: str, word: str) -> None:
    """With what we read, as the page has it."""
    form = site.desk.press(site.own(slug, "/texts").form(f"{OWN}/texts"), "do=ask")
    typed: dict[str, str | bool] = {"name": "Diaz", "postcode": "59801"}
    typed["word"] = word
    page = site.desk.press(form.form(f"{OWN}/texts/ask"), "", typed)
    assert made(page)


def made(page: Page) -> bool:
    """Whether the page says that the phone is asked, by day or by night."""
    return "waits until it may go out" in page.text or "not answered yet" in page.text


@press(f"{OWN}/texts", f"{OWN}/texts", "?show")
@press(f"{OWN}/texts", f"{OWN}/texts", "?show?before")
def texts_are_turned_over(site: Site) -> None:
    slug, word, _ = heard(site)
    for n in range(9):
        site.server.text(f"why {word} {n}", site.phone())
    first = site.own(slug, "/texts")
    second = site.desk.turn(first, "?show?before")
    assert first.text.count("<legend>") + second.text.count("<legend>") == 10
    assert "Ana Diaz" in second.text
    assert "Ana Diaz" not in site.desk.turn(first, "?show").text


@press(f"{OWN}/texts", f"{OWN}/texts", "do=stop")
def a_text_was_an_opt_out(site: Site) -> None:
    slug, word, phone = heard(site)
    page = site.desk.press(site.own(slug, "/texts").form(f"{OWN}/texts"), "do=stop")
    assert "That phone gets no more texts." in page.text
    assert "Ana Diaz" not in page.text
    assert site.server.text(f"SIGN {word}", phone) == ""
    assert site.actions(slug)[-1] == "text_stopped"


@press(f"{OWN}/texts", f"{OWN}/texts", "do=seen")
def a_text_needs_nothing(site: Site) -> None:
    slug, _, _ = heard(site)
    page = site.desk.press(site.own(slug, "/texts").form(f"{OWN}/texts"), "do=seen")
    assert "That text is off the list." in page.text
    assert "Ana Diaz" not in page.text
    assert "There was nothing to do." in site.own(slug, "/texts?show=all").text

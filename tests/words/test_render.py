"""Numbers, dates and directions, as the readers of a language write them."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from babel import Locale
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment

from server.config import LANGUAGES
from server.words import render
from server.words.render import (
    RIGHT_TO_LEFT,
    Renderer,
    date_words,
    direction,
    group_digits,
    in_link,
    isolated,
    left_to_right,
    linked,
    paragraphs,
    speaks,
    summary,
    template_folder,
)

# Where we part from CLDR's mark, and why, is said beside the table.
OWN_MARK = {"es", "fr"}
# Pages that may take a moment when the first comes.
SELDOM = {"accessibility", "changes", "help", "letter", "_ways", "privacy", "poster", "refusal"}
SELDOM |= {"rejected", "_constituent"}


@given(st.integers(0, 10**12), st.sampled_from(sorted(LANGUAGES)))
def test_numbers_are_grouped_as_the_language_groups_them(number: int, language: str) -> None:
    shown = group_digits(number, language)
    if language not in OWN_MARK:
        assert shown == format_decimal(number, locale=language)
    elif number >= 10_000:
        mark = Locale.parse(language).number_symbols["latn"]["group"]
        assert shown.replace("\u00a0", mark) == format_decimal(number, locale=language)
    assert "".join(filter(str.isdigit, shown)) == str(number)


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "1,234"), ("es", "1234"), ("fr", "1\u00a0234"), ("hi", "1,234"), ("vi", "1.234")],
)
def test_four_digits(language: str, shown: str) -> None:
    assert group_digits(1234, language) == shown


def test_a_lakh_and_a_crore() -> None:
    assert group_digits(1_23_45_678, "hi") == "1,23,45,678"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_date_names_its_day_and_year(language: str) -> None:
    words = date_words(datetime.date(2026, 11, 23), language)
    assert "23" in words
    assert "2026" in words


def test_signers_wait_for_no_template_once_all_are_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(render, "_COMPILED", render._Compiled())  # in a process that is new
    folder = template_folder() / "web"
    pages = {file.stem for file in folder.glob("*.html")} - SELDOM
    renderer, compiled = Renderer(), set[str | None]()
    compile_ = Environment.compile

    def noted(self: Environment, source: Any, name: str | None = None, *rest: Any) -> Any:
        compiled.add(name)
        return compile_(self, source, name, *rest)

    monkeypatch.setattr(Environment, "compile", noted)
    for _ in renderer.compile_pages("en"):
        pass
    ours = {name for name in compiled if name and "organizer" not in name}
    assert ours == {f"web/{page}.html" for page in pages}
    assert "web/organizer/figures/petition.html" in compiled
    compiled.clear()
    for _ in renderer.compile_pages("ar"):  # each is compiled once for all languages
        pass
    assert compiled == set()


def test_languages_that_run_the_other_way_say_so() -> None:
    found = {language for language in LANGUAGES if direction(language) == "rtl"}
    wanted = {la for la in LANGUAGES if Locale.parse(la).text_direction == "rtl"}
    assert found == wanted == RIGHT_TO_LEFT
    assert speaks("ar", "en") == ' lang="ar" dir="rtl"'
    assert speaks("es", "en") == ' lang="es"'
    assert speaks("es", "es") == ""
    assert left_to_right("+1<", "ar") == '<bdi dir="ltr">+1&lt;</bdi>'
    assert left_to_right("+1<", "es") == "+1&lt;"


def test_lists_and_links_of_a_petition() -> None:
    body = "We ask:\n- one\n- two <b>\nand more.\n\nSee https://a.example/x?y=1&z=2."
    assert paragraphs(body) == (
        "<p>We ask:</p>\n<ul><li>one</li><li>two &lt;b&gt;</li></ul>\n<p>and more.</p>\n"
        '<p>See <a href="https://a.example/x?y=1&amp;z=2" class="i">https://a.example/x?y=1&amp;z=2'
        "</a>.</p>"
    )


def test_quotation_marks_of_a_petition_stand_as_they_are() -> None:
    said = "L'eau <b> & \"l'air\""
    assert paragraphs(said) == "<p>L'eau &lt;b&gt; &amp; \"l'air\"</p>"
    link = 'https://a.example/?x="><b>'
    assert '<a href="https://a.example/?x=" class="i">' in linked(link)


@pytest.mark.parametrize(
    ("line", "links"),
    [
        ("write to mailto:ana@example.org, please", {"mailto:ana@example.org": "ana@example.org"}),
        ("call tel:+14065550140.", {"tel:+14065550140": "+14065550140"}),
        ("(http://a.example)", {"http://a.example": "http://a.example"}),
        ("javascript:alert(1) ftp://a.example www.a.example", {}),
        ('https://a.example/"><script>', {"https://a.example/": "https://a.example/"}),
        ("mailto:ana@example.org?bcc=eve@x.org", {"mailto:ana@example.org": "ana@example.org"}),
    ],
)
def test_only_addresses_that_are_safe_become_links(line: str, links: dict[str, str]) -> None:
    assert dict(re.findall(r'<a href="([^"]*)" class="i">([^<]*)</a>', linked(line))) == links
    assert "<script" not in linked(line)


@given(st.text(max_size=200))
def test_a_line_with_links_says_what_it_said(line: str) -> None:
    said = re.sub(r"(?<=[^\w])(mailto|tel):|^(mailto|tel):", "", line)
    shown = linked(line).striptags()
    assert re.sub(r"\W|mailto|tel", "", shown) == re.sub(r"\W|mailto|tel", "", said)


def test_a_phone_number_is_read_in_groups() -> None:
    # No line breaks within it.
    assert left_to_right("+14065550100", "en") == "+1\u00a0406\u00a0555\u00a00100"
    assert left_to_right("+50934123456", "ht") == "+509\u00a034\u00a012\u00a03456"
    assert left_to_right("22422", "en") == "22422"


def test_what_others_wrote_is_kept_apart_where_it_may_run_the_other_way() -> None:
    assert isolated("Ana", "en") == "Ana"
    assert isolated("سارة", "en") == "<bdi>سارة</bdi>"
    assert isolated("Ana <b>", "ar") == "<bdi>Ana &lt;b&gt;</bdi>"


def test_a_summary_is_whole_words() -> None:
    assert summary("One.\n\nTwo.") == "One. Two."
    assert len(summary("word " * 80)) <= 150
    assert summary("word " * 80).endswith("word")


def test_a_link_keeps_letters_and_escapes_signs() -> None:
    assert in_link('a b&"é العربية') == "a%20b%26%22é%20العربية"


def test_only_languages_without_a_reviewer_are_called_unreviewed() -> None:
    renderer = Renderer()
    assert "en" not in renderer.unreviewed
    assert set(renderer.unreviewed) <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "counts"),
    [("en", (1, 2)), ("ar", (0, 1, 2, 3, 11, 100)), ("vi", (1,)), ("fr", (0, 2))],
)
def test_every_plural_form_is_used(language: str, counts: tuple[int, ...]) -> None:
    figures = [
        Renderer().page(
            "web/_counts.html",
            language,
            figures=type("F", (), {"verified": n, "unverified": 0}),
            late=False,
            channels=[],
            steps=[],
            taken_out=[],
            first=False,
            goal=None,
        )
        for n in counts
    ]
    without_number = {
        page.replace(f"<b>{group_digits(n, language)}</b>", "")
        for n, page in zip(counts, figures, strict=True)
    }
    # Arabic says "one" and "a hundred" with the same words.
    assert len(without_number) >= len(counts) - 2 * (language == "ar")

"""Numbers, dates and directions, as the readers of a language write them."""

from __future__ import annotations

import datetime

import pytest
from babel import Locale
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from server.config import LANGUAGES
from server.words.render import (
    RIGHT_TO_LEFT,
    Renderer,
    date_words,
    direction,
    group_digits,
    in_link,
    left_to_right,
    speaks,
)

# Where we part from CLDR's mark, and why, is said beside the table.
OWN_MARK = {"es", "fr"}


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


def test_languages_that_run_the_other_way_say_so() -> None:
    found = {language for language in LANGUAGES if direction(language) == "rtl"}
    wanted = {la for la in LANGUAGES if Locale.parse(la).text_direction == "rtl"}
    assert found == wanted == RIGHT_TO_LEFT
    assert speaks("ar", "en") == ' lang="ar" dir="rtl"'
    assert speaks("es", "en") == ' lang="es"'
    assert speaks("es", "es") == ""
    assert left_to_right("+1<", "ar") == '<bdi dir="ltr">+1&lt;</bdi>'
    assert left_to_right("+1<", "es") == "+1&lt;"


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

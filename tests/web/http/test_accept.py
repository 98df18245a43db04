"""What browsers and phones say that they take, as they really write it."""

from __future__ import annotations

import pytest

from server.config import LANGUAGES
from server.web.http.accept import language, weights


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("es", "es"),
        ("es-419,en;q=0.5", "es"),
        ("es_ES", "es"),  # as programs name locales
        ("pt_BR,pt;q=0.8,en_US;q=0.6", "pt"),
        ("en;q=0,5,es;q=0,8", "es"),  # a phone that writes decimals with a comma
        ("es;q=0,8", "es"),
        ("es;q=0,8, en;q=0,9", "en"),
        ("es;q=0,en", "en"),
        ("es;q=0, en;q=0.1", "en"),
        ("es;q=1,en;q=0,9", "es"),
        ("es; q = 0,8", "es"),
        ("tlh,*;q=0.1", None),
        ("es;q=0", None),
        ("_", None),
        ("es;q=nan", None),
        ("", None),
    ],
)
def test_the_language_that_a_browser_wants_most_is_found(header: str, chosen: str | None) -> None:
    assert language(header, LANGUAGES) == chosen


def test_a_weight_is_read_with_a_comma_as_with_a_point() -> None:
    assert weights("br;q=0,5,gzip;q=1,0,*;q=0") == {"br": 0.5, "gzip": 1.0, "*": 0.0}

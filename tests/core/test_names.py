"""Names and postcodes: what is well formed, and when two are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.names import (
    check_name,
    check_texted_name,
    fold_name,
    fold_postcode,
    normal_postcode,
    same_person,
    split_name_and_postcode,
    tidy,
)

ANY = st.text(max_size=60)
WORD = st.text("abcdefgh", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Ana \t Diaz\r\n", "Ana Diaz"),
        ("Ana\x00\x1bDiaz", "Ana Diaz"),
        ("\u202eAna\u2069", "Ana"),  # marks that would turn the line around
        ("Jose\u0301", "José"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),  # a joiner is spelling
        ("\u00a0Ana\u00a0Diaz", "Ana Diaz"),
    ],
)
def test_a_line_is_tidied(text: str, kept: str) -> None:
    assert tidy(text) == kept


@given(ANY)
def test_tidying_is_done_once_for_all(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Ana Diaz", None),
        ("O", None),
        ("अना", None),
        ("Ana 2", None),
        ("Siobhán O'Brien-Lake III", None),
        ("王小明", None),
        ("", "missing"),
        ("A" * 80, None),
        ("A" * 81, "long"),
        ("1234", "not_a_name"),
        ("...", "not_a_name"),
        ("see www.x.org", "not_a_name"),
        ("ana@example.org", "not_a_name"),
    ],
)
def test_what_is_no_name_is_said(name: str, fault: str | None) -> None:
    assert check_name(name) == fault


@pytest.mark.parametrize("name", ["Ana 2", "Ana ٢", "2nd Street"])
def test_a_texted_name_has_no_digits(name: str) -> None:
    assert check_name(name) is None
    assert check_texted_name(name) == "not_a_name"
    assert check_texted_name("Ana") is None
    assert check_texted_name("") == "missing"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ana Díaz", "ANA  diaz", True),
        ("O'Brien", "O’Brien", True),
        ("O'Brien", "OBrien", True),
        ("Lake-Jones", "Lake Jones", True),
        ("Straße", "STRASSE", True),
        ("Ana Diaz", "Ana Dias", False),
        ("की", "का", False),  # vowel signs tell names apart
        ("Ana", "Diaz", False),
    ],
)
def test_spellings_of_one_name_fold_to_the_same(one: str, other: str, same: bool) -> None:
    assert (fold_name(one) == fold_name(other)) is same


@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_the_short_way_for_ascii_folds_as_the_long_one_does(text: str) -> None:
    # An accent sends it the long way round; folded, it is gone.
    assert fold_name(text + " é") == " ".join([*fold_name(text).split(), "e"])


@pytest.mark.parametrize(
    ("country", "text", "kept"),
    [
        ("US", "59801", "59801"),
        ("US", "59801-1234", "59801-1234"),
        ("US", "598011234", "59801-1234"),
        ("US", "５９８０１", "59801"),
        ("US", "5980", None),
        ("US", "ABCDE", None),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("GB", "12345", None),
        ("CA", "k1a0b1", "K1A 0B1"),
        ("IN", "110 001", "110001"),
        ("IN", "010001", None),
        ("BR", "01310-100", "01310100"),
        ("NL", "1234 ab", "1234AB"),
        ("ZZ", "AB-12", "AB12"),
        ("ZZ", "ABC", None),
        ("US", "٥٩٨٠١", "59801"),
    ],
)
def test_a_postcode_is_kept_as_its_country_writes_it(
    country: str, text: str, kept: str | None
) -> None:
    assert normal_postcode(text, country) == kept


def test_the_four_last_digits_of_a_zip_code_tell_nobody_apart() -> None:
    assert fold_postcode("59801-1234") == fold_postcode("59801")
    assert fold_postcode("sw1a 1aa") == "SW1A1AA"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ana diaz", "ana dias", True),
        ("ana diaz", "ana daiz", True),
        ("ana diaz", "ana diazz", True),
        ("ana diaz", "ana maria diaz", True),
        ("ana diaz", "diaz", True),
        ("ana diaz", "bo diaz", False),
        ("ana diaz", "ana lee", False),
        ("ana diaz", "diaz ana", False),
        ("al", "bo", False),
    ],
)
def test_one_edit_or_one_word_more_is_the_same_person(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) is same
    assert same_person(other, one) is same


@given(WORD, WORD)
def test_being_the_same_person_works_both_ways(one: str, other: str) -> None:
    assert same_person(one, one)
    assert same_person(one, other) is same_person(other, one)


@pytest.mark.parametrize(
    ("country", "text", "found"),
    [
        ("US", "Ana Diaz 59801", ("Ana Diaz", "59801")),
        ("US", "59801, Ana Diaz", ("Ana Diaz", "59801")),
        ("US", "Ana 59801 Diaz", ("Ana Diaz", "59801")),
        ("US", "Ana Diaz 59801-1234.", ("Ana Diaz", "59801-1234")),
        ("US", "Ana Diaz 59801 1234", ("Ana Diaz", "59801-1234")),
        ("US", "Ana Diaz", ("Ana Diaz", "")),
        ("US", "59801", ("", "59801")),
        ("US", "Ana Diaz 5980", ("Ana Diaz", "5980")),
        ("US", "", ("", "")),
        ("GB", "Ana Diaz SW1A 1AA", ("Ana Diaz", "SW1A 1AA")),
        ("CA", "k1a 0b1 Ana Diaz", ("Ana Diaz", "K1A 0B1")),
        ("US", '"Ana Diaz", <59801>', ("Ana Diaz", "59801")),
    ],
)
def test_name_and_postcode_are_told_apart_in_any_order(
    country: str, text: str, found: tuple[str, str]
) -> None:
    assert split_name_and_postcode(text, country) == found


@given(st.lists(WORD, max_size=6))
def test_a_name_loses_no_word(words: list[str]) -> None:
    assert split_name_and_postcode(" ".join([*words, "59801"]), "US") == (" ".join(words), "59801")


@given(ANY, st.sampled_from(["US", "GB", "ZZ"]))
def test_any_text_is_split_without_an_error(text: str, country: str) -> None:
    split_name_and_postcode(text, country)

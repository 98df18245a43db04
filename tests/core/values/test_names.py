"""Names: what is well formed, when two are the same, and what else stands beside them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.values.names import (
    check_name,
    check_texted_name,
    fold_name,
    same_person,
    split_name_and_postcode,
    tidy,
)

FILLERS = "\u115f\u1160\u3164\uffa0"


def is_mark(c: str) -> bool:
    return unicodedata.category(c) in {"Mn", "Me"}


def joins(c: str) -> bool:
    return c in "\u200c\u200d"


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
        ("A\u00adn\u200ba\u2060", "Ana"),  # nobody sees these, so they part nothing
        ("A\U000e0061na\u3164", "Ana"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Z" + "\u0335" * 40 + "o" + "\u0489" * 9, "Z" + "\u0335" * 4 + "o" + "\u0489" * 4),
        ("e" + "\u0335\u200d" * 9, "e" + "\u0335\u200d" * 4 + "\u200d" * 5),
        ("\u0301\u0301 Ana \u0301", "Ana"),  # marks on nothing
        ("Nguyễn Thị Ước", "Nguyễn Thị Ước"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("ကြွှေ့", "ကြွှေ့"),
        ("क्ष्म्य श्रीं", "क्ष्म्य श्रीं"),
    ],
)
def test_a_line_is_tidied(text: str, kept: str) -> None:
    assert tidy(text) == kept


# Text in which what matters here is frequent.
ODD = st.text(
    st.one_of(
        st.sampled_from(
            "aéक श्ी\u0301\u0335\u0489\u093c\u200b\u200c\u200d\u202e\u2066\x00\n\u3164\u1100\u1161"
        ),
        st.characters(codec=None),
    ),
    max_size=60,
)


@given(ODD)
def test_tidying_is_done_once_for_all(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(ODD)
def test_a_tidied_line_shows_what_is_in_it(text: str) -> None:
    line = tidy(text)
    assert line == unicodedata.normalize("NFC", line)
    assert line == " ".join(line.split())
    for c in line:
        hidden = unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        assert not hidden or c in "\u200c\u200d"
    for run in re.split("[^\0]", "".join("\0" if is_mark(c) else c for c in line if not joins(c))):
        assert len(run) <= 4


@given(ODD)
def test_tidying_loses_no_letter_and_no_joiner(text: str) -> None:
    def letters(line: str) -> list[str]:
        folded = unicodedata.normalize("NFD", line)
        return [c for c in folded if c not in FILLERS and (c.isalpha() or joins(c))]

    assert letters(tidy(text)) == letters(text)


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


def test_a_texted_name_may_say_which_of_its_line() -> None:
    assert check_texted_name("Robert Brown 3rd") is None
    assert check_texted_name("3rd") == "not_a_name"
    assert check_texted_name("Robert Brown 33rd") == "not_a_name"


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
        ("US", "Ana Diaz 59801\u20131234", ("Ana Diaz", "59801-1234")),
        ("DE", "Ana Diaz D-10115", ("Ana Diaz", "10115")),
        ("DE", "Ana De 10115", ("Ana De", "10115")),
        ("DE", "Ana D 10115", ("Ana D", "10115")),
        ("NL", "Ana Diaz NL-1234 AB", ("Ana Diaz", "1234AB")),
        ("PE", "Ana Diaz Lima 23", ("Ana Diaz", "LIMA23")),
        ("JP", "田中花子 〒100ー0001", ("田中花子", "1000001")),
        ("HK", "Ana Diaz 999077", ("Ana Diaz", "999077")),
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
def test_any_text_is_split_into_words_of_its_own(text: str, country: str) -> None:
    name, postcode = split_name_and_postcode(text, country)
    assert name == " ".join(name.split())
    assert all(word in text for word in name.split())
    assert any(map(str.isdigit, text)) == any(map(str.isdigit, name + postcode))

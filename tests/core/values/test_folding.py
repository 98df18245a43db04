"""Words as they are looked for: spellings that people use for each other fold to the same."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.values.folding import fold_words

#: Letters and their marks, of scripts that people write petitions in.
SCRIPTS = (
    "aäßđøſİıǅéñ ẞΣςσίй ўё אָבּ أإآىةـًّ ہی कि क़ त्र ां"
    " ทะเล่ํา ກ່ຳ がカﾞ 守ろう ㍿ 각가ᄀ ＡＢ ①² ٣۳३ ‘’“”–—%_\\\0\u200d\u00ad\ufeff"
)
texts = st.text(alphabet=st.one_of(st.sampled_from(SCRIPTS), st.characters()), max_size=40)


@pytest.mark.parametrize(
    ("written", "looked_for"),
    [
        ("Cứu hồ nước của chúng ta", "cuu"),
        ("CỨU HỒ", "cuu ho"),
        ("Đường sắt", "duong"),
        ("Łódź", "LODZ"),
        ("Straße", "STRASSE"),
        ("Ærø", "aero"),
        ("İstanbul ılık", "istanbul ilik"),
        ("Ελλάς", "ΕΛΛΑΣ"),
        ("Ёлка, Йод", "елка, иод"),
        ("湖を守ろう", "守ろ"),
        ("ｶﾞｰﾄﾞ", "ガード"),
        ("ทะเลไทยของเรา", "ทะเล"),
        ("ไม่", "ไม"),
        ("كِتَابَةٌ", "كتابة"),
        ("أوقِفُوا", "اوقفوا"),
        ("مدرسة", "مدرسه"),
        ("علــى", "علي"),
        ("ازادی", "آزادي"),
        ("שָׁלוֹם", "שלום"),
        ("क़ानून", "कानून"),
        ("l’eau", "l'eau"),
        ("x — y", "x - y"),
        ("२०२६ ٢٠٢٦ ２０２６", "2026 2026 2026"),
        ("a\u00adb\u200bc", "abc"),
        ("한국", "한국"),
    ],
)
def test_what_is_typed_in_a_hurry_is_found(written: str, looked_for: str) -> None:
    assert fold_words(looked_for) in fold_words(written)


@pytest.mark.parametrize(
    ("one", "other"),
    [("कि", "का"), ("かき", "がき"), ("दत", "दत्"), ("ดี", "ดู"), ("n", "m"), ("1", "2")],
)
def test_other_words_stay_other_words(one: str, other: str) -> None:
    assert fold_words(one) != fold_words(other)


@given(texts)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold_words(text)
    assert fold_words(once) == once


@given(texts)
def test_nothing_is_left_that_means_something_to_a_database(text: str) -> None:
    folded = fold_words(text)
    assert not set(folded) & set("%_\\\0")
    assert folded.encode().decode() == folded
    assert folded == " ".join(folded.split())


@given(texts)
def test_case_marks_and_the_way_a_letter_is_put_together_make_no_difference(text: str) -> None:
    folded = fold_words(text)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold_words(unicodedata.normalize(form, text)) == folded
    assert fold_words(text.casefold()) == folded
    accented = re.sub("([a-z])", "\\1\u0301", text)
    assert fold_words(accented) == folded


@given(texts, texts)
def test_a_word_of_a_text_is_found_in_it(before: str, text: str) -> None:
    whole = fold_words(f"{before} {text}")
    assert all(word in whole for word in fold_words(text).split())

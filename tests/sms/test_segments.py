"""Sizes and fitting, against a checker that is written in another way."""

import subprocess
import sys
import unicodedata
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.segments import GSM7_BASIC, GSM7_EXTENSION, Size, fit, fold_to_gsm7, measure

# 3GPP 23.038, 6.2.1, as code points in the order of the table's columns; None is the escape.
BASIC_TABLE = (
    [0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5]
    + [0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E]
    + [None, 0xC6, 0xE6, 0xDF, 0xC9, 0x20, 0x21, 0x22, 0x23, 0xA4, *range(0x25, 0x40)]
    + [0xA1, *range(0x41, 0x5B), 0xC4, 0xD6, 0xD1, 0xDC, 0xA7]
    + [0xBF, *range(0x61, 0x7B), 0xE4, 0xF6, 0xF1, 0xFC, 0xE0]
)
EXTENSION_TABLE = [0x0C, 0x5E, 0x7B, 0x7D, 0x5C, 0x5B, 0x7E, 0x5D, 0x7C, 0x20AC]


def test_the_alphabet_is_that_of_3gpp_23_038() -> None:
    assert len(BASIC_TABLE) == 128
    assert {chr(point) for point in BASIC_TABLE if point is not None} == GSM7_BASIC
    assert {chr(point) for point in EXTENSION_TABLE} == GSM7_EXTENSION


def checked(text: str) -> tuple[str, int, int]:
    """Encoding, units and the fewest segments, by trying every place to cut."""
    points = [ord(char) for char in text]
    if all(point in BASIC_TABLE or point in EXTENSION_TABLE for point in points):
        encoding, alone, each = "GSM-7", 160, 153
        sizes = [2 if point in EXTENSION_TABLE else 1 for point in points]
    else:
        encoding, alone, each = "UCS-2", 70, 67
        sizes = [len(char.encode("utf-16-le", "surrogatepass")) // 2 for char in text]
    if sum(sizes) <= alone:
        return encoding, sum(sizes), 1

    @cache
    def fewest(start: int) -> int:
        best, used = 10_000, 0
        for end in range(start, len(sizes)):
            used += sizes[end]
            if used > each:
                break
            best = min(best, 1 + (fewest(end + 1) if end + 1 < len(sizes) else 0))
        return best

    return encoding, sum(sizes), fewest(0)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", Size("GSM-7", 0, 1, 160)),
        ("a" * 160, Size("GSM-7", 160, 1, 0)),
        ("a" * 161, Size("GSM-7", 161, 2, 145)),
        ("€" * 80, Size("GSM-7", 160, 1, 0)),
        ("€" * 81, Size("GSM-7", 162, 2, 143)),
        ("a" * 306, Size("GSM-7", 306, 2, 0)),
        ("a" * 307, Size("GSM-7", 307, 3, 152)),
        # The escape sequence does not fit into what is left of the first segment.
        ("a" * 152 + "€" + "a" * 152, Size("GSM-7", 306, 3, 152)),
        ("á" * 70, Size("UCS-2", 70, 1, 0)),
        ("á" * 71, Size("UCS-2", 71, 2, 63)),
        ("😀" * 35, Size("UCS-2", 70, 1, 0)),
        ("á" * 134, Size("UCS-2", 134, 2, 0)),
        ("á" * 66 + "😀" + "á" * 66, Size("UCS-2", 134, 3, 66)),
        ("a" * 100 + "\u00a0", Size("UCS-2", 101, 2, 33)),
    ],
)
def test_the_size_of_a_text(text: str, size: Size) -> None:
    assert measure(text) == size


GSM_TEXT = st.text(st.sampled_from("aZé\n€{~"), max_size=400)
UCS_TEXT = st.text(st.sampled_from("aá€अ😀"), max_size=200)


@given(GSM_TEXT | UCS_TEXT | st.text(st.characters(exclude_categories=())))
def test_the_size_is_that_of_the_best_packing(text: str) -> None:
    size = measure(text)
    assert (size.encoding, size.units, size.segments) == checked(text)
    assert size.left >= 0


@given(GSM_TEXT | UCS_TEXT)
def test_left_is_what_can_be_added_without_another_segment(text: str) -> None:
    size = measure(text)
    assert measure(text + "a" * size.left).segments == size.segments
    assert measure(text + "a" * (size.left + 1)).segments == size.segments + 1


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("It’s “done” – or not… ok—", 'It\'s "done" - or not... ok-'),
        ("1\u00a0000\u202f000\u200b\ufeff", "1 000 000"),
        ("José firmó aquí", "José firmo aqui"),
        ("Jose\u0301", "José"),
        ("ação Çedilla ç", "açao Çedilla c".replace("ç", "c")),
        ("Nguyễn Đức", "Nguyen Duc"),
        ("señor ñ ü à", "señor ñ ü à"),
        ("Łódź œuvre", "Lodz oeuvre"),
        # What stays UCS-2 anyway keeps everything.
        ("अना… “José firmó”", "अना… “José firmó”"),
        ("क्\u200dष", "क्\u200dष"),
        ("aquí 👩\u200d👧", "aquí 👩\u200d👧"),
    ],
)
def test_folding_makes_a_text_gsm_7_or_leaves_it_alone(text: str, folded: str) -> None:
    assert fold_to_gsm7(text) == folded


@given(st.text())
def test_folding_never_costs_a_segment(text: str) -> None:
    folded = fold_to_gsm7(text)
    assert measure(folded).segments <= measure(unicodedata.normalize("NFC", text)).segments
    assert fold_to_gsm7(folded) == folded


def test_a_text_that_fits_is_only_filled_in() -> None:
    assert fit("{name} signed {title}. {name}!", name="Ana", title="Save it") == (
        "Ana signed Save it. Ana!"
    )


def test_the_longest_field_is_shortened_and_the_others_are_not() -> None:
    text = fit("{name}: {title} ({keyword})", name="Ana Diaz", title="t" * 300, keyword="LAKE")
    assert text.startswith("Ana Diaz: ttt") and text.endswith("t... (LAKE)")
    assert len(text) == 160


def test_only_the_fields_named_are_shortened() -> None:
    text = fit("{name} {title}", shrink=["title"], name="n" * 100, title="t" * 90)
    assert text == "n" * 100 + " " + "t" * 56 + "..."


def test_two_long_fields_are_shortened_to_the_same_length() -> None:
    text = fit("{a} {b}", a="a" * 200, b="b" * 200)
    assert text.count("a") == text.count("b") > 70


def test_characters_are_kept_free_for_what_comes_later() -> None:
    assert measure(fit("{title}", reserve=14, title="t" * 200)).left == 14
    assert measure(fit("{title}", reserve=14, title="अ" * 200)).left == 14


def test_a_text_in_ucs_2_has_the_short_ellipsis() -> None:
    assert fit("{title}", title="अ" * 71) == "अ" * 69 + "…"


def test_controls_in_fields_become_spaces_and_braces_mean_nothing() -> None:
    assert fit("<{name}>{b}", name="A\r\nB\x00\x1bC\u202e {b} {}", b="!") == "<A B C {b} {}>!"


def test_a_template_that_is_itself_too_long_is_cut_as_well() -> None:
    assert fit("x" * 200 + "{name}", name="Ana") == "x" * 157 + "..."


def test_a_field_without_a_value_is_a_mistake_of_the_template() -> None:
    with pytest.raises(KeyError):
        fit("{name}")


@pytest.mark.parametrize(
    "grapheme",
    [
        "\u0436\u0323\u0302",
        # Hindi: vowel signs, conjuncts with and without them, of three letters, and half a letter.
        *["कि", "नी", "क्ष", "त्रि", "स्त्री", "श्रीं", "र्क्ष्य", "न्\u200dय"],
        *["ক্ষ", "શ્રી", "శ్రీ", "ക്ഷ"],  # Bengali, Gujarati, Telugu, Malayalam
        *["👩\u200d👩\u200d👧", "👨\u200d👩\u200d👧\u200d👦", "👍🏽", "👩🏾\u200d⚕\ufe0f"],
        *["❤\ufe0f", "1\ufe0f\u20e3", "😀", "🇺🇸", "🇭🇹"],
        *["ệ", "e\u0323\u0302", "e\u0302\u0323", "o\u031b\u0303", "n\u0323\u0302"],  # Vietnamese
    ],
)
def test_no_grapheme_is_cut_in_half(grapheme: str) -> None:
    for count in range(1, 5):
        lead = "अ" * count  # so that the text stays UCS-2, with every accent
        text = fit("{lead}{title}", shrink=["title"], lead=lead, title=grapheme * 80)
        shown = text.removeprefix(lead).removesuffix("…")
        whole = unicodedata.normalize("NFC", grapheme)
        assert shown and shown == whole * (len(shown) // len(whole))


WHOLE = ["क्ष", "त्रि", "न", "🇺🇸", "👨\u200d👩\u200d👧", "ệ", "a"]


@given(st.lists(st.sampled_from(WHOLE), min_size=60))
def test_a_title_is_cut_between_what_readers_see_as_characters(graphemes: list[str]) -> None:
    lead = "अ"  # stands for a text that is outside GSM-7 anyway, and keeps every accent
    text = fit(lead + "{title}", title="".join(graphemes))
    shown = text.removeprefix(lead).removesuffix("…").rstrip()
    whole = ["".join(graphemes[:count]) for count in range(len(graphemes) + 1)]
    assert shown in whole


def test_what_knows_graphemes_is_loaded_for_the_first_long_text_beyond_ascii() -> None:
    script = """
import sys
from sms.segments import fit
fit("{title}", title="a" * 500)
fit("{title}", title="क्ष")
assert "regex" not in sys.modules
fit("{title}", title="क्ष" * 100)
assert "regex" in sys.modules
"""
    run = [sys.executable, "-c", script]
    done = subprocess.run(run, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


ANY_VALUE = st.text(st.characters(exclude_categories=()), max_size=300) | GSM_TEXT | st.integers()


@given(ANY_VALUE, ANY_VALUE, st.integers(0, 40), st.integers(1, 3))
def test_whatever_the_fields_the_text_fits(a: object, b: object, reserve: int, most: int) -> None:
    text = fit("{a} signed {b}: ¿{a}?", limit_segments=most, reserve=reserve, a=a, b=b)
    assert checked(text + "x" * reserve)[2] <= most
    text.encode()


@given(st.text(st.sampled_from("abc"), min_size=161, max_size=400))
def test_shortening_leaves_no_room_unused(title: str) -> None:
    assert len(fit("{title}", title=title)) == 160

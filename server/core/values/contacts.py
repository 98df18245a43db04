"""Contacts in normal form: a phone as E.164, an e-mail address in canonical spelling.

What is stored is what a message is sent to. Who somebody is follows from what the contact *leads
to* (`reached`): every spelling of one mailbox leads to the same.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from server.core.values.mail_domains import mailbox

if TYPE_CHECKING:
    import regex  # loaded with the first text that an organizer looks at

BODY_SHOWN = 60  # characters of a text
EMAIL_LIMIT = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
_PHONE_DIGITS = 7  # no number to call has fewer
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_PHONE_LIMIT = 40  # characters, with all that people put between the digits
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
#: Dashes and spaces that phones and word processors write, as the ones of a keyboard.
_PLAIN = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | {"\xa0": " "})
#: Apostrophes of phone keyboards, which no mail server has in a name, as the one that they have.
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc", "'"))
_ABROAD = re.compile(r"(?:00|011)(?=[1-9][0-9 ()./-]{7,})")


# Phones. Numbers that a country has changed, with all digits of before: carriers deliver from both
# for years, and both reach the same phone. Mexico dropped the 1 in August 2019 (plan of the IFT),
# Benin put 01 before eight digits on 30 November 2024 (plan of the ARCEP).
_CHANGED = (
    (re.compile(r"\+521([0-9]{10})"), r"+52\1", re.compile(r"\+52([0-9]{10})"), r"+521\1"),
    (re.compile(r"\+229([0-9]{8})"), r"+22901\1", re.compile(r"\+22901([0-9]{8})"), r"+229\1"),
)


def normal_phone(text: str, country: str) -> str | None:
    """The number as E.164, or None where nobody can have such a number.

    Its length decides, and no table of what is in service: those are behind the carriers by
    months, and from some numbers that no table knows texts have come to us. A number without + (or
    00, or 011) is read as one of `country` (ISO code). One of an older plan becomes today's.
    """
    return _read(text, "ZZ" if text.startswith("+") else country)


@lru_cache(maxsize=4096)
def region_of(number: str) -> str | None:
    """The ISO code of the country whose plan an E.164 number belongs to; of a number that no table
    knows, the main one of its calling code. None for what is no such number."""
    read = _read(number, "ZZ")
    parsed = _parsed(read, "ZZ") if read else None
    if parsed is None:
        return None
    known: str | None = phonenumbers.region_code_for_number(parsed)
    return known or phonenumbers.region_code_for_country_code(parsed.country_code or 0)


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
def _read(text: str, country: str) -> str | None:
    """E.164 of a number, with the country it is read in; cached, since one text asks more than
    once."""
    if len(text) > _PHONE_LIMIT:
        return None
    if not _E164.fullmatch(text):
        text = _ABROAD.sub("+", text.translate(_PLAIN).strip(), count=1)
    number = _parsed(text, "ZZ" if text.startswith("+") else country)
    if number is None:
        return None
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if (today := _of_today(found)) != found:
        found, number = today, _parsed(today, "ZZ") or number
    possible = phonenumbers.is_possible_number_with_reason(number)
    # A number that is whole only within its own town cannot be texted to from outside.
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return found


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    if _E164.fullmatch(text) and (number := _parted(text)):
        return number
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    return None if number.extension else number


def _parted(text: str) -> phonenumbers.PhoneNumber | None:
    """What parsing gives for E.164, as gateways and careful people write it, in half the time."""
    # No calling code is the beginning of another.
    codes = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    end = next((n for n in (2, 3, 4) if int(text[1:n]) in codes), 0)
    if not end or text[end] == "0":
        return None
    return phonenumbers.PhoneNumber(int(text[1:end]), int(text[end:]))


def _of_today(number: str) -> str:
    for old, today, _, _ in _CHANGED:
        if found := old.fullmatch(number):
            return found.expand(today)
    return number


# E-mail.


def normal_email(text: str) -> str | None:
    """The address in canonical spelling, or None. No DNS is asked: a signing never waits for it."""
    if len(text) > EMAIL_LIMIT:
        return None
    try:
        found = validate_email(text.translate(_APOSTROPHES), check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.normalized.lower()


# Who it is.


@lru_cache(maxsize=4096)
def reached(contact: str) -> str:
    """What a contact in normal form leads to: the same for all spellings of one mailbox."""
    return mailbox(contact) if "@" in contact else contact


@lru_cache(maxsize=4096)
def former(contact: str) -> tuple[str, ...]:
    """What the same contact was recognised by under earlier rules, where that was something else:
    an address as it was typed, a number of an older plan."""
    if "@" in contact:
        return () if mailbox(contact) == contact else (contact,)
    found = ((today.fullmatch(contact), old) for _, _, today, old in _CHANGED)
    return tuple(number.expand(old) for number, old in found if number)


# Shown to organizers.


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

    Words in `shown_words` (upper case) stay, but for those of one or two letters, which may be
    names as well ("Bo"). Of every other word the first letter does, with the marks that belong to
    it, and of a number the first digit, however its digits are parted; nothing of a word of one
    letter, which would be all of it.
    """
    cut = body[:BODY_SHOWN]
    words = _word_or_number().sub(lambda found: _masked_word(found[0], shown_words), cut)
    return " ".join(words.split()) + ("…" if len(body) > len(cut) else "")


def masked_numbers(body: str) -> str:
    """A text that somebody has to read to judge it, without phone numbers and e-mail addresses: of
    a number with seven digits or more the first one stays, of an address what tells it apart."""
    without = _ADDRESS.sub(lambda found: masked(found[0]), body)
    return str(_word_or_number().sub(lambda found: _masked_number(found[0]), without))


def _masked_number(word: str) -> str:
    return _masked_word(word, ()) if sum(map(str.isdigit, word)) >= _PHONE_DIGITS else word


def _masked_word(word: str, shown_words: Container[str]) -> str:
    first, *rest = [str(found[0]) for found in _letter().finditer(word)]
    if len(rest) > 1 and word.upper() in shown_words:
        return word
    if not rest:
        return "•"
    # What parts the digits of a number stays, and so does where they are parted.
    return first + "".join("•" if any(c.isalnum() for c in each) else each for each in rest)


@cache
def _word_or_number() -> regex.Pattern[str]:
    """A number in digits of any script, which spaces and signs may part; or a word with all that
    belongs to its letters: marks of vowels and tones, and what joins them."""
    import regex

    word, digit, gap = r"[\p{L}\p{M}\p{N}\p{Join_C}]", r"\p{N}\p{M}*", r"[^\p{L}\p{N}]{0,3}"
    return regex.compile(rf"(?<!{word}){digit}(?:{gap}{digit})*(?!{word})|{word}+")


@cache
def _letter() -> regex.Pattern[str]:
    """What readers see as one (UAX #29)."""
    import regex

    return regex.compile(r"\X")

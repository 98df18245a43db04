"""Contacts: kept as a message needs them, and recognised by what they lead to."""

from __future__ import annotations

import phonenumbers
import pytest
import regex
from hypothesis import assume, event, given
from hypothesis import strategies as st

from server.core.floods.limits import shared
from server.core.values import contacts
from server.core.values.contacts import (
    BODY_SHOWN,
    former,
    masked_body,
    normal_email,
    normal_phone,
    reached,
    region_of,
)
from server.core.values.keys import Keys
from server.core.values.mail_domains import owned_domain

PHONE = "+14065550123"
KEYS = Keys("k" * 40)


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+1 406 555 0123", "US", PHONE),
        ("(406) 555-0123", "US", PHONE),
        ("4065550123", "US", PHONE),
        ("1-406-555-0123", "US", PHONE),
        ("406\u2011555\u20110123", "US", PHONE),  # a hyphen that does not break
        ("406\u2013555\u20130123", "US", PHONE),  # en dashes
        ("406\u2212555\u22120123", "US", PHONE),  # minus signs
        ("406\xa0555\xa00123", "US", PHONE),
        ("001 406 555 0123", "GB", PHONE),
        ("011 44 7400 123456", "US", "+447400123456"),
        ("0044 7400 123456", "US", "+447400123456"),
        ("07400 123456", "GB", "+447400123456"),
        ("+1 457 555 0123", "US", "+14575550123"),  # an area code of which no table knows
        ("+52 1 55 1234 5678", "MX", "+525512345678"),
        ("+52 55 1234 5678", "MX", "+525512345678"),
        ("55 1234 5678", "MX", "+525512345678"),
        ("+229 97 12 34 56", "BJ", "+2290197123456"),
        ("97 12 34 56", "BJ", "+2290197123456"),
        ("+229 01 97 12 34 56", "BJ", "+2290197123456"),
        ("01 97 12 34 56", "BJ", "+2290197123456"),
        ("+39 06 1234 5678", "IT", "+390612345678"),
        *((text, "US", None) for text in ("555-0123", "+1 406 555", "abc", "", "4" * 50, "12345")),
        ("+14065550123 ext. 5", "US", None),
        ("+999 12345678", "US", None),
        ("+1 406 555 0123 4567", "US", None),
    ],
)
def test_a_phone_is_kept_in_one_form(text: str, country: str, number: str | None) -> None:
    assert normal_phone(text, country) == number


def test_a_number_belongs_to_a_country_whether_it_is_in_service_or_not() -> None:
    assert region_of("+447400123456") == "GB"
    assert region_of("+18095550123") == "DO"  # North America is many countries
    assert region_of("+14575550123") == "US"
    assert region_of("+2290197123456") == "BJ"
    assert region_of("12345") is None


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.data())
def test_a_number_in_e164_reads_the_same_by_the_short_way(region: str, data: st.DataObject) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assume(example and len(str(example.national_number)) > 6)
    digits = list(
        phonenumbers.format_number(
            example or phonenumbers.PhoneNumber(), phonenumbers.PhoneNumberFormat.E164
        )
    )
    for place, digit in data.draw(st.dictionaries(st.integers(2, 8), st.integers(0, 9))).items():
        digits[place] = str(digit)
    number = "".join(digits)
    short = contacts._parted(number)
    event("short" if short else "long")
    if short:
        assert short == phonenumbers.parse(number)


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_what_is_kept_is_read_as_itself(region: str) -> None:
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assume(example)
    assert example
    kept = normal_phone(
        phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164), region
    )
    assert kept
    assert normal_phone(kept, "ZZ") == kept
    assert normal_phone(f"00{kept[1:]}", "DE") == kept


def test_an_address_is_kept_as_mail_servers_write_it() -> None:
    assert normal_email("Ana@Example.ORG") == "ana@example.org"
    assert normal_email("o\u2019brien@example.org") == "o'brien@example.org"
    assert normal_email("a.b+1@Gmail.com") == "a.b+1@gmail.com"  # mail goes where it was asked to
    for text in ("ana", "ana@", "@x.org", "a b@x.org", "a" * 250 + "@x.org"):
        assert normal_email(text) is None


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("SIGN FACE Ana Diaz 59801", "SIGN FACE A•• D••• 5••••"),
        ("sign face Ana", "sign face A••"),
        ("नमस्ते अनिता", "न•• अ••"),
        ("SIGN مُحَمَّد عَلِي", "SIGN مُ••• عَ••"),
        ("Zoe\u0308 Noe\u0301mi", "Z•• N••••"),
        ("4 0 6 5 5 5 0 1 2 3", "4 • • • • • • • • •"),
        ("(406) 555-0123", "(4••) •••-••••"),
        ("4-0-6.5.5.5 / 0123", "4-•-•.•.•.• / ••••"),
        ("٤٠٦ ٥٥٥ ٠١٢٣", "٤•• ••• ••••"),
        ("४०६५५५०१२३ मेरा", "४••••••••• मे•"),
        ("４０６５５５", "４•••••"),
        ("4\ufe0f\u20e30\ufe0f\u20e36\ufe0f\u20e3", "4\ufe0f\u20e3••"),
        ("①②③", "①••"),
        ("李 明", "• •"),
        ("山田太郎", "山•••"),
        ("สมชาย ใจดี", "ส•••• ใ••"),
        ("A B C", "• • •"),
        ("o’brien", "•’b••••"),
        ("4a0b6c5d", "4•••••••"),
        ("4 a 0 b 6", "• • • • •"),
        ("सा\u200dरा", "सा\u200d•"),
        ("  a\n b  ", "• •"),
        ("🙏🏽 thanks", "🙏🏽 t•••••"),
        ("x" * 70, "x" + "•" * 59 + "…"),
        ("", ""),
    ],
)
def test_a_masked_text_shows_the_first_letter_of_each_word_in_every_script(
    body: str, shown: str
) -> None:
    assert masked_body(body, {"SIGN", "FACE"}) == shown


@given(st.text(st.characters(categories=["L", "M", "N"]), max_size=BODY_SHOWN))
def test_a_masked_word_of_any_letters_shows_one_at_most_and_never_all(word: str) -> None:
    shown = regex.findall(r"\X", masked_body(word, ()))
    assert [each for each in shown[1:] if "•" not in each] == []
    assert not word or "•" in masked_body(word, ())


@given(st.lists(st.characters(categories=["Nd"]), min_size=2, max_size=15), st.sampled_from(" -./"))
def test_a_masked_number_shows_one_digit_however_it_is_parted(digits: list[str], gap: str) -> None:
    shown = masked_body(gap.join(digits), ())
    assert [c for c in shown if c.isdecimal()] == digits[:1]


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("ana@example.org", "ana@example.org"),
        ("ana+petition@example.org", "ana@example.org"),
        ("a.b@example.org", "a.b@example.org"),  # two people, for all we know
        ("a.na.vogel@gmail.com", "anavogel@gmail.com"),
        ("anavogel+2@googlemail.com", "anavogel@gmail.com"),
        ("ana@me.com", "ana@icloud.com"),
        ("petition@ana.fastmail.com", "ana@fastmail.com"),
        ("a.n-a_+2@protonmail.com", "ana@proton.me"),
        ("+@example.org", "+@example.org"),
        ("ana@b\u00fccher.example", "ana@xn--bcher-kva.example"),
    ],
)
def test_all_spellings_of_a_mailbox_lead_to_it(address: str, mailbox: str) -> None:
    assert reached(address) == mailbox
    assert KEYS.contact(b"s", address) == KEYS.contact(b"s", mailbox)
    assert KEYS.address(address) == KEYS.address(mailbox)
    assert former(address) == (() if address == mailbox else (address,))


@given(st.emails(), st.text("abc123", min_size=1))
def test_a_tag_never_makes_a_mailbox_of_its_own(address: str, tag: str) -> None:
    plain = normal_email(address)
    assume(plain and "+" not in plain)
    local, _, domain = str(plain).rpartition("@")
    assert reached(f"{local}+{tag}@{domain}") == reached(str(plain))
    assert reached(reached(str(plain))) == reached(str(plain))


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@one.two.example.co.uk", "example.co.uk"),
        ("a@mail.example", "mail.example"),
        ("a@x.mail.example", "mail.example"),
        ("a@co.uk", "co.uk"),  # right under a suffix: nobody's, so a group by itself
        ("a@free.github.io", "github.io"),  # names that cost nothing are their giver's
        ("a@b\u00fccher.de", "xn--bcher-kva.de"),
        ("a@mail.yahoo.com", "yahoo.com"),
    ],
)
def test_a_group_of_addresses_is_what_one_owner_has(address: str, domain: str) -> None:
    assert owned_domain(address) == domain


def test_large_providers_make_no_group_whatever_stands_before_them() -> None:
    assert shared("a@mail.yahoo.com") is None
    assert shared("a@gmail.com") is None
    assert shared("a@one.catchall.example") == shared("a@catchall.example")


def test_keys_of_before_a_rule_changed_are_known() -> None:
    now = KEYS.person(b"s", "Rosa Luna", "06600", "+525512345678")
    before = Keys("k" * 40)
    assert KEYS.phones("+525512345678")[1] == before.phone("+5215512345678")
    assert len(now.former) == 1 and now.contacts[1] == now.former[0][0]
    assert KEYS.person(b"s", "Ana", "59801", PHONE).former == ()

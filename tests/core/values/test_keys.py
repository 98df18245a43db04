"""Keys recognise a person, and nobody else can make or undo them."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.values.contacts import masked
from server.core.values.ids import Ids
from server.core.values.keys import KEY_BYTES, Keys, _hkdf, mac

SALT, OTHER = b"s" * 32, b"t" * 32
KEYS = Keys("k" * 40)
PHONE = "+14065550123"


def test_hkdf_agrees_with_rfc_5869_test_case_3_as_far_as_one_block_goes() -> None:
    output = _hkdf(b"\x0b" * 22, b"", b"")
    assert output.hex() == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"


def test_one_person_has_the_same_keys_however_they_write_their_name() -> None:
    one = KEYS.person(SALT, "Ana Díaz", "59801", PHONE)
    assert KEYS.person(SALT, "ANA  diaz", "59801-1234", PHONE) == one
    assert len(one.place) == KEY_BYTES


def test_petitions_and_servers_share_no_key() -> None:
    made = {
        keys.person(salt, "Ana", "59801", PHONE)
        for keys in (KEYS, Keys("x" * 40))
        for salt in (SALT, OTHER)
    }
    assert len({k.place for k in made} | {k.contact for k in made} | {k.person for k in made}) == 12


def test_a_key_is_no_plain_hash() -> None:
    assert KEYS.contact(SALT, PHONE) != hashlib.sha256(PHONE.encode()).digest()[:KEY_BYTES]
    assert KEYS.phone(PHONE) != KEYS.contact(SALT, PHONE)


@given(st.text(), st.text(), st.text(), st.text())
def test_parts_do_not_run_into_each_other(a: str, b: str, c: str, d: str) -> None:
    valid = [part.encode("utf-8", "ignore").decode() for part in (a, b, c, d)]
    one, other = tuple(valid[:2]), tuple(valid[2:])
    assert (mac(b"key", *one) == mac(b"key", *other)) is (one == other)


@given(st.binary(min_size=1, max_size=200), st.text(st.characters(codec="utf-8")))
def test_a_key_is_hmac_sha256_cut_short(key: bytes, part: str) -> None:
    said = len(part.encode()).to_bytes(4) + part.encode()
    assert mac(key, part) == hmac.digest(key, said, "sha256")[:KEY_BYTES]


@given(st.lists(st.integers(1_500_000_000_000, 1_900_000_000_000), min_size=1, max_size=50))
def test_ids_grow_and_are_unique_whatever_the_clock_does(milliseconds: list[int]) -> None:
    ids = Ids(700)
    made = [ids.next(ms / 1000) for ms in milliseconds for _ in range(3)]
    assert made == sorted(set(made))
    assert all(0 < i < 2**63 for i in made)


def test_servers_make_different_ids_at_the_same_moment() -> None:
    assert Ids(1).next(1.8e9) != Ids(2).next(1.8e9)


def test_a_masked_contact_cannot_be_written_to() -> None:
    assert masked(PHONE) == "+1406…23"
    assert masked("ana@example.org") == "a…@example.org"
    assert masked("12345") == "…"
    assert masked(None) == ""


@given(st.integers(0, (1 << 63) - 1), st.integers(0, 20), st.sampled_from(" -._\u2013"))
def test_a_slip_is_known_however_it_was_copied(id_: int, at: int, gap: str) -> None:
    slip = KEYS.slip(SALT, id_)
    written = f"\u201c{slip[:at].upper()}{gap}{slip[at:]}.\u201d"
    assert KEYS.of_slip(SALT, written) == id_
    other = "a" if slip[at] != "a" else "b"
    assert KEYS.of_slip(SALT, slip[:at] + other + slip[at + 1 :]) is None


@given(st.integers(0, (1 << 63) - 1))
def test_a_slip_is_known_in_wide_letters_and_with_digits_that_look_alike(id_: int) -> None:
    slip = KEYS.slip(SALT, id_)
    assert KEYS.of_slip(SALT, "".join(chr(ord(c) + 0xFEE0) for c in slip)) == id_
    assert KEYS.of_slip(SALT, slip.replace("o", "0").replace("l", "1")) == id_


@pytest.mark.parametrize("typed", ["", "0" * 9999, "\ufdfa" * 99, "ß" * 30, "\u0149" * 30])
def test_what_is_no_slip_is_none(typed: str) -> None:
    assert KEYS.of_slip(SALT, typed) is None

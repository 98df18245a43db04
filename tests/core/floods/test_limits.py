"""Signals: what makes a signing suspicious, and above all what does not."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.floods.limits import Address, group_label, holds, left_after_verifying, prefix_of
from server.web.http.addresses import read_address
from tests.harness.attacks import likely
from tests.harness.world import World


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff:3::4", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", None),
        ("127.0.0.1", None),  # our own proxy: it tells nothing of the signer
        ("::1", None),
        ("0.0.0.0", None),
        ("169.254.1.2", None),
    ],
)
def test_an_address_stands_for_its_network(address: str, prefix: str | None) -> None:
    assert prefix_of(read_address(address)) == prefix


def test_no_address_stands_for_nothing() -> None:
    assert prefix_of(None) is None


@given(st.ip_addresses())
def test_a_prefix_is_the_network_of_the_address(address: Address) -> None:
    if prefix := prefix_of(address):
        network = ip_network(prefix)
        assert address in network
        assert network.prefixlen == {4: 24, 6: 56}[address.version]
    else:
        assert address.version == 6 or not address.is_global


@given(st.text(max_size=60) | st.ip_addresses().map(lambda address: f' "[{address}]:80" '))
def test_any_text_is_an_address_in_its_network_or_stands_for_nothing(text: str) -> None:
    address = read_address(text)
    prefix = prefix_of(address)
    assert prefix is None or address in ip_network(prefix)
    assert address is not None or prefix is None


def test_what_a_community_has_in_common_is_one_signal() -> None:
    """A village has one address, one postcode, and a school with a mail domain."""
    assert holds(["burst", "postcode", "mails"]) is None
    assert holds(["burst", "postcode", "names"]) == "burst names postcode"
    assert holds(["postcode", "people"]) == "people postcode"
    assert holds(["people"]) is None
    assert holds([]) is None


def test_verifying_lifts_all_but_what_an_organizer_decides() -> None:
    assert left_after_verifying("burst names trap crowd disposable") is None
    assert left_after_verifying("burst domain:x.org household") == "domain:x.org household"
    assert left_after_verifying(None) is None


def test_contacts_belong_to_groups_but_for_those_of_large_providers() -> None:
    assert group_label("+14065550123") == "numbers:+1406555"
    assert group_label("ana@lake.example") == "domain:lake.example"
    assert group_label("ana@gmail.com") is None


async def test_two_signals_hold_and_the_count_shows_it(world: World) -> None:
    signing = world.signing(email="ana@gmail.com")
    assert await world.sign(replace(signing, signals=("burst",))) == "new"
    other = world.signing("Bo Lee", email="bo@gmail.com")
    await world.sign(replace(other, signals=("names", "burst")))
    figures = await world.figures()
    assert (figures.unverified, figures.held) == (1, 1)
    assert [r["held_why"] for r in await world.rows()] == [None, "burst names"]


async def test_many_names_on_one_contact_are_one_signal(world: World) -> None:
    for i, name in enumerate(likely(8)):
        signing = world.signing(name, email="ana@gmail.com")
        await world.sign(replace(signing, signals=("burst",) if i > 5 else ()))
    assert [r["held_why"] for r in await world.rows()] == [None] * 6 + ["burst crowd"] * 2


async def test_a_text_of_the_same_person_lifts_what_held_the_web_signing(world: World) -> None:
    signing = world.signing(phone="+14065550123")
    await world.sign(replace(signing, signals=("burst", "names")))
    assert await world.text() == "verified"
    figures = await world.figures()
    assert (figures.verified, figures.held) == (1, 0)

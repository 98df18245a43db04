"""What signers share with others: the network of an address, the group of a contact."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.floods.holds import Hold
from server.core.floods.limits import Address, prefix_of, shared
from server.web.http.addresses import read_address


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


def test_contacts_belong_to_groups_but_for_those_of_large_providers() -> None:
    assert shared("+14065550123") == Hold("numbers", "+1406555")
    assert shared("ana@lake.example") == Hold("domain", "lake.example")
    assert shared("ana@gmail.com") is None

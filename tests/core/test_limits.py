"""Signals: what makes a signing suspicious, and above all what does not."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core import limits
from server.core.limits import Watch, group_label, holds, left_after_verifying, prefix_of
from tests.conftest import NOW, World

FIRST = "Ana Bo Cyd Dee Eve Flo Gus Hal Ida Joe Kim Leo Mia Ned Ola Pam Rex Sue Tom Una".split()
LAST = (
    "Diaz Lee Charo Prince Stone Night Ortiz Shah Nguyen Brandt Okafor Kowalski Silva Moreau"
    " Haddad Yilmaz Novak Rossi Olsen Tanaka Schmidt Pereira Ivanova Kaur Mbeki"
).split()
NAMES = [f"{first} {last}" for first, last in itertools.product(FIRST, LAST)]


def signals(
    watch: Watch,
    name: str = "Ana Diaz",
    contact: str | None = None,
    *,
    prefix: str | None = "192.0.2.0/24",
    now: int = NOW,
    trap: bool = False,
) -> set[str]:
    return set(watch.signals(1, now, prefix=prefix, name=name, contact=contact, trap=trap))


def test_five_hundred_neighbours_behind_one_address_are_not_held() -> None:
    watch = Watch()
    held = 0
    for i, name in enumerate(NAMES[:500]):
        email = f"{name.replace(' ', '.').lower()}@gmail.com" if i % 3 else None
        found = signals(watch, name, email, now=NOW + i)
        held += holds(found) is not None
        assert found <= {"burst"}
    assert held == 0


def test_a_program_behind_one_address_is_held_after_its_first_few() -> None:
    watch = Watch()
    found = [signals(watch, f"Signer {i}", f"signer{i}@gmail.com") for i in range(100)]
    assert found[-1] == {"burst", "names"}
    assert sum(holds(f) is not None for f in found) >= 80


def test_many_addresses_with_a_series_of_mailboxes_are_told_by_the_series() -> None:
    watch = Watch()
    for i in range(20):
        last = signals(watch, NAMES[i], f"user{i}@gmail.com", prefix=f"10.{i}.0.0/24")
    assert last == {"names"}


def test_a_crowd_from_everywhere_is_no_burst() -> None:
    watch = Watch()
    for i in range(3000):
        found = signals(watch, NAMES[i % 500], prefix=f"10.{i % 30}.0.0/24")
    assert found == set()


def test_what_was_long_ago_is_forgotten() -> None:
    watch = Watch()
    for i in range(200):
        signals(watch, f"Signer {i}")
    assert signals(watch, "Ana Diaz", now=NOW + limits.WINDOW_SECONDS) == set()
    assert sum(map(len, watch._recent.values())) == 1
    assert not any(watch._series.values())


def test_memory_is_bounded_whatever_comes() -> None:
    watch = Watch()
    for i in range(limits.WINDOW_SIGNINGS + 500):
        signals(watch, f"N{i}", f"u{i}x{i}@mail{i}.example", prefix=f"10.{i % 256}.{i // 256}.0/24")
    assert sum(map(len, watch._recent.values())) == limits.WINDOW_SIGNINGS
    assert sum(watch._prefixes[1].values()) == limits.WINDOW_SIGNINGS


def test_the_hidden_field_alone_holds_nobody() -> None:
    found = signals(Watch(), trap=True)
    assert found == {"trap"}
    assert holds(found) is None


def test_a_throw_away_address_is_a_signal_and_not_two() -> None:
    found = signals(Watch(), "Ana Diaz", "ana@mailinator.com")
    assert found == {"disposable"}
    assert signals(Watch(), "Ana Diaz", "ana@sub.mailinator.com") == {"disposable"}


@pytest.mark.parametrize(
    "name",
    NAMES[:40]
    + "Ng Wei;Krzysztof Szczepański;Nguyễn Thị Hương;Llwyd ap Rhys;Mary-Kate O'Shaughnessy".split(
        ";"
    )
    + ["अना दीआज़", "محمد علي", "J. R. R. Smith", "Bjørn Hjort", "Rhys Schwartz"],
)
def test_the_names_of_people_are_no_signal(name: str) -> None:
    assert not limits.looks_made(name)


@pytest.mark.parametrize("name", ["Signer 17", "xkqzjvrt Diaz", "Ana Dzbrtkq", "Bcdfg Hjklm"])
def test_the_names_of_programs_are(name: str) -> None:
    assert limits.looks_made(name)


@pytest.mark.parametrize(
    ("address", "prefix"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff:3::4", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", None),
        ("127.0.0.1", None),  # our own proxy: it tells nothing of the signer
        ("::1", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_an_address_stands_for_its_network(address: str, prefix: str | None) -> None:
    assert prefix_of(address) == prefix


@given(st.text(max_size=60))
def test_no_address_raises(address: str) -> None:
    prefix_of(address)


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
    for i, name in enumerate(NAMES[:8]):
        signing = world.signing(name, email="ana@gmail.com")
        await world.sign(replace(signing, signals=("burst",) if i > 5 else ()))
    assert [r["held_why"] for r in await world.rows()] == [None] * 6 + ["burst crowd"] * 2


async def test_a_text_of_the_same_person_lifts_what_held_the_web_signing(world: World) -> None:
    signing = world.signing(phone="+14065550123")
    await world.sign(replace(signing, signals=("burst", "names")))
    assert await world.text() == "verified"
    figures = await world.figures()
    assert (figures.verified, figures.held) == (1, 0)

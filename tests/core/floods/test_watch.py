"""What tells a flood from a crowd, and above all what does not."""

from __future__ import annotations

import pytest

from server.core.desk.signers import moderation
from server.core.floods import watch
from server.core.floods.holds import Reason, for_signals
from server.core.floods.watch import History, Watch, Watching, history, looks_made
from tests.harness.attacks.floods import likely
from tests.harness.databases.stores import Away
from tests.harness.world import NOW, World

NAMES = [*likely(500)]


def signals(
    seen: Watch,
    name: str = "Ana Diaz",
    contact: str | None = None,
    *,
    prefix: str | None = "192.0.2.0/24",
    postcode: str | None = None,
    now: int = NOW,
    trap: bool = False,
) -> set[Reason]:
    found = seen.signals(
        1, now, prefix=prefix, name=name, postcode=postcode, contact=contact, trap=trap
    )
    return set(found)


def test_five_hundred_neighbours_behind_one_address_are_not_held() -> None:
    seen = Watch()
    held = 0
    for i, name in enumerate(NAMES[:500]):
        email = f"{name.replace(' ', '.').lower()}@gmail.com" if i % 3 else None
        found = signals(seen, name, email, now=NOW + i)
        held += bool(for_signals(found))
        assert found <= {"burst"}
    assert held == 0


def test_a_program_behind_one_address_is_held_after_its_first_few() -> None:
    seen = Watch()
    found = [signals(seen, f"Signer {i}", f"signer{i}@gmail.com") for i in range(100)]
    assert found[-1] == {"burst", "names"}
    assert sum(bool(for_signals(f)) for f in found) >= 80


def test_many_addresses_with_a_series_of_mailboxes_are_told_by_the_series() -> None:
    seen = Watch()
    for i in range(20):
        last = signals(seen, NAMES[i], f"user{i}@gmail.com", prefix=f"10.{i}.0.0/24")
    assert last == {"names"}


def test_a_crowd_from_everywhere_is_no_burst() -> None:
    seen = Watch()
    for i in range(3000):
        found = signals(seen, NAMES[i % 500], prefix=f"10.{i % 30}.0.0/24")
    assert found == set()


def test_what_was_long_ago_is_forgotten() -> None:
    seen = Watch()
    for i in range(200):
        signals(seen, f"Signer {i}")
    assert signals(seen, "Ana Diaz", now=NOW + watch.WINDOW_SECONDS) == set()
    memory = seen._memories[1]
    assert len(memory.window) == 1
    assert len(memory.late) == 1


def test_memory_is_bounded_whatever_comes() -> None:
    seen = Watch()
    for i in range(watch.HISTORY_MOST + watch.WINDOW_SIGNINGS + 500):
        prefix = f"10.{i % 256}.{i // 256 % 256}.0/24"
        contact = f"u{i}x{i}@mail{i}.example"
        signals(seen, f"N{i}", contact, prefix=prefix, postcode=f"{i:05}")
    memory = seen._memories[1]
    assert len(memory.window) == watch.WINDOW_SIGNINGS
    assert len(memory.late) < 5 * watch.WINDOW_SIGNINGS
    assert len(memory.before) <= 2 * watch.HISTORY_MOST
    assert all(n <= watch.HISTORY_MOST for n in memory.all_before.values())
    assert memory.all_before.keys() == {"postcode", "mails"}


# What a community has in common, against what the petition was before.


def spread(seen: Watch, count: int = 400, *, first: int = 0) -> None:
    """Honest signers of forty places and ten mail domains."""
    for i in range(first, first + count):
        name = NAMES[i % 500]
        contact = f"{name.replace(' ', '.').lower()}@club{i % 10}.example"
        postcode = f"598{i % 40:02}"
        found = signals(seen, name, contact, prefix=f"10.{i % 50}.0.0/24", postcode=postcode)
        assert found == set()


def wave(
    seen: Watch, count: int, name: str, *, postcode: str | None = None, contact: str | None = None
) -> list[set[Reason]]:
    """Signings from as many addresses, hours after what was before."""
    later = NOW + watch.WINDOW_SECONDS
    return [
        signals(
            seen,
            name.format(i),
            contact,
            prefix=f"172.16.{i % 250}.0/24",
            postcode=postcode,
            now=later,
        )
        for i in range(count)
    ]


@pytest.mark.parametrize(
    ("same", "signal"),
    [({"postcode": "59999"}, "postcode"), ({"contact": "ana@catchall.example"}, "mails")],
)
def test_what_was_rare_and_comes_in_numbers_is_a_signal(same: dict[str, str], signal: str) -> None:
    seen = Watch()
    spread(seen)
    found = wave(seen, 100, "Ana Diaz", **same)
    assert found[19] == set()
    assert found[-1] == {signal}
    assert not for_signals(found[-1])
    with_names = wave(seen, 10, "Ana{}", **same)
    assert {hold.kind for hold in for_signals(with_names[-1])} == {"names", signal}


def test_everybody_may_have_a_mailbox_with_a_large_provider() -> None:
    seen = Watch()
    spread(seen)
    assert wave(seen, 100, "Ana Diaz", contact="ana@gmail.com")[-1] == set()


def test_a_flood_does_not_become_what_is_usual() -> None:
    seen = Watch()
    spread(seen)
    found = wave(seen, 4 * watch.WINDOW_SIGNINGS, "Ana Diaz", postcode="59999")
    assert found[-1] == {"postcode"}


@pytest.mark.parametrize("before", [0, watch.HISTORY_LEAST - 1])
def test_without_enough_before_it_nothing_is_out_of_proportion(before: int) -> None:
    seen = Watch()
    spread(seen, before)
    assert wave(seen, 100, "Ana Diaz", postcode="59999")[-1] == set()


def test_a_petition_of_one_town_may_be_signed_by_that_town() -> None:
    seen = Watch()
    seen.learn(1, History({"59999": 900, "59801": 100}, frozenset()))
    assert wave(seen, 500, "Ana Diaz", postcode="59999")[-1] == set()
    assert wave(seen, 500, "Ana Diaz", postcode="59801")[-1] == set()  # five times its share


def test_a_village_with_one_address_one_postcode_and_one_school_is_not_held() -> None:
    seen = Watch()
    spread(seen)
    later = NOW + watch.WINDOW_SECONDS
    for i, name in enumerate(NAMES[:300]):
        contact = f"{name.replace(' ', '.').lower()}@school.example"
        found = signals(seen, name, contact, postcode="59999", now=later + i)
        assert not for_signals(found)
    assert found == {"burst", "postcode", "mails"}


def test_a_postcode_with_more_signers_than_people_is_a_signal() -> None:
    seen = Watch()
    seen.learn(1, History({}, frozenset({"59999"})))
    assert signals(seen, postcode="59999") == {"people"}
    assert signals(seen, postcode="59801") == set()
    assert signals(seen) == set()
    seen.learn(1, History({}, frozenset()))
    assert signals(seen, postcode="59999") == set()


def test_what_is_told_again_counts_once() -> None:
    seen = Watch()
    for _ in range(3):
        seen.learn(1, History({"59801": 150}, frozenset()))
    assert wave(seen, 100, "Ana Diaz", postcode="59999")[-1] == set()  # 150 tell nothing


async def test_the_history_is_what_counts_in_the_store(world: World) -> None:
    for name, postcode in (("Ana Diaz", "59801"), ("Bo Lee", "59801"), ("Cyd Charo", "59802")):
        await world.web(name, postcode)
    held = world.signing("Bot One", "59999")
    held.signals = ("burst", "names")
    await world.sign(held)
    async with world.database.write() as tx:
        await moderation.set_populations(tx, world.petition.id, {"59801": 1, "59802": 1})
    async with world.database.read() as tx:
        found = await history(tx, world.petition.id)
    assert found == History({"59801": 2, "59802": 1}, frozenset({"59801"}))


async def test_a_petition_is_learnt_about_once_in_ten_minutes_and_signing_waits_for_no_store(
    world: World,
) -> None:
    now = 0.0
    store = Away(world.database)
    watching = Watching(store, lambda: now)  # type: ignore[arg-type]
    await world.web("Ana Diaz", "59801")
    await world.web("Bo Lee", "59801")
    async with world.database.write() as tx:
        await moderation.set_populations(tx, world.petition.id, {"59801": 1})
    petition_id = world.petition.id
    assert signals(await watching(petition_id), postcode="59801") == {"people"}
    await watching(petition_id)
    assert store.reads == 1
    async with world.database.write() as tx:
        await moderation.set_populations(tx, petition_id, {"59801": 9})
    now += watch.LEARN_SECONDS
    store.away = True
    assert signals(await watching(petition_id), postcode="59801") == {"people"}
    store.away = False
    assert await watching(petition_id) is await watching(2)  # one watch, which tells them apart
    now += watch.LEARN_SECONDS
    assert signals(await watching(petition_id), postcode="59801") == set()


# Single signals.


def test_the_hidden_field_alone_holds_nobody() -> None:
    found = signals(Watch(), trap=True)
    assert found == {"trap"}
    assert not for_signals(found)


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
    assert not looks_made(name)


@pytest.mark.parametrize("name", ["Signer 17", "xkqzjvrt Diaz", "Ana Dzbrtkq", "Bcdfg Hjklm"])
def test_the_names_of_programs_are(name: str) -> None:
    assert looks_made(name)

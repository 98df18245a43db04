"""Signals: what makes a signing suspicious, and above all what does not; what is held and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.core.floods import limits
from server.core.floods.holds import Hold, Holds, Reason, for_signals, left_after_verifying
from server.core.signing import signatures, stored
from tests.harness.attacks.floods import likely
from tests.harness.databases.stores import Counting
from tests.harness.world import PHONE, World

LIKELY = [*likely(8)]


def words(text: str) -> Holds:
    return frozenset(map(Hold.read, text.split()))


def test_what_a_community_has_in_common_is_one_signal() -> None:
    """A village has one address, one postcode, and a school with a mail domain."""
    assert not for_signals(["burst", "postcode", "mails"])
    assert for_signals(["burst", "postcode", "names"]) == words("burst names postcode")
    assert for_signals(["postcode", "people"]) == words("people postcode")
    assert not for_signals(["people"])
    assert not for_signals([])


def test_verifying_lifts_all_but_what_an_organizer_decides() -> None:
    assert not left_after_verifying(words("burst names trap crowd disposable"))
    kept = left_after_verifying(words("burst domain:x.org household"))
    assert kept == words("domain:x.org household")


async def test_two_signals_hold_and_the_count_shows_it(world: World) -> None:
    signing = world.signing(email="ana@gmail.com")
    assert await world.sign(replace(signing, signals=("burst",))) == "new"
    other = world.signing("Bo Lee", email="bo@gmail.com")
    await world.sign(replace(other, signals=("names", "burst")))
    figures = await world.figures()
    assert (figures.unverified, figures.held) == (1, 1)
    assert await world.holds() == ["", "burst names"]


async def test_many_names_on_one_contact_are_one_signal(world: World) -> None:
    for i, name in enumerate(LIKELY[:8]):
        signing = world.signing(name, email="ana@gmail.com")
        await world.sign(replace(signing, signals=("burst",) if i > 5 else ()))
    assert await world.holds() == [""] * 6 + ["burst crowd"] * 2


async def test_a_text_of_the_same_person_lifts_what_held_the_web_signing(world: World) -> None:
    signing = world.signing(phone="+14065550123")
    await world.sign(replace(signing, signals=("burst", "names")))
    assert await world.text() == "verified"
    figures = await world.figures()
    assert (figures.verified, figures.held) == (1, 0)
    assert await world.holds() == [""]


async def test_two_reasons_are_two_rows_and_go_with_the_signature(world: World) -> None:
    signing = world.signing("Ana Diaz")
    await world.sign(replace(signing, signals=("burst", "names")))
    [row] = await world.rows("id, held_at")
    assert await stored_holds(world) == [(1, row["id"], k, "") for k in ("burst", "names")]
    assert row["held_at"] == world.now
    async with world.database.write() as tx:
        await signatures.withdraw(tx, await stored.by_ids(tx, 1, [int(str(row["id"]))]), world.now)
    assert await stored_holds(world) == []


async def test_withdrawing_leaves_no_reason_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "NUMBERS_CAP", 0)
    assert await world.text() == "held"
    assert await world.holds() == ["numbers:+1406555"]
    async with world.database.write() as tx:
        key = world.keys.contact(world.petition.salt, PHONE)
        await signatures.withdraw(tx, await signatures.signed_by(tx, [(1, key)]), world.now)
    assert await stored_holds(world) == []


async def stored_holds(world: World) -> list[tuple[object, ...]]:
    async with world.database.read() as tx:
        rows = await tx.fetch("SELECT * FROM holds ORDER BY signature_id, kind, label")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(("signals", "more"), [((), 0), (("burst",), 0), (("burst", "trap"), 1)])
async def test_only_a_signing_that_is_held_costs_a_statement_more(
    world: World, signals: tuple[Reason, ...], more: int
) -> None:
    signings = [world.signing(name, phone=PHONE) for name in LIKELY[:3]]
    plain = [world.signing(name, phone="+14065550124") for name in LIKELY[:3]]
    async with world.database.write() as tx:
        first, second = Counting(tx), Counting(tx)
        await signatures.sign_many(first, plain)
        marked = [replace(s, signals=signals) for s in signings]
        await signatures.sign_many(second, marked)
    assert len(second.statements) == len(first.statements) + more

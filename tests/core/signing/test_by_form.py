"""Signing by a form of the web: what core does with it, whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address

import pytest

from server.core.floods import limits
from server.core.floods.watch import Watch
from server.core.signing.by_form import sign_by_form
from server.core.signing.decide import Outcome
from server.core.signing.signature import Signing
from server.errors import InvalidInput, NotOpen
from tests.harness.world import NOW, World

ANA = {"name": "Ana Diaz", "postcode": "59801"}
HERE = "192.0.2.7"
DAY_KEY = b"d" * 32


async def signed(
    world: World, values: Mapping[str, str], address: str | None = HERE, watch: Watch | None = None
) -> tuple[Signing, Outcome]:
    return await sign_by_form(
        world.group,
        world.petition,
        values,
        address=ip_address(address) if address else None,
        watch=watch or Watch(),
        day_key=DAY_KEY,
        keys=world.keys,
        country="US",
        language="en",
        id_=world.ids.next(world.now),
        now=world.now,
    )


async def test_a_form_is_stored_with_a_tag_for_its_network(world: World) -> None:
    signing, outcome = await signed(world, ANA)
    assert (outcome, signing.name, signing.contact) == ("new", "Ana Diaz", None)
    [row] = await world.rows()
    tag = limits.prefix_tag(DAY_KEY, "192.0.2.0/24")
    assert (row["id"], row["prefix_tag"], row["created_at"]) == (signing.id, tag, NOW)
    assert HERE not in str(row)
    assert (await signed(world, ANA))[1] == "again"


@pytest.mark.parametrize("address", [None, "127.0.0.1"])
async def test_an_address_that_tells_nothing_leaves_no_tag(
    world: World, address: str | None
) -> None:
    await signed(world, ANA, address)
    assert (await world.rows("prefix_tag")) == [{"prefix_tag": None}]


@pytest.mark.parametrize("tick", ["public", "news"])
async def test_a_tick_that_needs_a_contact_is_not_taken_in_silence(world: World, tick: str) -> None:
    with pytest.raises(InvalidInput, match=r"^email: needed$"):
        await signed(world, ANA | {tick: "1"})
    assert await world.rows() == []
    for bad in ({"email": "ana"}, {"phone": "1"}, {"email": "ana@example.org", "phone": "1"}):
        with pytest.raises(InvalidInput) as caught:
            await signed(world, ANA | {tick: "1"} | bad)
        assert "needed" not in str(caught.value)
    await signed(world, ANA | {tick: "1", "email": "ana@example.org"})
    assert len(await world.rows()) == 1


async def test_the_hidden_field_is_a_signal_that_holds_nobody_by_itself(world: World) -> None:
    signing, _ = await signed(world, {**ANA, "url": "http://x.example"})
    assert (signing.signals, (await world.figures()).held) == (("trap",), 0)
    made_up = {**ANA, "name": "Xkcdqw Zrtplm", "url": "http://x.example"}
    signing, _ = await signed(world, made_up)
    assert (set(signing.signals), (await world.figures()).held) == ({"trap", "names"}, 1)


async def test_a_form_is_remembered_for_the_next_ones(world: World) -> None:
    watch = Watch()
    for i in range(30):
        signing, _ = await signed(world, {**ANA, "name": f"Ana Diaz {i}"}, watch=watch)
    assert set(signing.signals) == {"burst", "names"}
    assert (await world.figures()).held > 5


async def test_what_cannot_be_stored_is_refused_and_not_remembered(world: World) -> None:
    watch = Watch()
    for _ in range(30):
        with pytest.raises(InvalidInput):
            await signed(world, {"name": "", "postcode": "59801"}, watch=watch)
    assert (await signed(world, ANA, watch=watch))[0].signals == ()
    world.petition = replace(world.petition, closed_at=NOW)
    with pytest.raises(NotOpen):
        await signed(world, {**ANA, "name": "Bo Li"}, watch=watch)
    assert len(await world.rows()) == 1

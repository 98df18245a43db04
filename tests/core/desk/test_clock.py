"""Petitions that open and close by themselves: on time, once, and for signers to the second."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.core.desk import audit, clock
from server.core.petitions import petitions
from server.core.petitions.directory import Directory
from server.core.petitions.petitions import Petition
from server.core.petitions.schedule import Schedule
from server.errors import InvalidInput, NotOpen
from tests.harness.world import NOW, World, draft

DAY = 86_400


def written(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"


OPENS, CLOSES = (NOW // 60 * 60 + n * DAY for n in (1, 2))  # whole minutes
TIMES = Schedule("Etc/UTC", written(OPENS), written(CLOSES))


async def make(world: World, schedule: Schedule = TIMES, actor: str = "ana") -> int:
    """A draft with times that Ana has set."""
    new = draft(slug="pond", keyword="POND", schedule=schedule)
    about = {"reserved": frozenset[str](), "salt": b"t" * 32, "now": NOW}
    async with world.database.write() as tx:
        return await petitions.create(tx, new, actor=actor, **about)  # type: ignore[arg-type]


async def get(world: World, id_: int) -> Petition:
    async with world.database.read() as tx:
        return (await petitions.all_petitions(tx))[id_]


async def state(world: World, id_: int) -> str:
    return (await get(world, id_)).state


async def noted(world: World, id_: int) -> list[tuple[str, str, str]]:
    async with world.database.read() as tx:
        found = await audit.entries(tx, id_)
    return [(e.actor, e.action, e.detail["set_by"]) for e in reversed(found)]


async def test_it_opens_and_closes_on_time_and_the_log_says_who_set_it(world: World) -> None:
    pond = await make(world)
    for now, wanted in (
        (OPENS - 1, "draft"),
        (OPENS, "open"),
        (CLOSES - 1, "open"),
        (CLOSES, "closed"),
        (CLOSES + DAY, "closed"),
    ):
        await clock.work(world.database, now)
        assert await state(world, pond) == wanted, now
    assert await noted(world, pond) == [("clock", "opened", "ana"), ("clock", "closed", "ana")]
    assert await state(world, world.petition.id) == "open"


async def test_a_server_that_was_down_catches_up(world: World) -> None:
    pond = await make(world)
    assert await clock.work(world.database, CLOSES + DAY)
    assert not await clock.work(world.database, CLOSES + DAY)
    found = await get(world, pond)
    assert (found.state, found.closed_at) == ("closed", CLOSES)
    assert [action for _, action, _ in await noted(world, pond)] == ["opened", "closed"]


async def test_two_workers_at_once_open_it_once(world: World) -> None:
    pond = await make(world)
    await asyncio.gather(*(clock.work(world.database, OPENS) for _ in range(4)))
    assert len(await noted(world, pond)) == 1
    assert (await get(world, pond)).version == 2


async def test_who_set_the_time_is_whoever_wrote_it_and_not_who_edited_later(world: World) -> None:
    pond = await make(world)
    stored = await get(world, pond)
    later = replace(TIMES, closes=written(CLOSES + 60))
    for actor, change in (
        ("bo", {"schedule": later}),
        ("cy", {"schedule": later, "goal": 5}),
    ):
        said = draft(slug="pond", keyword="POND", **change)
        async with world.database.write() as tx:
            await petitions.edit(tx, stored, said, frozenset(), now=NOW, actor=actor)
    await clock.work(world.database, CLOSES + 60)
    assert [by for _, _, by in await noted(world, pond)] == ["ana", "bo"]


async def test_nobody_signs_from_the_closing_second_on_though_the_worker_sleeps(
    world: World,
) -> None:
    pond = await make(world, replace(TIMES, opens=""))
    async with world.database.write() as tx:
        await petitions.open_(tx, pond, NOW)
    world.petition = await get(world, pond)
    world.now = CLOSES - 1
    assert await world.web("Ana Diaz") == "new"
    assert await world.text("Bo Lee") == "new"
    world.now = CLOSES
    with pytest.raises(NotOpen):
        world.signing("Cy Moss")
    with pytest.raises(NotOpen):
        await world.text("Cy Moss")


async def test_every_look_sees_it_closed_to_the_second(world: World) -> None:
    pond, now = await make(world, replace(TIMES, opens="")), NOW
    async with world.database.write() as tx:
        await petitions.open_(tx, pond, NOW)
    directory = Directory(world.database, lambda: now)
    await directory.refresh()
    now = CLOSES - 1
    assert pond in {p.id for p in (await directory.current()).open()}
    now = CLOSES
    seen = (await directory.current()).by_slug["pond"]
    assert (seen.state, seen.closed_at) == ("closed", CLOSES)
    assert pond not in {p.id for p in directory.open()}
    await clock.work(world.database, CLOSES)
    await directory.refresh()
    # What pages are made of is the same as before the worker came.
    assert directory.by_slug["pond"] == seen


async def test_what_is_paused_closes_and_what_is_over_opens_no_more(world: World) -> None:
    pond = await make(world)
    await clock.work(world.database, OPENS)
    async with world.database.write() as tx:
        await petitions.pause(tx, pond, OPENS)
    await clock.work(world.database, CLOSES)
    assert await state(world, pond) == "closed"
    async with world.database.write() as tx:
        with pytest.raises(InvalidInput, match="closes: past"):
            await petitions.open_(tx, pond, CLOSES)
        later = draft(slug="pond", keyword="POND", schedule=replace(TIMES, closes=""))
        await petitions.edit(tx, await get(world, pond), later, frozenset(), now=CLOSES)
        assert await petitions.open_(tx, pond, CLOSES)
    assert not await clock.work(world.database, CLOSES + DAY)


async def test_a_draft_that_opens_by_itself_names_who_asks(world: World) -> None:
    nobody = draft(slug="pond", keyword="POND", schedule=TIMES, started_by="")
    async with world.database.write() as tx:
        with pytest.raises(InvalidInput, match="started_by: missing"):
            await petitions.create(tx, nobody, reserved=frozenset(), salt=b"t" * 32, now=NOW)


@pytest.mark.parametrize("closes", [CLOSES - DAY, NOW // 60 * 60])
async def test_what_is_over_cannot_be_written_down(world: World, closes: int) -> None:
    pond = await make(world)
    over = draft(slug="pond", keyword="POND", schedule=replace(TIMES, closes=written(closes)))
    async with world.database.write() as tx:
        stored = (await petitions.all_petitions(tx))[pond]
        with pytest.raises(InvalidInput):
            await petitions.edit(tx, stored, over, frozenset(), now=CLOSES - 60)

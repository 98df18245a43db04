"""Figures by place, language and mail service: right, and of nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.counting.counts import DAY
from server.core.desk import dashboard, kept
from server.core.desk.breakdown import (
    HOUR,
    OTHERS,
    ROWS_SHOWN,
    Breakdown,
    area_of,
    breakdown,
    told_together,
)
from server.core.outbox.fates import Delivery, Fates
from server.core.petitions import petitions
from server.core.petitions.wording.wordings import FEWEST
from server.core.upkeep import ending
from tests.harness.world import NOW, World

TODAY = "2027-01-15"


async def of(world: World, **changes: object) -> Breakdown:
    petition = replace(world.petition, **changes)  # type: ignore[arg-type]
    async with world.database.read() as tx:
        return await breakdown(tx, petition, TODAY, world.now)


async def sign(world: World, n: int, postcode: str, first: int = 0) -> None:
    for i in range(n):
        name = "Ana " + "".join("abcdefghij"[int(d)] for d in str(first + i))
        await world.text(name, postcode, phone=f"+1406556{first + i:04}")


@given(st.dictionaries(st.text("abc", max_size=3), st.integers(1, 30), max_size=100))
def test_no_cell_is_of_fewer_than_five_and_all_are_told(counted: dict[str, int]) -> None:
    cells = told_together(counted)
    total = sum(counted.values())
    assert all(n >= FEWEST for _, n in cells)
    assert sum(n for _, n in cells) == (total if total >= FEWEST else 0)
    assert [label for label, _ in cells].count(OTHERS) <= 1
    assert len(cells) <= ROWS_SHOWN + 1
    assert all(n == counted[label] for label, n in cells if label)


@pytest.mark.parametrize(
    ("postcode", "area"), [("59801", "598"), ("SW1A 1AA", "SW1A"), ("K1A 0B1", "K1A"), ("", "")]
)
def test_a_place_is_how_its_postcodes_begin(postcode: str, area: str) -> None:
    assert area_of(postcode) == area


async def test_places_are_of_verified_signatures_and_small_ones_are_merged(world: World) -> None:
    await sign(world, 7, "59801")
    await sign(world, 6, "60601", first=10)
    await sign(world, 3, "90210", first=20)
    await world.web("Bo Lee", "10001")
    found = await of(world)
    # Those three would be known by what is missing: one more stands with them.
    assert found.places == (("598", 7), (OTHERS, 9))
    assert not found.by_division
    assert found.languages == (("en", 16),)
    async with world.database.write() as tx:  # what is on paper stands beside it
        await tx.execute("UPDATE signatures SET class = 'paper' WHERE postcode = '60601'")
    assert (await of(world)).languages == (("en", 10),)


async def test_places_are_divisions_where_decision_makers_are(world: World) -> None:
    async with world.database.write() as tx:
        for role, level, depth in (("senator", "state", 2), ("representative", "cd", 3)):
            await tx.execute(
                "INSERT INTO offices VALUES ('US', :role, :level, :depth, 1, '', '{}')",
                role=role,
                level=level,
                depth=depth,
            )
        mt = "ocd-division/country:us/state:mt"
        for postcode, cd in (("59801", 1), ("59401", 2), ("59901", 1), ("59901", 2)):
            await tx.execute(
                "INSERT INTO postcode_divisions (country, postcode, division, valid_from, level,"
                " region) VALUES ('US', :postcode, :division, '2020-01-01', 'cd', :region)",
                postcode=postcode,
                division=f"{mt}/cd:{cd}",
                region=mt,
            )
    await sign(world, 6, "59801")
    await sign(world, 5, "59401", first=10)
    await sign(world, 8, "59901", first=20)  # in both: nobody can say
    found = await of(world, roles=("representative",))
    assert found.by_division
    assert found.places == ((f"{mt}/cd:1", 6), (f"{mt}/cd:2", 5), (OTHERS, 8))
    assert (await of(world, roles=("senator",))).places == ((mt, 19),)
    assert not (await of(world)).by_division


async def test_the_way_from_the_mail_to_the_code(world: World) -> None:
    for i in range(25):
        name = f"Ana {'abcdefghij'[i % 10]}{'abcdefghij'[i // 10]}"
        await world.web(name, "59801", email=f"a{i}@{'gmail.com' if i < 22 else f'{i}.example'}")
    async with world.database.write() as tx:
        ids = [r["id"] for r in await tx.fetch("SELECT id FROM outbox ORDER BY id")]
        for at, id_ in enumerate(ids):
            column = "sent_at" if at < 20 else "failed_at"
            error = None if at < 20 else "bounced"
            await tx.execute(
                f"UPDATE outbox SET {column} = :now, error = CAST(:error AS TEXT) WHERE id = :id",
                now=NOW,
                error=error,
                id=id_,
            )
        await tx.execute("UPDATE signatures SET verified_at = created_at WHERE contact < 'a12'")
    mailed = (await of(world)).mailed
    assert (mailed.signed, mailed.sent, mailed.returned) == (25, 20, 5)
    # The other services are too few for a share that tells of nobody: all are told as one.
    assert [(domain, n) for domain, n, _ in mailed.domains] == [(OTHERS, 25)]


async def test_the_first_hours_are_told_apart(world: World) -> None:
    await world.text()
    world.now += HOUR
    await world.web("Bo Lee")
    found = await of(world)
    assert sum(v for v, _ in found.hours) == sum(u for _, u in found.hours) == 1
    assert found.hours[-2:] == ((1, 0), (0, 1))
    assert (await of(world, opened_at=NOW - 3 * DAY)).hours == ()


async def test_a_long_trend_is_told_by_week(world: World) -> None:
    await world.text()
    for days, span, n in ((10, 1, 11), (119, 1, 120), (120, 7, 18)):
        async with world.database.read() as tx:
            found = await dashboard.days(tx, world.petition.id, NOW - days * DAY, NOW)
        assert (found[0].day, found[-1].day) == (NOW // DAY - days, NOW // DAY)
        step, steps = dashboard.steps(found)
        assert (step, len(steps)) == (span, n)
        assert sum(each.verified for each in steps) == 1


# Of very many.


async def latest(world: World, now: int = NOW) -> kept.KeptFigures | None:
    async with world.database.read() as tx:
        return await kept.latest(tx, world.petition, TODAY, now)


async def due(world: World, now: int) -> list[int]:
    async with world.database.read() as tx:
        return [id_ for id_, _ in await kept.due(tx, now)]


async def test_a_small_petition_is_counted_at_once(world: World) -> None:
    await sign(world, 5, "59801")
    found = await latest(world)
    assert found
    assert (found.made_at, found.breakdown.places) == (NOW, (("598", 5),))
    assert await due(world, NOW) == []


async def test_a_large_one_is_counted_once_an_hour_if_it_has_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "COUNTED_AT_ONCE", 4)
    await sign(world, 5, "59801")
    assert await latest(world) is None
    assert await due(world, NOW) == [world.petition.id]
    async with world.database.read() as tx:
        [(_, n)] = await kept.due(tx, NOW)
    await kept.keep(world.database, world.petition, n, TODAY, NOW)
    found = await latest(world, NOW + 60)
    assert found
    assert (found.made_at, found.breakdown) == (NOW, await of(world))
    late = NOW + kept.KEPT_FOR_SECONDS
    assert await due(world, late) == []
    await sign(world, 1, "59801", first=10)
    assert await due(world, late - 1) == []
    assert await due(world, late) == [world.petition.id]


async def test_what_is_kept_comes_back_as_it_was_and_goes_at_the_end(world: World) -> None:
    told = Fates(1, 2, 3, (Delivery("sent", "twilio", "", 2),))
    said = Breakdown(places=(("598", 7),), hours=((1, 2),), fates=told)
    async with world.database.write() as tx:
        await kept.store(tx, world.petition.id, 7, said, NOW)
        row = await tx.fetch_one("SELECT content FROM figures_kept")
        assert row
        assert kept._unpacked(row["content"]) == said
        await ending.end(tx, world.keys, world.petition, NOW)
        await kept.store(tx, world.petition.id, 8, said, NOW + 1)  # counted meanwhile
        row = await tx.fetch_one("SELECT counted FROM figures_kept")
        assert row
        assert row["counted"] == 7
    await ending.empty(world.database, NOW)
    async with world.database.read() as tx:
        assert await tx.fetch("SELECT * FROM figures_kept") == []
        assert (await petitions.all_petitions(tx))[world.petition.id].state == "ended"

"""In which state a signature is: Python and both engines must say the same."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import get_args

from server.core.counting.states import _ORDER, IN_TOTAL, STATE, State, is_counted, state_of, where
from tests.harness.world import NOW, World

TIMES = [time for _, time in _ORDER]
STATES: tuple[State, ...] = get_args(State)
#: Every combination of the nullable times, by an id for its row.
COMBINED = dict(enumerate(itertools.product((None, NOW), repeat=len(TIMES)), 1))
IN_PYTHON = {
    id_: state_of(SimpleNamespace(**dict(zip(TIMES, times, strict=True))))
    for id_, times in COMBINED.items()
}


async def fill(world: World) -> None:
    async with world.database.write() as tx:
        for id_, times in COMBINED.items():
            await tx.execute(
                "INSERT INTO signatures (id, petition_id, class, language, created_at,"
                f" {', '.join(TIMES)}) VALUES (:id, :petition, 'web', 'en', :now,"
                f" {', '.join(f'CAST(:{time} AS BIGINT)' for time in TIMES)})",
                id=id_,
                petition=world.petition.id,
                now=NOW,
                **dict(zip(TIMES, times, strict=True)),
            )


def test_only_what_is_verified_and_nothing_else_is_counted() -> None:
    others = dict.fromkeys(("withdrawn_at", "rejected_at", "absorbed_by", "held_at"))
    counted = SimpleNamespace(**others, verified_at=NOW)
    assert is_counted(counted)
    for time in others:
        assert not is_counted(SimpleNamespace(**vars(counted) | {time: NOW}))
    assert not is_counted(SimpleNamespace(**vars(counted) | {"verified_at": None}))


def test_every_state_can_be_reached() -> None:
    assert set(IN_PYTHON.values()) == set(STATES)
    assert set(IN_TOTAL) < set(STATES)


async def test_the_store_tells_the_same_state_from_any_combination_of_times(world: World) -> None:
    await fill(world)
    rows = await world.rows(f"id, {STATE} AS state")
    assert {row["id"]: row["state"] for row in rows} == IN_PYTHON


async def test_the_store_finds_the_rows_of_any_choice_of_states(world: World) -> None:
    await fill(world)
    async with world.database.read() as tx:
        for size in range(1, len(STATES) + 1):
            for chosen in itertools.combinations(STATES, size):
                rows = await tx.fetch(f"SELECT id FROM signatures WHERE {where(*chosen)}")
                expected = {id_ for id_, state in IN_PYTHON.items() if state in chosen}
                assert {row["id"] for row in rows} == expected, chosen


async def test_the_index_of_public_names_is_found(world: World) -> None:
    if world.database.engine != "sqlite":
        return  # PostgreSQL plans by its statistics, and has none here
    async with world.database.read() as tx:
        plan = await tx.fetch(
            "EXPLAIN QUERY PLAN SELECT name FROM signatures WHERE petition_id = 1"
            f" AND public_at IS NOT NULL AND {where('verified')} ORDER BY id DESC"
        )
    assert "signatures_public" in plan[0]["detail"]

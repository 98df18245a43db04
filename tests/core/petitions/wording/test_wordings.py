"""Which wording people have signed, and how many each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.core.counting.states import where
from server.core.petitions import petitions
from server.core.petitions.extras import Extras
from server.core.petitions.petitions import Petition
from server.core.petitions.wording import wordings
from server.core.petitions.wording.draft import DecisionMaker, Draft, Wording
from server.core.petitions.wording.wordings import read_number, told
from tests.harness.world import NOW, World, draft

NEW: dict[str, Any] = {
    "wordings": {"en": Wording("Keep the lake clean", "Please, now.\n\nKeep it clean.")}
}


async def edit(world: World, now: int = NOW, **changes: Any) -> Petition:
    """The petition after its draft with these changes was stored."""
    async with world.database.write() as tx:
        new = draft(**changes)
        await petitions.edit(tx, world.petition, new, frozenset(), now=now, actor="ana")
        world.petition = (await petitions.all_petitions(tx))[world.petition.id]
    return world.petition


async def read(world: World) -> list[tuple[int, int, Draft]]:
    p = world.petition
    async with world.database.read() as tx:
        found = await wordings.signed_wordings(tx, p.id, p.first_signed, p.opened_at or 0)
    return [(w.number, w.since, w.draft) for w in found]


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        (NEW, 2),
        ({"wordings": {"en": Wording("The lake", "Please.\n\nKeep it clean.")}}, 2),
        ({"wordings": {**draft().wordings, "es": Wording("El lago", "Por favor.")}}, 2),
        ({"decision_makers": (DecisionMaker("Jo Marsh", "Governor"),)}, 2),
        ({"decision_makers": ()}, 2),
        ({"roles": ("senator",)}, 2),
        ({"extras": Extras(eligibility={"en": "I live in Springfield"})}, 2),
        ({"extras": Extras(thanks={"en": "Come on Friday."})}, 1),
        ({"decision_makers": (DecisionMaker("Jo Marsh", "Mayor", "+1 406 555 0199"),)}, 1),
        ({"goal": 500, "started_by": "Others", "slug": "pond", "keyword": "POND"}, 1),
    ],
)
async def test_what_a_signer_reads_makes_a_wording(
    world: World, changes: dict[str, Any], number: int
) -> None:
    await world.web()
    assert (await edit(world, **changes)).wording_number == number
    assert world.petition.is_reworded == (number > 1)


async def test_a_draft_has_one_wording_however_often_it_is_changed(world: World) -> None:
    async with world.database.write() as tx:
        new = draft(slug="pond", keyword="POND")
        id_ = await petitions.create(tx, new, reserved=frozenset(), salt=b"p" * 32, now=NOW)
        for title in ("One", "Two"):
            stored = (await petitions.all_petitions(tx))[id_]
            changed = replace(new, wordings={"en": Wording(title, "Please.")})
            await petitions.edit(tx, stored, changed, frozenset(), now=NOW)
        await petitions.open_(tx, id_, NOW + 5)
        stored = (await petitions.all_petitions(tx))[id_]
        assert (stored.wording_number, stored.is_reworded) == (1, False)
        [first] = await wordings.signed_wordings(tx, id_, 1, NOW + 5)
    assert (first.since, first.draft.wordings["en"].title) == (NOW + 5, "Two")


async def test_a_change_before_anybody_signed_is_told_to_nobody(world: World) -> None:
    changed = await edit(world, NOW + 1, **NEW)
    assert (changed.wording_number, changed.first_signed, changed.is_reworded) == (2, 2, False)
    await world.web(v="2")
    assert [row["wording"] for row in await world.rows("wording")] == [2]
    again = await edit(world, NOW + 2)
    assert (again.wording_number, again.first_signed, again.is_reworded) == (3, 2, True)
    assert [(number, since) for number, since, _ in await read(world)] == [
        (2, NOW + 1),
        (3, NOW + 2),
    ]


async def test_each_wording_has_the_day_on_which_it_began(world: World) -> None:
    await world.web()
    await edit(world, NOW + 10, **NEW)
    await edit(world, NOW + 20, **NEW, goal=500)  # the same to signers
    await edit(world, NOW + 30)
    found = await read(world)
    assert [(number, since) for number, since, _ in found] == [
        (1, NOW - 90),
        (2, NOW + 10),
        (3, NOW + 30),
    ]
    assert found[0][2].wordings == found[2][2].wordings == draft().wordings
    assert world.petition.reworded_at == NOW + 30


@pytest.mark.parametrize(
    ("typed", "number"),
    [("", 1), ("1", 1), ("2", 2), ("3", 3), ("4", 3), ("0", 3), ("-1", 3), ("99", 3)]
    + [("abc", 3), ("٢", 3), ("2 ", 3), ("9" * 5000, 3), ("1.5", 3), ("\x00", 3)],
)
async def test_a_form_says_which_wording_it_shows(world: World, typed: str, number: int) -> None:
    assert read_number(typed, 3) == number


async def test_a_form_of_before_a_change_keeps_the_wording_that_was_read(world: World) -> None:
    await world.web("Bo Diaz", email="bo@example.org")
    loaded_before = {"email": "ana@example.org"}
    await edit(world, **NEW)
    await world.web("Ana Diaz", **loaded_before)
    await world.web("Cy Diaz", email="cy@example.org", v="2")
    await world.text("Di Diaz")
    assert [row["wording"] for row in await world.rows("wording")] == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("counted", "groups"),
    [
        ({1: 9, 2: 7}, [((1,), 9), ((2,), 7)]),
        ({1: 9, 2: 4}, [((1, 2), 13)]),
        ({1: 4, 2: 9}, [((1, 2), 13)]),
        ({1: 5, 2: 1, 3: 2, 4: 3, 5: 8}, [((1,), 5), ((2, 3, 4), 6), ((5,), 8)]),
        ({1: 5, 2: 1, 3: 8, 4: 4}, [((1,), 5), ((2, 3, 4), 13)]),
        ({1: 1, 2: 1}, [((1, 2), 2)]),
        ({2: 0, 3: 0}, [((2, 3), 0)]),
    ],
)
def test_no_wording_of_a_few_is_told_by_itself(
    counted: dict[int, int], groups: list[tuple[tuple[int, ...], int]]
) -> None:
    assert told(counted) == groups


async def test_verified_ones_are_counted_by_wording(world: World) -> None:
    await world.text("Bo Diaz", phone="+14065550101")
    await edit(world, **NEW)
    for n in range(3):
        await world.text(f"Ana {'ABC'[n]}lvarez", phone=f"+1406555011{n}")
    await world.web("Cy Diaz", email="cy@example.org", v="2")  # nobody has verified that
    async with world.database.read() as tx:
        assert await wordings.verified_of_later(tx, world.petition.id) == {2: 3}
        if world.database.engine == "sqlite":
            plan = await tx.fetch(
                "EXPLAIN QUERY PLAN SELECT wording, count(*) FROM signatures WHERE petition_id = 1"
                f" AND wording > 1 AND {where('verified')} GROUP BY wording"
            )
            assert "signatures_wording" in str([tuple(row) for row in plan])


async def test_whoever_signs_again_by_text_has_read_what_it_says_now(world: World) -> None:
    await world.text()
    await edit(world, **NEW)
    assert await world.text() == "again"
    assert [row["wording"] for row in await world.rows("wording")] == [2]

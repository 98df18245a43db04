"""One table of columns: what is written comes back, and what is personal is known."""

from __future__ import annotations

from dataclasses import fields

from server.core.signing import stored
from server.core.signing.columns import (
    BESIDES,
    PERSONAL,
    PERSONAL_BESIDES,
    TYPES,
    Columns,
    values_of,
)
from server.core.signing.signature import Signature
from tests.harness.world import NOW, World


def full(id_: int) -> Signature:
    """A signature with something different in every column."""
    values: dict[str, object] = {}
    for place, (field, kind) in enumerate(zip(fields(Columns), TYPES.values(), strict=True)):
        made = {"int": NOW + place, "text": f"words {place}", "blob": bytes([place]) * 16}
        values[field.name] = made[kind]
    return Signature(**values | {"id": id_, "petition_id": 1})  # type: ignore[arg-type]


def test_types_follow_from_the_lines_of_the_table() -> None:
    assert {c: TYPES[c] for c in ("id", "class", "name", "place_key", "verified_at")} == {
        "id": "int",
        "class": "text",
        "name": "text",
        "place_key": "blob",
        "verified_at": "int",
    }


async def test_every_column_comes_back_as_it_was_written(world: World) -> None:
    written = full(7)
    async with world.database.write() as tx:
        await stored.write(tx, [written])
        [read] = await stored.by_ids(tx, 1, [7])
        assert values_of(read) == values_of(written)
        changed = full(7)
        changed.name, changed.stored, changed.changed = None, True, True
        changed.created_at += 1
        await stored.write(tx, [changed])
        [read] = await stored.by_ids(tx, 1, [7])
    assert values_of(read) == values_of(changed)


async def test_the_table_has_every_column_of_the_store_that_a_decision_may_change(
    world: World,
) -> None:
    """Whoever adds a column to the store gives it a line, or says here who writes it."""
    async with world.database.write() as tx:
        await stored.write(tx, [full(7)])
    [row] = await world.rows()
    others = {"approved_at", "invalidation_id", "reminded_at"}  # the desk's
    gone = {"held_why"}  # rows of `holds` now
    assert set(row) == set(TYPES) | others | gone


async def test_the_table_of_what_is_said_besides_has_every_column_of_the_store(
    world: World,
) -> None:
    async with world.database.write() as tx:
        await tx.execute("INSERT INTO besides (petition_id, signature_id) VALUES (1, 7)")
        [row] = await tx.fetch("SELECT * FROM besides")
    others = {"approved_at"}  # the desk's
    assert set(dict(row)) == set(BESIDES) | others
    assert set(BESIDES) == set(PERSONAL_BESIDES) | {"petition_id", "signature_id"}


def test_withdrawing_erases_just_what_the_table_calls_personal() -> None:
    signature = full(7)
    signature.rejected_at = None
    before = {f.name: getattr(signature, f.name) for f in fields(Columns)}
    signature.withdraw(NOW)
    after = {f.name: getattr(signature, f.name) for f in fields(Columns)}
    others = {"held_at", "rejected_at", "absorbed_by"}
    assert {name for name, value in after.items() if value is None} == {*PERSONAL, *others}
    assert {"name", "postcode", "contact", "comment", "prefix_tag"} < set(PERSONAL)
    kept = before.keys() - {*PERSONAL, *others, "withdrawn_at"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


def test_of_what_was_taken_out_the_keys_stay_and_nothing_else() -> None:
    signature = full(7)
    signature.withdraw(NOW)
    kept = {name for name in PERSONAL if getattr(signature, name) is not None}
    assert kept == {"place_key", "contact_key", "person_key"}

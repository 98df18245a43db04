"""Deleting a draft: it is gone with all that was its own, and its id is not given again."""

from __future__ import annotations

import pytest

from server.core.petitions import petitions
from server.core.petitions.directory import Directory
from server.core.petitions.petitions import Petition
from server.core.upkeep import check, deleting, ending
from server.core.values.keys import Keys
from server.db import Database
from server.errors import NotFound
from tests.harness.world import NOW, World, draft


async def written(database: Database, slug: str = "pond") -> Petition:
    new = draft(slug=slug, keyword=slug.upper())
    async with database.write() as tx:
        id_ = await petitions.create(tx, new, reserved=frozenset(), salt=b"t" * 32, now=NOW)
        return (await petitions.all_petitions(tx))[id_]


async def delete(database: Database, petition: Petition) -> bool:
    async with database.write() as tx:
        return await deleting.delete_draft(tx, petition.id, NOW)


async def test_a_draft_is_gone_and_its_address_is_free(world: World) -> None:
    pond = await written(world.database)
    assert await delete(world.database, pond)
    assert not await delete(world.database, pond)  # pressed twice
    async with world.database.read() as tx:
        assert pond.id not in await petitions.all_petitions(tx)
        assert (await check.check(tx)).faults == []
        for table in (*deleting.OF_DRAFTS, *ending.DELETED):
            where = f"SELECT 1 AS one FROM {table} WHERE petition_id = :id"
            assert await tx.fetch_one(where, id=pond.id) is None, table
        assert await tx.fetch("SELECT 1 AS one FROM searched WHERE rowid = :id", id=pond.id) == []
    again = await written(world.database)
    assert again.slug == "pond"
    assert again.id > pond.id  # what the log says of the first is not of this one


async def test_what_was_open_or_is_signed_or_has_ended_stays(world: World) -> None:
    await world.web()
    assert not await delete(world.database, world.petition)
    pond = await written(world.database)
    async with world.database.write() as tx:
        await tx.execute("UPDATE signatures SET petition_id = :id", id=pond.id)
    assert not await delete(world.database, pond)
    fen = await written(world.database, "fen")
    async with world.database.write() as tx:
        await ending.end(tx, Keys("k" * 40), fen, NOW)
    assert not await delete(world.database, fen)
    async with world.database.read() as tx:
        assert len(await petitions.all_petitions(tx)) == 3


async def test_whoever_edits_a_draft_that_is_gone_is_told_so(world: World) -> None:
    pond = await written(world.database)
    await delete(world.database, pond)
    async with world.database.write() as tx:
        with pytest.raises(NotFound):
            await petitions.edit(tx, pond, draft(slug="fen", keyword="FEN"), frozenset(), now=NOW)


async def test_other_servers_see_a_draft_that_came_in_its_place(world: World) -> None:
    pond = await written(world.database)
    known = await Directory(world.database, lambda: NOW).refresh()
    assert known.by_slug["pond"].id == pond.id
    await delete(world.database, pond)
    again = await written(world.database)
    await known.refresh()
    assert known.by_slug["pond"].id == again.id


async def test_every_table_of_a_petition_is_thought_of(world: World) -> None:
    """Whoever adds one says in `deleting` or `ending` that a draft's rows go, or here why not."""
    sqlite = "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
    sqlite += " WHERE m.type = 'table' AND c.name = 'petition_id'"
    postgres = "SELECT table_name AS name FROM information_schema.columns"
    postgres += " WHERE column_name = 'petition_id' AND table_schema = 'public'"
    async with world.database.read() as tx:
        found = await tx.fetch(sqlite if world.database.engine == "sqlite" else postgres)
    never = {"signatures", "inbound"}  # of a draft there is none
    kept = {"audit"}
    deleted = {*deleting.OF_DRAFTS, *ending.DELETED}
    assert {row["name"] for row in found} == deleted | never | kept

"""Moving a live installation from SQLite to PostgreSQL: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.core.upkeep import check
from server.db import Database, moving, open_database
from server.db.group import GroupCommit
from server.errors import Misconfigured, StoreUnavailable
from tests.harness import product
from tests.harness.databases.postgres import Cluster
from tests.harness.databases.stores import Blanks
from tests.harness.people.signers import STORED, names, sign, signer
from tests.harness.world import NOW, World

pytestmark = pytest.mark.timeout(120)


@pytest.mark.slow
def test_a_server_under_load_is_moved_and_nobody_who_was_acknowledged_is_left_behind(
    tmp_path: Path, postgres: Cluster
) -> None:
    url = asyncio.run(postgres.create())
    data = tmp_path / "data"
    acknowledged: set[str] = set()
    stop = threading.Event()
    with product.running(data) as server:
        texted = server.command("sms", "simulate", "SIGN FACE Ana Diaz 59801")
        assert texted.returncode == 0

        def go_on(thread: int) -> None:
            number = thread * 10_000
            while not stop.is_set():
                number += 1
                if STORED in sign(server, signer(number)).text:
                    acknowledged.add(signer(number))

        threads = [threading.Thread(target=go_on, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        product.eventually(lambda: len(acknowledged) > 100)
        done = server.command("migrate-to", UNDERSIGNED_MIGRATE_TO=url)
        refused = sign(server, signer(99_999))
        stop.set()
        for thread in threads:
            thread.join()
        assert done.returncode == 0, done.stderr
        assert "signatures: " in done.stdout
        assert "start the servers again" in done.stdout
        assert "remove it once all goes well" in done.stdout
        assert refused.status == 503
        assert 'value="Signer ' in refused.text  # what was typed is kept
        assert server.get("/p/face").status == 200
    again = server.command("check")
    assert again.returncode == 1
    assert "has moved to PostgreSQL" in again.stderr
    with product.running(data, UNDERSIGNED_DATABASE_URL=url) as server:
        stored = names(url)
        assert acknowledged | {"Ana Diaz"} == set(stored)
        assert len(stored) == len(set(stored))
        assert STORED in sign(server, signer(99_999)).text
        assert server.command("check").returncode == 0


def test_a_move_that_is_killed_goes_on_where_it_was(tmp_path: Path, postgres: Cluster) -> None:
    url = asyncio.run(postgres.create())
    with product.running(tmp_path / "data") as server:
        for n in range(20):
            assert STORED in sign(server, signer(n)).text
        command = [sys.executable, "-m", "server", "--data", str(server.data), "migrate-to", url]
        first = subprocess.Popen(command, cwd=product.ROOT, stdout=subprocess.PIPE, text=True)
        assert first.stdout is not None
        for line in first.stdout:
            if line.startswith("signatures:"):
                break
        first.kill()
        first.communicate()
        assert STORED in sign(server, signer(20)).text  # the old place is still the right one
        done = server.command("migrate-to", url)
        assert done.returncode == 0, done.stderr
        assert sorted(names(url)) == sorted(signer(n) for n in range(21))


def test_a_target_that_cannot_be_reached_leaves_all_as_it_was(tmp_path: Path) -> None:
    with product.running(tmp_path / "data") as server:
        done = server.command("migrate-to", f"postgresql://nobody@/none?host={tmp_path}")
        assert done.returncode == 1
        assert "cannot reach PostgreSQL" in done.stderr
        assert "Traceback" not in done.stderr
        assert STORED in sign(server, signer(1)).text


@pytest.fixture
async def other(postgres: Cluster) -> AsyncIterator[Database]:
    """An empty PostgreSQL database."""
    database = await open_database(await postgres.create())
    yield database
    await database.close()


@pytest.fixture
async def database_url(blanks: Blanks, tmp_path: Path) -> str:
    """The worlds of this file are on SQLite."""
    return await blanks.sqlite(tmp_path / "test.db")


def quiet(line: str) -> None:
    assert line


async def test_rows_that_changed_or_went_after_they_were_copied_are_caught_up_with(
    world: World, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "ROWS_AT_ONCE", 3)
    for n in range(10):
        await world.web(name=signer(n))
    for name in ("Zoë a", "zoe b", "Ähre", "ahre c", "Z-d"):  # people's order is not the bytes'
        await world.text(name=name, phone="+14065550177")
    copying = moving._copy

    async def copy_then_change(
        source: Database, target: Database, table: moving.Table, say: moving.Say
    ) -> None:
        await copying(source, target, table, say)
        if table.name == "signatures":
            # By text these two become verified, and their contactless rows are absorbed.
            await world.text(name=signer(0))
            await world.text(name=signer(1), phone="+14065550188")
            await world.web(name="Brand New")
            async with world.database.write() as tx:
                await tx.execute("UPDATE petitions SET version = version + 1")

    monkeypatch.setattr(moving, "_copy", copy_then_change)
    moved = await moving.move(world.database, other, NOW, quiet)
    assert any(line.startswith("signatures: ") for line in moved)
    async with world.database.read() as here, other.read() as there:
        ours, theirs = await check.check(here), await check.check(there)
        indexes = await there.fetch("SELECT 1 FROM pg_indexes WHERE indexname LIKE 'moving%'")
    assert theirs.faults == []
    assert ours.figures == theirs.figures
    assert indexes == []
    with pytest.raises(StoreUnavailable, match="has moved"):
        await world.web(name="Too Late")
    # The new place takes over with the same keys: who has signed is known there.
    group = GroupCommit(other)
    group.start()
    there_now = World(other, group, world.petition, ids=world.ids)
    assert await there_now.web(name="Brand New") == "again"
    assert await there_now.web(name="Someone Else") == "new"
    await group.stop()


async def test_a_target_that_holds_somebody_elses_petition_is_refused(
    world: World, other: Database
) -> None:
    await other.migrate(NOW)
    async with other.write() as tx:
        await tx.execute(
            "INSERT INTO petitions (id, slug, keyword, language, country, postcode_rule,"
            " contact_rule, salt, version, created_at) VALUES"
            " (7, 'theirs', 'THEIRS', 'en', 'US', 'required', 'optional', :salt, 1, 1)",
            salt=b"x" * 32,
        )
    with pytest.raises(Misconfigured, match="not from here: theirs"):
        await moving.move(world.database, other, NOW, quiet)
    assert await world.web() == "new"


async def test_a_difference_that_remains_stops_the_move(
    world: World, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.web()

    async def forget_to(*_: object) -> None:
        pass

    monkeypatch.setattr(moving, "_catch_up", forget_to)
    monkeypatch.setattr(moving, "_copy", forget_to)
    with pytest.raises(Misconfigured, match="differs"):
        await moving.move(world.database, other, NOW, quiet)
    assert await world.web(name="Still Here") == "new"

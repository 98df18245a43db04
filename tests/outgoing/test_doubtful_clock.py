"""A clock that is wrong when a server starts: nothing is erased, opened or closed by it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

import pytest

from server.app import running
from server.config import load
from server.core.upkeep import heartbeat
from server.outgoing import loops
from server.services import Services
from tests.harness import product
from tests.harness.product import Server
from tests.harness.texts.phones import text_door
from tests.harness.world import NOW

DAY = 86_400


#: In the log, once each.
SAID = ("is far ahead of the last time", "is behind the last time", "is believed again")


async def kept(services: Services) -> int:
    """How many texts still have their words."""
    async with services.database.read() as tx:
        row = await tx.fetch_one("SELECT count(body) AS n FROM inbound")
    return row["n"] if row else 0


async def by_time(services: Services) -> None:
    """One round of the worker's."""
    await loops._by_time(services)


async def test_nothing_is_erased_while_the_clock_is_not_believed(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with text_door(database_url) as phones:
        services = phones.services
        await phones.text("LAKE Ana Diaz 59801")
        await by_time(services)  # a beat: it is known what time it is
        for wrong in (NOW + 400 * DAY, NOW - 400 * DAY):
            phones.now = wrong
            for _ in range(2):
                await by_time(services)
            assert await kept(services) == 1
        phones.now = NOW + 60
        await by_time(services)
        async with services.database.write() as tx:
            phones.now = NOW + 400 * DAY
            await heartbeat.beat(tx, phones.now)  # as the command does
        await by_time(services)
        assert await kept(services) == 0
    said = [record.getMessage() for record in caplog.records if "clock" in record.getMessage()]
    assert [words in line for words, line in zip(SAID, said, strict=True)] == [True] * 3


async def test_a_server_that_wakes_long_after_the_last_beat_does_first_what_is_due(
    database_url: str,
) -> None:
    async with text_door(database_url) as phones:
        await phones.text("LAKE Ana Diaz 59801")
        settings = phones.services.settings
        async with phones.services.database.write() as tx:
            await tx.execute("UPDATE inbound SET received_at = 1000")
            await heartbeat.beat(tx, int(time.time()) - heartbeat.SLEPT_SECONDS - 5)
    environ = {
        "UNDERSIGNED_DATABASE_URL": settings.database_url,
        "UNDERSIGNED_SECRET_KEY": settings.secret_key,
    }
    async with running(load(environ), with_worker=False) as services:
        assert await kept(services) == 0


def beats(server: Server, at: int) -> None:
    """As if a worker had noted that time last."""

    async def write() -> None:
        from server.db import open_database

        database = await open_database(f"sqlite:///{server.store}")
        async with database.write() as tx:
            await heartbeat.beat(tx, at)
        await database.close()

    asyncio.run(write())


def test_the_command_says_that_the_clock_is_not_believed_and_an_operator_confirms_it(
    tmp_path: Path,
) -> None:
    token = {"UNDERSIGNED_METRICS_TOKEN": "t" * 32}
    with product.running(tmp_path / "data", **token) as server:

        def doubtful() -> bool:
            answer = server.get("/metrics", Authorization=f"Bearer {'t' * 32}")
            return "\nundersigned_clock_doubtful 1.0" in answer.text

        with contextlib.suppress(AssertionError):
            product.eventually(lambda: server.command("clock").stdout.count("UTC") == 2)
        assert not doubtful()
        assert server.command("clock").returncode == 0
        beats(server, int(time.time()) - 40 * DAY)
        assert doubtful()
        told = server.command("clock")
        assert told.returncode == 1
        assert "undersigned clock --confirm" in told.stdout
        assert server.command("clock", "--confirm").returncode == 0
        assert not doubtful()
        assert server.command("clock").returncode == 0

"""The clock beside the doors: what a text gets before and after, and a server that was down."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from server.app import running
from server.config import load
from server.core.petitions.schedule import Schedule
from server.outgoing import loops
from tests.harness.texts.phones import Phones, text_door
from tests.harness.world import NOW

DAY = 86_400
OPENS, CLOSES = (NOW // 60 * 60 + n * DAY for n in (1, 2))


def times(opens: int, closes: int) -> Schedule:
    moments = (datetime.fromtimestamp(at, UTC) for at in (opens, closes))
    return Schedule("Etc/UTC", *(f"{moment:%Y-%m-%d %H:%M}" for moment in moments))


async def said(phones: Phones, now: int, body: str = "SIGN POND Ana Diaz 59801") -> str:
    phones.now = now
    return await phones.text(body, f"+1406555{phones.count + 2000}") or ""


async def test_by_text_the_second_decides_though_the_worker_sleeps(database_url: str) -> None:
    async with text_door(database_url) as phones:
        plan = times(OPENS, CLOSES)
        await phones.add_petition(slug="pond", keyword="POND", schedule=plan)  # opened by hand
        assert (await said(phones, CLOSES - 1)).startswith("Thank you, Ana Diaz")
        for body in (
            "SIGN POND Ana Diaz 59801",
            "SIGN POND",
            "POND Bo Lee 59801 and Cy Moss 59802",
        ):
            answer = await said(phones, CLOSES, body)
            assert answer.startswith("POND is closed and takes no more signatures")
        assert "LAKE" in await said(phones, CLOSES, "LIST")
        assert "POND" not in await said(phones, CLOSES, "LIST")


async def test_before_it_opens_a_text_gets_what_it_gets_for_a_draft(database_url: str) -> None:
    async with text_door(database_url) as phones:
        await phones.add_petition(slug="pond", keyword="POND", schedule=times(OPENS, CLOSES))
        async with phones.services.database.write() as tx:
            await tx.execute("UPDATE petitions SET opened_at = NULL, version = 9 WHERE id = 2")
        await phones.services.directory.refresh()
        draft = await said(phones, OPENS - 1)
        assert "POND" not in draft
        phones.now = OPENS
        await loops.do_chores(phones.services)
        assert "POND" in await said(phones, OPENS)


async def test_a_server_that_was_down_has_caught_up_before_it_answers(database_url: str) -> None:
    async with text_door(database_url) as phones:
        await phones.add_petition(slug="pond", keyword="POND", schedule=times(OPENS, CLOSES))
        settings = phones.services.settings
        async with phones.services.database.write() as tx:
            await tx.execute("UPDATE petitions SET closes_at = :at", at=int(time.time()) - 5)
    environ = {
        "UNDERSIGNED_DATABASE_URL": settings.database_url,
        "UNDERSIGNED_SECRET_KEY": settings.secret_key,
    }
    async with running(load(environ), with_worker=False) as services:
        assert {p.state for p in services.directory.by_id.values()} == {"closed"}
        async with services.database.read() as tx:
            rows = await tx.fetch("SELECT closed_at FROM petitions")
        assert all(row["closed_at"] for row in rows)

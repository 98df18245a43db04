"""Signers who were asked whether an office has answered, and what everybody may know of it: weeks
pass in a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from server.core.letters.heard import asking, public
from server.core.values.ids import Ids
from server.db import Database, open_database
from tests.harness.web.site import Site

DAY = 86_400
_IDS = Ids(998)


def three_weeks_later(site: Site, slug: str) -> None:
    """The letters of a petition were taken three weeks ago, and their signers are to be asked."""
    moved = "UPDATE letters SET accepted_at = accepted_at - :seconds"
    site.change(moved, slug, 22 * DAY)
    _on(site, _queue)


def next_day(site: Site) -> None:
    """What everybody may know is made anew."""
    _on(site, _publish)


async def _queue(database: Database) -> None:
    now = int(time.time())
    await asking.queue_questions(database, lambda: _IDS.next(time.time()), now)


async def _publish(database: Database) -> None:
    async with database.write() as tx:
        await public.show_answers(tx, await public.count_answers(tx))


def _on(site: Site, act: Callable[[Database], Awaitable[None]]) -> None:
    async def run() -> None:
        database = await open_database(site.url)
        try:
            await act(database)
        finally:
            await database.close()

    asyncio.run(run())

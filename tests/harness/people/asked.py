"""Signers who were asked whether an office has answered, and what everybody may know of it: weeks
pass in a moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

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


#: Of so many letters to an office so many signers say that it answered, so many that it did not,
#: and so many answers came to us.
Had = tuple[int, int, int, int]


def letters_of_many(site: Site, slug: str, offices: Mapping[str, Had]) -> None:
    """Letters that offices have had for a petition, by name; what everybody may know is made."""
    _on(site, partial(_write, slug=slug, offices=offices))
    next_day(site)


async def _write(database: Database, slug: str, offices: Mapping[str, Had]) -> None:
    now = int(time.time())
    async with database.write() as tx:
        for name, (letters, yes, no, ours) in offices.items():
            for n in range(letters):
                await tx.execute(
                    "INSERT INTO letters (id, petition_id, sender_key, office, office_name,"
                    " office_address, channel, state, language, subject, own_words, created_at,"
                    " due_at, accepted_at, said, answered_at)"
                    " SELECT :id, id, :key, :office, :name, '', 'smtp', 'done', 'en', '', 1, :now,"
                    " :now, :now, CAST(:said AS TEXT), CAST(:answered AS BIGINT)"
                    " FROM petitions WHERE slug = :slug",
                    id=_IDS.next(now),
                    key=b"%d" % n,
                    office=f"mail {name}",
                    name=name,
                    now=now - 30 * DAY,
                    said="yes" if n < yes else "no" if n < yes + no else None,
                    answered=now - 30 * DAY + (n + 5) * DAY if n < ours else None,
                    slug=slug,
                )


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

"""What a list of many petitions asks of the database, and of memory: as much as one of few."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from server.db import Database
from server.services import Services
from server.web.http.pages import Pages
from server.web.public.listing import LISTS_KEPT, Listing
from server.web.public.site import Site
from tests.harness.databases.stores import Away, Counting
from tests.harness.people.many import petitions_in
from tests.harness.texts.phones import text_door


class Noting:
    """A store that notes the statements of those who read it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.statements: list[str] = []

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Any]:
        async with self._database.read() as tx:
            counting = Counting(tx)
            yield counting
            self.statements += counting.statements


async def ask(listing: Listing, query: str = "", path: str = "/?") -> tuple[dict[Any, Any], str]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "GET", "headers": [], "language": None}
    scope |= {"page": path, "query_string": query.encode()}
    await listing.index(scope, None, send)  # type: ignore[arg-type]
    return dict(sent[0]["headers"]), sent[1]["body"].decode()


@asynccontextmanager
async def site_with(url: str, number: int) -> AsyncIterator[tuple[Services, Listing]]:
    async with text_door(url) as phones:
        services = phones.services
        await petitions_in(services.database, number, days=3)
        await services.directory.refresh()
        yield services, Listing(Site(services, Pages()))


@pytest.mark.parametrize("number", [3, 130])
async def test_a_list_is_one_query_however_many_petitions_it_has(
    database_url: str, number: int
) -> None:
    async with site_with(database_url, number) as (services, listing):
        store: Any = Noting(services.database)
        kept, services.database = services.database, store
        for query, queries in (("", 1), ("by=most", 2), ("q=case", 2), ("q=case&by=most", 2)):
            store.statements.clear()
            _, page = await ask(listing, query)
            assert page.count("<li>") == min(number + ("q" not in query), 50), query
            assert len(store.statements) == queries, store.statements
        services.database = kept


async def test_while_the_store_is_away_the_first_page_has_the_last_known_figures(
    database_url: str,
) -> None:
    async with site_with(database_url, 3) as (services, listing):
        _, page = await ask(listing)
        assert "may be old" not in page
        store: Any = Away(services.database)
        kept, services.database = services.database, store
        store.away = True
        _, late = await ask(listing)
        assert late.count("may be old") == 4
        _, by_most = await ask(listing, "by=most")
        assert by_most.count("<li>") == 4
        services.database = kept


async def test_what_people_look_for_pushes_no_petition_out_of_memory(database_url: str) -> None:
    async with site_with(database_url, 3) as (_, listing):
        await ask(listing)
        kept = listing._site.pages.last("/?")
        for number in range(LISTS_KEPT + 20):
            await ask(listing, f"q=case+{number}")
        assert listing._site.pages.last("/?") is kept
        assert len(listing._queried._pages) == LISTS_KEPT


async def test_a_change_of_one_figure_makes_the_page_anew_and_no_change_does_not(
    database_url: str,
) -> None:
    async with site_with(database_url, 3) as (services, listing):
        first, page = await ask(listing)
        assert (await ask(listing))[0] == first
        async with services.database.write() as tx:
            await tx.execute("UPDATE counts SET n = n + 1000000 WHERE class = 'sms'")
        second, later = await ask(listing)
        assert second[b"etag"] != first[b"etag"]
        assert later != page

"""A copy that was made just before somebody took something back, by whatever door, revives nobody.

It is put back beside the tombstones of the server that went on, and served.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import AsyncMock
from urllib.parse import urlsplit

import pytest

from server.core.counting.counts import Figures
from server.core.desk.signers import invalidation
from server.core.desk.signers.conditions import Condition
from server.core.upkeep import check, replay
from server.db import Outside, Transaction
from server.db.sqlite import sqlite3
from server.services import Services
from tests.attacks import lives
from tests.attacks.house import House, house
from tests.attacks.lives import Life
from tests.harness.databases.postgres import Cluster
from tests.harness.mail.smtp import PostOffice

LIVES: list[Life] = [
    lives.slip,
    lives.code_and_contact,
    lives.not_me,
    lives.undo,
    lives.remove_me,
    lives.by_call,
    lives.erased_of_the_web,
    lives.erased_of_a_phone,
]
MORE: list[Life] = [
    lives.code_and_link,
    lives.not_me_of_two_forms,
    lives.not_me_and_back,
    lives.undo_by_a_gateway_that_sends_by_itself,
    lives.undo_of_web,
    lives.undo_of_what_is_pending,
    lives.news_and_undo,
    lives.on_a_screen,
]


@dataclass
class Copier:
    """Stands before the tombstones, and makes a copy just before the first of them is noted."""

    behind: Outside
    source: str
    folder: Path
    cluster: Cluster | None
    made: list[str] = field(default_factory=list)

    async def note(self, tx: Transaction) -> None:
        if not self.made:
            await self.copy()
        await self.behind.note(tx)

    async def copy(self) -> None:
        self.made.append(await (self._dumped() if self.cluster else self._copied()))

    async def close(self) -> None:
        await self.behind.close()

    async def _copied(self) -> str:
        """As `undersigned backup` does it."""
        (self.folder / "back").mkdir()
        path = self.folder / "back" / "store.db"

        def copy() -> None:
            with closing(sqlite3.connect(self.folder / "store.db")) as store:
                store.execute("VACUUM INTO ?", (str(path),))

        await asyncio.to_thread(copy)
        return f"sqlite:///{path}"

    async def _dumped(self) -> str:
        assert self.cluster
        cluster, url = self.cluster, await self.cluster.create(like="template0")
        dump = str(cluster.folder / f"{urlsplit(url).path.strip('/')}.dump")
        await asyncio.to_thread(cluster.run, "pg_dump", "-Fc", "-f", dump, "-d", self.source)
        await asyncio.to_thread(cluster.run, "pg_restore", "--exit-on-error", "-d", url, dump)
        return url


@pytest.fixture
async def home(
    database_url: str, office: PostOffice, tmp_path: Path, said: Path
) -> AsyncIterator[House]:
    async with house(database_url, office, tmp_path, said) as home:
        yield home


async def figures(home: House) -> Figures:
    async with home.services.database.read() as tx:
        report = await check.check(tx)
    assert report.faults == []
    return report.figures["lake"]


async def lived(request: pytest.FixtureRequest, home: House, life: Life) -> str:
    """The URL of the copy that was made before it was taken back."""
    database = home.services.database
    cluster = request.getfixturevalue("postgres") if database.engine == "postgres" else None
    assert database.outside
    url = home.services.settings.database_url
    copier = database.outside = Copier(database.outside, url, home.folder, cluster)
    await life(home)
    if not copier.made:  # nothing left a tombstone
        await copier.copy()
    await home.later()
    [copy] = copier.made
    return copy


@asynccontextmanager
async def put_back(home: House, copy: str) -> AsyncIterator[House]:
    """The copy, served beside the tombstones."""
    kept = {"UNDERSIGNED_TOMBSTONES": str(home.folder / "tombstones")}
    async with house(copy, home.office, home.folder / "back", home.log, **kept) as restored:
        restored.phones.now = home.phones.now
        await restored.later()
        yield restored


@pytest.mark.parametrize(
    "life",
    [*LIVES, *(pytest.param(life, marks=pytest.mark.full) for life in MORE)],
    ids=lambda life: life.__name__,
)
async def test_nobody_is_revived(request: pytest.FixtureRequest, home: House, life: Life) -> None:
    copy = await lived(request, home, life)
    assert await home.traces() == {}
    async with put_back(home, copy) as restored:
        assert await restored.traces() == {}
        assert await figures(restored) == await figures(home)


async def test_what_an_organizer_takes_out_after_the_copy_has_to_be_taken_out_again(
    request: pytest.FixtureRequest, home: House
) -> None:
    copy = await lived(request, home, lives.by_text)
    services = home.services

    async def take_out(services: Services) -> None:
        async with services.database.write() as tx:
            await tx.execute(
                "INSERT INTO organizers (id, name, password_hash, created_at)"
                " VALUES (1, 'jo', '', 0)"
            )
            await invalidation.ask(tx, 1, Condition(class_="sms"), "Invented", 1, services.now())
        assert await invalidation.work(services.database, services.now())

    await take_out(services)
    assert (await figures(home)).verified == 0
    async with put_back(home, copy) as restored:
        assert (await figures(restored)).verified == 1
        await take_out(restored.services)
        assert await figures(restored) == await figures(home)


async def test_what_is_not_done_again_is_found(
    request: pytest.FixtureRequest, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = await lived(request, home, lives.undo)
    monkeypatch.setattr(replay, "again", AsyncMock())
    async with put_back(home, copy) as restored:
        assert await restored.traces() != {}

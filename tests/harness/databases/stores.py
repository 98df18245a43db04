"""Stores that are new, count what is asked of them, are away, or come from an earlier version."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from server.db import Database, Transaction, Value, open_database, shared
from server.db.migrations import Migration, migrations
from server.errors import StoreUnavailable
from tests.harness.databases.postgres import Cluster
from tests.harness.world import NOW


class Counting:
    """A transaction that notes the statements that it is given."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.statements: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._tx, name)
        if name not in {"fetch", "fetch_one", "execute"}:
            return found

        def noted(sql: str, /, **values: Value) -> Any:
            self.statements.append(sql)
            return found(sql, **values)

        return noted


class Away:
    """A store that can be away, and counts how often it is read."""

    def __init__(self, database: Database) -> None:
        self._database, self.away, self.reads = database, False, 0

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Any]:
        self.reads += 1
        if self.away:
            raise StoreUnavailable("away")
        async with self._database.read() as tx:
            yield tx


class Blanks:
    """Makes stores whose schema is up to date as copies of one, each engine's made once."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "blank.db"
        self._like: dict[Cluster, str] = {}

    async def sqlite(self, path: Path) -> str:
        """The URL of a new store in that file."""
        if not self._file.exists():
            await _migrated(f"sqlite:///{self._file}")
        shutil.copy(self._file, path)  # with its mode; its log was emptied into it
        return f"sqlite:///{path}"

    async def postgres(self, cluster: Cluster) -> str:
        """The URL of a new store on that server."""
        if cluster not in self._like:
            url = await cluster.create()
            await _migrated(url)
            self._like[cluster] = urlsplit(url).path.strip("/")
        return await cluster.create(self._like[cluster])


async def _migrated(url: str) -> None:
    database = await open_database(url)
    await database.migrate(NOW)
    await database.close()


@asynccontextmanager
async def older(url: str, step: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A database as the version made it whose last step that was, with one petition."""

    def before(engine: str) -> Iterator[Migration]:
        return (m for m in migrations(engine) if m.number <= step)

    database = await open_database(url)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(shared, "migrations", before)
            await database.migrate(NOW)
        async with database.write() as tx:
            await tx.execute(
                "INSERT INTO petitions (id, slug, keyword, language, country, postcode_rule,"
                " contact_rule, salt, version, created_at)"
                " VALUES (1, 'lake', 'LAKE', 'en', 'US', 'required', 'optional', :salt, 1, 1)",
                salt=b"s" * 32,
            )
        yield database
    finally:
        await database.close()

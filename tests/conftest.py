"""What every test may use: fixtures alone. What tests import lies in `tests/harness`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from server.db import Database, open_database
from tests.harness import product
from tests.harness.postgres import Cluster, cluster
from tests.harness.world import NOW, World, world_in

PLUGINS = ("alone", "figures", "left_out", "logs", "order", "skips")
# Their functions are called by a test: what fails in them is told with its values.
pytest.register_assert_rewrite("tests.web.presses")
pytest_plugins = ["pytester", *(f"tests.harness.plugins.{name}" for name in PLUGINS)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A running PostgreSQL for the whole run of the tests."""
    with cluster() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Where a new, empty store of each engine is."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    made: Cluster = request.getfixturevalue("postgres")
    url = await made.create()
    yield url
    await made.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty store of each engine, its schema up to date."""
    database = await open_database(database_url)
    await database.migrate(NOW)
    yield database
    await database.close()


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    """One open petition in a store of each engine."""
    world = await world_in(database)
    yield world
    await world.group.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[product.Server]:
    """The demo, running as `make run` runs it; shared by the tests of one file."""
    with product.running(tmp_path_factory.mktemp("server") / "data") as server:
        yield server

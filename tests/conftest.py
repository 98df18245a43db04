"""What every test may use: fixtures alone. What tests import lies in `tests/harness`."""

from __future__ import annotations

import compileall
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from server.db import Database, open_database
from tests.harness import examples, product
from tests.harness.databases.postgres import Cluster, cluster
from tests.harness.databases.stores import Blanks
from tests.harness.world import World, world_in

if TYPE_CHECKING:
    from tests.harness.mail.smtp import PostOffice

PLUGINS = ("alone", "engines", "figures", "left_out", "logs", "order", "skips")
# Their functions are called by a test: what fails in them is told with its values.
pytest.register_assert_rewrite("tests.web.presses")
pytest_plugins = ["pytester", *(f"tests.harness.plugins.{name}" for name in PLUGINS)]
settings.load_profile(examples.QUARTER)  # unless `--hypothesis-profile` says otherwise


def pytest_configure(config: pytest.Config) -> None:
    """Each start of the server would compile it anew where Python may write no bytecode."""
    if not hasattr(config, "workerinput"):  # once, not in each process
        for package in ("server", "sms"):
            compileall.compile_dir(product.ROOT / package, quiet=2)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A running PostgreSQL for the whole run of the tests."""
    with cluster() as made:
        yield made


@pytest.fixture(scope="session")
def blanks(tmp_path_factory: pytest.TempPathFactory) -> Blanks:
    """Of each engine, a store whose schema is up to date: copied, not made anew for each test."""
    return Blanks(tmp_path_factory.mktemp("blanks"))


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(
    request: pytest.FixtureRequest, blanks: Blanks, tmp_path: Path
) -> AsyncIterator[str]:
    """Where a new store of each engine is: its schema is up to date, and nothing is in it."""
    if request.param == "sqlite":
        yield await blanks.sqlite(tmp_path / "test.db")
        return
    made: Cluster = request.getfixturevalue("postgres")
    url = await blanks.postgres(made)
    yield url
    await made.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
async def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Where a store of each engine is to be made: no schema is in it yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    made: Cluster = request.getfixturevalue("postgres")
    url = await made.create()
    yield url
    await made.drop(url)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A mail server, which keeps what it gets."""
    from tests.harness.mail.smtp import post_office  # (few tests send mail)

    with post_office() as office:
        yield office


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty store of each engine, its schema up to date."""
    database = await open_database(database_url)
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

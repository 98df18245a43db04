"""What every test may use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server.core.counting import counts
from server.core.petitions import petitions
from server.core.petitions.petitions import DecisionMaker, Draft, Petition, Text
from server.core.signing import signatures
from server.core.signing.decide import Outcome, Signing
from server.core.values.ids import Ids
from server.core.values.keys import Keys
from server.db import Database, open_database
from server.db.group import GroupCommit
from tests.harness import product
from tests.harness.postgres import Cluster, cluster

pytest_plugins = ["pytester", "tests.harness.plugin_skips"]

NOW = 1_800_000_000
PHONE = "+14065550123"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A running PostgreSQL for the whole run of the tests."""
    with cluster() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new, empty store of each engine is."""
    if request.param == "postgres":
        made: Cluster = request.getfixturevalue("postgres")
        return await made.create()
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty store of each engine, its schema up to date."""
    database = await open_database(database_url)
    await database.migrate(NOW)
    yield database
    await database.close()


@dataclass
class World:
    """One open petition, and short ways to sign it."""

    database: Database
    group: GroupCommit
    petition: Petition
    keys: Keys = field(default_factory=lambda: Keys("k" * 40))
    ids: Ids = field(default_factory=lambda: Ids(1))
    now: int = NOW

    def signing(self, name: str = "Ana Diaz", postcode: str = "59801", **values: str) -> Signing:
        """What the web door makes of such a form."""
        return signatures.web_signing(
            self.petition,
            {"name": name, "postcode": postcode, **values},
            keys=self.keys,
            country="US",
            language="en",
            id_=self.ids.next(self.now),
            now=self.now,
        )

    async def sign(self, signing: Signing) -> Outcome:
        return await signatures.sign(self.group, signing)

    async def web(self, name: str = "Ana Diaz", postcode: str = "59801", **values: str) -> Outcome:
        return await self.sign(self.signing(name, postcode, **values))

    async def text(
        self, name: str = "Ana Diaz", postcode: str = "59801", phone: str = PHONE
    ) -> Outcome:
        signing = signatures.text_signing(
            self.petition,
            name=name,
            postcode=postcode,
            phone=phone,
            keys=self.keys,
            language="en",
            id_=self.ids.next(self.now),
            now=self.now,
        )
        return await signatures.sign(self.group, signing)

    async def figures(self) -> counts.Figures:
        async with self.database.read() as tx:
            return await counts.figures(tx, self.petition.id)

    async def rows(self, columns: str = "*") -> list[dict[str, object]]:
        async with self.database.read() as tx:
            rows = await tx.fetch(f"SELECT {columns} FROM signatures ORDER BY id")
        return [dict(row) for row in rows]


def draft(**changes: object) -> Draft:
    """A petition that is well formed, with changes."""
    values: dict[str, object] = {
        "slug": "lake",
        "keyword": "LAKE",
        "language": "en",
        "country": "US",
        "texts": {"en": Text("Keep the lake clean", "Please.\n\nKeep it clean.")},
        "decision_makers": (DecisionMaker("Jo Marsh", "Mayor", "+1 406 555 0140"),),
    }
    return Draft(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    async with database.write() as tx:
        id_ = await petitions.create(
            tx, draft(), reserved=frozenset(), salt=b"s" * 32, now=NOW - 100
        )
        await petitions.open_(tx, id_, NOW - 90)
    async with database.read() as tx:
        petition = (await petitions.all_petitions(tx))[id_]
    group = GroupCommit(database)
    group.start()
    yield World(database, group, petition)
    await group.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[product.Server]:
    """The demo, running as `make run` runs it; shared by the tests of one file."""
    with product.running(tmp_path_factory.mktemp("server") / "data") as server:
        yield server

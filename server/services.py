"""What the doors and the worker share: one of each, made at start by `app.create_app`."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from server import metrics
from server.config import Settings
from server.core.floods.alarms import RecentAlarms
from server.core.floods.day_key import DayKey
from server.core.floods.watch import Watching
from server.core.petitions.directory import Directory
from server.core.upkeep import fingerprint, tombstones
from server.core.upkeep.heartbeat import Doubt
from server.core.upkeep.tombstones import Tombstones
from server.core.values.ids import Ids
from server.core.values.keys import Keys
from server.db import Database, open_database
from server.db.group import GroupCommit
from server.words.render import Renderer
from sms import Gateway


@dataclass(slots=True)
class Services:
    """Open it with `open_services`; close it with `close`, which first stores what waits."""

    settings: Settings
    database: Database
    group: GroupCommit
    keys: Keys
    gateways: Mapping[str, Gateway]
    tombstones: Tombstones | None = None
    ids: Ids = field(default_factory=lambda: Ids(secrets.randbits(10)))
    renderer: Renderer = field(default_factory=Renderer)
    clock: Callable[[], float] = time.time
    chance: Callable[[], float] = random.SystemRandom().random
    #: Texts of one phone are taken one after the other, by whatever door they come.
    turns: WeakValueDictionary[bytes, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    #: Why the clock of this machine is not believed, if it is not.
    doubt: Doubt | None = None
    directory: Directory = field(init=False)
    watch: Watching = field(init=False)
    alarms: RecentAlarms = field(init=False)
    day_key: DayKey = field(init=False)

    def __post_init__(self) -> None:
        def now() -> float:
            return self.clock()  # which a test may set

        self.directory = Directory(self.database, now)
        self.watch = Watching(self.database, now)
        self.alarms = RecentAlarms(self.database, now)
        self.day_key = DayKey(self.database, now, secrets.token_bytes)

    def now(self) -> int:
        """UTC seconds."""
        return int(self.clock())

    def new_id(self) -> int:
        return self.ids.next(self.clock())

    async def close(self) -> None:
        await self.group.stop()
        await self.database.close()


async def open_services(
    settings: Settings,
    gateways: Callable[[Settings, Keys], Mapping[str, Gateway]],
    *,
    on_broken: Callable[[], None] = lambda: None,
) -> Services:
    """Open the store, bring its schema up to date and read the petitions."""
    keys = Keys(settings.secret_key)
    carriers = gateways(settings, keys)
    database = await open_database(settings.database_url, new=False)
    await database.migrate(int(time.time()))
    await fingerprint.check(database, keys)
    kept = tombstones.kept_at(settings.tombstones_place, keys, time.time, secrets.token_bytes)
    await tombstones.check(database, kept)
    database.outside = kept
    group = GroupCommit(
        database,
        queue_limit=settings.queue_limit,
        on_broken=on_broken,
        observe=metrics.committed,
    )
    group.start()
    services = Services(settings, database, group, keys, carriers, kept)
    await services.directory.refresh()
    return services

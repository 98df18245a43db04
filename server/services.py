"""What the doors and the worker share: one of each, made at start by `app.create_app`."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from server import metrics
from server.config import Settings
from server.core.counting.counts import DAY
from server.core.floods import alarms, limits
from server.core.floods.alarms import Alarm
from server.core.floods.watch import Watch, history
from server.core.petitions.petitions import Directory
from server.core.values.ids import Ids
from server.core.values.keys import Keys
from server.db import Database, open_database
from server.db.group import GroupCommit
from server.errors import StoreUnavailable
from server.words.render import Renderer
from sms import Gateway

REFRESH_SECONDS = 1.0
LEARN_SECONDS = 600.0
ALARM_SECONDS = 60.0
PATIENCE_SECONDS = 1.0  # how long somebody who reads waits for the store


@dataclass(slots=True)
class Services:
    """Open it with `open_services`; close it with `close`, which first stores what waits."""

    settings: Settings
    database: Database
    group: GroupCommit
    keys: Keys
    ids: Ids
    directory: Directory
    renderer: Renderer
    gateways: dict[str, Gateway] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random
    #: Texts of one phone are taken one after the other, by whatever door they come.
    turns: WeakValueDictionary[bytes, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _watch: Watch = field(default_factory=Watch)
    _learnt: dict[int, float] = field(default_factory=dict)
    _alarms: dict[int, tuple[float, list[Alarm]]] = field(default_factory=dict)
    _refreshed: float = float("-inf")
    _day_key: tuple[int, bytes] = (0, b"")

    def now(self) -> int:
        """UTC seconds."""
        return int(self.clock())

    def new_id(self) -> int:
        return self.ids.next(self.clock())

    async def day_key(self) -> bytes:
        """The key of this UTC day for the prefixes of addresses."""
        now = self.now()
        day, key = self._day_key
        if day != now // DAY:
            async with self.database.write() as tx:
                key = await limits.daily_key(tx, now, secrets.token_bytes(32))
            self._day_key = (now // DAY, key)
        return key

    async def watch(self, petition_id: int) -> Watch:
        """The last web signings, by which floods are told, beside what the petition was before."""
        now = time.monotonic()
        if now > self._learnt.get(petition_id, 0):
            self._learnt[petition_id] = now + LEARN_SECONDS  # the others go on with what is known
            with suppress(StoreUnavailable, TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS), self.database.read() as tx:
                    self._watch.learn(petition_id, await history(tx, petition_id))
        return self._watch

    async def alarms(self, petition_id: int) -> list[Alarm]:
        """What is out of proportion, at most `ALARM_SECONDS` old: the search reads many rows."""
        looked, found = self._alarms.get(petition_id, (float("-inf"), []))
        now = time.monotonic()
        if now - looked > ALARM_SECONDS:
            async with self.database.read() as tx:
                found = await alarms.alarms(tx, petition_id, self.now())
            self._alarms[petition_id] = now, found
        return found

    async def petitions(self) -> Directory:
        """All petitions, at most `REFRESH_SECONDS` behind other processes; the last known ones
        while the store is slow or away."""
        now = time.monotonic()
        if now - self._refreshed > REFRESH_SECONDS:
            self._refreshed = now  # one caller looks; the others have the last ones meanwhile
            with suppress(StoreUnavailable, TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self.directory.refresh()
        return self.directory

    async def reload_petitions(self) -> Directory:
        """All petitions as they are stored now; call it after an edit."""
        await self.directory.refresh()
        return self.directory

    async def close(self) -> None:
        await self.group.stop()
        await self.database.close()


async def open_services(
    settings: Settings, *, on_broken: Callable[[], None] = lambda: None
) -> Services:
    """Open the store, bring its schema up to date and read the petitions."""
    database = await open_database(settings.database_url)
    await database.migrate(int(time.time()))
    group = GroupCommit(
        database,
        queue_limit=settings.queue_limit,
        on_broken=on_broken,
        observe=metrics.committed,
    )
    group.start()
    services = Services(
        settings=settings,
        database=database,
        group=group,
        keys=Keys(settings.secret_key),
        ids=Ids(secrets.randbits(10)),
        directory=Directory(database),
        renderer=Renderer(),
    )
    await services.reload_petitions()
    return services

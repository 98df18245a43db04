"""Alarms are looked for once a minute."""

from __future__ import annotations

import pytest

from server.core.desk.signers import moderation
from server.core.floods.alarms import ALARM_SECONDS, RecentAlarms
from server.errors import StoreUnavailable
from tests.harness.databases.stores import Away
from tests.harness.world import World


async def test_an_alarm_is_known_a_minute_later_at_most(world: World) -> None:
    now = 0.0
    alarms = RecentAlarms(world.database, lambda: now)
    assert await alarms(1) == []
    for name in ("Ana Diaz", "Bo Lee"):
        await world.web(name, "59801")
    async with world.database.write() as tx:
        await moderation.set_populations(tx, 1, {"59801": 1})
    now += ALARM_SECONDS - 1
    assert await alarms(1) == []
    assert await alarms(2) == []  # each petition has its own
    now += 1
    assert [(a.kind, a.label, a.n) for a in await alarms(1)] == [("people", "59801", 2)]


async def test_a_store_that_is_away_is_no_sign_that_all_is_well(world: World) -> None:
    store = Away(world.database)
    alarms = RecentAlarms(store, lambda: 0.0)  # type: ignore[arg-type]
    store.away = True
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await alarms(1)
    store.away = False
    assert await alarms(1) == []

"""When a clock is not believed."""

from __future__ import annotations

import pytest

from server.core.upkeep import heartbeat
from server.core.upkeep.heartbeat import Doubt
from server.db import Database
from tests.harness.world import NOW

DAY = 86_400


@pytest.mark.parametrize(
    ("last", "now", "doubt"),
    [
        (None, NOW, None),
        (NOW, NOW, None),
        (NOW, NOW + 30 * DAY, None),
        (NOW, NOW + 30 * DAY + 1, "ahead"),
        (NOW, NOW + 400 * DAY, "ahead"),
        (NOW, NOW - 300, None),  # of two servers one may be a little slow
        (NOW, NOW - 301, "behind"),
        (NOW, 0, "behind"),
    ],
)
def test_a_clock_far_from_the_last_beat_is_not_believed(
    last: int | None, now: int, doubt: Doubt | None
) -> None:
    assert heartbeat.doubt_of(last, now, 30) == doubt


async def test_a_beat_replaces_the_last_one_also_by_an_earlier_time(database: Database) -> None:
    async with database.read() as tx:
        assert await heartbeat.last_beat(tx) is None
    for at in (NOW, NOW + 400 * DAY, NOW + 5):
        async with database.write() as tx:
            await heartbeat.beat(tx, at)
        async with database.read() as tx:
            assert await heartbeat.last_beat(tx) == at

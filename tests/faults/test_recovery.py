"""The machine is gone, with all its data: what was kept elsewhere is put back and serves again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.databases.drills import (
    DRILLS,
    Loss,
    based,
    come_back,
    elsewhere,
    from_backup,
    from_dump,
    from_litestream,
)
from tests.harness.databases.postgres import ARCHIVED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


#: `make test` recovers by archived log too, from a base backup to the time before a mistake.
OFTEN = {from_backup, from_litestream, from_dump}


def drills() -> Iterator[Any]:
    for drill in DRILLS.values():
        marks = () if drill in OFTEN else pytest.mark.full
        yield pytest.param(drill, marks=marks, id=drill.__name__)


@pytest.mark.parametrize("drill", [*drills()])
def test_all_that_was_kept_elsewhere_is_there_again_and_only_the_newest_signings_are_lost(
    tmp_path: Path, drill: Callable[[Path, float], Loss]
) -> None:
    loss = drill(tmp_path, 50)  # it ends with `undersigned check`, which has to be content
    print(f"{drill.__name__}: {loss}")
    assert loss.promised > 0
    assert loss.broken == 0
    assert loss.gaps == 0
    assert loss.revived == 0


def test_postgresql_goes_back_to_the_time_before_a_mistake(tmp_path: Path) -> None:
    with based(tmp_path, ARCHIVED, 50) as (store, server, crowd, base):
        crowd.promise()
        before = store.ask("SELECT clock_timestamp()::text")
        earlier = frozenset(crowd.acknowledged)  # asking takes its time on a busy machine
        crowd.leave()
        time.sleep(2)
        later = frozenset(crowd.acknowledged) - earlier
        store.run("psql", "-d", store.url("first"), "-c", "DELETE FROM signatures")
        store.archive_now()
        server.kill()
        store.destroy()
        store.recover(base, until=before)
        settings = {"UNDERSIGNED_DATABASE_URL": store.url("first"), **elsewhere(tmp_path)}
        loss = come_back(server.data, crowd, time.monotonic(), **settings)
    assert loss.promised > 0
    assert loss.broken == 0
    assert loss.revived == 0
    assert 0 < len(later) - 1 <= loss.lost  # one may have been on its way when we asked the time

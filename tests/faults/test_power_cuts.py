"""Acknowledged means stored, whatever moment the power goes: simulated on the product's engine."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable

import pytest

from tests.faults.disk import Create, Sync
from tests.faults.powercut import FILE, cut, record

#: `make soak` asks for more.
CUTS = 100 * int(os.environ.get("SOAK", "0")) or 600
TRACES = max(2, CUTS // 5000)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(120 + CUTS // 20)]


def _cut_one(seed: int) -> tuple[int, list[str]]:
    trace = record(seed, rounds=25)
    return CUTS // TRACES, cut(trace, CUTS // TRACES, seed)


def test_no_cut_of_the_power_takes_what_was_acknowledged_or_doubles_it() -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.map(_cut_one, range(TRACES), chunksize=1)
    print(f"{sum(cuts for cuts, _ in done):,} power cuts")
    assert [fault for _, faults in done for fault in faults] == []


def test_the_record_has_checkpoints_in_it() -> None:
    trace = record(0, rounds=25)
    database = next(e.file for e in trace.events if isinstance(e, Create) and e.name == FILE)
    synced = [e for e in trace.events if isinstance(e, Sync)]
    assert sum(e.file == database for e in synced) > 3
    assert sum(e.file != database for e in synced) > 20


@pytest.mark.parametrize(
    "careless",
    [
        lambda seed: record(seed, rounds=25, syncing=False),
        lambda seed: record(seed, rounds=25, lies=True),
    ],
    ids=["synchronous is off", "the disk lies about syncing"],
)
def test_without_syncing_the_same_cuts_are_seen_to_lose_signatures(
    careless: Callable[[int], object],
) -> None:
    found = cut(careless(1), 150, 1)  # type: ignore[arg-type]
    assert any("lost: " in fault for fault in found)

"""What operators watch: counted in memory, read at `/metrics`, without personal data.

With several processes on one port (`serve --workers`) the supervisor names a folder in
`PROMETHEUS_MULTIPROC_DIR`; each then counts into a file there, and any of them answers for all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_REGISTRY = CollectorRegistry()

_SIGNINGS = Counter(
    "undersigned_signings",
    "Signings by door, and outcome: new, verified, held, again, invalid, closed, refused.",
    ["door", "outcome"],
    registry=_REGISTRY,
)
TEXTS = Counter(
    "undersigned_texts",
    "Inbound texts by gateway and by what they were: sign, help, stop, unknown, repeat ...",
    ["gateway", "kind"],
    registry=_REGISTRY,
)
SENDS = Counter(
    "undersigned_sends",
    "Mails and texts handed over, by what came of it: sent, later, retry, failed, bounced ...",
    ["outcome"],
    registry=_REGISTRY,
)
ERRORS = Counter(
    "undersigned_errors",
    "Requests that failed on our side, by kind: an error's class, or unexpected.",
    ["kind"],
    registry=_REGISTRY,
)
_BATCH = Histogram(
    "undersigned_batch_size",
    "Signings and texts that shared one commit.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
    registry=_REGISTRY,
)
_COMMIT = Histogram(
    "undersigned_commit_seconds",
    "Seconds from the start of a shared transaction until it was durable, or had failed.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=_REGISTRY,
)
_QUEUE = Gauge(
    "undersigned_queue",
    "Signings and texts that wait for the next commit.",
    multiprocess_mode="livesum",
    registry=_REGISTRY,
)

#: Name, help, names of the labels, and values by label: what the database knows.
Stored = tuple[str, str, tuple[str, ...], Iterable[tuple[tuple[str, ...], float]]]


def signed(door: str, outcome: str) -> None:
    """Note one wish to sign by that door."""
    _counter_of(door, outcome).inc()


@cache
def _counter_of(door: str, outcome: str) -> Counter:
    # Looked up once: that takes longer than to count.
    return _SIGNINGS.labels(door, outcome)


def committed(size: int, seconds: float, waiting: int) -> None:
    """Note one shared transaction."""
    _BATCH.observe(size)
    _COMMIT.observe(seconds)
    _QUEUE.set(waiting)


def exposition(stored: Iterable[Stored]) -> bytes:
    """Everything, in Prometheus' text format."""
    counted = _REGISTRY
    if os.environ.get(FOLDER):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    known = CollectorRegistry()
    known.register(_Known(stored))
    return generate_latest(counted) + generate_latest(known)


class _Known:
    """Figures from the database, as a collector."""

    def __init__(self, stored: Iterable[Stored]) -> None:
        self._stored = list(stored)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, meaning, labels, values in self._stored:
            family = GaugeMetricFamily(name, meaning, labels=labels)
            for label, value in values:
                family.add_metric(label, value)
            yield family

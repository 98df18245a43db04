"""A log outside the database of what was erased in it, for copies that do not know it yet.

One record stands for one transaction, and is on the disk before that commits. Records are numbered
1, 2, 3 ... in the order of their commits; the oldest may be dropped. The log is a file, or, where
several servers share one database, tables in a second one. What the notes in it mean is for core
(core/upkeep/tombstones.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from server.errors import Misconfigured

Note = Sequence[int | str]


@dataclass(frozen=True, slots=True)
class Head:
    """Which log it is, and what is in it: the records behind `after`, up to `last`.

    `proof` shows whose secret the notes are written with.
    """

    log: str
    proof: str
    after: int
    last: int


@dataclass(frozen=True, slots=True)
class Record:
    """What one transaction has erased, at that time (UTC seconds)."""

    n: int
    at: int
    notes: Sequence[Note]


class Log(Protocol):
    """Raises `TombstonesAway` where it cannot be used just now, `Misconfigured` where it is
    damaged, or is something else."""

    place: str  # for people

    async def head(self) -> Head | None:
        """None where no log has begun yet."""

    async def begin(self, log: str, proof: str) -> None:
        """Begin one of that name, unless one has begun."""

    async def append(self, log: str, record: Record) -> None:
        """Add the next record to the log of that name; it is durable at the end."""

    async def read(self, after: int, *, damaged: bool = False) -> list[Record]:
        """The records behind that number; if it is `damaged`, those that can be read."""

    async def drop(self, before: int) -> None:
        """Drop the oldest records, up to the first that is not older than that time. Nearly
        always there is none, and that is soon seen."""

    async def put_aside(self, now: int) -> str | None:
        """Keep what is there in another place, so that a new one can begin; says where."""

    async def close(self) -> None: ...


def checked(records: list[Record], after: int, last: int, place: str) -> list[Record]:
    """The records, of which none is missing. Raises `Misconfigured`."""
    if [r.n for r in records] != list(range(after + 1, last + 1)):
        raise Misconfigured(f"tombstones are missing in {place}")
    return records


def log_at(place: str) -> Log:
    """The log at a path, or in the second database that the URL names. Nothing is opened yet."""
    # Only the kind in use is loaded.
    if place.startswith(("postgresql://", "postgres://")):
        from server.db.tombstones_database import DatabaseLog

        return DatabaseLog(place)
    from server.db.tombstones_file import FileLog

    return FileLog(Path(place).resolve())

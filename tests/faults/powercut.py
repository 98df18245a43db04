"""Power cuts: what a disk may hold after one, by the record of what was written and synced.

What was synced before the cut is there. Of what came after the last sync of a file, each write may
be there, not be there, or be there in part, and writes need not arrive in order. Names of files
become durable with their folder, in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from pysqlite3 import dbapi2 as pysqlite3

from server.db.sqlite import SQLite, connect
from tests.faults import people
from tests.faults.disk import (
    Connection,
    Create,
    Delete,
    Disk,
    Event,
    Mark,
    Sync,
    SyncFolder,
    Trace,
    Truncate,
    Write,
    connector,
)

FILE = "store.db"
SECTOR, PAGE = 512, 4096
MEMORY = Path("/dev/shm")
#: A checkpoint every few batches, so that the traces are full of them.
CHECKPOINTS = {"PRAGMA wal_autocheckpoint = 4000": "PRAGMA wal_autocheckpoint = 20"}
NO_SYNC = {"PRAGMA synchronous = FULL": "PRAGMA synchronous = OFF"}


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder in memory where there is one."""
    memory = MEMORY if MEMORY.is_dir() else None
    made = Path(tempfile.mkdtemp(prefix="undersigned-cut-", dir=memory))
    try:
        yield made
    finally:
        shutil.rmtree(made)


def record(seed: int, *, rounds: int, lies: bool = False, syncing: bool = True) -> Trace:
    """What the product's own engine did to its files while people signed, and who was told what."""
    instead = CHECKPOINTS | ({} if syncing else NO_SYNC)

    async def session(where: Path) -> Trace:
        trace = Trace()
        disk = Disk(trace, lies=lies)
        database = await SQLite.open(str(where / FILE), connector(disk, instead))
        world = await people.world(database, 1)
        trace.add(Mark("", "begins"))
        random, told = Random(seed), dict[str, str]()
        for _ in range(rounds):
            await people.crowd(
                world, told, lambda name, state: trace.add(Mark(name, state)), random, 10
            )
        await world.group.stop()
        await database.close()
        return trace

    with folder() as where:
        return asyncio.run(session(where))


@dataclass
class Platter:
    """The files as they surely are, and what happened since then."""

    names: dict[str, int] = field(default_factory=dict)
    files: dict[int, bytearray] = field(default_factory=dict)
    pending: dict[int, list[Write | Truncate]] = field(default_factory=dict)
    pending_names: list[Create | Delete] = field(default_factory=list)

    @classmethod
    def holding(cls, images: Mapping[str, bytes]) -> Platter:
        names = {name: number for number, name in enumerate(images)}
        return cls(names, {names[n]: bytearray(data) for n, data in images.items()})

    def take(self, event: Event) -> None:
        match event:
            case Write() | Truncate():
                self.pending.setdefault(event.file, []).append(event)
            case Sync(file):
                content = self.files.setdefault(file, bytearray())
                for change in self.pending.pop(file, []):
                    _apply(content, change)
            case Create() | Delete():
                self.pending_names.append(event)
            case SyncFolder():
                for renamed in self.pending_names:
                    _rename(self.names, renamed)
                self.pending_names.clear()

    def settle(self) -> None:
        """Everything so far is on the disk, synced or not."""
        for file in list(self.pending):
            self.take(Sync(file))
        self.take(SyncFolder())

    def after_a_cut(self, random: Random) -> dict[str, bytes]:
        """The files as a machine may find them when its power comes back."""
        names = dict(self.names)
        for change in self.pending_names[: random.randint(0, len(self.pending_names))]:
            _rename(names, change)
        return {name: self._found(file, random) for name, file in names.items()}

    def _found(self, file: int, random: Random) -> bytes:
        content = bytearray(self.files.get(file, b""))
        # Each cut has a mood of its own: nearly all arrived, nearly nothing, or anything between.
        arrived = random.choice((0.05, 0.5, 0.95))
        for event in self.pending.get(file, []):
            if random.random() > arrived:
                continue
            if isinstance(event, Write) and random.random() < 0.3:
                event = _torn(event, random)  # noqa: PLW2901
            _apply(content, event)
        return bytes(content)


def _apply(content: bytearray, event: Write | Truncate) -> None:
    if isinstance(event, Truncate):
        del content[event.size :]
        return
    if len(content) < event.offset:
        content.extend(bytes(event.offset - len(content)))
    content[event.offset : event.offset + len(event.data)] = event.data


def _torn(event: Write, random: Random) -> Write:
    """The part of a write that arrived: some of its sectors from the beginning, or of its pages."""
    unit = random.choice((SECTOR, PAGE))
    return Write(
        event.file, event.offset, event.data[: unit * random.randint(0, len(event.data) // unit)]
    )


def _rename(names: dict[str, int], event: Create | Delete) -> None:
    if isinstance(event, Create):
        names[event.name] = event.file
    else:
        names.pop(event.name, None)


def cut(trace: Trace, cuts: int, seed: int) -> list[str]:
    """What the store broke of its word, over so many cuts at random points of the trace."""
    random = Random(seed)
    begin = trace.events.index(Mark("", "begins")) + 1
    points = sorted(random.randrange(begin, len(trace.events) + 1) for _ in range(cuts))
    platter, told = Platter.holding(trace.images), dict[str, str]()
    for event in trace.events[:begin]:
        platter.take(event)
    platter.settle()  # the empty store has stood there for long
    found: list[str] = []
    with folder() as where:
        for index in range(begin, len(trace.events) + 1):
            while points and points[0] == index:
                points.pop(0)
                images = platter.after_a_cut(random)
                if random.random() < 0.1:  # and once more, while it recovers
                    images = _cut_again(where, images, random)
                found += [f"at {index}: {fault}" for fault in _faults(where, images, told)]
            if index < len(trace.events):
                event = trace.events[index]
                platter.take(event)
                if isinstance(event, Mark) and event.name:
                    told[event.name] = event.state
    return found


def _cut_again(where: Path, images: Mapping[str, bytes], random: Random) -> dict[str, bytes]:
    """The files after a second cut, in the middle of the recovery from the first."""
    _place(where, images)
    trace = Trace(images)
    disk = Disk(trace)
    try:
        with contextlib.closing(Connection(str(where / FILE), disk, {})) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except pysqlite3.DatabaseError:
        return dict(images)  # the check of the first cut will say why
    platter = Platter.holding(images)
    for event in trace.events[: random.randint(0, len(trace.events))]:
        platter.take(event)
    return platter.after_a_cut(random)


def _place(where: Path, images: Mapping[str, bytes]) -> None:
    for file in where.iterdir():
        file.unlink(missing_ok=True)
    for name, data in images.items():
        (where / name).write_bytes(data)


def _faults(where: Path, images: Mapping[str, bytes], told: Mapping[str, str]) -> list[str]:
    _place(where, images)
    try:
        with contextlib.closing(connect(str(where / FILE))) as connection:
            connection.row_factory = pysqlite3.Row
            return people.faults_at_once(connection, told)
    except Exception as error:  # the product's own words for a broken store
        return [f"broken: {error}"]

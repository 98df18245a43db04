"""Copies of an SQLite database: made while the server runs, verified, rotated, and put back."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from server.core.letters import carrying
from server.core.letters.heard import asking
from server.core.news import telling
from server.core.upkeep import check, ending, erasure, fingerprint, heartbeat
from server.core.upkeep.check import Report
from server.core.upkeep.tombstones import Tombstones
from server.core.values.keys import Keys
from server.db import Database, files, open_database
from server.db.shared import steps
from server.errors import Misconfigured, TombstonesAway, UndersignedError

_NAME = re.compile(r"undersigned-\d{8}T\d{6}Z(-\d+)?\.db")
_PART = re.compile(rf"\.{_NAME.pattern}\.part")


@dataclass(frozen=True, slots=True)
class Made:
    """A verified copy, what is in it, and the older ones that went to make room."""

    path: Path
    report: Report
    removed: list[Path]


@files.plain_errors()
def backup(
    source: Path, folder: Path, *, keep: int, now: int, progress: Callable[[float], None]
) -> Made:
    """Copy the database into the folder as `undersigned-<UTC time>.db`; verify; keep the newest.

    Nothing is removed, and no copy gets its name, before the new one has been verified; but for
    what a copy has left that was killed. Only files of our own naming are ever removed. Raises
    `Misconfigured` or `StoreFull`, and leaves no trace.
    """
    if not source.is_file():
        raise Misconfigured(f"there is no database {source}")
    if keep < 1:
        raise Misconfigured("--keep must be 1 or more")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_left(folder)
    path, part = _reserve(folder, now)
    try:
        with files.claimed(part):
            files.copy(source, part, progress)
            report = verified(part, known_as=source)
            part.rename(path)
    finally:
        files.remove(part)
    files.sync(folder)  # the new one is there for good before an old one goes
    removed = _rotate(folder, keep, path)
    return Made(path, report, removed)


def _remove_left(folder: Path) -> None:
    """Remove what copies have left that were killed: nobody else ever would, whatever is in it. One
    that is empty may be about to be claimed."""
    for part in (f for f in folder.iterdir() if _PART.fullmatch(f.name)):
        if files.is_left(part):
            files.remove(part)
    for beside in folder.glob(".undersigned-*.db.part-*"):
        if not beside.with_name(beside.name.rpartition("-")[0]).exists():
            beside.unlink(missing_ok=True)


def _reserve(folder: Path, now: int) -> tuple[Path, Path]:
    """A name that is free, and the file to fill first, which keeps it for us."""
    for number in count():
        path = folder / f"undersigned-{_stamp(now)}{f'-{number:02}' if number else ''}.db"
        part = folder / f".{path.name}.part"
        try:
            files.create_private(part)
        except FileExistsError:  # another copy is being made in this second
            continue
        if not path.exists():
            break
        part.unlink()
    return path, part


def _stamp(now: int) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}"


def _rotate(folder: Path, keep: int, made: Path) -> list[Path]:
    """Remove all but the newest, and never the one just made: a clock may have been wrong."""
    # Without its ending a name sorts before the later ones of its second.
    ours = sorted((f for f in folder.iterdir() if _NAME.fullmatch(f.name)), key=lambda f: f.stem)
    others = [f for f in ours if f != made]
    old = others[: max(0, len(ours) - keep)]
    for file in old:
        files.remove(file)
    return old


def verified(
    path: Path,
    *,
    first: Callable[[Database], Awaitable[None]] | None = None,
    known_as: Path | None = None,
) -> Report:
    """What is in a database that is ours, sound, and counts right, once `first` is done with it.

    Raises `Misconfigured` with the first fault, of what people know by that name.
    """
    name = known_as or path.name

    async def look() -> Report:
        database = await open_database(f"sqlite:///{path}")
        try:
            async with database.read() as tx:
                await steps(tx, "sqlite")
            if first:
                await first(database)
            async with database.read() as tx:
                return await check.check(tx)
        finally:
            await database.close()

    try:
        report = asyncio.run(look())
    except Incomplete:
        raise
    except (UndersignedError, files.Error) as error:
        said = str(error).replace(str(path), str(name))
        raise Misconfigured(f"{name} is no database of ours, or damaged: {said}") from error
    if report.faults:
        raise Misconfigured(f"{name} is damaged: {report.faults[0]}")
    return report


@dataclass(slots=True)
class Preparation:
    """What makes a copy ready to be served: it is brought up to date where an older version has
    made it, and what is due by now, or was taken back since, is erased in it.

    `without`: it may lack tombstones that are `lost`.
    """

    now: int
    keys: Keys
    pending_hours: int
    tombstones: Tombstones
    without: bool
    say: Callable[[str], None]
    lost: bool = False

    async def ready(self, database: Database) -> None:
        await database.migrate(self.now)
        await fingerprint.check(database, self.keys)
        async with database.write() as tx:
            await erasure.erase_due(tx, self.now)
            await carrying.doubt(tx, self.now)
            await asking.ask_nobody(tx, self.now)
            await telling.doubt_copy(tx, self.now)
        await erasure.erase_contacts(database, self.now, self.pending_hours)
        await erasure.erase_prefixes(database, self.now)
        try:
            await self._erase_again(database)
        finally:
            await self.tombstones.close()
        await ending.empty(database, self.now)
        async with database.write() as tx:
            await heartbeat.beat(tx, self.now)  # whoever puts a copy back knows the time

    async def _erase_again(self, database: Database) -> None:
        try:
            await self.tombstones.catch_up(database)
        except (Misconfigured, TombstonesAway) as error:
            if not self.without:
                raise Incomplete(
                    f"{error}. People who took their signature back, or wanted no more texts, after"
                    " this copy was made would be in it again. Put the tombstones there, or, if"
                    " they are lost, go on with --without-tombstones"
                ) from error
            await self.tombstones.salvage(database)
            self.lost = True

    def put_aside(self) -> None:
        """Tombstones that do not belong to what is served now; others begin at the next start."""
        if self.lost and (aside := asyncio.run(self._put_aside())):
            self.say(f"The tombstones that were there are now {aside}.")

    async def _put_aside(self) -> str | None:
        try:
            return await self.tombstones.log.put_aside(self.now)
        finally:
            await self.tombstones.close()


class Incomplete(Misconfigured):
    """The copy is sound; what has to be erased in it is not known."""


@files.plain_errors()
def restore(copy: Path, target: Path, *, force: bool, preparation: Preparation) -> Report:
    """Put a verified copy in the place of the database, which must not be in use.

    A database that stands there is never overwritten: with `force` it is put aside under a name of
    its own. The copy is made ready before it gets its place.
    """
    now, say = preparation.now, preparation.say
    if not copy.is_file():
        raise Misconfigured(f"there is no file {copy}")
    with files.held(target):
        pass  # said before the long work; what counts is the lock at its end
    if target.exists() and not force:
        raise Misconfigured(
            f"{target} is there already, with {_content(target)};"
            " --force keeps it beside, under another name"
        )
    say("Checking the copy ...")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    files.remove(part)
    try:
        files.copy_stopped(copy, part)
        report = verified(part, first=preparation.ready, known_as=copy)
        files.give_to_owner_of(part, target if target.exists() else target.parent)
        files.sync(part)
        aside = _unused(target.with_name(f"{target.name}.before-restore-{_stamp(now)}"))
        with files.held(target):
            files.put_in_place(part, target, aside)
    finally:
        files.remove(part)
    preparation.put_aside()
    if aside.exists():
        say(f"What was there is now {aside}. Nothing in it is ever erased: remove it in time.")
    return report


def _content(target: Path) -> str:
    try:
        return f"{sum(f.total for f in verified(target).figures.values()):,} signatures"
    except Misconfigured:
        return "what cannot be read as ours"


def _unused(path: Path) -> Path:
    others = (path.with_name(f"{path.name}-{number:02}") for number in count(1))
    return next(p for p in chain([path], others) if not p.exists())


def litestream(source: Path, replica: str) -> str:
    """A configuration for Litestream 0.5, which copies the database on and on to `replica`, a
    folder or an address."""
    if "://" not in replica:
        replica = f"file://{Path(replica).absolute()}"
    # A string of JSON is one of YAML, whatever is in it.
    return f"""\
# Litestream copies every change of the database to the replica, about a second behind.
# Beside the server, started again if it ends:
#   litestream replicate -config litestream.yml
# To come back, with both stopped. `restore` checks it, erases in it what is due or was taken back
# since, and keeps it private:
#   litestream restore -config litestream.yml -o restored.db {shlex.quote(str(source))}
#   undersigned restore restored.db
# Keys for S3 and the like come from LITESTREAM_ACCESS_KEY_ID and LITESTREAM_SECRET_ACCESS_KEY.
dbs:
  - path: {json.dumps(str(source))}
    monitor-interval: 500ms
    busy-timeout: 5s
    replica:
      url: {json.dumps(replica)}
      sync-interval: 1s
# How long the replica remembers: also what was erased meanwhile.
snapshot:
  interval: 24h
  retention: 168h
"""

"""Copies of an SQLite database: made while the server runs, verified, rotated, and put back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from server.core import check, erasure
from server.core.check import Report
from server.db import files, open_database
from server.db.shared import steps
from server.errors import Misconfigured, UndersignedError

_NAME = re.compile(r"undersigned-\d{8}T\d{6}Z(-\d+)?\.db")


@dataclass(frozen=True, slots=True)
class Made:
    """A verified copy, what is in it, and the older ones that went to make room."""

    path: Path
    report: Report
    removed: list[Path]


def backup(source: Path, folder: Path, *, keep: int, now: int) -> Made:
    """Copy the database into the folder as `undersigned-<UTC time>.db`; verify; keep the newest.

    Nothing is removed, and no copy gets its name, before the new one has been verified. Only files
    of our own naming are ever removed. Raises `Misconfigured` or `StoreFull`, and leaves no trace.
    """
    if not source.is_file():
        raise Misconfigured(f"there is no database {source}")
    if keep < 1:
        raise Misconfigured("--keep must be 1 or more")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _free_name(folder, now)
    part = folder / f".{path.name}.part"
    files.remove(part)
    try:
        files.copy(source, part)
        report = verified(part)
        part.rename(path)
    finally:
        files.remove(part)
    removed = _rotate(folder, keep)
    files.sync(folder)
    return Made(path, report, removed)


def _free_name(folder: Path, now: int) -> Path:
    stem = f"undersigned-{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}"
    path, number = folder / f"{stem}.db", 1
    while path.exists():
        path, number = folder / f"{stem}-{number:02}.db", number + 1
    return path


def _rotate(folder: Path, keep: int) -> list[Path]:
    # Without its ending a name sorts before the later ones of its second.
    ours = sorted((f for f in folder.iterdir() if _NAME.fullmatch(f.name)), key=lambda f: f.stem)
    for old in ours[:-keep]:
        files.remove(old)
    return ours[:-keep]


def verified(path: Path) -> Report:
    """What is in a database that is ours, sound, and counts right; nobody else may have it open.

    Raises `Misconfigured` with the first fault.
    """

    async def look() -> Report:
        database = await open_database(f"sqlite:///{path}")
        try:
            async with database.read() as tx:
                await steps(tx, "sqlite")
                return await check.check(tx)
        finally:
            await database.close()

    try:
        report = asyncio.run(look())
    except (UndersignedError, files.Error) as error:
        raise Misconfigured(f"{path.name} is no database of ours, or damaged: {error}") from error
    if report.faults:
        raise Misconfigured(f"{path.name} is damaged: {report.faults[0]}")
    return report


def restore(
    copy: Path, target: Path, *, force: bool, now: int, say: Callable[[str], None]
) -> Report:
    """Put a verified copy in the place of the database, which must not be in use.

    A database that stands there is never overwritten: with `force` it is put aside under a name of
    its own. What was due to be erased is erased before the copy gets its place.
    """
    if not copy.is_file():
        raise Misconfigured(f"there is no file {copy}")
    if target.exists():
        _refuse_unless(force, target)
    say("Checking the copy ...")
    part = target.with_name(f".{target.name}.part")
    files.remove(part)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        files.copy_bytes(copy, part)
        report = verified(part)
        asyncio.run(_erase(part, now))
        if target.exists():
            ending = f".before-restore-{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}"
            say(f"What was there is now {files.put_aside(target, ending)}")
        files.sync(part)
        part.rename(target)
    finally:
        files.remove(part)
    files.sync(target.parent)
    return report


def _refuse_unless(force: bool, target: Path) -> None:
    if files.in_use(target):
        raise Misconfigured(f"a server has {target} open; stop it first")
    if force:
        return
    try:
        held = sum(f.total for f in verified(target).figures.values())
        what = f"{held:,} signatures"
    except Misconfigured:
        what = "a file that cannot be read as ours"
    raise Misconfigured(
        f"{target} is there already, with {what}; --force keeps it beside, under another name"
    )


async def _erase(path: Path, now: int) -> None:
    database = await open_database(f"sqlite:///{path}")
    try:
        await database.migrate(now)
        async with database.write() as tx:
            await erasure.erase_due(tx, now)
    finally:
        await database.close()


def litestream(source: Path, replica: str) -> str:
    """A configuration for Litestream 0.5, which copies the database on and on to `replica`."""
    return f"""\
# Litestream copies {source.name} to the replica, about a second behind.
#   litestream replicate -config litestream.yml        beside the server, restarted if it ends
#   litestream restore -config litestream.yml {source}
# and then: undersigned check
# Keys for S3 and the like come from LITESTREAM_ACCESS_KEY_ID and LITESTREAM_SECRET_ACCESS_KEY.
dbs:
  - path: {source}
    monitor-interval: 500ms
    replica:
      url: {replica}
      sync-interval: 1s
snapshot:
  interval: 24h
  retention: 168h
"""

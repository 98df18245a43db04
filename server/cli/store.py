"""`init`, `check`, `backup`, `restore`, `migrate-to`: the database."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

from server.cli.shared import (
    Commands,
    opened,
    prepare,
    say_faults,
    say_figures,
    settings_of,
    store_of,
    tombstones_of,
)
from server.config import Settings
from server.core.upkeep import check, heartbeat
from server.core.values.keys import Keys
from server.db import open_database
from server.errors import Misconfigured

_WITHOUT = "begin new ones where they are lost: what was taken back since may be there again"


def add(commands: Commands) -> None:
    init = commands.add_parser("init", help="create the database, or bring it up to date")
    init.add_argument("--without-tombstones", action="store_true", help=_WITHOUT)
    init.set_defaults(run=_init)

    checking = commands.add_parser("check", help="compare the counters with the signatures")
    checking.add_argument("--json", action="store_true", help="print the exact figures as JSON")
    checking.set_defaults(run=_check)

    clock = commands.add_parser("clock", help="is this machine's clock believed?")
    clock.add_argument("--confirm", action="store_true", help="it is right: go on by it")
    clock.set_defaults(run=_clock)

    copying = commands.add_parser("backup", help="copy the SQLite database, also while it is used")
    copying.add_argument("--to", type=Path, metavar="FOLDER", help="default: backups beside it")
    copying.add_argument("--keep", type=int, default=14, metavar="N", help="newest copies")
    copying.add_argument(
        "--litestream",
        metavar="PLACE",
        help="print a configuration for Litestream instead: a folder, or an address like s3://...",
    )
    copying.add_argument("--quiet", action="store_true", help="say one line, as for cron")
    copying.set_defaults(run=_backup)

    restoring = commands.add_parser("restore", help="put a backup in the database's place")
    restoring.add_argument("file", type=Path)
    restoring.add_argument("--force", action="store_true", help="put what is there aside")
    restoring.add_argument("--without-tombstones", action="store_true", help=_WITHOUT)
    restoring.set_defaults(run=_restore)

    moving = commands.add_parser("migrate-to", help="move everything from SQLite to PostgreSQL")
    moving.add_argument(
        "url", metavar="POSTGRES_URL", nargs="?", default="", help="default: UNDERSIGNED_MIGRATE_TO"
    )
    moving.set_defaults(run=_migrate)


def _init(options: argparse.Namespace) -> None:
    without = options.without_tombstones
    aside = asyncio.run(prepare(settings_of(options), new=True, without_tombstones=without))
    if aside:
        print(f"The tombstones that were there are now {aside}.")
    print("The database is up to date.")


def _check(options: argparse.Namespace) -> int:
    async def run() -> check.Report:
        database, kept = await opened(options), tombstones_of(settings_of(options))
        try:
            async with database.read() as tx:
                report = await check.check(tx)
                report.faults.extend(await kept.faults(tx) if kept else ())
                return report
        finally:
            await database.close()
            if kept:
                await kept.close()

    report = asyncio.run(run())
    if options.json:
        print(json.dumps(check.as_json(report), indent=2))
    else:
        say_figures(report)
    if not report.faults and not options.json:
        print("The counters equal the signatures, and the database is sound.")
    return say_faults(report)


def _clock(options: argparse.Namespace) -> int:
    """1 while it is not believed."""

    async def run() -> int | None:
        async with store_of(options) as database:
            if options.confirm:
                async with database.write() as tx:
                    await heartbeat.beat(tx, now)
            async with database.read() as tx:
                return await heartbeat.last_beat(tx)

    now, days = int(time.time()), settings_of(options).clock_days
    last = asyncio.run(run())
    doubt = heartbeat.doubt_of(last, now, days)
    print(f"This machine says {heartbeat.utc_moment(now)}.")
    if last is not None:
        print(f"The last time that a server has noted is {heartbeat.utc_moment(last)}.")
    if doubt:
        print("That is far apart: nothing is erased, opened or closed by time. If this machine is")
        print("right, say `undersigned clock --confirm`. Else set its clock.")
    return 1 if doubt else 0


def _backup(options: argparse.Namespace) -> None:
    from server.cli import backup  # (a server on PostgreSQL loads nothing of SQLite)
    from server.db.files import path_of

    settings = settings_of(options, needs_key=False)
    source = path_of(settings.database_url)
    if options.litestream:
        print(backup.litestream(source, options.litestream), end="")
        return
    folder = options.to or source.parent / "backups"
    if not options.quiet:
        print(f"Copying {source} ...", flush=True)
    made = backup.backup(
        source, folder, keep=options.keep, now=int(time.time()), progress=_say_share
    )
    done = f"Verified: {made.path} ({made.path.stat().st_size:,} bytes)"
    if options.quiet:
        print(done)
        return
    say_figures(made.report)
    print(done)
    for old in made.removed:
        print(f"Removed the old copy {old.name}")
    print("The secret key is not in it. Keep a copy of the key somewhere else.")
    _say_where_tombstones_are(settings, source)


def _say_where_tombstones_are(settings: Settings, source: Path) -> None:
    """They are of use only where they are neither lost with the database nor put back with it."""
    place = settings.tombstones_place
    where = "a second database" if "://" in place else place
    print(f"What people take back from now on is noted in {where}.")
    print("Keep that apart from the copies, and never put it back with one.")
    with suppress(OSError):  # not there yet, or elsewhere
        if Path(place).stat().st_dev == source.stat().st_dev:
            print("It is on the same disk as the database: UNDERSIGNED_TOMBSTONES names another.")


def _say_share(share: float) -> None:
    """On a terminal alone: a log of cron's should hold no such lines."""
    if sys.stderr.isatty():
        print(
            f"\r{share:4.0%} written", end="\n" if share == 1 else "", file=sys.stderr, flush=True
        )


def _restore(options: argparse.Namespace) -> None:
    from server.cli import backup  # (as above)
    from server.db.files import path_of

    settings = settings_of(options)
    target, kept = path_of(settings.database_url), tombstones_of(settings)
    assert kept  # noqa: S101 (SQLite always has a place for them)
    preparation = backup.Preparation(
        now=int(time.time()),
        keys=Keys(settings.secret_key),
        pending_hours=settings.pending_hours,
        tombstones=kept,
        without=options.without_tombstones,
        say=partial(print, flush=True),
    )
    report = backup.restore(options.file, target, force=options.force, preparation=preparation)
    say_figures(report)
    print(f"Restored to {target}. It needs the secret key that it was made with.")
    print(
        "What organizers have decided since the copy was made is not in it: it must be done again."
    )


def _migrate(options: argparse.Namespace) -> int:
    from server.db.files import path_of
    from server.db.moving import move

    async def run() -> tuple[list[str], check.Report]:
        source = await open_database(f"sqlite:///{path}")
        try:
            target = await open_database(url)
            try:
                await source.migrate(int(time.time()))
                say = partial(print, flush=True)
                moved = await move(source, target, int(time.time()), say)
                async with target.read() as tx:
                    return moved, await check.check(tx)
            finally:
                await target.close()
        finally:
            await source.close()

    settings = settings_of(options)
    path, url = path_of(settings.database_url), options.url or settings.migrate_to
    if not url.startswith(("postgresql://", "postgres://")):
        raise Misconfigured(
            "the new place must be postgresql://user:password@host/name, as an argument or in"
            " UNDERSIGNED_MIGRATE_TO"
        )
    if not path.is_file():
        raise Misconfigured(f"there is no database {path}")
    moved, report = asyncio.run(run())
    print("\n".join(moved))
    say_figures(report)
    print(f"All of it is in PostgreSQL now, and {path} takes no more signatures.")
    print("Set UNDERSIGNED_DATABASE_URL to the new place and start the servers again, right now.")
    print(f"Nothing in {path} is ever erased any more: remove it once all goes well.")
    return say_faults(report)

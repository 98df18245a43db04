"""What several commands share: settings, the database, and how figures are said."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias

from server.cli import demo
from server.config import Settings, joined, load
from server.core.petitions import petitions
from server.core.petitions.petitions import Petition
from server.core.upkeep import check, fingerprint, tombstones
from server.core.upkeep.tombstones import Tombstones
from server.core.values.keys import Keys
from server.db import Database, Transaction, open_database, sqlite_path
from server.errors import Misconfigured, NotFound

#: Whoever has set one of them means no demo.
_KEYS = {"UNDERSIGNED_SECRET_KEY", "UNDERSIGNED_SECRET_KEY_FILE"}
_NO_KEY = "-" * 32  # nothing is recognised by it
_DATABASE = {"UNDERSIGNED_DATABASE_URL", "UNDERSIGNED_DATABASE_URL_FILE"}
#: Where a group of commands adds its own.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def settings_of(options: argparse.Namespace, *, needs_key: bool = True) -> Settings:
    """The environment's settings; where it names no database, those of the demo's folder. What
    names the database is looked at here: a command does nothing before it. One that opens nothing
    that is sealed `needs_key` not."""
    environ: Mapping[str, str] = os.environ
    if not environ.keys() & _DATABASE:
        found = demo.environment_of(options.data)
        if not found and not environ.keys() & _KEYS:
            raise Misconfigured(
                f"No demo in {demo.shown(options.data)}. Name its folder by --data FOLDER. A server"
                " of your own needs UNDERSIGNED_SECRET_KEY and UNDERSIGNED_DATABASE_URL;"
                " `undersigned key new` prints a key."
            )
        environ = joined(found, environ)
    if not needs_key and not environ.keys() & _KEYS:
        environ = {**environ, "UNDERSIGNED_SECRET_KEY": _NO_KEY}
    settings = load(environ)
    sqlite_path(settings.database_url)
    return settings


def tombstones_of(settings: Settings) -> Tombstones | None:
    place, keys = settings.tombstones_place, Keys(settings.secret_key)
    return tombstones.kept_at(place, keys, time.time, secrets.token_bytes)


async def opened(options: argparse.Namespace) -> Database:
    settings = settings_of(options)
    database = await open_database(settings.database_url, new=False)
    try:
        await database.migrate(int(time.time()))
        await fingerprint.check(database, Keys(settings.secret_key))
    except BaseException:
        await database.close()
        raise
    database.outside = tombstones_of(settings)
    return database


async def prepare(
    settings: Settings, *, new: bool = False, without_tombstones: bool = False
) -> str | None:
    """Bring the database up to date; what is wrong with it is said here, without a trace. A `new`
    one may be made.

    Without the tombstones that are missing others begin; says where the old ones are, if anywhere.
    """
    database = await open_database(settings.database_url, new=new)
    try:
        now = int(time.time())
        await database.migrate(now)
        await fingerprint.check(database, Keys(settings.secret_key))
        kept = database.outside = tombstones_of(settings)
        try:
            await tombstones.check(database, kept)
        except Misconfigured:
            if not kept or not without_tombstones:
                raise
            return await kept.begin_anew(database, now)
        return None
    finally:
        await database.close()


def say_faults(report: check.Report) -> int:
    for fault in report.faults:
        print(f"undersigned: {fault}", file=sys.stderr)
    return 1 if report.faults else 0


def say_figures(report: check.Report) -> None:
    for slug, f in report.figures.items():
        print(
            f"{slug}: {f.verified} verified, {f.unverified} unverified,"
            f" {f.held} held, {f.total} in all"
        )


@asynccontextmanager
async def store_of(options: argparse.Namespace) -> AsyncIterator[Database]:
    """The database while a command needs it."""
    database = await opened(options)
    try:
        yield database
    finally:
        await database.close()


async def petition_named(tx: Transaction, slug: str | None) -> Petition:
    """The petition with that slug. Raises `NotFound`."""
    for petition in (await petitions.all_petitions(tx)).values():
        if petition.slug == slug:
            return petition
    raise NotFound(f"no petition {slug!r}; `petition list` shows them")

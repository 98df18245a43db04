"""What several commands share: settings, the database, and how figures are said."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping
from typing import TypeAlias

from server.cli import demo
from server.config import Settings, load
from server.core.upkeep import check
from server.db import Database, open_database, sqlite_path
from server.errors import Misconfigured

#: Whoever has set one of them means no demo.
_KEYS = {"UNDERSIGNED_SECRET_KEY", "UNDERSIGNED_SECRET_KEY_FILE"}
#: Where a group of commands adds its own.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def settings_of(options: argparse.Namespace) -> Settings:
    """The environment's settings; where it names no database, those of the demo's folder. What
    names the database is looked at here: a command does nothing before it."""
    environ: Mapping[str, str] = os.environ
    if "UNDERSIGNED_DATABASE_URL" not in environ:
        found = demo.environment_of(options.data)
        if not found and not environ.keys() & _KEYS:
            raise Misconfigured(
                f"No demo in {demo.shown(options.data)}. Add --data FOLDER. A server of your own"
                " needs UNDERSIGNED_SECRET_KEY; `undersigned key new` prints one."
            )
        environ = found | dict(environ)
    settings = load(environ)
    sqlite_path(settings.database_url)
    return settings


async def opened(options: argparse.Namespace) -> Database:
    database = await open_database(settings_of(options).database_url)
    await database.migrate(int(time.time()))
    return database


async def prepare(database_url: str) -> None:
    """Bring the database up to date; what is wrong with it is said here, without a trace."""
    database = await open_database(database_url)
    try:
        await database.migrate(int(time.time()))
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

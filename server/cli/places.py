"""`decision-makers import`, `divisions import`: who decides where, and what lies where."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from server.cli.shared import Commands, opened, settings_of
from server.core.desk import audit
from server.core.places import imports, ocd
from server.core.places.countries import country_of
from server.core.places.dating import Dated, day_at
from server.core.places.files.maps import Map, read_map
from server.core.places.files.people import read_people
from server.core.places.files.persons import People
from server.core.places.files.reading import FILE_LIMIT, Values, is_day
from server.core.places.gaps import Gaps, gaps
from server.core.places.imports import Imported, Planned, Terms
from server.core.values.names import tidy
from server.core.values.postcodes import fold_postcode, normal_postcode
from server.db import Transaction
from server.errors import BadFile, UndersignedError

Read = TypeVar("Read", People, Map)
Plan: TypeAlias = Callable[[Transaction, Read, Terms], Awaitable[Planned]]
SHOWN: Final = 20  # lines of each kind


def add(commands: Commands) -> None:
    people = commands.add_parser("decision-makers", help="who decides where")
    taking = _add_import(
        people, "import people of the US Congress, of Open States, or of a table", _people
    )
    taking.add_argument("--country", default="", help="of a table that names none")
    areas = commands.add_parser("divisions", help="which postcode lies where")
    _add_import(areas, "import which postcode lies in which divisions, or their names", _map)


def _add_import(
    of: argparse.ArgumentParser, about: str, run: Callable[[argparse.Namespace], None]
) -> argparse.ArgumentParser:
    actions = of.add_subparsers(required=True, metavar="ACTION", parser_class=type(of))
    taking = actions.add_parser("import", help=about)
    taking.add_argument("file", type=Path)
    taking.add_argument("--from", dest="day", metavar="DAY", help="it holds from that day on")
    taking.add_argument("--to", metavar="DAY", help="it holds until the day before")
    taking.add_argument(
        "--only", action="append", default=[], metavar="DIVISION", help="it is about that alone"
    )
    taking.add_argument(
        "--except", dest="but", action="append", default=[], metavar="DIVISION", help="not about it"
    )
    taking.add_argument("--dry-run", action="store_true", help="show what would change")
    taking.add_argument("--force", action="store_true", help="also if much of it is lost")
    taking.set_defaults(run=run)
    return taking


class _DryRun(Exception):
    """Nothing was meant to be kept."""


def _people(options: argparse.Namespace) -> None:
    def read(raw: bytes, day: str) -> People:
        people = read_people(raw, _values(), day, options.country)
        if not people.offices:  # not even an empty seat
            _say_some("left out: ", people.left_out)
            raise BadFile("nothing of it could be taken")
        return people

    _import(options, read, imports.plan_people)


def _map(options: argparse.Namespace) -> None:
    _import(options, lambda raw, _: read_map(raw, _values()), imports.plan_map)


def _values() -> Values:
    def postcode(written: str, country: str) -> str | None:
        normal = normal_postcode(written, country)
        return None if normal is None else fold_postcode(normal)

    return Values(postcode=postcode, tidy=tidy)


def _import(
    options: argparse.Namespace, read: Callable[[bytes, str], Read], plan: Plan[Read]
) -> None:
    settings_of(options)  # a command does nothing before it
    now = int(time.time())
    today = day_at(now)
    day, until = _day(options.day, "--from") or today, _day(options.to, "--to")
    if until and until <= day:
        raise UndersignedError("--to must come after --from")
    _say_share(0.0)
    try:
        found = read(_bytes(options.file), day)
    except BadFile as error:
        raise BadFile(f"{options.file}: {error}") from error
    only, but = (_divisions(named, found.country) for named in (options.only, options.but))
    terms = Terms(
        day=day, today=today, now=now, until=until, only=only, but=but, force=options.force
    )
    _say_share(0.3)
    report, left = asyncio.run(_taken(options, found, plan, terms))
    _say_share(1.0)
    _say(report, left, terms, dry=options.dry_run)


async def _taken(
    options: argparse.Namespace, found: Read, plan: Plan[Read], terms: Terms
) -> tuple[Imported, Gaps]:
    database = await opened(options)
    try:
        async with database.read() as tx:
            planned = await plan(tx, found, terms)
        report = planned.report
        _say_share(0.6)
        with suppress(_DryRun):
            async with database.write() as tx:
                await imports.carry_out(tx, planned, lambda share: _say_share(0.6 + 0.3 * share))
                if report.changes.rows:
                    what, file = list(report.whats), _written(options.file.name)
                    await audit.note(
                        tx, terms.now, audit.OPERATOR, "imported", file=file, what=what
                    )
                left = await gaps(tx, report.country, terms.day, report.whats)
                if options.dry_run:
                    raise _DryRun
        return report, left
    finally:
        await database.close()


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise BadFile(error.strerror or "it cannot be read") from error


def _written(name: str) -> str:
    """A file's name as text: the disk's may hold bytes that are none, and no log takes these."""
    return name.encode("utf-8", "replace").decode()


def _day(said: str | None, option: str) -> str | None:
    if said is not None and not is_day(said):
        raise UndersignedError(f"{option} must be a day like 2027-01-03")
    return said


def _divisions(named: Iterable[str], country: str) -> frozenset[str]:
    """By their ids, by the last parts of these (`state:tx`), or as the country's files do."""
    regions = country_of(country).regions
    found = set()
    for name in named:
        division = regions.get(name.upper()) or name
        if not ocd.is_division(division):
            division = f"{ocd.country(country)}/{name}"
        if not ocd.is_division(division):
            raise UndersignedError(f"{name!r} is no division: name it like state:tx")
        found.add(division)
    return frozenset(found)


# What it says.


def _say_share(share: float) -> None:
    """On a terminal alone: a log of cron's should hold no such lines."""
    if sys.stderr.isatty():
        print(f"\r{share:4.0%} done", end="\n" if share == 1 else "", file=sys.stderr, flush=True)


def _say(report: Imported, left: Gaps, terms: Terms, *, dry: bool) -> None:
    changes = report.changes
    if not report.whats:
        print(f"{report.rows:,} names of divisions")
        return
    print(f"{report.rows:,} rows, as of {terms.day}" + _until(report))
    print(
        f"new: {len(changes.new):,}, changed: {len(changes.changed):,},"
        f" closed: {len(changes.closed):,}, as before: {changes.kept + len(changes.carried):,}"
    )
    if dry:
        for sign, entries in (("+", changes.new), ("~", changes.changed), ("-", changes.closed)):
            _say_some(f"{sign} ", [_line(entry, report) for entry in entries])
    _say_some("left out: ", report.left_out)
    _say_some("this term has ended: ", report.ended)
    _say_some(
        "nobody holds: ",
        [
            imports.seat(role, division) + (f" ({n} seats)" if n > 1 else "")
            for role, division, n in left.vacant
        ],
    )
    for level, found in left.unmapped.items():
        these = ", ".join(imports.seat("", division) for division in found[:3])
        more = ", ..." if len(found) > 3 else ""
        print(f"no postcode leads to: {len(found):,} of {level} ({these}{more})")
    if dry:
        print("Nothing was changed.")


def _until(report: Imported) -> str:
    return f"; the first of them hold until {report.until}" if report.until else ""


def _line(entry: Dated, report: Imported) -> str:
    """As a person reads it: who or which postcode, where, and from when until when."""
    days = f"{entry.start} to {entry.end}" if entry.end else f"from {entry.start}"
    if len(entry.key) == 3:
        return f"{entry.content[0]!s}, {imports.seat(*entry.key[1:])}, {days}"
    return f"{entry.key[0]} {imports.seat('', entry.key[1])}, {days}"


def _say_some(before: str, lines: Sequence[str]) -> None:
    for line in lines[:SHOWN]:
        print(f"{before}{line}")
    if len(lines) > SHOWN:
        print(f"{before}... and {len(lines) - SHOWN:,} more")

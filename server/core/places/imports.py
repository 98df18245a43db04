"""Taking in a file of people or of postcodes as of a day, beside what is there.

What changes is worked out while everybody may go on signing, and written in one transaction.
Again changes nothing. Who is missing is closed and not deleted. A file that has lost more than a
tenth is refused unless it is forced. What is left to know is in the report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from server.core.places import dating, decision_makers, divisions, ocd
from server.core.places.countries import country_of
from server.core.places.dating import Changes, Dated
from server.core.places.decision_makers import Coverage, Office, Officeholder
from server.core.places.divisions import Lies
from server.core.places.files.maps import Map
from server.core.places.files.persons import People
from server.core.places.writing import (
    Progress,
    packed,
    write_map,
    write_names,
    write_offices,
    write_people,
)
from server.db import Transaction, Value, pack
from server.errors import Refused, StoreConflict

_LOCK: Final = hashlib.sha256(b"imports of places").digest()[:16]
#: What of a person a later file may say otherwise, in the order of the table's columns.
_CONTENT = ("name", "titles", "email", "form", "phone", "hours", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a file is taken in: as of `day`, and until another if it is said; whether it speaks for
    some divisions only, or for all `but` some. `now` in UTC seconds, `today` as a day."""

    day: str
    today: str
    now: int
    until: str | None = None
    only: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()
    force: bool = False

    def speaks_for(self, division: str) -> bool:
        inside = not self.only or ocd.is_in(division, self.only)
        return inside and not ocd.is_in(division, self.but)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has changed, of which roles or levels. `left_out` is what could not be taken,
    `ended` whose terms were over, both for people to read; `until` when the first rows end."""

    country: str
    whats: Sequence[str]
    changes: Changes = field(repr=False)  # asyncio writes out what a task has come to
    rows: int
    left_out: Sequence[str] = ()
    ended: Sequence[str] = ()
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What a file will change, worked out before anybody has to wait for it. `known` are the
    imports that it was compared with."""

    report: Imported
    kind: Literal["people", "map"]
    terms: Terms
    known: Sequence[tuple[object, ...]]
    rows: Sequence[Sequence[Value]] = field(repr=False)
    names: Mapping[str, Mapping[str, str]] = field(repr=False)
    offices: Sequence[Office] = ()


async def plan_people(tx: Transaction, people: People, terms: Terms) -> Planned:
    """Raises `Refused` for a file that has lost too much, or is older than what is there."""
    imports = await _imports(tx)  # first: what comes after is found when it is carried out
    named = {holder.division for holder in people.holders} | people.vacant
    await _check_somewhere(tx, people.country, named, terms)
    terms = replace(terms, only=terms.only or people.only)
    said = [_of_person(h, terms.until) for h in people.holders if terms.speaks_for(h.division)]
    ended = [(h, end) for h, end in people.ended if terms.speaks_for(h.division)]
    _check_ended(len(ended), len(said), terms)
    roles = sorted({office.role for office in people.offices})
    known = await decision_makers.officeholders(tx, people.country)
    stored = [_of_person(h) for h in known if h.role in roles and terms.speaks_for(h.division)]
    changes = await _compared(tx, "people", people.country, roles, stored, said, terms)
    report = Imported(
        people.country,
        roles,
        changes,
        rows=len(said),
        left_out=list(people.left_out),
        ended=[f"{h.name}, {seat(h.role, h.division)}: {end}" for h, end in ended],
    )
    rows = [_person_row(people.country, entry, terms.now) for entry in changes.rows]
    return Planned(report, "people", terms, imports, rows, people.names, people.offices)


async def _check_somewhere(
    tx: Transaction, country: str, named: Collection[str], terms: Terms
) -> None:
    """What the file is about, or not about, is in it or is known: else a slip of the hand would
    take in nothing, or close what it should not. Raises `Refused`."""
    about = {division for division in terms.only | terms.but if not _holds(division, named)}
    if not about:
        return
    stored = await divisions.with_rows(tx, country)
    about = {division for division in about if not _holds(division, stored)}
    # What has but a name says nothing to take in; it may well be what a file is not about.
    called = {*await divisions.names(tx, about), *country_of(country).regions.values()}
    if nowhere := sorted(d for d in about if d in terms.only or not _holds(d, called)):
        these = ", ".join(seat("", division) for division in nowhere[:3])
        more = ", ..." if len(nowhere) > 3 else ""
        raise Refused(f"neither the file nor what was imported has anything in {these}{more}")


def _holds(division: str, others: Iterable[str]) -> bool:
    """Whether any of them is it, or lies in it."""
    return any(ocd.is_in(other, [division]) for other in others)


def _check_ended(ended: int, of: int, terms: Terms) -> None:
    if ended > 1 and dating.is_too_much(ended, of) and not terms.force:
        raise Refused(
            f"{ended} of {of} terms have ended by {terms.day}: is it the file of before?"
            " --force takes it all the same"
        )


async def plan_map(tx: Transaction, read: Map, terms: Terms) -> Planned:
    """Raises like `plan_people`."""
    imports = await _imports(tx)
    named = {lies.division for lies in read.lies} or set(read.names)
    await _check_somewhere(tx, read.country, named, terms)
    levels = sorted({ocd.level_of(lies.division) for lies in read.lies})
    said = [_of_map(x, terms, read.country) for x in read.lies if terms.speaks_for(x.division)]
    changes = Changes()
    if levels:  # else it is a list of names
        stored = await _stored_map(tx, read.country, levels, terms)
        changes = await _compared(tx, "map", read.country, levels, stored, said, terms)
    report = Imported(
        read.country,
        levels,
        changes,
        rows=len(said) or len(read.names),
        left_out=_left_out(read),
        until=min((entry.end for entry in said if entry.end), default=None),
    )
    rows = [_map_row(read.country, entry, terms.now) for entry in changes.rows]
    return Planned(report, "map", terms, imports, rows, read.names)


def _left_out(read: Map) -> list[str]:
    counts = ((read.skipped, "lines that lie in no division"), (read.empty, "rows of a share of 0"))
    return [f"{count:,} {what}" for count, what in counts if count]


async def carry_out(tx: Transaction, planned: Planned, progress: Progress) -> None:
    """Raises `StoreConflict` where something else has been imported since it was planned."""
    await tx.lock([_LOCK])
    if planned.known != await _imports(tx):
        raise StoreConflict("something else was imported meanwhile; import this once more")
    country = planned.report.country
    await write_offices(tx, country, planned.offices)
    await write_names(tx, planned.names)
    write = write_people if planned.kind == "people" else write_map
    await write(tx, planned.rows, progress)
    await _note(tx, planned.kind, country, planned.report.whats, planned.terms)


async def _imports(tx: Transaction) -> list[tuple[object, ...]]:
    rows = await tx.fetch("SELECT * FROM place_imports ORDER BY 1, 2, 3, 4, 5, 6")
    return [tuple(row) for row in rows]


# The rows of both, as they are compared.


def seat(role: str, division: str) -> str:
    """A role and where, as people read it: `representative us/state:mt/cd:1`."""
    where = division.removeprefix("ocd-division/country:")
    return f"{role} {where}".strip()


def _of_person(holder: Officeholder, until: str | None = None) -> Dated:
    return Dated(
        (holder.person, holder.role, holder.division),
        (holder.role, holder.division),
        (holder.name, packed(holder.titles), *(getattr(holder, n) for n in _CONTENT[2:])),
        holder.valid_from,
        holder.valid_to or until,
        holder.closed,
    )


def _person_row(country: str, entry: Dated, now: int) -> list[Value]:
    days = entry.start, entry.end, now if entry.closed else None
    return [*entry.key, *days, country, ocd.region_of(entry.key[2]), *entry.content]


def _of_map(lies: Lies, terms: Terms, country: str) -> Dated:
    level = ocd.level_of(lies.division)
    ends = country_of(country).ends(level, max(terms.day, lies.valid_from))
    key, unit = (lies.postcode, lies.division), (lies.postcode, level)
    return Dated(key, unit, (lies.share,), lies.valid_from, lies.valid_to or terms.until or ends)


def _map_row(country: str, entry: Dated, now: int) -> list[Value]:
    division = entry.key[1]
    days = entry.start, entry.end, now if entry.closed else None
    return [
        country,
        *entry.key,
        *days,
        ocd.level_of(division),
        ocd.region_of(division),
        *entry.content,
    ]


async def _stored_map(
    tx: Transaction, country: str, levels: Iterable[str], terms: Terms
) -> list[Dated]:
    rows = await tx.fetch(
        "SELECT postcode, division, level, share, valid_from, valid_to, closed_at"
        " FROM postcode_divisions WHERE country = :country"
        f" AND level IN (SELECT l FROM {tx.rows('levels', l='text')} w)",
        country=country,
        levels=pack([level] for level in levels),
    )
    return [
        Dated(
            (r["postcode"], r["division"]),
            (r["postcode"], r["level"]),
            (r["share"],),
            r["valid_from"],
            r["valid_to"],
            r["closed_at"] is not None,
        )
        for r in rows
        if terms.speaks_for(r["division"])
    ]


async def _compared(
    tx: Transaction,
    kind: Literal["people", "map"],
    country: str,
    whats: Sequence[str],
    stored: Sequence[Dated],
    said: Sequence[Dated],
    terms: Terms,
) -> Changes:
    """What changes. Raises `Refused`."""
    spoken = [c for c in await decision_makers.coverage(tx, kind, country) if c.what in whats]
    _check_age(spoken, terms)
    gone, of = dating.lost(stored, said, terms.day)
    if dating.is_too_much(gone, of) and not terms.force:
        raise Refused(
            f"{gone:,} of {of:,} that are there now are not in it: is the file whole? If it is"
            " about a part, name that with --only; --force takes it all the same"
        )

    def until(entry: Dated) -> str | None:
        begins = max(terms.day, entry.start)
        what = entry.key[1] if kind == "people" else entry.unit[1]
        later = (
            c.valid_from
            for c in spoken
            if c.valid_from > begins and c.speaks_for(what, entry.key[-1])
        )
        return min(later, default=None)

    return dating.compare(stored, said, terms.day, until, ahead=terms.day > terms.today)


def _check_age(spoken: Iterable[Coverage], terms: Terms) -> None:
    about = [one for one in spoken if not one.only or not terms.only or _meet(one.only, terms.only)]
    last = max((one.valid_from for one in about if one.valid_from <= terms.today), default="")
    if terms.day < last:
        raise Refused(f"there is a file as of {last}: this one cannot be as of {terms.day}")


def _meet(some: Collection[str], others: Collection[str]) -> bool:
    """Whether anything lies in both."""
    return any(ocd.is_in(a, others) for a in some) or any(ocd.is_in(b, some) for b in others)


async def _note(
    tx: Transaction, kind: str, country: str, whats: Iterable[str], terms: Terms
) -> None:
    await tx.fetch(
        "INSERT INTO place_imports"
        " (kind, country, what, spoken_for, excepted, valid_from, imported_at, times)"
        " SELECT :kind, :country, what, :only, :but, :day, :now, 1"
        f" FROM {tx.rows('whats', what='text')} b WHERE true"
        " ON CONFLICT (kind, country, what, spoken_for, excepted, valid_from)"
        " DO UPDATE SET imported_at = excluded.imported_at, times = place_imports.times + 1",
        kind=kind,
        country=country,
        only=" ".join(sorted(terms.only)),
        but=" ".join(sorted(terms.but)),
        day=terms.day,
        now=terms.now,
        whats=pack([what] for what in whats),
    )

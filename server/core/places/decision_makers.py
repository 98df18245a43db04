"""Who decides for a division on a day, and how they are reached."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from server.core.places import ocd
from server.db import Row, Transaction, pack

Way = Literal["email", "form", "phone"]


@dataclass(frozen=True, slots=True)
class Office:
    """A role, and the level of the divisions that have it. `depth` is theirs: 0 of no place, 1 the
    country, 2 a region, more what lies in one. `seats` in each, None if unknown. `instead` is the
    role to offer where there is no such office, '' for none."""

    role: str
    level: str
    depth: int
    seats: int | None = None
    instead: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Officeholder:
    """A decision maker in office, from a day until the day before another. `titles` by language are
    what they are called themselves, '' where there is no channel of that kind. `division` is ''
    where the office is of no place."""

    person: str
    role: str
    division: str
    name: str
    titles: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    form: str = ""
    phone: str = ""
    hours: str = ""
    address: str = ""
    valid_from: str = ""
    valid_to: str | None = None
    closed: bool = False  # a later file no longer had them

    def on(self, day: str) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to > day)

    @property
    def ways(self) -> list[tuple[Way, str]]:
        """How they are reached, the best first."""
        all_ways: list[tuple[Way, str]] = [
            ("email", self.email),
            ("form", self.form),
            ("phone", self.phone),
        ]
        return [(way, to) for way, to in all_ways if to]


@dataclass(frozen=True, slots=True)
class Coverage:
    """From that day on a file has spoken for a role (of a map: a level) in these divisions and all
    that lies in them, or everywhere if there are none, but for those that are excepted."""

    what: str
    only: frozenset[str]
    excepted: frozenset[str]
    valid_from: str

    def speaks_for(self, what: str, division: str) -> bool:
        inside = not self.only or ocd.is_in(division, self.only)
        return self.what == what and inside and not ocd.is_in(division, self.excepted)


def title_of(role: str, division: str, offices: Iterable[Office], language: str) -> str:
    """What whoever has that role in that division is called, in that language where it is known."""
    level = ocd.level_of(division)
    known = [office for office in offices if office.role == role]
    known.sort(key=lambda office: office.level != level)
    return _in(known[0].titles, language) if known else ""


def called(holder: Officeholder, offices: Iterable[Office], language: str) -> str:
    """The name, with the title that they bear there."""
    title = _in(holder.titles, language)
    title = title or title_of(holder.role, holder.division, offices, language)
    return f"{holder.name}, {title}" if title else holder.name


def _in(titles: Mapping[str, str], language: str) -> str:
    return titles.get(language) or titles.get("en") or next(iter(titles.values()), "")


async def offices(tx: Transaction, country: str, roles: Iterable[str] = ()) -> list[Office]:
    """Those of these roles, in their order; all of the country's where none is named."""
    rows = await tx.fetch(
        "SELECT role, level, depth, seats, instead, titles FROM offices WHERE country = :country"
        " ORDER BY role, level",
        country=country,
    )
    known = [
        Office(r["role"], r["level"], r["depth"], r["seats"], r["instead"], _read(r["titles"]))
        for r in rows
    ]
    wanted = list(roles)
    if not wanted:
        return known
    return [office for role in wanted for office in known if office.role == role]


async def roles_with_mail(tx: Transaction, country: str) -> set[str]:
    """The roles of which anybody has an address of mail."""
    rows = await tx.fetch(
        "SELECT DISTINCT role FROM officeholders WHERE country = :country AND email <> ''",
        country=country,
    )
    return {row["role"] for row in rows}


async def officeholders(
    tx: Transaction, country: str, regions: Iterable[str] | None = None
) -> list[Officeholder]:
    """All who hold or have held an office in these regions, or in all; and those of the country
    itself, whatever the regions."""
    where, values = "", {}
    if regions is not None:
        where = f" AND (region = '' OR region IN (SELECT r FROM {tx.rows('regions', r='text')} w))"
        values = {"regions": pack([region] for region in regions)}
    rows = await tx.fetch(
        f"SELECT * FROM officeholders WHERE country = :country{where}", country=country, **values
    )
    return sorted(map(_officeholder, rows), key=lambda h: (ocd.in_order(h.division), h.name))


def _officeholder(row: Row) -> Officeholder:
    plain = ("person", "role", "division", "name", "email", "form", "phone", "hours", "address")
    return Officeholder(
        **{name: row[name] for name in (*plain, "valid_from", "valid_to")},
        titles=_read(row["titles"]),
        closed=row["closed_at"] is not None,
    )


async def coverage(tx: Transaction, kind: Literal["people", "map"], country: str) -> list[Coverage]:
    """What the files that were imported spoke for."""
    rows = await tx.fetch(
        "SELECT what, spoken_for, excepted, valid_from FROM place_imports"
        " WHERE kind = :kind AND country = :country",
        kind=kind,
        country=country,
    )
    return [
        Coverage(
            row["what"],
            frozenset(row["spoken_for"].split()),
            frozenset(row["excepted"].split()),
            row["valid_from"],
        )
        for row in rows
    ]


def _read(titles: str) -> dict[str, str]:
    read: dict[str, str] = json.loads(titles)
    return read

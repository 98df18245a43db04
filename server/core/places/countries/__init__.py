"""What is particular to a country, one file for each: what is in none of them is in no code either.

A country without a file is imported from tables that say all of it themselves.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from server.core.places import ocd
from server.core.places.decision_makers import Office


@dataclass(frozen=True, slots=True)
class MapColumns:
    """The columns of the country's own table of postcodes, and what stands in them: `whole` are the
    names of a division that is all of its region, `nowhere` those of none."""

    region: str
    postcode: str
    district: str
    share: str
    level: str
    whole: frozenset[str]
    nowhere: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """`begins`: the days on which new maps and people take over. `beginnings`: what the postcodes
    of a region begin with, where no table has them. `called`: what files of people call a role."""

    code: str
    begins: Sequence[str] = ()
    columns: MapColumns | None = None
    beginnings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    offices: Mapping[str, Office] = field(default_factory=dict)
    elsewhere: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def ends(self, level: str, day: str) -> str | None:
        """Until when a map of that level holds which began by that day, and says nothing itself."""
        if self.columns is None or level != self.columns.level:
            return None
        return next((begin for begin in self.begins if begin > day), None)

    def district(self, region: str, name: str) -> str:
        """The division that the country's own tables call so: `7`, or `0` for all of a region."""
        assert self.columns  # noqa: S101 (only a country with such a table is asked)
        number = name.lstrip("0")  # nothing is left of "000"
        name = ocd.AT_LARGE if name in self.columns.whole or not number else number
        return f"{region}/{ocd.part(self.columns.level, name)}"

    def titles(self, role: str, region: str) -> Mapping[str, str]:
        """What those of a role are called in that region, if not as everywhere else."""
        titles, last = self.elsewhere.get(role, {}), region.rpartition("/")[2]
        return titles.get(last) or titles.get(last.partition(":")[0]) or {}


@cache
def country_of(code: str) -> Country:
    """What we know of a country, by its two capitals; nothing of most."""
    file = resources.files(__package__) / f"{code.lower()}.toml"
    return _read(code, file.read_text("utf-8")) if file.is_file() else Country(code=code)


@cache
def known() -> tuple[Country, ...]:
    """All countries of which there is a file."""
    files = (f.name for f in resources.files(__package__).iterdir() if f.name.endswith(".toml"))
    return tuple(country_of(name.removesuffix(".toml").upper()) for name in sorted(files))


def _read(code: str, text: str) -> Country:
    data: dict[str, Any] = tomllib.loads(text)
    home, columns = ocd.country(code), data["map"]
    sets = {name: frozenset(columns[name]) for name in ("whole", "nowhere")}
    regions = {name: f"{home}/{part}" for name, (part, _) in data["regions"].items()}
    return Country(
        code=code,
        begins=data["begins"],
        columns=MapColumns(**columns | sets),
        beginnings={regions[name]: found for name, found in data["beginnings"].items()},
        offices={role: _office(role, office) for role, office in data["offices"].items()},
        elsewhere={role: o.get("elsewhere", {}) for role, o in data["offices"].items()},
        called=data["called"],
        regions=regions,
        names={regions[name]: said for name, (_, said) in data["regions"].items()},
    )


def _office(role: str, office: Mapping[str, Any]) -> Office:
    return Office(
        role,
        office["level"],
        office["depth"],
        office.get("seats"),
        office.get("instead", ""),
        office["titles"],
    )

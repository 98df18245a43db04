"""Legislators of states, as github.com/openstates/people writes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from server.core.places import ocd
from server.core.places.countries import Country
from server.core.places.files.persons import People, add, clean, list_of, named, text_of
from server.core.places.files.reading import Values, is_day
from server.errors import BadFile

#: Of the kinds of offices that Open States knows; any other may be somebody's home.
_OPEN_TO_ALL = ("capitol", "district")
#: Names of offices that are somebody's home all the same. Rather an office too few than a home.
_HOME = re.compile(
    r"(?<![a-z])home(?=address|office|phone|tel|s?(?![a-z]))|(?<![a-z])residen|personal|private"
    r"|(?<![a-z])(?<!state )(?<!court )house(?![a-z])"
    r"(?! (?:of|chamber|office building|majority|minority)(?![a-z]))"
)


def read_legislators(
    people: Sequence[Mapping[str, Any]], country: Country, values: Values, day: str
) -> People:
    found = People(country.code, names=named(country))
    homes = 0
    for n, one in enumerate(people, 1):
        name, person = values.tidy(text_of(one, "name")), text_of(one, "id")
        if not name or not person:
            raise BadFile(f"person {n} of the file has no name, or no id")
        listed = _offices(one)
        offices = [office for office in listed if not _is_home(office)]
        homes += len(listed) - len(offices)
        for kind, division, start, end in _roles(one, country, found, name, day):
            holder = clean(
                found,
                person=person,
                role=kind,
                division=division,
                name=name,
                email=text_of(one, "email"),
                phone=_first(offices, "voice"),
                address=values.tidy(_first(offices, "address")),
            )
            add(found, holder, start, end, day)
    if homes:  # first: whoever reads a long report should see it
        found.left_out.insert(0, f"{homes:,} offices whose names say that they are homes")
    found.offices = [
        country.offices[role] for role in sorted({holder.role for holder in found.holders})
    ]
    found.only = frozenset(ocd.region_of(holder.division) for holder in found.holders)
    return found


def _offices(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those of the kinds that are open to all, the capitol's first."""
    listed = [office for office in list_of(one, "offices") if isinstance(office, dict)]
    return [o for kind in _OPEN_TO_ALL for o in listed if o.get("classification") == kind]


def _is_home(office: Mapping[str, Any]) -> bool:
    name = unicodedata.normalize("NFKC", text_of(office, "name")).casefold()
    return _HOME.search(" ".join(re.split(r"[\W_]+", name))) is not None


def _first(offices: Sequence[Mapping[str, Any]], key: str) -> str:
    return next(filter(None, (text_of(office, key) for office in offices)), "")


def _roles(
    one: Mapping[str, Any], country: Country, found: People, name: str, day: str
) -> Iterator[tuple[str, str, str, str]]:
    """Role, division, start and end of what somebody is that day; else of what they were last."""
    read = []
    for role in list_of(one, "roles"):
        if not isinstance(role, dict):
            continue
        kind = country.called.get(text_of(role, "type"), "")
        place = text_of(role, "jurisdiction").replace("ocd-jurisdiction/", "ocd-division/")
        region = place.removesuffix("/government")
        if not kind or region not in country.regions.values():
            found.left_out.append(f"{name}: an office that we do not know")
            continue
        office, division = country.offices[kind], region
        if office.depth > 2:
            division = f"{region}/{ocd.part(office.level, text_of(role, 'district'))}"
        if ocd.is_division(division):
            read.append(
                (kind, division, _whole_day(role, "start_date"), _whole_day(role, "end_date"))
            )
        else:
            found.left_out.append(f"{name}: a district without a name")
    today = [role for role in read if role[2] <= day and (not role[3] or role[3] > day)]
    read.sort(key=lambda role: role[3] or "9")
    yield from {role[:2]: role for role in today or read[-1:]}.values()


def _whole_day(role: Mapping[str, Any], key: str) -> str:
    """The day; the first one, where a year or a month stands alone; '' for none."""
    said = text_of(role, key)
    return next((day for day in (said, f"{said}-01", f"{said}-01-01") if is_day(day)), "")

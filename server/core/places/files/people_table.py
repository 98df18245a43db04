"""A table of people for any country, a line for each; a line without a name is an empty seat."""

from __future__ import annotations

import re
from dataclasses import replace

from server.core.places import ocd
from server.core.places.countries import country_of
from server.core.places.decision_makers import Office
from server.core.places.files.persons import People, clean, named
from server.core.places.files.reading import Line, Values, day_of, table
from server.errors import BadFile

_COUNTRY = re.compile(r"[A-Z]{2}")
_ROLE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SEATS = re.compile(r"[1-9][0-9]{0,2}|1000")
_TITLE = re.compile(r"title_([a-z]{2,3})")


def read_table(text: str, values: Values, day: str, code: str) -> People:
    code = code.upper()
    if code and not _COUNTRY.fullmatch(code):
        raise BadFile("a country is two letters")
    people = People(code)
    offices: dict[tuple[str, str], Office] = {}
    seen: dict[tuple[str, ...], int] = {}
    for line in table(text):
        division, role = line["division"], line["role"].lower()
        its = _country_of(line, division) or code
        if not its:
            raise BadFile(f"line {line.number} names no division and no country: add --country")
        if people.country not in {"", its}:
            raise BadFile(
                f"line {line.number}: one file is about one country, {people.country} or {its}"
            )
        people.country = its
        if not _ROLE.fullmatch(role):
            raise BadFile(f"line {line.number}: a role has small letters, digits and dashes alone")
        office = _office_of(line, role, division, its)
        known = offices.setdefault((role, office.level), office)
        if known.seats != office.seats:  # it differs from place to place
            offices[role, office.level] = replace(known, seats=None)
        if not (name := values.tidy(line["name"])):
            people.vacant.add(division)
            continue
        holder = clean(
            people,
            person=values.tidy(line["id"]) or name,
            role=role,
            division=division,
            name=name,
            titles=_titles(line, values),
            **{way: line[way] for way in ("email", "form", "phone")},
            **{word: values.tidy(line[word]) for word in ("hours", "address")},
        )
        start, end = day_of(line, "valid_from"), day_of(line, "valid_to")
        if end and end <= start:
            raise BadFile(f"line {line.number}: valid_to must come after valid_from")
        key = (holder.person, role, division, start)
        if key in seen:
            raise BadFile(f"line {line.number} names {name} as line {seen[key]} does")
        seen[key] = line.number
        people.holders.append(replace(holder, valid_from=start, valid_to=end or None))
        if end and end <= day:
            people.ended.append((holder, end))
    if not offices:
        raise BadFile("it has no lines below its first")
    people.offices = list(offices.values())
    people.names = named(country_of(people.country))
    return people


def _country_of(line: Line, division: str) -> str:
    if division and not ocd.is_division(division):
        raise BadFile(f"line {line.number}: {division!r} is no id of a division")
    code = line["country"].upper()
    if code and not _COUNTRY.fullmatch(code):
        raise BadFile(f"line {line.number}: a country is two letters")
    if division and code not in {"", ocd.country_of(division)}:
        raise BadFile(f"line {line.number}: the division is not in {code}")
    return ocd.country_of(division) if division else code


def _office_of(line: Line, role: str, division: str, country: str) -> Office:
    """As the country's own file says it, where that knows it."""
    seats = line["seats"]
    if seats and not _SEATS.fullmatch(seats):
        raise BadFile(f"line {line.number}: seats must be a whole number from 1 to 1000, or empty")
    level, depth = (ocd.level_of(division), ocd.depth_of(division)) if division else ("", 0)
    own = country_of(country).offices.get(role)
    if own and own.level == level:
        return own
    return Office(role, level, depth, int(seats) if seats else None)


def _titles(line: Line, values: Values) -> dict[str, str]:
    """By language: `title` is English, `title_es` Spanish."""
    found = {"en": values.tidy(line["title"])}
    for column, cell in line.cells.items():
        if language := _TITLE.fullmatch(column):
            found[language[1]] = values.tidy(cell)
    return {language: title[:120] for language, title in found.items() if title}

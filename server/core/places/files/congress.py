"""Members of the US Congress, as github.com/unitedstates/congress-legislators writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from server.core.places.countries import Country
from server.core.places.files.persons import People, add, clean, dict_of, list_of, named, text_of
from server.core.places.files.reading import Values, is_day, is_district
from server.errors import BadFile


def read_members(
    members: Sequence[Mapping[str, Any]], country: Country, values: Values, day: str
) -> People:
    roles = {"senator", "representative"} & set(country.offices)
    offices = [country.offices[role] for role in sorted(roles)]
    people = People(country.code, offices=offices, names=named(country))
    for n, member in enumerate(members, 1):
        name = _member_name(dict_of(member, "name"), values)
        person = text_of(dict_of(member, "id"), "bioguide")
        if not name or not person:
            raise BadFile(f"person {n} of the file has no name, or no bioguide id")
        term = _term(list_of(member, "terms"), day)
        role = country.called.get(text_of(term, "type"), "")
        region = country.regions.get(text_of(term, "state"), "")
        if role not in roles or not region:
            raise BadFile(f"{name}: the last term is of no office or state that we know")
        division = region
        if country.offices[role].depth > 2:
            if not is_district(district := str(term.get("district"))):
                raise BadFile(f"{name}: the last term is of no district")
            division = country.district(region, district)
        holder = clean(
            people,
            person=person,
            role=role,
            division=division,
            name=name,
            titles=country.titles(role, region),
            form=text_of(term, "contact_form"),
            phone=text_of(term, "phone"),
            address=values.tidy(text_of(term, "address")),
        )
        add(people, holder, text_of(term, "start"), text_of(term, "end"), day)
    return people


def _member_name(name: Mapping[str, Any], values: Values) -> str:
    full = text_of(name, "official_full") or " ".join(
        filter(None, (text_of(name, part) for part in ("first", "middle", "last", "suffix")))
    )
    return values.tidy(full)


def _term(terms: Sequence[Any], day: str) -> Mapping[str, Any]:
    """The one of that day; else the last."""
    read = [term for term in terms if isinstance(term, dict)]
    read = [t for t in read if is_day(text_of(t, "start")) and is_day(text_of(t, "end"))]
    read.sort(key=lambda term: text_of(term, "start"))
    today = [t for t in read if text_of(t, "start") <= day < text_of(t, "end")]
    return (today or read or [{}])[-1]

"""Who decides where, from a file of any of the kinds that we read."""

from __future__ import annotations

from typing import Any

from server.core.places.countries import known
from server.core.places.files.congress import read_members
from server.core.places.files.open_states import read_legislators
from server.core.places.files.people_table import read_table
from server.core.places.files.persons import People, list_of
from server.core.places.files.reading import Values, check_apart, decoded, header, parsed
from server.errors import BadFile

_EXPECTED = (
    "it must be JSON of unitedstates/congress-legislators or of Open States, or a table whose first"
    " line names the columns name,role,division,title,email,form,phone,hours,valid_from,valid_to"
)


def read_people(raw: bytes, values: Values, day: str, country: str = "") -> People:
    """What the file says as of that day; `country` is for a table that names none. Raises
    `BadFile`."""
    text = decoded(raw)
    if text.lstrip()[:1] in {"[", "{"}:
        return _read_json(parsed(text), values, day)
    if {"name", "role"} <= set(header(text)):
        people = read_table(text, values, day, country)
        _check_apart(people)
        return people
    raise BadFile(_EXPECTED)


def _read_json(data: Any, values: Values, day: str) -> People:
    people = data if isinstance(data, list) else [data]
    if not people or not all(isinstance(one, dict) for one in people):
        raise BadFile(_EXPECTED if people else "it names nobody")
    # Both kinds are about one country so far: the one that knows what they call its offices.
    country = next(country for country in known() if country.called)
    if all(list_of(one, "terms") for one in people):
        read = read_members(people, country, values, day)
    elif all(list_of(one, "roles") for one in people):
        read = read_legislators(people, country, values, day)
    else:
        raise BadFile(_EXPECTED)
    _check_apart(read)
    return read


def _check_apart(people: People) -> None:
    check_apart(
        ((h.name, h.person, h.role, h.division), h.valid_from, h.valid_to) for h in people.holders
    )

"""What the readers of people share: how a person is noted, and what is left out of what is said.

Of an office its address, telephone and hours are taken. What is said of a home is never read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from server.core.places.countries import Country
from server.core.places.decision_makers import Office, Officeholder
from server.core.places.files.reading import is_day

_EMAIL = re.compile(r"[^\s@?&#%<>\"',;:\\()\[\]]{1,64}@[^\s@?&#%<>\"',;:\\()\[\]]{1,190}")
_FORM = re.compile(r"https?://[^\s\"'<>]{3,300}")
_PHONE = re.compile(r"\+?[0-9 ()./-]{3,30}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?", re.ASCII)
_WAYS = {"email": "e-mail address", "form": "address of a form", "phone": "telephone number"}
_LIMITS = {"name": 120, "hours": 120, "address": 300, "person": 120}


@dataclass(slots=True)
class People:
    """What a file says. It speaks for its `offices` in the divisions `only`, or everywhere.

    `vacant` are the divisions of seats that it says are empty, `ended` those whose terms were
    over by the day of the import, and whom it names all the same; `left_out` says what could not be
    taken, for people to read.
    """

    country: str
    holders: list[Officeholder] = field(default_factory=list)
    offices: Sequence[Office] = ()
    only: frozenset[str] = frozenset()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    vacant: set[str] = field(default_factory=set)
    ended: list[tuple[Officeholder, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def named(country: Country) -> dict[str, dict[str, str]]:
    return {region: {"en": name} for region, name in country.names.items()}


def add(people: People, holder: Officeholder, start: str, end: str, day: str) -> None:
    """Whoever is named today is in office, whatever day their term ended: that is warned of."""
    if not is_day(end):
        end = ""
    if end and end <= day:
        people.ended.append((holder, end))
        end = ""
    start = start if is_day(start) else ""
    people.holders.append(replace(holder, valid_from=start, valid_to=end or None))


def clean(people: People, **values: Any) -> Officeholder:
    """The officeholder, without what is not well formed."""
    for word, limit in _LIMITS.items():
        values[word] = values.get(word, "")[:limit]
    for way, form in (("email", _EMAIL), ("form", _FORM), ("phone", _PHONE)):
        said = values.get(way, "").strip()
        values[way] = said if form.fullmatch(said) else ""
        if said and not values[way]:
            people.left_out.append(f"{values['name']}: {said[:80]!r} is no {_WAYS[way]}")
    return Officeholder(**values)


def text_of(of: Mapping[str, Any], key: str) -> str:
    """What stands there, if it is text without what no database takes."""
    found = of.get(key)
    return found.strip() if isinstance(found, str) and found.isprintable() else _squeezed(found)


def _squeezed(found: object) -> str:
    if not isinstance(found, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in found).split())


def dict_of(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = of.get(key)
    return found if isinstance(found, dict) else {}


def list_of(of: Mapping[str, Any], key: str) -> Sequence[Any]:
    found = of.get(key)
    return found if isinstance(found, list) else []

"""What Communicating With Congress asks for besides a letter: by which code an office is known,
what the letter is about, and who the writer is (the schema of the US House, version 2.0)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from server.core.values.names import tidy
from server.errors import InvalidInput, Problem

#: The topics of the Library of Congress, as the schema has them.
TOPICS = (
    "Agriculture and Food",
    "Animals",
    "Armed Forces and National Security",
    "Arts, Culture, Religion",
    "Civil Rights and Liberties, Minority Issues",
    "Commerce",
    "Congress",
    "Crime and Law Enforcement",
    "Economics and Public Finance",
    "Education",
    "Emergency Management",
    "Energy",
    "Environmental Protection",
    "Families",
    "Finance and Financial Sector",
    "Foreign Trade and International Finance",
    "Government Operations and Politics",
    "Health",
    "Housing and Community Development",
    "Immigration",
    "International Affairs",
    "Labor and Employment",
    "Law",
    "Native Americans",
    "Public Lands and Natural Resources",
    "Science, Technology, Communications",
    "Social Sciences and History",
    "Social Welfare",
    "Sports and Recreation",
    "Taxation",
    "Transportation and Public Works",
    "Water Resources Development",
)
#: How offices address who writes.
PREFIXES = ("Mr.", "Ms.", "Mrs.", "Mx.", "Dr.")
CONSTITUENT_FIELDS = ("prefix", "first", "last", "street", "city")
_LEAST = {"prefix": 1, "first": 1, "last": 1, "street": 3, "city": 3}
_MOST = 120
_HOUSE = re.compile(
    r"ocd-division/country:us/(?:state|district|territory):([a-z]{2})(?:/cd:(?:(\d{1,2})|at-large))?"
)
_ZIP = re.compile(r"\d{5}(-\d{4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Constituent:
    """Who writes, as their office in Congress wants to know it."""

    prefix: str
    first: str
    last: str
    street: str
    city: str
    zip: str


def member_office(role: str, division: str) -> str:
    """The code of a seat in the House: `HMT01`, `HVT00` for all of a state; '' for any other."""
    found = _HOUSE.fullmatch(division) if role == "representative" else None
    return f"H{found[1].upper()}{int(found[2] or 0):02}" if found else ""


def split_name(name: str) -> tuple[str, str]:
    """First and last name where there are two words; both '' where only the writer can tell."""
    words = name.split()
    return (words[0], words[1]) if len(words) == 2 else ("", "")


def constituent_of(form: Mapping[str, str], postcode: str) -> Constituent | None:
    """Who writes as a form says it; None for who leaves out title, street and city, or has no ZIP
    code: then no letter goes that way. Raises `InvalidInput` where a part is missing."""
    typed = {name: tidy(form.get(name, "")) for name in CONSTITUENT_FIELDS}
    if not any(typed[name] for name in ("prefix", "street", "city")) or not _ZIP.fullmatch(
        postcode
    ):
        return None
    short = any(not _LEAST[name] <= len(said) <= _MOST for name, said in typed.items())
    if short or typed["prefix"] not in PREFIXES:
        raise InvalidInput(Problem("constituent", "constituent"))
    return Constituent(**typed, zip=postcode)


def packed_constituent(writer: Constituent | None) -> str | None:
    return json.dumps(asdict(writer), ensure_ascii=False) if writer else None


def unpacked_constituent(kept: str | None) -> Constituent | None:
    return Constituent(**json.loads(kept)) if kept else None

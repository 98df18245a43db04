"""Invented people and postcodes as files of the kinds that are imported; where real ones lie."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from server.core.places import imports
from server.core.places.files.maps import read_map
from server.core.places.files.people import read_people
from server.core.places.files.reading import Values
from server.core.places.imports import Imported, Planned, Terms
from server.core.values.names import tidy
from server.core.values.postcodes import fold_postcode, normal_postcode
from server.db import Database
from tests.harness.product import Server
from tests.harness.world import NOW

_ROOT = Path(__file__).parents[3]
#: Real files of people and postcodes, which are others' work and no part of this repository.
REAL = Path(os.environ.get("TESTS_DATA", _ROOT.parent / "shared" / "data"))
MEMBERS, ZIPS = REAL / "legislators-current.json", REAL / "us-zipcodes-congress.zccd.csv"
LEGISLATURE = REAL / "openstates-vt-legislature.json"
#: The files of tests that read them; without them they are left out (`plugins/left_out.py`).
READERS = (
    _ROOT / "tests/core/places/test_real_files.py",
    _ROOT / "tests/cli/test_real_places.py",
    _ROOT / "tests/texting/sessions/test_real_menus.py",
    _ROOT / "tests/channels/test_cwc_schema.py",
)

TODAY, NEXT, LATER = "2026-11-30", "2027-01-03", "2027-02-01"

ZCCD = """state_fips,state_abbr,zcta,cd
23,ME,04103,1
30,MT,59801,1
30,MT,59101,2
04,AZ,84531,2
49,UT,84531,3
48,TX,77002,7
48,TX,77002,18
48,TX,77002,29
48,TX,76932,23
50,VT,05401,0
11,DC,20001,0
72,PR,00601,0
"""


#: The same in tables for any country, in force from today: two districts of Montana with an
#: address of mail each, two senators, and where nobody is to be found, or nobody votes.
OFFICES = """name,role,division,email,form,phone,hours,address
Mo Stone,senator,us/state:mt,,https://stone.senate.example/write?a=1&b=2,202-555-0101,9 to 5,
Ida Reed,senator,us/state:mt,ida.reed@senate.example,,202-555-0102,,
Ann West,representative,us/state:mt/cd:1,ann.west@house.example,,202-555-0111,,
Eli East,representative,us/state:mt/cd:2,eli.east@house.example,,202-555-0112,,
,representative,us/state:mt/cd:3,,,,,
Ida Cole,senator,us/state:id,ida.cole@senate.example,,,,
Bo North,representative,us/state:id/cd:1,bo.north@house.example,,,,
Vi Snow,representative,us/state:vt/cd:at-large,,,202-555-0130,,
Sal Frost,senator,us/state:vt,,,202-555-0131,,3 Senate Office Washington DC 20510
Deb Hall,representative,us/district:dc/cd:at-large,deb.hall@house.example,,202-555-0120,,
"""
#: 59801 is in two districts and a sliver of a third, 59901 in two states, 20001 has a delegate.
POSTCODES = """country,postcode,division,share
US,59801,us/state:mt/cd:1,0.7
US,59801,us/state:mt/cd:2,0.29
US,59801,us/state:mt/cd:3,0.01
US,59101,us/state:mt/cd:2,1
US,59301,us/state:mt/cd:3,1
US,59901,us/state:mt/cd:1,0.6
US,59901,us/state:id/cd:1,0.4
US,20001,us/district:dc/cd:at-large,1
US,05401,us/state:vt/cd:at-large,1
"""


def bring(server: Server) -> None:
    """An operator imports `OFFICES` and `POSTCODES` into a running product."""
    for table, command in ((OFFICES, "decision-makers"), (POSTCODES, "divisions")):
        file = server.data / f"{command}.csv"
        file.write_text(table.replace(",us/", ",ocd-division/country:us/"))
        done = server.command(command, "import", str(file))
        assert done.returncode == 0, done.stderr


def values() -> Values:
    def postcode(written: str, country: str) -> str | None:
        normal = normal_postcode(written, country)
        return None if normal is None else fold_postcode(normal)

    return Values(postcode=postcode, tidy=tidy)


def member(
    name: str,
    kind: str,
    state: str,
    district: int | str | None = None,
    *terms: tuple[str, str],
    **more: object,
) -> dict[str, Any]:
    """A member of the Congress, as congress-legislators writes them; one term unless it says
    others."""
    first, _, last = name.partition(" ")
    written = [
        {"type": kind, "state": state, "start": start, "end": end, "phone": "202-555-0100"}
        | ({} if district is None else {"district": district})
        | more
        for start, end in terms or (("2025-01-03", "2031-01-03" if kind == "sen" else NEXT),)
    ]
    key = "".join(filter(str.isalnum, f"{name}{kind}"))
    named = {"first": first, "last": last, "official_full": name}
    return {"id": {"bioguide": key}, "name": named, "terms": written}


def congress() -> list[dict[str, Any]]:
    """All of its states but for Texas' 23rd district, whose seat is empty."""
    states = ("ME", "MT", "AZ", "UT", "TX", "VT")
    senators = [member(f"{state} Senator{n}", "sen", state) for state in states for n in (1, 2)]
    districts = {"ME": (1, 2), "MT": (1, 2), "AZ": (2,), "UT": (3, 4), "TX": (7, 18, 29)}
    districts |= {"VT": (0,), "DC": (0,), "PR": (0,), "VI": (0,)}
    return senators + [
        member(f"{state} House{n}", "rep", state, n) for state, ns in districts.items() for n in ns
    ]


def as_json(people: object) -> bytes:
    return json.dumps(people, ensure_ascii=False).encode()


def terms(day: str = TODAY, **more: Any) -> Terms:
    known: dict[str, Any] = {"day": day, "today": TODAY, "now": NOW}
    return Terms(**(known | more))


async def take_people(
    database: Database, raw: bytes, day: str = TODAY, country: str = "", **more: Any
) -> Imported:
    people = read_people(raw, values(), day, country)
    async with database.read() as tx:
        planned = await imports.plan_people(tx, people, terms(day, **more))
    return await _carried_out(database, planned)


async def take_map(database: Database, raw: str | bytes, day: str = TODAY, **more: Any) -> Imported:
    read = read_map(raw.encode() if isinstance(raw, str) else raw, values())
    async with database.read() as tx:
        planned = await imports.plan_map(tx, read, terms(day, **more))
    return await _carried_out(database, planned)


async def _carried_out(database: Database, planned: Planned) -> Imported:
    async with database.write() as tx:
        await imports.carry_out(tx, planned, lambda _: None)
    return planned.report


async def us(database: Database) -> None:
    """The invented Congress and its map, as of today."""
    await take_people(database, as_json(congress()))
    await take_map(database, ZCCD)


def counts(report: Imported) -> Mapping[str, int]:
    changes = report.changes
    kinds = ("new", "changed", "closed", "carried")
    return {k: n for k in kinds if (n := len(getattr(changes, k)))} | (
        {"kept": changes.kept} if changes.kept else {}
    )

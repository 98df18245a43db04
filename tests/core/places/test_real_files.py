"""The real Congress and all 33,774 ZIP codes of its map: each is found, chosen or asked for, as a
computation of its own says, today and once another Congress has begun."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from server.core.places import finding
from server.core.places.outcomes import (
    NOTHING_CHOSEN,
    Addressing,
    AskDistrict,
    Choose,
    Outcome,
    Reached,
)
from server.db import Database
from tests.harness.people import land
from tests.harness.people.land import LATER, NEXT, TODAY, as_json, take_map, take_people

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.seldom_postgres(4)]

CONGRESS = Addressing("US", ("senator", "representative"))
#: States whose next map has no postcodes yet.
REDRAWN = {"TX", "MO", "NC", "OH", "CA", "UT", "FL", "TN", "AL", "LA"}
TERRITORIES = {"PR": "territory", "GU": "territory", "VI": "territory", "AS": "territory"}
KINDS = TERRITORIES | {"MP": "territory", "DC": "district"}
#: Of how many ZIP codes `make test` asks for one, and how many there are then of each outcome.
STEP = 20
KINDS_OF = {STEP: {"Reached": 1_321, "Choose": 368}, 1: {"Reached": 26_475, "Choose": 7_299}}
GONE = {("senator", "MT"), ("representative", "ME", "1")}  # seats that are empty in the next set

Where = tuple[str, str]


@dataclass
class Expected:
    """What the raw files say, read without the product."""

    zips: dict[str, set[Where]]
    senators: dict[str, list[str]]
    members: dict[Where, list[str]]
    districts: dict[str, set[str]]  # all that were ever spoken of, by state

    def of(self, zip_: str, without_map: set[str]) -> tuple[object, ...]:
        places = self.zips[zip_]
        known = {where for where in places if where[0] not in without_map}
        lost = {state for state, _ in places if state in without_map}
        if len(known) == 1 and not lost:
            [(state, district)] = known
            return self.reached(state, district)
        if len(lost) == 1 and not known:
            [state] = lost
            return ("ask", state, frozenset(self.districts[state]))
        options = {(s, d, tuple(sorted(self.members.get((s, d), [])))) for s, d in known}
        return ("choose", frozenset(options | {(state, "", ()) for state in lost}))

    def reached(self, state: str, district: str) -> tuple[object, ...]:
        members = self.members.get((state, district), [])
        senators = self.senators.get(state, [])
        said = [] if members else ["representative vacant 1"]
        if state in KINDS:
            said.append("senator none 2")
        elif len(senators) < 2:
            said.append(f"senator vacant {2 - len(senators)}")
        return ("reached", tuple(sorted(senators + members)), tuple(sorted(said)))


def expected(people: list[dict[str, Any]]) -> Expected:
    with land.ZIPS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    zips: dict[str, set[Where]] = defaultdict(set)
    districts: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        zips[row["zcta"]].add((row["state_abbr"], row["cd"]))
        districts[row["state_abbr"]].add(row["cd"])
    senators, members = defaultdict(list), defaultdict(list)
    for one in people:
        term, name = one["terms"][-1], one["name"]
        full = name.get("official_full") or f"{name['first']} {name['last']}"
        if term["type"] == "sen":
            senators[term["state"]].append(full)
        else:
            members[term["state"], str(term["district"])].append(full)
            districts[term["state"]].add(str(term["district"]))
    return Expected(zips, senators, members, districts)


def said(outcome: Outcome) -> tuple[object, ...]:
    """An outcome in the same words."""
    match outcome:
        case Reached(who, (), told, ()):
            gaps = sorted(f"{gap.role} {gap.why} {gap.count}" for gap in told)
            return ("reached", tuple(sorted(holder.name for holder in who)), tuple(gaps))
        case Choose("cd", options, ()):
            found = {(*short(o.division), tuple(sorted(h.name for h in o.who))) for o in options}
            return ("choose", frozenset(found))
        case AskDistrict(region, "cd", options, "map"):
            asked = frozenset(short(option.division)[1] for option in options)
            return ("ask", short(region)[0], asked)
    raise AssertionError(outcome)


def short(division: str) -> Where:
    """`…/state:mt/cd:1` is MT and 1."""
    _, _, region, *district = division.split("/")
    number = district[0].partition(":")[2] if district else ""
    return region.partition(":")[2].upper(), "0" if number == "at-large" else number


def members() -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = json.loads(land.MEMBERS.read_bytes())
    return people


def next_congress() -> list[dict[str, Any]]:
    """Everybody anew, for two years, with another name, but for a few seats."""
    people = []
    for n, one in enumerate(members()):
        term = one["terms"][-1]
        seat: tuple[str, ...] = ("senator", term["state"])
        if term["type"] == "rep":
            seat = ("representative", term["state"], str(term["district"]))
        if seat not in GONE:
            ran = (NEXT, "2029-01-03")
            kind, state, district = term["type"], term["state"], term.get("district")
            people.append(land.member(f"Member Number{n}", kind, state, district, ran))
    return people


async def outcomes(database: Database, zips: Iterable[str], day: str) -> dict[str, Outcome]:
    async with database.read() as tx:
        asked = dict.fromkeys(zips, NOTHING_CHOSEN)
        return await finding.find_many(tx, CONGRESS, asked, day)


def compare(found: dict[str, Outcome], right: Expected, without_map: set[str]) -> dict[str, int]:
    """How many there are of each kind of outcome; each must be the right one."""
    kinds: dict[str, int] = defaultdict(int)
    for zip_, outcome in found.items():
        assert said(outcome) == right.of(zip_, without_map), zip_
        kinds[type(outcome).__name__] += 1
    return dict(kinds)


@pytest.mark.parametrize("step", [STEP, pytest.param(1, marks=pytest.mark.full)])
async def test_every_zip_code_today_and_in_the_next_congress(
    database: Database, step: int, show: Callable[[str], None]
) -> None:
    await take_people(database, land.MEMBERS.read_bytes())
    await take_map(database, land.ZIPS.read_bytes())
    now = expected(members())
    assert len(now.zips) == 33_774
    asked = sorted(now.zips)[::step]
    kinds = compare(await outcomes(database, asked, TODAY), now, set())
    assert kinds == KINDS_OF[step]
    # The next set beside it; it takes over on its day, and today is as it was.
    await take_people(database, as_json(next_congress()), NEXT)
    lines = land.ZIPS.read_text().splitlines(keepends=True)
    kept = "".join(line for line in lines if line.split(",")[1] not in REDRAWN)
    but = frozenset(f"ocd-division/country:us/state:{state.lower()}" for state in REDRAWN)
    await take_map(database, kept, NEXT, but=but)
    assert compare(await outcomes(database, asked, "2027-01-02"), now, set()) == kinds
    later = expected(next_congress())
    for state, districts in now.districts.items():
        later.districts[state] |= districts
    for day in (NEXT, LATER):
        then = compare(await outcomes(database, asked, day), later, REDRAWN)
        assert sum(then.values()) == len(asked)
    show(f"{database.engine}: today {kinds}, in the next Congress {then}")


@pytest.mark.parametrize("step", [71, pytest.param(7, marks=pytest.mark.full)])
async def test_no_zip_code_that_is_not_in_the_map_is_guessed(database: Database, step: int) -> None:
    await take_people(database, land.MEMBERS.read_bytes())
    await take_map(database, land.ZIPS.read_bytes())
    known = set(expected(members()).zips)
    others = [f"{n:05}" for n in range(0, 100_000, step) if f"{n:05}" not in known]
    found = await outcomes(database, others, TODAY)
    territories = {"AS", "GU", "MP", "PR", "VI"}
    for zip_, outcome in found.items():
        if isinstance(outcome, Reached):
            [delegate] = outcome.who
            assert short(delegate.division)[0] in territories, zip_
        else:
            assert type(outcome).__name__ == "AskRegion", zip_


async def test_nobody_of_the_legislature_is_reached_at_home(database: Database) -> None:
    people = json.loads(land.LEGISLATURE.read_bytes())
    await take_people(database, land.LEGISLATURE.read_bytes())
    homes = [o for p in people for o in p["offices"] if o["classification"] == "home"]
    assert len(homes) == 68
    async with database.read() as tx:
        stored = await tx.fetch("SELECT * FROM officeholders")
    assert len(stored) == 180
    kept = {value for row in stored for value in tuple(row)}
    capitol = {o["voice"] for p in people for o in p["offices"] if o["classification"] == "capitol"}
    for home in homes:
        assert home["address"] not in kept
        assert "voice" not in home or home["voice"] in capitol or home["voice"] not in kept
    assert all(row["email"] for row in stored)

"""Files of people and postcodes are taken in as they are, again without effect, and nobody is
deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from server.core.places import decision_makers, imports
from server.core.places.decision_makers import Officeholder
from server.core.places.divisions import of_postcodes
from server.core.places.files.people import read_people
from server.core.places.gaps import Gaps, gaps
from server.db import Database
from server.errors import Refused, StoreConflict
from tests.harness.people import land
from tests.harness.people.land import NEXT, TODAY, as_json, congress, counts, take_map, take_people

US = "ocd-division/country:us"
ROLES = ("senator", "representative", "cd")


async def holders(database: Database, country: str = "US") -> list[Officeholder]:
    async with database.read() as tx:
        return await decision_makers.officeholders(tx, country)


async def left(database: Database, what: Iterable[str] = ROLES, day: str = TODAY) -> Gaps:
    async with database.read() as tx:
        return await gaps(tx, "US", day, list(what))


async def tables(database: Database) -> list[list[tuple[object, ...]]]:
    names = ("officeholders", "offices", "postcode_divisions", "division_names")
    async with database.read() as tx:
        return [sorted(tuple(r) for r in await tx.fetch(f"SELECT * FROM {n}")) for n in names]


async def test_again_is_nothing(database: Database) -> None:
    people, rows = len(congress()), len(land.ZCCD.splitlines()) - 1
    assert counts(await take_people(database, as_json(congress()))) == {"new": people}
    report = await take_map(database, land.ZCCD)
    territories = counts(report)["new"] - rows  # by how their postcodes begin
    assert territories > 0
    before = await tables(database)
    assert counts(await take_people(database, as_json(congress()))) == {"kept": people}
    assert counts(await take_map(database, land.ZCCD)) == {"kept": rows + territories}
    assert await tables(database) == before


async def test_who_is_missing_is_closed_and_not_deleted(database: Database) -> None:
    await take_people(database, as_json(congress()))
    report = await take_people(database, as_json(congress()[1:]), "2026-12-05", today="2026-12-05")
    assert counts(report)["closed"] == 1
    [gone] = [h for h in await holders(database) if h.closed]
    assert (gone.name, gone.valid_to) == ("ME Senator1", "2026-12-05")
    assert gone.on("2026-12-04")
    assert not gone.on("2026-12-05")


async def test_a_file_that_has_lost_more_than_a_tenth_is_refused_unless_it_is_forced(
    database: Database,
) -> None:
    await land.us(database)
    before = await tables(database)
    with pytest.raises(Refused, match="not in it"):
        await take_people(database, as_json(congress()[4:]))
    with pytest.raises(Refused, match="not in it"):
        await take_map(database, "\n".join(land.ZCCD.splitlines()[:6]))
    assert await tables(database) == before
    report = await take_people(database, as_json(congress()[4:]), force=True)
    assert counts(report)["closed"] == 4


async def test_a_file_about_a_part_leaves_the_others_alone(database: Database) -> None:
    await land.us(database)
    maine = "state_fips,state_abbr,zcta,cd\n23,ME,04103,2\n"
    report = await take_map(database, maine, only=frozenset({f"{US}/state:me"}))
    assert counts(report) == {"new": 1, "closed": 1}
    report = await take_map(database, land.ZCCD, but=frozenset({f"{US}/state:me"}))
    assert set(counts(report)) == {"kept"}


async def test_terms_that_have_ended_are_warned_of_and_not_dropped(database: Database) -> None:
    late = land.member("Jo Late", "sen", "OH", None, ("2025-01-21", "2026-11-03"))
    report = await take_people(database, as_json([*congress(), late]))
    assert report.ended == ["Jo Late, senator us/state:oh: 2026-11-03"]
    [found] = [h for h in await holders(database) if h.name == "Jo Late"]
    assert found.on(TODAY)


async def test_the_people_of_before_are_no_next_set(database: Database) -> None:
    await take_people(database, as_json(congress()))
    with pytest.raises(Refused, match="terms have ended by 2027-01-03"):
        await take_people(database, as_json(congress()), NEXT)


async def test_a_file_is_not_put_before_one_that_is_there(database: Database) -> None:
    await take_people(database, as_json(congress()))
    with pytest.raises(Refused, match="there is a file as of 2026-11-30"):
        await take_people(database, as_json(congress()), "2026-11-29")


async def test_empty_seats_and_divisions_without_postcodes_are_known(database: Database) -> None:
    await take_people(database, as_json(congress()[1:]))
    found = await left(database)
    assert found.vacant == [("senator", f"{US}/state:me", 1)]
    assert {level: len(ids) for level, ids in found.unmapped.items()} == {"cd": 14, "state": 6}
    await take_map(database, land.ZCCD)
    found = await left(database)
    assert ("representative", f"{US}/state:tx/cd:23", 1) in found.vacant
    assert found.unmapped == {"cd": [f"{US}/state:me/cd:2", f"{US}/state:ut/cd:4"]}


async def test_an_empty_seat_of_a_table_is_empty(database: Database) -> None:
    table = f"""name,role,division,seats
Ann,council,{US}/state:mt/place:missoula,2
,council,{US}/state:mt/place:polson,2
"""
    await take_people(database, table.encode())
    map_ = f"country,postcode,division\nUS,59860,{US}/state:mt/place:polson\n"
    await take_map(database, map_)
    assert (await left(database, ["council"])).vacant == [
        ("council", f"{US}/state:mt/place:missoula", 1),
        ("council", f"{US}/state:mt/place:polson", 2),
    ]
    assert [h.name for h in await holders(database)] == ["Ann"]


HOME = "9 Quiet Lane, Peacham"


def legislator(name: str, *offices: dict[str, str], **role: str) -> dict[str, object]:
    return {
        "id": f"ocd-person/{name}",
        "name": name,
        "email": "a@leg.example",
        "roles": [
            {
                "type": "upper",
                "district": "Grand Isle & Town",
                "jurisdiction": "ocd-jurisdiction/country:us/state:vt/government",
                "start_date": "2025",
            }
            | role
        ],
        "offices": list(offices),
    }


async def test_of_a_legislator_the_capitols_office_is_taken_and_never_a_home(
    database: Database,
) -> None:
    home = {"classification": "home", "address": HOME, "voice": "802-555-0199"}
    mail = {"classification": "district-mail", "address": HOME, "voice": "802-555-0199"}
    odd = {"address": HOME, "voice": "802-555-0199"}
    near = {"classification": "district", "address": "Town Hall", "voice": "802-555-0101"}
    capitol = {"classification": "capitol", "address": "State House", "voice": "802-555-0100"}
    file = [
        legislator("Ann", home, near, capitol),
        legislator("Bob", odd, mail, home),
        legislator("Cleo", home, near, type="lower", district="Ten"),
    ]
    report = await take_people(database, as_json(file))
    assert counts(report) == {"new": 3}
    found = {h.name: h for h in await holders(database)}
    assert (found["Ann"].address, found["Ann"].phone) == ("State House", "802-555-0100")
    assert (found["Bob"].address, found["Bob"].phone) == ("", "")
    assert (found["Cleo"].address, found["Cleo"].phone) == ("Town Hall", "802-555-0101")
    assert found["Ann"].division == f"{US}/state:vt/sldu:grand_isle_~_town"
    assert found["Ann"].valid_from == "2025-01-01"
    assert HOME not in repr(await tables(database))
    assert "0199" not in repr(await tables(database))
    # It speaks for its state alone.
    other = [legislator("Dee", jurisdiction="ocd-jurisdiction/country:us/state:me/government")]
    assert counts(await take_people(database, as_json(other))) == {"new": 1}


@pytest.mark.parametrize("kind", ["district", "capitol"])
@pytest.mark.parametrize(
    "name",
    ["Home Address", "HOME", "home_office", "HomeAddress", "Home/Mail", "Ｈｏｍｅ", "Her homes"]
    + ["Residence", "Residential Office", "Primary residence", "Personal", "personal-phone"]
    + ["Private Office", "House", "Her house", "HOUSE (summer)", "Home of State House member"],
)
async def test_an_office_that_is_named_a_home_is_left_out_whole_and_counted(
    database: Database, kind: str, name: str
) -> None:
    home = {"classification": kind, "name": name, "address": HOME, "voice": "802-555-0199"}
    near = {"classification": "district", "name": "District Office", "address": "Town Hall"}
    report = await take_people(
        database, as_json([legislator("Ann", home, near), legislator("Bob", home)])
    )
    assert report.left_out == ["2 offices whose names say that they are homes"]
    assert [(h.address, h.phone) for h in await holders(database)] == [("Town Hall", ""), ("", "")]
    stored = repr(await tables(database))
    assert HOME not in stored
    assert "0199" not in stored


@pytest.mark.parametrize(
    "name",
    ["State House", "Statehouse Office", "House of Representatives", "House Chamber", "Courthouse"]
    + ["House Office Building", "President's Office", "Homer Office", "Oklahoma City", "Personnel"]
    + ["District Office", "", None, 7],
)
async def test_an_office_that_is_no_home_is_taken(database: Database, name: object) -> None:
    office: Any = {"classification": "district", "name": name, "address": "Hall", "voice": "555"}
    report = await take_people(database, as_json([legislator("Ann", office)]))
    assert report.left_out == []
    assert [(h.address, h.phone) for h in await holders(database)] == [("Hall", "555")]


async def test_the_titles_of_an_office_are_in_every_language(database: Database) -> None:
    await take_people(database, as_json(congress()))
    async with database.read() as tx:
        offices = await decision_makers.offices(tx, "US", ["representative", "senator"])
    languages = {"en", "es", "fr", "pt", "ht", "ar", "hi", "vi"}
    assert [(o.role, o.level, o.seats, set(o.titles)) for o in offices] == [
        ("representative", "cd", 1, languages),
        ("senator", "state", 2, languages),
    ]


async def test_a_list_of_names_names(database: Database) -> None:
    names = "id,name,validThrough\nocd-division/country:gb/part:eng,England,\n"
    report = await take_map(database, names)
    assert (report.rows, report.whats) == (1, [])


@pytest.mark.parametrize(
    "lines",
    [
        [f"US,59801,{US}/state:mt/cd:{n},{share}" for n, share in ((1, 1), (2, 0), (3, "0.0"))],
        [f"30,MT,59801,{n},{share}" for n, share in ((1, 1), (2, 0), (3, "1e-9"))],
    ],
)
async def test_a_share_of_nothing_is_left_out_and_counted(
    database: Database, lines: list[str]
) -> None:
    heads = {"U": "country,postcode,division,share", "3": "state_fips,state_abbr,zcta,cd,share"}
    report = await take_map(database, "\n".join([heads[lines[0][0]], *lines]))
    assert report.left_out == ["2 rows of a share of 0"]
    async with database.read() as tx:
        found = await of_postcodes(tx, "US", ["59801"])
    assert [(x.division, x.share) for x in found["59801"]] == [(f"{US}/state:mt/cd:1", 1_000_000)]


async def test_a_file_about_another_part_may_be_older(database: Database) -> None:
    maine, utah = (frozenset({f"{US}/state:{state}"}) for state in ("me", "ut"))
    await take_people(database, as_json(congress()), only=maine)
    await take_people(database, as_json(congress()), "2026-11-01", only=utah)
    with pytest.raises(Refused, match="there is a file as of"):
        await take_people(database, as_json(congress()), "2026-11-01", only=maine)


async def test_what_was_imported_meanwhile_is_not_undone(database: Database) -> None:
    people = read_people(as_json(congress()), land.values(), TODAY)
    async with database.read() as tx:
        planned = await imports.plan_people(tx, people, land.terms())
    await take_people(database, as_json(congress()[1:]))
    before = await tables(database)
    with pytest.raises(StoreConflict):
        async with database.write() as tx:
            await imports.carry_out(tx, planned, lambda _: None)
    assert await tables(database) == before

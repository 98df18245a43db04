"""The right people or a question, never a guess."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.places import divisions, finding
from server.core.places.outcomes import (
    REGION,
    Addressing,
    AskDistrict,
    AskRegion,
    Choose,
    Chosen,
    Missing,
    Outcome,
    Reached,
    Unknown,
)
from server.db import Database
from tests.harness.people import land
from tests.harness.people.land import LATER, NEXT, TODAY

US = "ocd-division/country:us"
CONGRESS = Addressing("US", ("senator", "representative"))
SENATE = Addressing("US", ("senator",))
HOUSE = Addressing("US", ("representative",))


async def ask(
    database: Database,
    postcode: str,
    day: str = TODAY,
    addressing: Addressing = CONGRESS,
    **chosen: object,
) -> Outcome:
    async with database.read() as tx:
        return await finding.find(tx, addressing, postcode, day, Chosen(**chosen))  # type: ignore[arg-type]


def who(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Reached), outcome
    return [holder.name for holder in outcome.who]


def whys(outcome: Outcome) -> tuple[list[str], list[str]]:
    """What is held, and what is said."""
    assert isinstance(outcome, Reached), outcome
    return [m.why for m in outcome.held], [m.why for m in outcome.said]


def offered(outcome: Outcome) -> list[list[str]]:
    """The names of each option, and of those under "other"."""
    assert isinstance(outcome, Choose | AskDistrict), outcome
    other = outcome.other if isinstance(outcome, Choose) else ()
    return [[h.name for h in option.who] for option in (*outcome.options, *other)]


@pytest.fixture
async def us(database: Database) -> Database:
    await land.us(database)
    return database


async def test_one_district_goes_on(us: Database) -> None:
    found = await ask(us, "59801")
    assert who(found) == ["MT Senator1", "MT Senator2", "MT House1"]
    assert whys(found) == ([], [])


async def test_the_roles_stand_in_the_petitions_order(us: Database) -> None:
    turned = Addressing("US", ("representative", "senator"))
    assert who(await ask(us, "59801", TODAY, turned))[0] == "MT House1"


async def test_the_only_district_of_a_state_is_found(us: Database) -> None:
    assert who(await ask(us, "05401")) == ["VT Senator1", "VT Senator2", "VT House0"]


async def test_several_districts_are_chosen_by_their_members_names(us: Database) -> None:
    asked = await ask(us, "77002")
    assert isinstance(asked, Choose)
    assert asked.level == "cd"
    assert offered(asked) == [["TX House7"], ["TX House18"], ["TX House29"]]
    chosen = asked.options[1].division
    assert who(await ask(us, "77002", divisions=(chosen,))) == [
        "TX Senator1",
        "TX Senator2",
        "TX House18",
    ]


async def test_whoever_is_not_sure_reaches_those_of_the_state_and_the_house_letter_is_held(
    us: Database,
) -> None:
    found = await ask(us, "77002", unsure=frozenset({"cd"}))
    assert who(found) == ["TX Senator1", "TX Senator2"]
    assert isinstance(found, Reached)
    assert found.held == (Missing("representative", f"{US}/state:tx", "unsure"),)


async def test_no_senator_before_the_state_is_known(us: Database) -> None:
    asked = await ask(us, "84531")
    assert offered(asked) == [["AZ House2"], ["UT House3"]]
    found = await ask(us, "84531", divisions=(f"{US}/state:ut/cd:3",))
    assert who(found) == ["UT Senator1", "UT Senator2", "UT House3"]
    # Those alone are asked for: the state is the question.
    asked = await ask(us, "84531", TODAY, SENATE)
    assert isinstance(asked, Choose)
    assert asked.level == REGION
    assert offered(asked) == [["AZ Senator1", "AZ Senator2"], ["UT Senator1", "UT Senator2"]]
    found = await ask(us, "84531", TODAY, SENATE, divisions=(f"{US}/state:az",))
    assert who(found) == ["AZ Senator1", "AZ Senator2"]


async def test_whoever_is_not_sure_of_the_district_is_asked_for_the_state_and_not_for_more(
    us: Database,
) -> None:
    asked = await ask(us, "84531", unsure=frozenset({"cd"}))
    assert isinstance(asked, Choose)
    assert asked.level == REGION
    unsure = frozenset({"cd", REGION})
    found = await ask(us, "84531", unsure=unsure)
    assert who(found) == []
    assert whys(found) == (["unsure", "unsure"], [])
    # Within that state the postcode lies in one district alone.
    found = await ask(us, "84531", unsure=unsure, divisions=(f"{US}/state:az",))
    assert who(found) == ["AZ Senator1", "AZ Senator2", "AZ House2"]


async def test_a_state_that_is_chosen_leaves_its_own_districts(us: Database) -> None:
    found = await ask(us, "84531", divisions=(f"{US}/state:az",))
    assert who(found) == ["AZ Senator1", "AZ Senator2", "AZ House2"]


async def test_a_vacant_seat_is_said_and_the_others_are_reached(us: Database) -> None:
    found = await ask(us, "76932")
    assert who(found) == ["TX Senator1", "TX Senator2"]
    assert isinstance(found, Reached)
    assert found.said == (Missing("representative", f"{US}/state:tx/cd:23", "vacant"),)


async def test_one_of_two_seats_is_vacant(us: Database) -> None:
    left = [m for m in land.congress() if m["name"]["official_full"] != "MT Senator2"]
    await land.take_people(us, land.as_json(left))
    found = await ask(us, "59801")
    assert who(found) == ["MT Senator1", "MT House1"]
    assert isinstance(found, Reached)
    assert found.said == (Missing("senator", f"{US}/state:mt", "vacant", 1),)


@pytest.mark.parametrize(
    ("postcode", "delegate", "title"),
    [
        ("20001", "DC House0", "Delegate"),
        ("00601", "PR House0", "Resident Commissioner"),
        ("00999", "PR House0", "Resident Commissioner"),  # by how it begins
        ("00802", "VI House0", "Delegate"),
    ],
)
async def test_where_there_are_no_senators_it_is_said_and_the_delegate_is_offered(
    us: Database, postcode: str, delegate: str, title: str
) -> None:
    found = await ask(us, postcode)
    assert who(found) == [delegate]
    assert isinstance(found, Reached)
    assert (found.who[0].titles["en"], [m.why for m in found.said]) == (title, ["none"])
    found = await ask(us, postcode, TODAY, SENATE)
    assert isinstance(found, Reached)
    assert (found.who, [h.name for h in found.offered]) == ((), [delegate])


async def test_an_unknown_postcode_asks_for_the_state_and_then_for_the_district(
    us: Database,
) -> None:
    asked = await ask(us, "99999")
    assert isinstance(asked, AskRegion)
    assert f"{US}/state:tx" in [option.division for option in asked.options]
    asked = await ask(us, "99999", divisions=(f"{US}/state:tx",))
    assert isinstance(asked, AskDistrict)
    assert asked.why == "postcode"
    assert offered(asked) == [["TX House7"], ["TX House18"], [], ["TX House29"]]  # the 23rd: empty
    found = await ask(us, "99999", divisions=(f"{US}/state:tx", asked.options[0].division))
    assert who(found) == ["TX Senator1", "TX Senator2", "TX House7"]
    unsure = await ask(us, "99999", divisions=(f"{US}/state:tx",), unsure=frozenset({"cd"}))
    assert who(unsure) == ["TX Senator1", "TX Senator2"]
    assert whys(unsure) == (["unsure"], [])


async def test_a_state_with_one_district_asks_no_more(us: Database) -> None:
    found = await ask(us, "99999", divisions=(f"{US}/state:vt",))
    assert who(found) == ["VT Senator1", "VT Senator2", "VT House0"]
    found = await ask(us, "99999", divisions=(f"{US}/territory:vi",))
    assert who(found) == ["VI House0"]


async def test_whoever_knows_no_state_reaches_nobody(us: Database) -> None:
    found = await ask(us, "99999", unsure=frozenset({REGION}))
    assert who(found) == []
    assert whys(found) == (["unsure", "unsure"], [])


async def test_what_the_postcode_says_can_be_wrong(us: Database) -> None:
    asked = await ask(us, "59801", not_mine=True)
    assert isinstance(asked, AskRegion)
    asked = await ask(us, "59801", not_mine=True, divisions=(f"{US}/state:ut",))
    assert offered(asked) == [["UT House3"], ["UT House4"]]


@pytest.mark.parametrize(
    "forged",
    ["", "x", "ocd-division/country:us", f"{US}/state:zz", f"{US}/state:mt/cd:99", "a/b/c/d"],
)
async def test_a_division_that_we_do_not_know_is_as_if_it_had_not_been_said(
    us: Database, forged: str
) -> None:
    assert await ask(us, "59801", divisions=(forged,)) == await ask(us, "59801")
    assert isinstance(await ask(us, "99999", divisions=(forged,)), AskRegion)


async def test_after_the_last_day_of_a_map_the_district_is_asked_and_the_term_is_over(
    us: Database,
) -> None:
    asked = await ask(us, "59801", NEXT)
    assert isinstance(asked, AskDistrict)
    assert (asked.region, asked.why) == (f"{US}/state:mt", "map")
    found = await ask(us, "59801", NEXT, unsure=frozenset({"cd"}))
    assert who(found) == ["MT Senator1", "MT Senator2"]
    assert whys(found) == (["map"], [])
    # Nobody knows who follows, and nobody writes to those of before.
    found = await ask(us, "59801", NEXT, divisions=(asked.options[0].division,))
    assert who(found) == ["MT Senator1", "MT Senator2"]
    assert whys(found) == (["ended"], [])


def next_congress() -> bytes:
    """The House and Montana's first senator are others; two years on."""
    return land.as_json([_two_years_on(one) for one in land.congress()])


def _two_years_on(one: dict[str, Any]) -> dict[str, Any]:
    [term], name = one["terms"], one["name"]["official_full"]
    if term["type"] == "rep":
        ran = (NEXT, "2029-01-03")
        return land.member(f"{name}b", "rep", term["state"], term["district"], ran)
    if name == "MT Senator1":
        return land.member("MT Senator3", "sen", "MT", None, (NEXT, "2033-01-03"))
    return one


MAPS_2027 = "\n".join(
    line for line in land.ZCCD.splitlines() if ",TX," not in line and ",UT," not in line
).replace("30,MT,59801,1", "30,MT,59801,2")


@pytest.fixture
async def both(us: Database) -> Database:
    """The next set beside the present one; there are no postcodes of the new maps of two states."""
    await land.take_people(us, next_congress(), NEXT)
    but = frozenset({f"{US}/state:tx", f"{US}/state:ut"})
    await land.take_map(us, MAPS_2027, NEXT, but=but)
    return us


async def test_the_next_set_takes_over_on_its_day(both: Database) -> None:
    assert who(await ask(both, "59801", "2027-01-02")) == [
        "MT Senator1",
        "MT Senator2",
        "MT House1",
    ]
    for day in (NEXT, LATER):
        assert who(await ask(both, "59801", day)) == ["MT Senator2", "MT Senator3", "MT House2b"]


async def test_a_state_whose_map_has_no_postcodes_for_a_day_is_asked(both: Database) -> None:
    asked = await ask(both, "76932", LATER)
    assert isinstance(asked, AskDistrict)
    assert (asked.region, asked.why) == (f"{US}/state:tx", "map")
    assert offered(asked) == [["TX House7b"], ["TX House18b"], [], ["TX House29b"]]
    found = await ask(both, "76932", LATER, unsure=frozenset({"cd"}))
    assert who(found) == ["TX Senator1", "TX Senator2"]
    assert whys(found) == (["map"], [])


async def test_a_place_in_two_states_is_no_guess_when_one_of_them_has_no_map(
    both: Database,
) -> None:
    asked = await ask(both, "84531", LATER)
    assert isinstance(asked, Choose)
    assert [option.division for option in asked.options] == [
        f"{US}/state:az/cd:2",
        f"{US}/state:ut",
    ]
    asked = await ask(both, "84531", LATER, divisions=(f"{US}/state:ut",))
    assert isinstance(asked, AskDistrict)
    assert (asked.region, asked.why) == (f"{US}/state:ut", "map")


async def test_the_map_of_a_state_comes_later(both: Database) -> None:
    tx = "state_fips,state_abbr,zcta,cd\n48,TX,76932,7\n48,TX,77002,29\n"
    await land.take_map(both, tx, NEXT, only=frozenset({f"{US}/state:tx"}))
    assert who(await ask(both, "76932", LATER)) == ["TX Senator1", "TX Senator2", "TX House7b"]
    assert who(await ask(both, "59801", LATER))[-1] == "MT House2b"
    assert offered(await ask(both, "77002"))[0] == ["TX House7"]  # today as before


async def test_without_anybody_nothing_is_asked(database: Database) -> None:
    assert await ask(database, "59801") == Unknown()
    await land.take_map(database, land.ZCCD)
    assert await ask(database, "59801") == Unknown()


async def test_people_without_a_map_are_asked_for(database: Database) -> None:
    await land.take_people(database, land.as_json(land.congress()))
    assert isinstance(await ask(database, "59801"), AskRegion)


SHARES = f"""country,postcode,division,share,valid_from,valid_to
us,59801,{US}/state:mt/cd:1,0.019,,
us,59801,{US}/state:mt/cd:2,0.98,,
us,59101,{US}/state:mt/cd:1,0.01,,
us,59101,{US}/state:mt/cd:2,0.005,,
us,84531,{US}/state:az/cd:2,0.4,,
us,84531,{US}/state:ut/cd:3,0.3,,
us,84531,{US}/state:ut/cd:4,0.3,,
"""


async def test_the_larger_share_comes_first_and_slivers_last_under_other(us: Database) -> None:
    await land.take_map(us, SHARES, force=True)
    asked = await ask(us, "59801")
    assert isinstance(asked, Choose)
    assert [o.share for o in asked.options] == [980_000]
    assert [o.share for o in asked.other] == [19_000]
    asked = await ask(us, "59101")  # all are slivers: something has to stand there
    assert isinstance(asked, Choose)
    assert ([o.share for o in asked.options], [o.share for o in asked.other]) == ([10_000], [5_000])
    asked = await ask(us, "84531", TODAY, SENATE)
    assert isinstance(asked, Choose)
    assert [(o.division[-2:], o.share) for o in asked.options] == [("ut", 600_000), ("az", 400_000)]


async def test_levels_are_asked_for_one_after_the_other(us: Database) -> None:
    table = f"""name,role,division
Ida,state-senator,{US}/state:mt/sldu:1
Ole,state-senator,{US}/state:mt/sldu:2
"""
    await land.take_people(us, table.encode())
    addressing = Addressing("US", ("representative", "state-senator"))
    asked = await ask(us, "59801", TODAY, addressing)
    assert isinstance(asked, AskDistrict)
    assert (asked.level, offered(asked)) == ("sldu", [["Ida"], ["Ole"]])
    found = await ask(us, "59801", TODAY, addressing, divisions=(asked.options[1].division,))
    assert who(found) == ["MT House1", "Ole"]
    found = await ask(us, "59801", TODAY, addressing, unsure=frozenset({"sldu"}))
    assert (who(found), whys(found)) == (["MT House1"], (["unsure"], []))
    # Of other states we know none: that is no vacant seat.
    found = await ask(us, "04103", TODAY, addressing)
    assert (who(found), whys(found)) == (["ME House1"], (["unknown"], []))


CANADA = """name,role,division,title,title_fr,email
Ann,mp,ocd-division/country:ca/ed:35001,MP,Députée,ann@parl.example
Bob,mp,ocd-division/country:ca/ed:35002,MP,Député,bob@parl.example
Cleo,minister,,Minister,Ministre,cleo@gov.example
"""
CANADA_MAP = """country,postcode,division
CA,K1A 0B1,ocd-division/country:ca/ed:35001
CA,K1A*,ocd-division/country:ca/ed:35002
"""


async def test_a_country_without_states_is_only_data(database: Database) -> None:
    await land.take_people(database, CANADA.encode(), country="CA")
    await land.take_map(database, CANADA_MAP)
    addressing = Addressing("CA", ("minister", "mp"))
    assert who(await ask(database, "K1A0B1", TODAY, addressing)) == ["Cleo", "Ann"]
    found = await ask(database, "K1A9Z9", TODAY, addressing)
    assert who(found) == ["Cleo", "Bob"]
    assert isinstance(found, Reached)
    assert divisions.called(found.who[1].titles, "fr") == "Député"
    assert found.who[1].ways == [("email", "bob@parl.example")]
    asked = await ask(database, "X0X0X0", TODAY, addressing)
    assert isinstance(asked, AskRegion)
    assert len(asked.options) == 2
    chosen = (asked.options[0].division,)
    assert who(await ask(database, "X0X0X0", TODAY, addressing, divisions=chosen)) == [
        "Cleo",
        "Ann",
    ]


async def test_a_region_has_a_name(us: Database) -> None:
    async with us.read() as tx:
        names = await divisions.names(tx, [f"{US}/state:mt", f"{US}/state:mt/cd:1"])
    assert names == {f"{US}/state:mt": {"en": "Montana"}}
    assert divisions.called(names[f"{US}/state:mt"], "hi") == "Montana"


async def test_a_seat_for_which_no_file_has_spoken_is_not_called_empty(us: Database) -> None:
    table = f"name,role,division\nIda,state-senator,{US}/state:mt/sldu:1\n"
    await land.take_people(us, table.encode(), only=frozenset({f"{US}/state:mt"}))
    head = "country,postcode,division\n"
    both = f"{head}US,59801,{US}/state:mt/sldu:2\nUS,04103,{US}/state:me/sldu:1\n"
    await land.take_map(us, both)
    addressing = Addressing("US", ("state-senator",))
    assert whys(await ask(us, "59801", TODAY, addressing)) == ([], ["vacant"])
    assert whys(await ask(us, "04103", TODAY, addressing)) == (["unknown"], [])
    # Nor was it before the day of the file.
    assert whys(await ask(us, "59801", "2026-11-01", addressing))[1] == []

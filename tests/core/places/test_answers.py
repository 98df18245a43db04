"""Answers about where somebody lives: what leads where, and what no form can bring."""

from __future__ import annotations

import pytest

from server.core.places.answers import MOST_ANSWERS, NOT_MINE, NOT_SURE, Followed, follow
from server.core.places.outcomes import Addressing, AskDistrict, AskRegion, Choose, Reached
from server.db import Database
from tests.harness.people.land import TODAY, us

CONGRESS = Addressing("US", ("senator", "representative"))
TEXAS, MONTANA = (f"ocd-division/country:us/state:{state}" for state in ("tx", "mt"))


async def after(database: Database, postcode: str, *answers: str) -> Followed:
    async with database.read() as tx:
        return await follow(tx, CONGRESS, postcode, TODAY, answers)


def names(followed: Followed) -> list[str]:
    assert isinstance(followed.outcome, Reached)
    return [holder.name for holder in followed.outcome.who]


async def test_each_answer_leads_on(database: Database) -> None:
    await us(database)
    assert isinstance((await after(database, "77002")).outcome, Choose)
    found = await after(database, "77002", f"{TEXAS}/cd:18")
    assert names(found) == ["TX Senator1", "TX Senator2", "TX House18"]
    found = await after(database, "77002", NOT_SURE)
    assert names(found) == ["TX Senator1", "TX Senator2"]
    assert isinstance((await after(database, "99999")).outcome, AskRegion)
    found = await after(database, "99999", MONTANA, f"{MONTANA}/cd:2")
    assert names(found)[-1] == "MT House2"


async def test_who_is_not_theirs_is_asked_for_region_and_district(database: Database) -> None:
    await us(database)
    found = await after(database, "59801", NOT_MINE)
    assert isinstance(found.outcome, AskRegion)
    found = await after(database, "59801", NOT_MINE, TEXAS)
    assert isinstance(found.outcome, AskDistrict)
    found = await after(database, "59801", NOT_MINE, TEXAS, f"{TEXAS}/cd:7")
    assert names(found)[-1] == "TX House7"
    again = await after(database, "77002", f"{TEXAS}/cd:7", NOT_MINE)
    assert (again.answers, again.chosen.divisions) == ((NOT_MINE,), ())


@pytest.mark.parametrize(
    "answers",
    [
        (f"{TEXAS}/cd:2",),  # in Texas, but no part of this postcode
        (MONTANA,),
        ("",),
        ("ocd-division/country:us/state:xx",),
        (f"{TEXAS}/cd:7", f"{TEXAS}/cd:18"),  # more than was asked for
        (f"{TEXAS}/cd:7", NOT_SURE),
        ("\x00",),
    ],
)
async def test_what_was_not_on_offer_is_refused_and_changes_nothing(
    database: Database, answers: tuple[str, ...]
) -> None:
    await us(database)
    found = await after(database, "77002", *answers)
    kept = await after(database, "77002", *answers[:-1])
    assert found.refused
    assert (found.outcome, found.answers) == (kept.outcome, answers[:-1])


async def test_so_many_answers_are_read_and_no_more(database: Database) -> None:
    await us(database)
    found = await after(database, "77002", *[NOT_MINE] * 10_000)
    assert found.answers == (NOT_MINE,)
    assert MOST_ANSWERS < 10

"""What a petition asks of its signers besides: on its form, by text, and in the CSV."""

from __future__ import annotations

import csv
import io
import re

from tests.web.desk.room import Browser, Room
from tests.web.desk.writing import FORM, read, save, typed

RULE = "I live in Springfield and am 16 or over"


async def signs(place: Room, path: str = "/p/lake", **said: str) -> str:
    """The page that answers this form."""
    return (await Browser(place.app, "192.0.2.9").post(path, FORM | said)).text


async def rows(place: Room) -> list[dict[str, str]]:
    """The file that an owner downloads."""
    browser = await place.signed_in()
    file = (await browser.get("/organizer/p/lake/export.csv")).text
    return list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))


async def test_who_may_sign_is_a_tick_that_nobody_can_leave_out(place: Room) -> None:
    await save(place, eligibility_en=RULE)
    assert (await typed(place))["eligibility_en"] == RULE
    page = await read(place)
    assert f'<p><label><input type="checkbox" name="eligible"> {RULE}</label></p>' in page
    faulty = await signs(place, comment="for my children", public="on")
    assert "You have not signed yet" in faulty
    assert '<a href="#g">Tick the box if you may sign. If you may not, do not sign.</a>' in faulty
    assert re.search(r'<input type="checkbox" name="eligible" id="g" aria-invalid="true"', faulty)
    assert "for my children" in faulty
    assert '<input type="checkbox" name="public" checked>' in faulty
    assert await rows(place) == []
    assert "Thanks for signing" in await signs(place, eligible="on")
    assert [row["eligible"] for row in await rows(place)] == ["stated"]
    faulty = await signs(place, eligible="on", name="")
    assert 'name="eligible" id="g" checked>' in faulty
    assert RULE in await read(place, "/p/lake/privacy")
    assert f'<span lang="en">{RULE}</span>' in await read(place, "/es/p/lake")


async def test_without_the_tick_of_a_petition_that_has_none_everybody_signs(place: Room) -> None:
    assert "Thanks for signing" in await signs(place)
    assert [row["eligible"] for row in await rows(place)] == [""]

"""A petition's life at the desk: what its pages take, ask for and refuse."""

from __future__ import annotations

import pytest

from server.core.desk import second_step
from server.core.desk.organizers import Organizer
from server.core.upkeep import ending
from tests.harness.world import NOW
from tests.web.desk.room import Browser, Room

LAKE = "/organizer/p/lake"
PAGE_BYTES = 4096  # on the wire, gzip
END = f"{LAKE}/end"


async def state(place: Room, slug: str = "lake") -> str:
    directory = await place.services.directory.refresh()
    return directory.by_slug[slug].state


async def end(browser: Browser, page: str = END) -> str:
    """The title of what answers the button of the question."""
    form = await browser.fill(await browser.get(page), END, reason="over", sure="lake")
    return (await browser.post(END, form)).title


async def test_an_end_asks_for_the_second_step_anew(place: Room) -> None:
    browser, ana = await place.signed_in(), Organizer(1, "ana")
    form = await browser.fill(await browser.get(END), END, reason="over", sure="lake")
    async with place.services.database.write() as tx:
        await second_step.turn_on(tx, ana, b"s" * 16, 0, [])
        await tx.execute("UPDATE organizer_sessions SET proved_at = :now", now=place.now)
    place.now += second_step.PROVED_SECONDS + 1
    for asked in (await browser.get(END), await browser.post(END, form)):
        assert asked.title == "Type the code from your phone"
    assert await state(place) == "open"
    async with place.services.database.write() as tx:
        await tx.execute("UPDATE organizer_sessions SET proved_at = :now", now=place.now)
    await browser.post(END, form)
    assert await state(place) == "ended"


async def test_an_end_empties_and_keeps_the_figures(place: Room) -> None:
    await place.world.web("Ana Diaz", email="ana@gmail.com")
    browser = await place.signed_in()
    await end(browser)
    await ending.empty(place.services.database, place.now)
    assert await place.world.rows("name, contact") == [{"name": None, "contact": None}]
    page = await browser.get(LAKE)
    assert "Not verified: 1" in page.text
    assert f"{END}" not in page.text
    assert (await browser.get(END)).header("location") == LAKE


async def test_an_end_pressed_twice_is_one(place: Room) -> None:
    browser = await place.signed_in()
    form = await browser.fill(await browser.get(END), END, reason="over", sure=" LAKE ")
    for _ in range(2):
        answer = await browser.post(END, form)
        assert answer.header("location").startswith(LAKE)
    async with place.services.database.read() as tx:
        assert len(await tx.fetch("SELECT n FROM audit WHERE action = 'ended'")) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": "", "sure": "lake"}, "Write the reason"),
        ({"reason": "x" * 121, "sure": "lake"}, "Write a shorter reason"),
        ({"reason": "ask ana@gmail.com", "sure": "lake"}, "Leave phone numbers"),
        ({"reason": "over", "sure": "pond"}, "Type this"),
        ({"reason": "over", "sure": ""}, "Type this"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_ends(
    place: Room, typed: dict[str, str], said: str
) -> None:
    browser = await place.signed_in()
    form = await browser.fill(await browser.get(END), END) | typed
    page = await browser.post(END, form)
    assert page.title.startswith("Error:")
    assert said in page.text
    assert await state(place) == "open"


async def test_only_a_draft_can_be_deleted(place: Room) -> None:
    browser = await place.signed_in()
    form = await browser.fill(await browser.get(LAKE), f"{LAKE}/pause")
    for answer in (
        await browser.get(f"{LAKE}/delete"),
        await browser.post(f"{LAKE}/delete", form),
    ):
        assert answer.header("location") == f"{LAKE}?done=no_draft"
    page = await browser.get(f"{LAKE}?done=no_draft")
    assert "Only a draft that was never open" in page.text
    assert await state(place) == "open"


async def test_the_log_of_the_team_says_who_deleted_a_draft(place: Room) -> None:
    bo = await place.signed_in("bo")
    river = "/organizer/p/river/delete"
    assert (await bo.press(river, river)).header("location") == "/organizer/?done=deleted"
    assert "The draft is deleted" in (await bo.get("/organizer/?done=deleted")).text
    assert "deleted the draft" in (await bo.get("/organizer/o/2")).text
    assert (await bo.get("/organizer/p/river")).status == 404


async def test_each_page_of_an_end_is_small(place: Room) -> None:
    for n in range(12):
        await place.world.web(f"Ana {'abcdefghijkl'[n]}", email=f"a{n}@gmail.com")
    browser = await place.signed_in()
    async with place.services.database.write() as tx:
        await tx.execute(
            "INSERT INTO ends_asked VALUES (1, 1, :reason, :now)", reason="x" * 120, now=NOW
        )
    for path in ("end", "end/agree"):
        page = await browser.get(f"{LAKE}/{path}", accept_encoding="gzip")
        assert page.size <= PAGE_BYTES, path

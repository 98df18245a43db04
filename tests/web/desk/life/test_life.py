"""A petition's life at the desk: what its pages take, ask for and refuse."""

from __future__ import annotations

import pytest

from server.core.desk import clock
from server.core.desk.people import second_step, teams
from server.core.desk.people.organizers import Organizer
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


async def test_the_way_to_the_end_stands_behind_closing(place: Room) -> None:
    browser = await place.signed_in()
    assert END not in (await browser.get(LAKE)).text
    await browser.press(f"{LAKE}/close", f"{LAKE}/close")
    assert f'href="{END}"' in (await browser.get(LAKE)).text


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
    form = await browser.fill(await browser.get(f"{LAKE}/pause"), f"{LAKE}/pause")
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


# Times.

EDIT = f"{LAKE}/edit"
CLOSES = "2027-01-16 09:00"  # a day and an hour after NOW, in UTC
CLOSES_AT = 1_800_090_000


async def edit(browser: Browser, **typed: str) -> str:
    """The page that answers the form of the lake; '' where all is stored."""
    form = await browser.fill(await browser.get(EDIT), EDIT, **typed)
    answer = await browser.post(EDIT, form)
    return answer.text if answer.status == 200 else ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"closes": "24.12.2026"}, "Write day and time like 2026-12-24 18:00."),
        ({"closes": "2027-01-14 09:00", "zone": "Etc/UTC"}, "That is over."),
        ({"closes": CLOSES}, "Write the time zone"),
        ({"closes": CLOSES, "zone": "Montana"}, "We do not know this time zone."),
        ({"closes": "2027-03-14 02:30", "zone": "America/Denver"}, "skip this time"),
        ({"closes": "2027-11-07 01:30", "zone": "America/Denver"}, "this time comes twice"),
        (
            {"opens": "2027-02-01 09:00", "closes": CLOSES, "zone": "Etc/UTC"},
            "Let it close after it opens.",
        ),
    ],
)
async def test_a_time_that_is_none_is_told_beside_its_field(
    place: Room, typed: dict[str, str], said: str
) -> None:
    typed = {"zone": "Etc/UTC" if typed["closes"].startswith("24") else "", **typed}
    page = await edit(await place.signed_in(), **typed)
    assert page.count(said) == 2  # above, and beside the field
    assert 'aria-invalid="true"' in page


async def test_the_page_says_until_when_and_takes_nothing_from_that_second_on(place: Room) -> None:
    assert not await edit(await place.signed_in(), closes=CLOSES, zone="europe/paris")
    signer, place.now = place.browser(), CLOSES_AT - 3601
    shown = await signer.get("/p/lake")
    assert "You can sign until Jan 16, 2027, 9:00\N{NO-BREAK SPACE}AM (Central European" in (
        shown.text
    )
    assert "until" in (await signer.get("/p/lake/poster")).text
    assert "until" in (await signer.get("/p/lake.txt")).text
    form = {"name": "Ana Diaz", "postcode": "59801"}
    assert "Thanks for signing" in (await signer.post("/p/lake", form)).title
    place.now += 1
    late = await signer.post("/p/lake", form | {"name": "Bo Lee"})
    assert late.title == "This petition is closed"
    page = await place.browser().get("/es/p/lake")
    assert "Esta petición está cerrada" in page.text
    assert len(await place.world.rows()) == 1


async def test_only_owners_set_a_clock(place: Room) -> None:
    ana = await place.signed_in()
    assert not await edit(ana, closes=CLOSES, zone="Etc/UTC")
    async with place.services.database.write() as tx:
        await teams.set_roles(tx, 2, 2, frozenset({"owner"}), NOW)
        await teams.join(tx, 1, 2, frozenset({"editor"}), NOW)
    bo = await place.signed_in("bo")
    assert 'name="closes"' not in (await bo.get(EDIT)).text
    assert not await edit(bo, title_en="New words", closes="2027-01-15 10:00", opens="x")
    lake = (await place.services.directory.refresh()).by_slug["lake"]
    assert lake.wordings["en"].title == "New words"
    assert lake.schedule.closes == CLOSES
    # A draft that an editor writes for the same team has no times, though they own another.
    path = "/organizer/petitions/new"
    fields = {"organization": "1", "title_en": "Fen", "body_en": "Fen", "started_by": "Bo"}
    fields |= {"slug": "fen", "keyword": "FEN", "opens": CLOSES, "zone": "Etc/UTC"}
    form = await bo.fill(await bo.get(path), path, **fields)
    assert (await bo.post(path, form)).status == 303
    assert (await place.services.directory.refresh()).by_slug["fen"].schedule.opens == ""


async def test_what_is_over_is_not_opened_by_hand(place: Room) -> None:
    assert not await edit(await place.signed_in(), closes=CLOSES, zone="Etc/UTC")
    place.now = CLOSES_AT
    ana = await place.signed_in()
    page = await ana.press(LAKE, f"{LAKE}/open")
    assert "The petition is not open yet" in page.text
    assert page.text.count("That is over. Choose a later time, or leave it empty.") == 2
    assert await state(place) == "closed"


async def test_the_log_says_that_it_was_the_clock_and_who_set_it(place: Room) -> None:
    assert not await edit(await place.signed_in(), closes=CLOSES, zone="Etc/UTC")
    place.now = CLOSES_AT
    ana = await place.signed_in()
    await clock.work(place.services.database, place.now)
    log = await ana.get(f"{LAKE}/audit")
    assert "<bdi>clock</bdi>: closed the petition" in log.text
    assert "by the clock, as set by ana" in log.text
    assert f"Closes: before “nothing”, now “{CLOSES}”" in log.text


# The answer.

ANSWER = f"{LAKE}/answer"
SAID = {"answer_by": "The council", "answer_on": "2027-01-10", "answer_en": "Yes.\n\n- <b>Soon"}
SAID |= {"answer_promised": "2027-03-31"}


async def answered(place: Room) -> Browser:
    browser = await place.signed_in()
    await browser.press(f"{LAKE}/close", f"{LAKE}/close")
    form = await browser.fill(await browser.get(ANSWER), ANSWER, **SAID)
    assert (await browser.post(ANSWER, form)).header("location") == f"{LAKE}?done=answered"
    return browser


async def test_everybody_reads_the_answer_above_the_text(place: Room) -> None:
    browser = await answered(place)
    page = (await place.browser().get("/p/lake")).text
    assert "This petition is closed, and was answered." in page
    said = [
        *(
            "Answer from The council",
            "Jan 10, 2027",
            "They promise to act by Mar 31, 2027",
            "<p>Yes.</p>",
        ),
        *("<li>&lt;b&gt;Soon</li>", "<h2>The petition</h2>", "<p>Keep it clean."),
    ]
    assert [page.find(part) for part in said] == sorted(page.find(part) for part in said)
    assert all(part in page for part in said)
    feed = (await place.browser().get("/p/lake/feed.atom")).text
    assert feed.find("Answer from The council") < feed.find("This petition is closed.")
    assert "&lt;b&gt;Soon</content>" in feed
    assert "Answered: Jan 10, 2027" in (await place.browser().get("/")).text
    assert "They promise to act by" in (await place.browser().get("/p/lake.txt")).text
    assert "The answer is stored" in (await browser.get(f"{LAKE}?done=answered")).text
    late = await place.browser().post("/p/lake", {"name": "Bo Lee", "postcode": "59801"})
    assert late.title == "This petition is closed"


async def test_two_who_correct_an_answer_overwrite_nothing(place: Room) -> None:
    first, second = await answered(place), await place.signed_in()
    late = await second.fill(await second.get(ANSWER), ANSWER, answer_by="The clerk")
    form = await first.fill(await first.get(ANSWER), ANSWER, answer_by="The mayor")
    await first.post(ANSWER, form)
    page = await second.post(ANSWER, late)
    assert "Somebody has changed the answer" in page.text
    assert 'Who answered: <span dir="auto">The mayor</span>' in page.text
    assert 'value="The clerk"' in page.text
    form = await second.fill(page, ANSWER)
    assert (await second.post(ANSWER, form)).status == 303
    assert "Answer from The clerk" in (await place.browser().get("/p/lake")).text
    log = (await first.get(f"{LAKE}/audit")).text
    assert log.count("corrected what was answered") == 2
    assert "Who answered: before “The mayor”, now “The clerk”" in log


async def test_what_is_wrong_with_an_answer_is_said_beside_its_field(place: Room) -> None:
    browser = await place.signed_in()
    await browser.press(f"{LAKE}/close", f"{LAKE}/close")
    form = await browser.fill(await browser.get(ANSWER), ANSWER, answer_on="soon")
    page = await browser.post(ANSWER, form)
    for said in ("Write who answered.", "Write the day of the answer", "Write what they answered."):
        assert page.text.count(said) == 2
    assert 'value="soon"' in page.text
    assert await state(place) == "closed"


async def test_an_open_petition_takes_no_answer(place: Room) -> None:
    browser = await place.signed_in()
    answer = await browser.get(ANSWER)
    assert answer.header("location") == f"{LAKE}?done=not_closed"
    assert "Close the petition first" in (await browser.get(f"{LAKE}?done=not_closed")).text
    assert "/answer" not in (await browser.get(LAKE)).text

"""Letters on paper at the desk: batches are made, downloaded and posted by those who may."""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.channels.printing import NotPrinted, PrintShop
from server.core.desk.people import organizers, teams
from server.core.letters import carrying, letters
from server.core.letters.letter import Letter
from server.core.letters.offices import offices_named
from server.core.petitions import petitions
from server.core.petitions.wording.draft import DecisionMaker
from server.web.desk.printing import sheets
from sms.reading import reserved
from tests.harness.needs import needs, program
from tests.harness.world import NOW, draft
from tests.web.desk.room import PASSWORD, Answer, Browser, Room, opened

PAGE = "/organizer/p/lake/letters/print"
MAYOR = DecisionMaker("Jo Marsh", "Mayor", post="Town Hall\n1 Main St\nHelena MT 59601")
OTHER = DecisionMaker("محمد علي", post="شارع 5")
OWN = "Dear Jo,\n\n#panic() *my* lake.\n\n--\nAna"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    async with opened(tmp_path) as room:
        async with room.services.database.write() as tx:
            lake = draft(decision_makers=(MAYOR, OTHER))
            petition = room.services.directory.by_id[room.world.petition.id]
            await petitions.edit(tx, petition, lake, reserved(), now=NOW)
        await room.services.directory.refresh()
        yield room


async def write(room: Room, name: str, maker: int = 0, reply_to: str = "") -> None:
    """A verified signer's letter waits to be printed."""
    await room.world.web(name, email=f"{name.split(maxsplit=1)[0].lower()}@example.org")
    signed = (await room.world.signature_ids())[-1]
    petition = room.services.directory.by_id[room.world.petition.id]
    office = offices_named(petition)[maker]
    letter = Letter(
        id=room.services.new_id(),
        petition_id=petition.id,
        signature_id=signed,
        sender=name.encode(),
        office=office,
        channel=office.channel,
        language="en",
        subject="Lake",
        words=f"{office.name}\n\n{OWN}\n\n{name}, 59801\n\n\n--\nPlease act on it:\nThis mail.",
        own_words=len(OWN),
        reply_to=reply_to,
    )
    async with room.services.database.write() as tx:
        await tx.execute("UPDATE signatures SET verified_at = :now", now=NOW)
        await letters.write(tx, [letter], room.now)
        await carrying.queue(tx, room.now)


async def press(browser: Browser, action: str, page: str = PAGE, **fields: str) -> Answer:
    """Press that button of the page, and go where it leads."""
    form = await browser.fill(await browser.get(page), action, **fields)
    answer = await browser.post(action, form)
    return await browser.get(answer.header("location"))


async def actions(place: Room) -> list[object]:
    async with place.services.database.read() as tx:
        return [row["action"] for row in await tx.fetch("SELECT action FROM audit ORDER BY n")]


def printed(pdf: bytes) -> list[str]:
    """Each page, its words parted by single spaces."""
    command = [program("poppler-utils"), "-", "-"]
    said = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    return [" ".join(page.split()) for page in said.split("\f")[:-1]]


@needs("poppler-utils", "fonts-noto-core")
async def test_a_batch_is_a_list_and_a_letter_on_each_sheet(desk: Room) -> None:
    await write(desk, "Ana Diaz", reply_to="ana@example.org")
    await write(desk, "Bo Lee", maker=1)
    browser = await desk.signed_in()
    page = await browser.get(PAGE)
    assert "2 letters wait for you" in page.text
    await press(browser, f"{PAGE}/make")
    answer = await browser.get(f"{PAGE}/1/1.pdf")
    assert answer.header("content-type") == "application/pdf"
    assert answer.header("content-disposition") == 'attachment; filename="lake-letters-1-1.pdf"'
    assert answer.header("cache-control") == "no-store"
    cover, first, second = printed(answer.body)
    assert cover.startswith("Letters to post: batch 1 Keep the lake clean")
    for said in ("Office Letters Numbers", "Jo Marsh, Mayor 1", "محمد علي", "All"):
        assert said in cover
    assert first.startswith("Jo Marsh, Mayor Town Hall 1 Main St Helena MT 59601")
    assert "Dear Jo, #panic() *my* lake. -" in first  # (a sign at a line's end may hyphenate)
    assert "Ana Ana Diaz, 59801 I signed this petition." in first
    assert "You can answer to ana@example.org: it reaches the writer." in first
    assert first.endswith("1-1")
    assert "If you write to petition@petition.example.org, those who run" in second
    assert all("This mail" not in sheet and "this mail" not in sheet for sheet in (first, second))
    assert (await actions(desk))[-2:] == ["letters_printed", "letters_downloaded"]


@needs("poppler-utils", "fonts-noto-core")
async def test_what_was_taken_back_is_on_no_sheet_any_more(desk: Room) -> None:
    for name in ("Ana Diaz", "Bo Lee", "Cyd Marsh"):
        await write(desk, name)
    browser = await desk.signed_in()
    await press(browser, f"{PAGE}/make")
    assert len(printed((await browser.get(f"{PAGE}/1/1.pdf")).body)) == 4
    async with desk.services.database.write() as tx:
        await tx.execute("DELETE FROM letters WHERE words LIKE '%Bo Lee%'")
    pages = printed((await browser.get(f"{PAGE}/1/1.pdf")).body)
    assert len(pages) == 3
    assert "Not in it any more: 2" in pages[0]
    assert not any("Bo Lee" in page for page in pages)
    assert "Do not post these numbers, and destroy them: 2." in (await browser.get(PAGE)).text
    said = await press(browser, f"{PAGE}/1/posted")
    assert "It is stored: the letters are posted" in said.text
    async with desk.services.database.read() as tx:
        rows = await tx.fetch("SELECT state, why FROM letters")
    assert [(row["state"], row["why"]) for row in rows] == [("accepted", "posted")] * 2


@needs("poppler-utils", "fonts-noto-core")
async def test_a_large_batch_comes_in_parts(desk: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "PART", 2)
    for name in ("Ana Diaz", "Bo Lee", "Cyd Marsh"):
        await write(desk, name)
    browser = await desk.signed_in()
    page = await press(browser, f"{PAGE}/make")
    assert re.findall("Letters ([0-9–]+) as PDF", page.text) == ["1–2", "3"]
    assert [len(printed((await browser.get(f"{PAGE}/1/{n}.pdf")).body)) for n in (1, 2)] == [3, 1]
    assert (await browser.get(f"{PAGE}/1/3.pdf")).header("location") == f"{PAGE}?done=gone"


async def test_a_button_pressed_twice_does_it_once(desk: Room) -> None:
    await write(desk, "Ana Diaz")
    browser = await desk.signed_in()
    for done in ("made", "nothing"):
        form = await browser.fill(await browser.get("/organizer/"), "/organizer/sign-out")
        answer = await browser.post(f"{PAGE}/make", form)
        assert answer.header("location") == f"{PAGE}?done={done}"
    for action, done in (("posted", "posted"), ("posted", "gone"), ("back", "gone")):
        answer = await browser.post(f"{PAGE}/1/{action}", form)
        assert answer.header("location") == f"{PAGE}?done={done}"
    assert (await actions(desk))[-2:] == ["letters_printed", "letters_posted"]
    for path in ("0/1.pdf", "1/1.pdf", "x/y.pdf", "99999999999999999999/1.pdf"):
        assert (await browser.get(f"{PAGE}/{path}")).header("location") == f"{PAGE}?done=gone"


@pytest.mark.parametrize("why", ["fonts", "busy", "failed"])
async def test_what_is_in_the_way_is_said_and_the_batch_stays(
    desk: Room, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    async def fails(self: PrintShop, batch: object) -> bytes:
        raise NotPrinted(why)  # type: ignore[arg-type]

    await write(desk, "Ana Diaz")
    browser = await desk.signed_in()
    await press(browser, f"{PAGE}/make")
    monkeypatch.setattr(PrintShop, "pdf", fails)
    answer = await browser.get(f"{PAGE}/1/1.pdf")
    assert answer.header("location") == f"{PAGE}?done={why}"
    page = await browser.get(f"{PAGE}?done={why}")
    said = {"fonts": "has no fonts", "busy": "in a minute", "failed": "could not be made"}
    assert said[why] in page.text
    assert "Batch 1" in page.text


async def test_only_editors_print_and_others_see_no_name_of_a_signer(desk: Room) -> None:
    await write(desk, "Ana Diaz")
    async with desk.services.database.write() as tx:
        for name, role in (("vy", "viewer"), ("mo", "moderator"), ("ed", "editor")):
            who = await organizers.add(tx, name, PASSWORD, salt=b"s" * 16, now=NOW)
            await teams.join(tx, 1, who.id, frozenset({role}), NOW)  # type: ignore[arg-type]
    for name in ("vy", "mo"):
        browser = await desk.signed_in(name)
        page = await browser.get(PAGE)
        assert (page.status, f"{PAGE}/make" in page.text) == (200, False)
        assert "Ana Diaz" not in page.text
        form = await browser.fill(page, "/organizer/sign-out")
        for action in ("make", "1/posted", "1/back"):
            assert (await browser.post(f"{PAGE}/{action}", form)).status == 403
        assert (await browser.get(f"{PAGE}/1/1.pdf")).status == 403
    assert "The batch is made" in (await press(await desk.signed_in("ed"), f"{PAGE}/make")).text
    stranger = await desk.signed_in("bo")
    assert (await stranger.get(f"{PAGE}/1/1.pdf")).status == 404


async def test_a_postal_address_is_kept_line_by_line(desk: Room) -> None:
    browser, edit = await desk.signed_in(), "/organizer/p/lake/edit"
    form = await browser.fill(await browser.get(edit), edit)
    assert form["maker0_post"] == "Town Hall\n1 Main St\nHelena MT 59601"
    answer = await browser.post(edit, form | {"maker0_post": "\n".join("12345678")})
    assert "Write a shorter postal address, in at most 7 lines." in answer.text
    assert (await browser.fill(answer, edit))["maker0_post"] == "\n".join("12345678")
    answer = await browser.post(edit, form | {"maker0_post": " 2  Main St \r\n\r\nHelena"})
    assert answer.status == 303
    petition = desk.services.directory.by_slug["lake"]
    assert petition.decision_makers[0].post == "2 Main St\nHelena"


async def test_each_page_with_many_offices_is_small(desk: Room) -> None:
    browser = await desk.signed_in()
    makers = tuple(DecisionMaker(f"Jo Marsh {n}", post="1 Main St") for n in range(8))
    async with desk.services.database.write() as tx:
        petition = desk.services.directory.by_slug["lake"]
        await petitions.edit(tx, petition, draft(decision_makers=makers), reserved(), now=NOW)
    await desk.services.directory.refresh()
    for n in range(8):
        await write(desk, f"Ana {'abcdefgh'[n]}ez", n)
    page = await browser.get(PAGE, accept_encoding="gzip")
    assert page.size < 4096

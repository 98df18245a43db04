"""Texts that were not understood, at the desk: read, asked about, noted, and taken as cases."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.core.conversations import misread, phones
from server.core.desk.people import organizers, teams
from server.core.petitions import petitions
from server.outgoing.texts import Texter
from server.texting import TextDoor
from sms import Inbound
from tests.harness.world import NOW, PHONE, draft
from tests.web.desk.room import PASSWORD, Answer, Browser, Room, opened

PAGE = "/organizer/p/lake/texts"
SAID = "lake hi there I am putting down Ana Diaz 59801 call 406 555 0188 or ana@mail.com"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Room]:
    settings = {"UNDERSIGNED_SMS_CONSOLE": "1", "UNDERSIGNED_SMS_NUMBER": "+14065550100"}
    async with opened(tmp_path, **settings) as room:
        room.now = NOW + 12 * 3600  # by day in Montana
        yield room


async def text(
    place: Room,
    body: str = SAID,
    phone: str = PHONE,
    kind: str = "unknown",
    petition: int | None = 1,
) -> None:
    """A text that comes in, as one of that kind about that petition."""
    place.now += 1
    id_ = f"M{place.now}"
    await TextDoor(place.services).receive(Inbound("console", id_, phone, "+14065550100", body))
    async with place.services.database.write() as tx:
        await tx.execute("DELETE FROM conversations")
        await tx.execute(
            "UPDATE inbound SET kind = :kind, petition_id = CAST(:petition AS BIGINT)"
            " WHERE message_id = :id",
            kind=kind,
            petition=petition,
            id=id_,
        )


def words(page: Answer) -> str:
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page.text)).split())


def refs(page: Answer) -> list[str]:
    return re.findall(r'name="text" value="([^"]+)"', page.text)


async def press(browser: Browser, do: str, page: str = PAGE, **changes: str) -> Answer:
    """Press a button of the first text, and go where it leads."""
    shown = await browser.get(page)
    fields = await browser.fill(shown, PAGE, **{"do": do, "text": refs(shown)[0], **changes})
    answer = await browser.post(PAGE, fields)
    return await browser.get(answer.header("location"))


async def ask(place: Room, browser: Browser, **changes: str) -> Answer:
    form = await press(browser, "ask")
    answer = await browser.post(f"{PAGE}/ask", await browser.fill(form, f"{PAGE}/ask", **changes))
    return await browser.get(answer.header("location")) if answer.status == 303 else answer


async def actions(place: Room) -> list[object]:
    async with place.services.database.read() as tx:
        return [row["action"] for row in await tx.fetch("SELECT action FROM audit ORDER BY n")]


async def test_what_people_wrote_can_be_judged_and_shows_no_number(desk: Room) -> None:
    await text(desk)
    browser = await desk.signed_in()
    page = words(await browser.get(PAGE))
    assert "lake hi there I am putting down Ana Diaz 59801 call 4•• ••• •••• or a…@mail.com" in page
    assert "+1406…23" in page
    assert PHONE not in page
    assert "Taken for: Not understood. We answered:" in page
    assert await actions(desk) == ["looked"]


async def test_all_texts_say_only_what_kind_they_are(desk: Room) -> None:
    await text(desk, "SIGN LAKE Ana Diaz 59801", kind="sign")
    browser = await desk.signed_in()
    assert "There are none." in words(await browser.get(PAGE))
    page = words(await browser.get(f"{PAGE}?show=all"))
    assert "SIGN LAKE A•• D••• 5••••" in page
    assert "Ana" not in page
    assert refs(await browser.get(f"{PAGE}?show=all")) == []


async def test_nobody_reads_a_signers_text_by_its_name(desk: Room) -> None:
    await text(desk, "SIGN LAKE Ana Diaz 59801", kind="sign")
    async with desk.services.database.read() as tx:
        [one] = await misread.misread_texts(tx, 1, "all", desk.now)
    browser = await desk.signed_in()
    answer = await browser.get(f"{PAGE}/ask?text={one.ref}")
    assert (answer.status, answer.header("location")) == (303, f"{PAGE}?done=gone")


async def test_a_question_that_nobody_answered_is_one_we_are_not_sure_about(desk: Room) -> None:
    door = TextDoor(desk.services)
    await door.receive(Inbound("console", "A", PHONE, "+14065550100", "SIGN LAKE"))
    browser = await desk.signed_in()
    assert "SIGN LAKE" not in words(await browser.get(f"{PAGE}?show=unsure"))
    desk.now += misread.LEFT_OPEN_SECONDS + 1
    assert "SIGN LAKE" in words(await browser.get(f"{PAGE}?show=unsure"))
    await text(desk, "not interested thanks", kind="stop_how", phone="+14065550124")
    assert "Perhaps an opt-out" in words(await browser.get(f"{PAGE}?show=unsure"))


async def test_the_question_goes_out_and_the_page_tells_what_came_of_it(desk: Room) -> None:
    await text(desk)
    browser, door = await desk.signed_in(), TextDoor(desk.services)
    desk.now += 60
    page = words(await ask(desk, browser))
    assert "The question goes out by day" in page
    assert "The question to this phone waits until it may go out." in page
    texter = Texter(desk.services)
    await texter.drain()
    assert "Asked, and not answered yet." in words(await browser.get(PAGE))
    desk.now += 60
    yes = await door.receive(Inbound("console", "Y", PHONE, "+14065550100", "Yes"))
    assert yes.reply and yes.reply.startswith("Thank you, Ana Diaz")
    assert "Asked, and signed." in words(await browser.get(PAGE))
    assert await actions(desk) == ["looked", "text_asked"]
    assert (await desk.world.figures()).verified == 1


async def test_only_the_names_and_the_place_can_be_chosen(desk: Room) -> None:
    await text(desk)
    browser = await desk.signed_in()
    for changes, said in (
        ({"name": "Vote no"}, "Use only words that stand in the text."),
        ({"name": "evil.example"}, "That is not a name."),
        ({"name": "http://evil.example"}, "That is not a name."),
        ({"name": ""}, "Write the name as it stands in the text."),
        ({"postcode": "go to evil.example"}, "That is not a postcode."),
        ({"postcode": ""}, "Write the postcode."),
        ({"word": "RIVER"}, "This petition takes no signatures now."),
        ({"word": ""}, "This petition takes no signatures now."),
    ):
        page = await ask(desk, browser, **changes)
        assert page.title.startswith("Error:"), changes
        assert said in words(page), changes
        for value in changes.values():
            assert "word" in changes or f'value="{value}"' in page.text
    async with desk.services.database.read() as tx:
        assert await tx.fetch("SELECT 1 FROM outbox WHERE kind = 'offer'") == []


async def test_a_phone_is_asked_once_whatever_is_pressed(desk: Room) -> None:
    await text(desk)
    await text(desk, f"{SAID} again", petition=1)
    browser = await desk.signed_in()
    form = await press(browser, "ask")
    fields = await browser.fill(form, f"{PAGE}/ask")
    answers = [await browser.post(f"{PAGE}/ask", fields) for _ in range(3)]
    assert [a.header("location").rpartition("=")[2] for a in answers] == [
        "asked",
        "judged",
        "judged",
    ]
    assert "was asked in the last 30 days" in words(await ask(desk, browser))
    async with desk.services.database.read() as tx:
        assert len(await tx.fetch("SELECT 1 FROM outbox WHERE kind = 'offer'")) == 1


async def test_an_opt_out_and_nothing_to_do_take_a_text_off_the_list(desk: Room) -> None:
    await text(desk, "please quit it", phone=PHONE)
    await text(desk, "the weather is fine", phone="+14065550124")
    browser = await desk.signed_in()
    page = words(await press(browser, "seen"))
    assert "That text is off the list." in page
    assert "weather" not in page
    page = words(await press(browser, "stop"))
    assert "That phone gets no more texts." in page
    assert "quit" not in page
    async with desk.services.database.read() as tx:
        assert await phones.is_opted_out(tx, [desk.services.keys.phone(PHONE)])
        assert not await phones.is_opted_out(tx, [desk.services.keys.phone("+14065550124")])
    assert await actions(desk) == ["looked", "text_seen", "text_stopped"]
    assert "You noted an opt-out." in words(await browser.get(f"{PAGE}?show=all"))


async def test_texts_of_others_are_not_there(desk: Room) -> None:
    """Bo's petition is another organization's; a text that names none is nobody's to read then."""
    await text(desk, "river Bo Hill 59802", petition=2)
    await text(desk, "to whom it may concern", petition=None, phone="+14065550124")
    browser = await desk.signed_in()
    async with desk.services.database.read() as tx:
        [theirs] = await misread.misread_texts(tx, 2, "unknown", desk.now)
    assert "concern" in words(await browser.get(PAGE))  # theirs was never open
    async with desk.services.database.write() as tx:
        await petitions.open_(tx, 2, NOW)
    page = await browser.get(PAGE)
    assert "There are none." in words(page)
    token = (await browser.fill(await browser.get("/organizer/"), "/organizer/sign-out"))["csrf"]
    for do in ("stop", "seen", "ask"):
        form = {"csrf": token, "text": theirs.ref, "do": do}
        answer = await browser.post(PAGE, form)
        assert answer.header("location") != f"{PAGE}?done=seen"
    answer = await browser.get(f"{PAGE}/ask?text={theirs.ref}")
    assert answer.header("location") == f"{PAGE}?done=gone"
    async with desk.services.database.read() as tx:
        assert await tx.fetch("SELECT 1 FROM judged_texts") == []
        assert await tx.fetch("SELECT 1 FROM opt_outs") == []


async def test_a_text_that_names_none_can_be_for_any_petition_of_the_organization(
    desk: Room,
) -> None:
    async with desk.services.database.write() as tx:
        new = draft(slug="mill", keyword="MILL")
        id_ = await petitions.create(tx, new, reserved=frozenset(), salt=b"m" * 32, now=NOW)
        await petitions.open_(tx, id_, NOW)
        await teams.give(tx, id_, 1)
    await desk.services.directory.refresh()
    await text(desk, "hi Ana Diaz here 59801 for the mill", petition=None)
    browser = await desk.signed_in()
    assert "for the mill" in words(await browser.get(PAGE))
    assert "for the mill" in words(await browser.get("/organizer/p/mill/texts"))
    await ask(desk, browser, name="Ana Diaz", postcode="59801", word="MILL")
    await Texter(desk.services).drain()
    desk.now += 60
    door = TextDoor(desk.services)
    await door.receive(Inbound("console", "Y", PHONE, "+14065550100", "yes"))
    async with desk.services.database.read() as tx:
        assert [r["petition_id"] for r in await tx.fetch("SELECT petition_id FROM signatures")] == [
            id_
        ]


async def test_it_is_paged_and_each_page_is_small(desk: Room) -> None:
    for n in range(2 * misread.TEXTS_SHOWN + 1):
        await text(
            desk, f"number {n} of many texts with words of {n * 7919} each", f"+1406555{n:04}"
        )
    browser, page, seen = await desk.signed_in(), PAGE, 0
    for _ in range(3):
        answer = await browser.get(page, accept_encoding="gzip")
        assert answer.size <= 4096
        answer = await browser.get(page)
        seen += answer.text.count("<legend>")
        page = html.unescape("".join(re.findall(r'href="([^"]*before=[^"]*)"', answer.text)[:1]))
    assert seen == 2 * misread.TEXTS_SHOWN + 1
    assert page == ""
    assert (await browser.get(f"{PAGE}?before=nonsense&show=nonsense")).status == 200


async def test_what_is_erased_is_not_there(desk: Room) -> None:
    await text(desk)
    async with desk.services.database.write() as tx:
        await tx.execute("UPDATE inbound SET body = NULL, sender = NULL, reply = NULL")
    browser = await desk.signed_in()
    assert "There are none." in words(await browser.get(PAGE))


async def test_the_file_has_nobody_in_it(desk: Room) -> None:
    await text(desk)
    await text(desk, "Hello, Zebulon Quackenbush of 59923 here", phone="+14065550124")
    browser = await desk.signed_in()
    answer = await browser.get(f"{PAGE}/cases.txt")
    assert answer.header("content-disposition") == 'attachment; filename="lake-texts.txt"'
    for word in ("Ana", "Diaz", "Zebulon", "Quackenbush", "59923", "0188", "ana@mail"):
        assert word not in answer.text
    assert "lake hi there I am putting down Mira Tolan 59801 call 555 012 3555 or" in answer.text
    assert (await actions(desk))[-1] == "text_cases"


async def test_whoever_may_only_look_sees_no_texts(desk: Room) -> None:
    async with desk.services.database.write() as tx:
        who = await organizers.add(tx, "vy", PASSWORD, salt=b"s" * 16, now=NOW)
        await teams.join(tx, 1, who.id, frozenset({"viewer"}), NOW)
    browser = await desk.signed_in("vy")
    for page in (PAGE, f"{PAGE}/ask", f"{PAGE}/cases.txt"):
        assert (await browser.get(page)).status == 403
    assert PAGE not in (await browser.get("/organizer/p/lake")).text

"""News on the desk: written, seen as it arrives, tested, sent, halted, by whom it may be."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.core.desk.people.forgotten import set_email
from server.core.desk.people.organizers import Organizer
from server.core.news import writing
from server.core.news.piece import News
from server.core.petitions import petitions
from server.mail.smtp import Smtp
from server.outgoing.news import Newsman
from tests.harness.databases.stores import Blanks
from tests.harness.mail.smtp import PostOffice
from tests.harness.people.subscribers import phone, subscribe
from tests.harness.world import NOW
from tests.web.desk.room import Answer, Browser, Room, opened

OWN = "/organizer/p/lake/news"
TYPED = {"title_en": "We won", "body_en": "The lake stays.", "text_en": "We won."}


@pytest.fixture
async def mailed(blanks: Blanks, tmp_path: Path, office: PostOffice) -> AsyncIterator[Room]:
    """The room with a mail server beside it, and a price for texts."""
    await blanks.sqlite(tmp_path / "room.db")
    async with opened(
        tmp_path,
        **office.settings,
        UNDERSIGNED_SMS_PRICE="0.01 USD",
    ) as room:
        yield room


async def people(place: Room, numbers: range, **values: str) -> None:
    services = place.services
    petition = services.directory.by_slug["lake"]
    await subscribe(
        services.database,
        petition,
        services.keys,
        services.new_id,
        NOW,
        numbers,
        **values,
    )


async def write(browser: Browser, **typed: str) -> Answer:
    page = await browser.get(f"{OWN}/new")
    return await browser.post(f"{OWN}/new", await browser.fill(page, f"{OWN}/new", **TYPED | typed))


async def press(browser: Browser, action: str, page: str = f"{OWN}/1") -> str:
    """The word with which it leads back."""
    answer = await browser.press(page, f"{OWN}/1/{action}")
    return answer.header("location").partition("done=")[2]


async def the_news(place: Room, number: int = 1) -> News:
    async with place.services.database.read() as tx:
        return await writing.one_news(tx, place.world.petition.id, number)


def words(page: Answer) -> str:
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page.text)).split())


async def test_news_is_written_seen_as_it_arrives_and_sent_to_those_who_asked(
    mailed: Room, office: PostOffice
) -> None:
    await people(mailed, range(3))
    await people(mailed, range(3, 5), phone=phone(3))
    await people(mailed, range(5, 6), phone=phone(5))
    browser = await mailed.signed_in()
    assert "5 signers want news: 3 by mail, 2 by text" in words(await browser.get(OWN))
    written = await write(browser)
    assert written.header("location") == f"{OWN}/1?done=written"
    page = words(await browser.get(f"{OWN}/1?done=written"))
    assert "Nobody has got it yet" in page
    assert "By mail: 3 people. By text: 2 people, 2 segments. The texts cost 0.02 USD." in page
    assert "LAKE: We won. No more news? Reply NEWS OFF" in page
    assert "That is 1 segment. It costs 0.0100 USD." in page
    assert "You get this because you signed this petition and asked for news" in page
    question = await browser.get(f"{OWN}/1/send")
    assert "Yes, send it to 5 people" in question.text
    assert await press(browser, "send", f"{OWN}/1/send") == "begun"
    assert "Being sent: 0 of 5" in words(await browser.get(OWN))
    newsman = Newsman(mailed.services, Smtp(mailed.services.settings))
    while await newsman.drain():
        pass
    await newsman._mailer.rest()
    assert len(office.arrived) == 3
    assert "Being sent: 3 of 5" in words(await browser.get(OWN))
    assert await press(browser, "stop") == "stopped"
    assert "Stopped: 3 of 5" in words(await browser.get(OWN))
    assert await press(browser, "go-on") == "resumed"
    for action, done in (("send", "sent"), ("stop", "stopped")):
        form = await browser.fill(await browser.get(f"{OWN}/1"), f"{OWN}/1/stop")
        answer = await browser.post(f"{OWN}/1/{action}", form)
        assert answer.header("location").endswith(f"done={done}")
    log = words(await browser.get("/organizer/p/lake/audit"))
    for said in ("wrote news", "sent news", "people: 5", "stopped news", "let news go on"):
        assert said in log


async def test_a_place_with_few_people_is_refused_and_told_why(mailed: Room) -> None:
    await people(mailed, range(19))
    browser = await mailed.signed_in()
    await write(browser, place="598")
    assert "To postcodes that begin with 598" in words(await browser.get(f"{OWN}/1"))
    question = await browser.get(f"{OWN}/1/send")
    assert "Fewer than 20 people there want news" in words(question)
    assert "Yes, send it" not in question.text
    seen = await browser.fill(await browser.get(f"{OWN}/1/edit"), f"{OWN}/1/edit")
    form = {"csrf": seen["csrf"], "version": "1"}  # as it was while there were more
    answer = await browser.post(f"{OWN}/1/send", form)
    assert (answer.status, answer.title) == (200, "Error: Send this news?")
    assert (await the_news(mailed)).state == "draft"
    await people(mailed, range(19, 20))
    assert await press(browser, "send", f"{OWN}/1/send") == "begun"


async def test_a_stale_edit_is_shown_beside_what_another_has_stored(mailed: Room) -> None:
    browser = await mailed.signed_in()
    await write(browser)
    one, other = await browser.get(f"{OWN}/1/edit"), await browser.get(f"{OWN}/1/edit")
    edit = f"{OWN}/1/edit"
    first = await browser.post(edit, await browser.fill(one, edit, body_en="Theirs."))
    assert first.header("location") == f"{OWN}/1?done=edited"
    late = await browser.post(edit, await browser.fill(other, edit, body_en="Mine."))
    assert "Somebody has changed this news" in words(late)
    assert "Theirs." in words(late)
    again = await browser.fill(late, edit)
    assert again["body_en"] == "Mine."
    await browser.post(edit, again)
    assert (await the_news(mailed)).wordings["en"].body == "Mine."
    # Nor is sent what was changed behind the question.
    question = await browser.get(f"{OWN}/1/send")
    await browser.post(edit, await browser.fill(await browser.get(edit), edit, body_en="New."))
    send = await browser.post(f"{OWN}/1/send", await browser.fill(question, f"{OWN}/1/send"))
    assert "was changed since you opened the page" in words(send)


async def test_faults_are_told_beside_their_fields_and_nothing_is_lost(mailed: Room) -> None:
    browser = await mailed.signed_in()
    answer = await write(browser, title_en="", text_en="x" * 500, place="59%")
    assert answer.title.startswith("Error:")
    said = words(answer)
    for fault in ("Write a title.", "at most 480 letters", "how the postcodes begin"):
        assert fault in said
    kept = await browser.fill(answer, f"{OWN}/new")
    assert (kept["body_en"], kept["place"], len(kept["text_en"])) == ("The lake stays.", "59%", 500)


async def test_a_draft_is_deleted_and_what_was_sent_is_not(mailed: Room) -> None:
    browser = await mailed.signed_in()
    await write(browser)
    page = await browser.get(f"{OWN}/1")
    form = await browser.fill(page, f"{OWN}/1/delete")
    assert (await browser.post(f"{OWN}/1/delete", form)).header("location") == f"{OWN}?done=deleted"
    assert (await browser.get(f"{OWN}/1")).status == 404
    await write(browser)
    assert await press(browser, "send", f"{OWN}/1/send") == "begun"
    for action in ("delete", "edit"):
        answer = await browser.post(f"{OWN}/1/{action}", form)
        assert answer.header("location").endswith("/1?done=sent")


async def test_a_test_goes_to_ones_own_shown_address_within_the_allowance(
    mailed: Room, office: PostOffice
) -> None:
    browser = await mailed.signed_in()
    await write(browser)
    page = await browser.get(f"{OWN}/1")
    assert "enter your e-mail on the page of your account" in words(page)
    form = {"csrf": (await browser.fill(page, f"{OWN}/1/delete"))["csrf"], "language": "en"}
    answer = await browser.post(f"{OWN}/1/test", form)
    assert answer.header("location").endswith("done=try_address")
    async with mailed.services.database.write() as tx:
        await set_email(tx, Organizer(1, "ana"), "ana@example.org")
    assert [await press(browser, "test") for _ in range(4)] == [*["tried"] * 3, "try_later"]
    assert [mail["Subject"] for mail in office.to("ana@example.org")] == ["Test: We won"] * 3
    office.answers["RCPT"] = ["550 no"]
    mailed.now += 86_401
    browser = await mailed.signed_in()
    assert await press(browser, "test") == "try_failed"


async def test_a_draft_petition_and_one_that_has_ended_have_no_news_to_send(place: Room) -> None:
    browser = await place.signed_in("bo")
    river = "/organizer/p/river/news"
    assert (await browser.get(f"{river}/new")).header("location") == f"{river}?done=not_open"
    assert "Write news" not in (await browser.get(river)).text
    assert "/news" not in (await browser.get("/organizer/p/river")).text
    ana = await place.signed_in()
    await write(ana)
    page = await ana.get(f"{OWN}/1/send")
    form = await ana.fill(page, f"{OWN}/1/send")
    async with place.services.database.write() as tx:
        await tx.execute("UPDATE petitions SET ended_at = 1, version = version + 1 WHERE id = 1")
    await place.services.directory.refresh()
    for action in ("send", "stop", "go-on"):
        answer = await ana.post(f"{OWN}/1/{action}", form)
        assert answer.header("location") == f"{OWN}?done=not_open"
    assert (await the_news(place)).state == "draft"


async def test_words_that_mean_something_in_html_arrive_as_they_were_written(place: Room) -> None:
    browser = await place.signed_in()
    await write(browser, title_en="<b>Won</b> & more", body_en="{code} <i>x</i>")
    page = await browser.get(f"{OWN}/1")
    assert "<b>Won" not in page.text
    assert "{code} <i>x</i>" in html.unescape(page.text)


ANSWER = "/organizer/p/lake/answer"
ANSWERED = {
    "answer_by": "The council",
    "answer_on": "2026-12-24",
    "answer_promised": "2027-03-31",
    "answer_en": "We will do it.",
}


async def answered(place: Room, **typed: str) -> Browser:
    async with place.services.database.write() as tx:
        await petitions.close(tx, place.world.petition.id, NOW)
    await place.services.directory.refresh()
    browser = await place.signed_in()
    form = await browser.fill(await browser.get(ANSWER), ANSWER, **ANSWERED)
    form |= typed
    form = {name: value for name, value in form.items() if name != "mail" or value}
    done = "answer_mailed" if "mail" in form else "answered"
    assert (await browser.post(ANSWER, form)).header("location").endswith(f"?done={done}")
    return browser


async def test_an_answer_is_mailed_once_to_those_who_want_news(
    mailed: Room, office: PostOffice
) -> None:
    await people(mailed, range(2))
    browser = await answered(mailed)
    page = await browser.get(ANSWER)
    assert "Mail it" not in page.text
    told = words(await browser.get("/organizer/p/lake?done=answer_mailed"))
    assert "it is being mailed to those who want news" in told
    correction = await browser.fill(page, ANSWER, answer_en="We will do it soon.")
    assert (await browser.post(ANSWER, correction | {"mail": "1"})).status == 303
    newsman = Newsman(mailed.services, Smtp(mailed.services.settings))
    while await newsman.drain():
        pass
    await newsman._mailer.rest()
    one, other = office.arrived
    assert one["Subject"] == "The answer of The council"
    body = " ".join(one.get_content().split())
    assert "On Dec 24, 2026, The council answered our petition: We will do it. They" in body
    assert "They promise to act by Mar 31, 2027." in body
    assert one["To"] != other["To"]
    assert (await the_news(mailed)).kind == "answer"
    assert "sent news" in words(await browser.get("/organizer/p/lake/audit"))


async def test_an_answer_is_not_mailed_if_nobody_ticks_it(mailed: Room) -> None:
    await people(mailed, range(2))
    await answered(mailed, mail="")
    async with mailed.services.database.read() as tx:
        assert await writing.news_of(tx, mailed.world.petition.id) == []

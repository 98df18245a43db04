"""What a petition asks of its signers besides: on its form, by text, and in the CSV."""

from __future__ import annotations

import csv
import io
import re

from server.core.outbox import outbox
from tests.web.desk.room import Answer, Browser, Room
from tests.web.desk.writing import FORM, read, save, typed

ANA = "ana@gmail.com"
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


async def verify(place: Room, **said: str) -> Answer:
    """The page that answers the code of somebody who has signed with an e-mail."""
    page = await signs(place, email=ANA, **said)
    entries = re.search(r'name="entries" value="([^"]+)"', page)
    assert entries
    async with place.services.database.write() as tx:
        [item] = await outbox.lease(tx, place.now, 10, "email")
        message = await place.world.says(tx, item, place.now)
    assert message
    form = {"contact": ANA, "code": message.codes[0].code, "entries": entries[1]}
    return await Browser(place.app, "192.0.2.9").post("/p/lake/verify", form)


async def test_a_question_of_ones_own_is_answered_or_not(place: Room) -> None:
    await save(place, question_en="How long have you lived here?")
    page = await read(place)
    field = '<p><label>How long have you lived here? (optional)<br><textarea name="reply">'
    assert field in page
    assert "Thanks for signing" in await signs(place)
    assert "Thanks for signing" in await signs(place, name="Bo Lee", reply="=ten years")
    assert [row["answer"] for row in await rows(place)] == ["", "'=ten years"]
    faulty = await signs(place, reply="x" * 301)
    assert '<a href="#q">Write a shorter answer, at most 300 letters.</a>' in faulty
    assert "x" * 301 in faulty
    assert "How long have you lived here?" in await read(place, "/p/lake/privacy")
    spanish = await read(place, "/es/p/lake")
    assert '<span lang="en">How long have you lived here?</span>, opcional<br>' in spanish


async def test_who_signs_for_an_organization_is_shown_once_approved(place: Room) -> None:
    await save(place, organizations="1")
    assert (await typed(place))["organizations"] == "1"
    await verify(place, organization="<b>Lake</b> Club", public="on")
    assert "Lake" not in await read(place, "/p/lake/organizations")
    browser = await place.signed_in()
    path = "/organizer/p/lake/organizations"
    page = await browser.get(path)
    assert "Verified signatures for an organization: 1." in page.text
    assert "&lt;b&gt;Lake&lt;/b&gt; Club</bdi>: <bdi>Ana Diaz</bdi>" in page.text
    form = await browser.fill(page, path)
    [row] = await rows(place)
    ids = [name[1:] for name in form if name[0] == "r"]
    answer = await browser.post(path, form | {f"s{ids[0]}": "1"})
    assert answer.header("location") == f"{path}?done=stored"
    assert "decided who is shown" in (await browser.get("/organizer/p/lake/audit")).text
    shown = await read(place, "/es/p/lake/organizations")
    assert "<li><bdi>&lt;b&gt;Lake&lt;/b&gt; Club</bdi>: <bdi>Ana Diaz</bdi></li>" in shown
    assert row["organization"] == "<b>Lake</b> Club"
    assert 'href="/p/lake/organizations"' in await read(place, "/p/lake/names")
    assert "Nothing was changed" in (await browser.get(f"{path}?done=nothing")).text


async def test_the_answer_to_a_right_code_shows_what_was_said_besides(place: Room) -> None:
    await save(place, organizations="1", question_en="Since when?")
    answer = await verify(place, organization="Lake Club", reply="Since 1990")
    assert "Your signature is verified." in answer.text
    assert "<bdi>Lake Club · Since 1990</bdi>" in answer.text


async def test_partners_have_a_box_each_and_a_file_of_their_own(place: Room) -> None:
    await save(place, partners="Lake Watch\r\n=Clean & Water")
    assert (await typed(place))["partners"] == "Lake Watch\n=Clean & Water"
    page = await read(place)
    box = '<input type="checkbox" name="share1" value="=Clean &amp; Water"> Share my name'
    assert f"{box} and e-mail with =Clean &amp; Water</label>" in page
    faulty = await signs(place, share1="=Clean & Water")
    assert "To share your e-mail, we need it." in faulty
    assert 'value="=Clean &amp; Water" checked> Share' in faulty
    assert 'value="Lake Watch"> Share' in faulty
    answer = await verify(place, share1="=Clean & Water")
    assert "We share your name and e-mail with: <bdi>=Clean &amp; Water</bdi>" in answer.text
    assert [row["partners"] for row in await rows(place)] == ["'=Clean & Water"]
    browser = await place.signed_in()
    desk = (await browser.get("/organizer/p/lake/partners")).text
    assert "<bdi>Lake Watch</bdi>: 0 people share." in desk
    assert "<bdi>=Clean &amp; Water</bdi>: 1 person shares." in desk
    file = await browser.get("/organizer/p/lake/partners?with=%3DClean+%26+Water")
    assert file.header("content-disposition") == 'attachment; filename="lake-clean-water.csv"'
    assert '"Ana Diaz","ana@gmail.com","' in file.text
    assert "ana@" not in (await browser.get("/organizer/p/lake/partners?with=Lake+Watch")).text
    assert (await browser.get("/organizer/p/lake/partners?with=Nobody")).status == 404
    log = (await browser.get("/organizer/p/lake/audit")).text
    assert "downloaded the file of a partner" in log
    assert "partner: Lake Watch" in log
    assert "Lake Watch gets your name and e-mail only if you tick" in await read(
        place, "/p/lake/privacy"
    )

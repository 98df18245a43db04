"""People who collect signatures: made at the desk, seen and refused on the page, and counted."""

from __future__ import annotations

import html
import re

import pytest

from server.core.upkeep import ending
from server.web.http import pages
from tests.web.desk.room import Answer, Browser, Room

PAGE = "/organizer/p/lake/collectors"
BY = "/p/lake/by/ana7"


@pytest.fixture(autouse=True)
def _pages_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to wait until a page in memory is looked at again."""
    monkeypatch.setattr(pages, "FRESH_SECONDS", -1)


async def add(place: Room, browser: Browser, **values: str) -> Answer:
    page = await browser.get(PAGE)
    typed = {"collector": "Ana", "code": "ANA7"} | values
    answer = await browser.post(f"{PAGE}/add", await browser.fill(page, f"{PAGE}/add", **typed))
    directory = await place.services.directory.refresh()
    place.world.petition = directory.by_slug["lake"]
    return answer


async def press(place: Room, browser: Browser, action: str, **values: str) -> Answer:
    page = await browser.get(PAGE)
    answer = await browser.post(
        f"{PAGE}/{action}", await browser.fill(page, f"{PAGE}/{action}", **values)
    )
    directory = await place.services.directory.refresh()
    place.world.petition = directory.by_slug["lake"]
    return answer


async def sign(browser: Browser, path: str, name: str, **values: str) -> Answer:
    """By the form of the page at that address, as a browser sends it."""
    page = await browser.get(path)
    [action] = re.findall(r'<form method="post" action="([^"#]*)', page.text)
    fields = await browser.fill(page, action)
    typed = {
        "name": name,
        "postcode": "59801",
        "email": f"{name.split(maxsplit=1)[0].lower()}@example.org",
    }
    return await browser.post(action, fields | typed | values)


def words(page: Answer) -> str:
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page.text)).split())


async def stored(place: Room) -> list[object]:
    return [row["collector"] for row in await place.world.rows("collector")]


async def test_a_signer_sees_who_brought_them_and_can_leave_it_out(place: Room) -> None:
    browser = await place.signed_in()
    plain = (await browser.get("/p/lake")).text
    assert (await add(place, browser)).header("location").endswith("/collectors?done=added")
    assert (await browser.get("/p/lake")).text == plain  # not a byte more for the others
    page = await browser.get(BY)
    assert "You came by Ana. Leave this out" in words(page)
    assert page.header("x-robots-tag") == "noindex"
    assert "set-cookie" not in dict(page.headers)
    thanks = await sign(browser, BY, "Bo Lee")
    assert f'<a href="{BY}#s">Add another person' in thanks.text
    await sign(browser, BY, "Cy Moss", nobody="on")
    await sign(browser, "/p/lake", "Di Ruiz")
    await sign(browser, "/es/p/lake/by/ana7", "Eli Stone")
    assert await stored(place) == [1, None, None, 1]


async def test_the_form_with_errors_keeps_who_brought_them_and_the_tick(place: Room) -> None:
    browser = await place.signed_in()
    await add(place, browser)
    for ticked, brought in (({"nobody": "on"}, None), ({}, 1)):
        wrong = await sign(browser, BY, "Bo Lee", postcode="", **ticked)
        assert "You have not signed yet" in wrong.text
        assert f'action="{BY}#r"' in wrong.text
        assert ("checked" in wrong.text) == bool(ticked)
        name = "Bo Rey" if ticked else "Cy Moss"
        more = {"postcode": "59801", "name": name, "email": f"{name[:2]}@example.com"}
        await browser.post(BY, await browser.fill(wrong, BY, **more) | ticked)
        assert (await stored(place))[-1] == brought


async def test_a_repeat_by_another_collector_gets_the_same_answer(place: Room) -> None:
    browser = await place.signed_in()
    await add(place, browser)
    await add(place, browser, collector="Zoe", code="ZOE1")
    answers = [await sign(browser, f"/p/lake/by/{code}", "Bo Lee") for code in ("ana7", "zoe1")]
    masked = [re.sub(r'by/\w+|name="entries" value="[^"]*"', "", answer.text) for answer in answers]
    assert masked[0] == masked[1]
    assert await stored(place) == [1]
    new = await sign(browser, "/p/lake/by/zoe1", "Cy Moss")
    assert len(new.body) == len(answers[1].body) + len("cy@") - len("bo@")


@pytest.mark.parametrize("path", ["/p/lake/by/nobody", "/p/lake/by/ana8", "/p/lake/by/zoe1"])
async def test_a_link_of_nobody_and_an_ended_one_lead_to_the_petition(
    place: Room, path: str
) -> None:
    browser = await place.signed_in()
    await add(place, browser, collector="Zoe", code="ZOE1")
    form = (await browser.get("/p/lake/by/zoe1")).text
    await press(place, browser, "1/end")
    answer = await browser.get(path)
    assert (answer.status, answer.header("location")) == (302, "/p/lake")
    assert (await browser.get(f"/es{path}")).header("location") == "/es/p/lake"
    assert (await browser.get(f"{path}/poster")).header("location") == "/p/lake/poster"
    fields = await browser.fill(Answer(200, [], form.encode()), "/p/lake/by/zoe1")
    late = await browser.post(path, fields | {"name": "Bo Lee", "postcode": "59801"})
    assert "Thanks for signing" in late.text  # a form that was loaded before
    assert await stored(place) == [None]
    await press(place, browser, "1/resume")
    assert "You came by Zoe" in words(await browser.get("/p/lake/by/zoe1"))


async def test_the_desk_tells_how_many_each_has_brought_but_none_below_five(place: Room) -> None:
    browser = await place.signed_in()
    await add(place, browser)
    assert "Verified signatures: fewer than 5." in words(await browser.get(PAGE))
    for n in range(5):
        said = words(await browser.get(PAGE))
        assert "Verified signatures: fewer than 5." in said
        signing = place.world.signing(
            f"Ana {'ABCDE'[n]}{'uvxyz'[n] * 3}son", phone=f"+140655501{n:02}"
        )
        signing.verified, signing.class_, signing.collector = True, "sms", 1
        await place.world.sign(signing)
    assert "Verified signatures: 5." in words(await browser.get(PAGE))
    csv = (await browser.get("/organizer/p/lake/export.csv")).text
    assert "collector" not in csv.partition("\r\n")[0]  # nor is any told from the file


async def test_renaming_changes_what_signers_see_and_no_link(place: Room) -> None:
    browser = await place.signed_in()
    await add(place, browser)
    await press(place, browser, "1/rename", collector="Ana & friends")
    assert "You came by Ana & friends." in words(await browser.get(BY))
    faulty = await press(place, browser, "1/rename", collector=" ")
    assert "Write the name of the collector." in faulty.text
    assert faulty.title.startswith("Error:")
    log = words(await browser.get("/organizer/p/lake/audit"))
    assert "gave a collector another name" in log
    assert "code: ANA7" in log
    assert "friends" not in log  # a name that goes must not stay there


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"collector": ""}, "Write the name of the collector."),
        ({"code": "ANA"}, "3 to 9 letters A to Z"),
        ({"code": "STOP1"}, "already means something in texts"),
        ({"code": "RIVER1"}, "already means something in texts"),  # another petition's word
        ({"collector": "Li", "code": ""}, "three letters or more and a digit"),
    ],
)
async def test_a_form_that_is_wrong_is_shown_again(
    place: Room, values: dict[str, str], said: str
) -> None:
    browser = await place.signed_in()
    faulty = await add(place, browser, **values)
    assert faulty.status == 200
    assert said in faulty.text
    again = await browser.fill(faulty, f"{PAGE}/add")
    assert {k: again[k] for k in values} == values
    assert place.world.petition.collectors == ()


async def test_their_poster_has_their_link_and_their_code(place: Room) -> None:
    browser = await place.signed_in()
    await add(place, browser)
    poster = await browser.get(f"{BY}/poster")
    assert "https://petition.example.org/p/lake/by/ana7" in poster.text
    both = await browser.get("/p/lake/poster")
    assert "/by/" not in both.text


async def test_whoever_collects_is_forgotten_when_the_petition_ends_for_good(place: Room) -> None:
    browser = await place.signed_in()
    await add(place, browser)
    await sign(browser, BY, "Bo Lee")
    async with place.services.database.write() as tx:
        await ending.end(tx, place.services.keys, place.world.petition, place.now)
    await ending.empty(place.services.database, place.now)
    await place.services.directory.refresh()
    assert await stored(place) == [None]
    assert (await browser.get(PAGE)).status == 409
    assert (await browser.get(BY)).header("location") == "/p/lake"

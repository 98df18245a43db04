"""The pages of a team: their bytes, and what a browser of another person's does with a link."""

from __future__ import annotations

import re

from server.core.desk.people import invitations, organizers, teams
from tests.harness.world import NOW
from tests.web.desk.room import PASSWORD, Answer, Browser, Room

PAGE_LIMIT = 4096  # bytes on the wire, gzip


async def link_of(place: Room, browser: Browser, **form: str) -> tuple[str, Answer]:
    """A link that Ana has made, and the page that shows it."""
    page = await browser.get("/organizer/o/1")
    filled = await browser.fill(page, "/organizer/o/1/invite", **form)
    shown = await browser.post("/organizer/o/1/invite", filled)
    [link] = re.findall(r"/organizer/join/[0-9a-f]{32}", shown.text)
    return link, shown


async def test_each_page_is_small(place: Room) -> None:
    async with place.services.database.write() as tx:
        for name in ("carmen@example.org", "dede@example.org", "elif@example.org", "femi"):
            who = await organizers.add(tx, name, PASSWORD, salt=b"s" * 16, now=NOW)
            await teams.join(tx, 1, who.id, frozenset({"moderator", "editor"}), NOW)
    ana = await place.signed_in()
    for n in range(4):
        link, _ = await link_of(place, ana, whom=f"Somebody of group {n}", viewer="1")
    for path in ("/organizer/", "/organizer/o/1", link):
        for browser in (ana, place.browser()):
            page = await browser.get(path, accept_encoding="gzip")
            assert page.size <= PAGE_LIMIT, path


async def test_a_link_lets_in_whoever_signs_in_on_the_way(place: Room) -> None:
    link, _ = await link_of(place, await place.signed_in(), whom="Bo", editor="1")
    bo = place.browser()
    page = await bo.get(f"/organizer/sign-in?next={link}")
    form = await bo.fill(page, "/organizer/sign-in", name="bo", password=PASSWORD)
    answer = await bo.post("/organizer/sign-in", form)
    assert answer.header("location") == link
    assert (await bo.get("/organizer/p/lake")).status == 404  # looking changes nothing
    answer = await bo.press(link, link)
    assert answer.header("location") == "/organizer/o/1?done=joined"
    assert (await bo.get("/organizer/p/lake/edit")).status == 200
    assert (await bo.get("/organizer/p/lake/export.csv")).status == 403
    again = await bo.get(link)  # theirs leads them in, others nowhere
    assert (again.status, again.header("location")) == (303, "/organizer/o/1?done=joined")
    assert (await place.browser().get(link)).status == 404


async def test_no_other_site_lets_somebody_join(place: Room) -> None:
    link, _ = await link_of(place, await place.signed_in(), whom="Bo", editor="1")
    bo = await place.signed_in("bo")
    assert (await bo.post(link, {})).status == 403  # without the token of the session
    form = {"name": "vy", "password": PASSWORD}
    assert (await place.browser().post(link, form, origin="https://x.example")).status == 403
    assert (await bo.get("/organizer/p/lake")).status == 404


async def test_a_name_that_is_taken_is_told_and_uses_nothing_up(place: Room) -> None:
    link, _ = await link_of(place, await place.signed_in(), whom="Vy", viewer="1")
    vy = place.browser()
    faulty = await vy.post(link, {"name": "bo", "password": PASSWORD})
    assert faulty.title == "Error: Join a team"
    assert "Somebody has this name" in faulty.text
    assert 'value="bo"' in faulty.text
    assert PASSWORD not in faulty.text
    assert (await vy.post(link, {"name": "vy", "password": PASSWORD})).status == 303
    assert (await vy.get("/organizer/p/lake")).status == 200


async def test_the_link_is_nowhere_in_the_store(place: Room) -> None:
    link, _ = await link_of(place, await place.signed_in(), whom="Vy", viewer="1")
    token = link.rpartition("/")[2]
    async with place.services.database.read() as tx:
        rows = [dict(row) for row in await tx.fetch("SELECT * FROM invitations")]
        assert token not in str(rows)
        assert token.encode() not in str(rows).encode()
        assert (await invitations.find(tx, token, NOW)).whom == "Vy"


async def test_the_log_names_nobody_who_was_invited(place: Room) -> None:
    ana = await place.signed_in()
    await link_of(place, ana, whom="Secret Friend", viewer="1")
    page = await ana.get("/organizer/o/1")
    assert page.text.count("Secret Friend") == 1  # in the list of links
    async with place.services.database.read() as tx:
        rows = await tx.fetch("SELECT detail FROM audit")
    assert "Secret" not in str([row["detail"] for row in rows])

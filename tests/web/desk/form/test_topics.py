"""Topics: ticked or typed at the desk, and a filter of the first page; and like petitions."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.web.desk.room import Room
from tests.web.desk.writing import EDIT, read, save, typed

NEW = {
    "title_en": "Keep our lake clean",
    "body_en": "Please.",
    "slug": "our-lake",
    "keyword": "OURLAKE",
    "started_by": "Others",
}


def offer(place: Room, topics: str) -> None:
    """The server's own list."""
    place.services.settings = replace(place.services.settings, topics=topics)


async def test_topics_are_ticked_or_typed_and_kept_once_each(place: Room) -> None:
    offer(place, "Water, Schools,Roads")
    answer = await save(place, topic1="Schools", topics="Lakes, water;  lakes")
    assert answer.status == 303
    stored = place.services.directory.by_slug["lake"].extras.topics
    assert stored == ("Schools", "lakes", "water")
    form = await typed(place)
    assert form["topic1"] == "Schools"
    assert form["topics"] == "lakes, water"
    assert "topic0" not in form
    browser = await place.signed_in()
    before = place.services.directory.by_slug["lake"].version
    await browser.post(EDIT, form)  # as it is
    assert place.services.directory.by_slug["lake"].version == before
    log = (await browser.get("/organizer/p/lake/audit")).text
    assert "Topics: before “nothing”, now “Schools, lakes, water”" in log


async def test_the_first_page_leads_by_topics_to_those_that_have_them(place: Room) -> None:
    await save(place, topics="Water & air")
    page = await read(place, "/")
    assert '<a href="/?topic=Water+%26+air">Water &amp; air</a>' in page
    found = await read(place, "/?topic=WATER+%26+air")
    assert "/p/lake" in found
    assert "1 petition found." in found
    assert "<b>Water &amp; air</b>" in await read(place, "/?topic=Water+%26+air")
    none = await read(place, "/es/?topic=Roads")
    assert "/p/lake" not in none
    assert "/p/lake" in await read(place, "/?topic=water+%26+air&q=lake&by=most")


async def test_the_first_page_says_nothing_of_topics_where_there_are_none(place: Room) -> None:
    assert "opic" not in await read(place, "/")


async def test_too_many_topics_are_told(place: Room) -> None:
    offer(place, "A1, B1, C1")
    ticks = {"topic0": "A1", "topic1": "B1", "topic2": "C1"}
    answer = await save(place, topics="d, e, f", **ticks)
    assert "Choose at most 5 topics." in answer.text
    assert len(re.findall(r'name="topic\d" value="\w+" checked', answer.text)) == 3
    assert 'value="d, e, f"' in answer.text


async def test_open_petitions_with_like_titles_are_shown_while_one_is_written(
    place: Room,
) -> None:
    browser, path = await place.signed_in(), "/organizer/petitions/new"
    form = await browser.fill(await browser.get(path), path, **NEW)
    said = "These open petitions have titles like yours."
    faulty = await browser.post(path, form | {"slug": ""})
    assert said in faulty.text
    assert '<a href="/p/lake">Keep the lake clean</a>' in faulty.text
    assert (await browser.post(path, form)).status == 303
    assert said in (await browser.get("/organizer/p/our-lake")).text
    assert said in (await browser.get("/organizer/p/our-lake/edit")).text
    assert said not in (await browser.get(EDIT)).text  # which is open itself
    faulty = await browser.post(path, form | {"slug": "", "title_en": "Build a school"})
    assert said not in faulty.text

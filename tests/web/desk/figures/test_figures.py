"""The pages of figures and of sharing: what they say, and how large they are."""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import re
from collections.abc import Callable
from typing import Any

import brotli
import pytest

from server.core.counting.counts import DAY
from server.core.desk import kept
from server.core.outbox import outages
from server.core.petitions import collectors
from server.core.petitions.extras import Extras, Threshold
from server.outgoing.loops import _count
from server.outgoing.outages import WayOut
from server.web.desk.figures.charts import Bar, Chart
from server.web.desk.figures.dashboard import aim_of
from tests.harness.web.budgets import DESK_BUDGETS
from tests.harness.world import draft
from tests.web.desk.room import Browser, Fields, Room

LAKE = "/organizer/p/lake"
LETTERS = "abcdefghij"


async def texts(place: Room, n: int, postcode: str = "59801", first: int = 0) -> None:
    for i in range(first, first + n):
        name = f"Ana {LETTERS[i % 10]}{LETTERS[i // 10 % 10]}{LETTERS[i // 100]}x"
        await place.world.text(name, postcode, phone=f"+1406557{i:04}")


def cells(page: str) -> list[list[str]]:
    rows = re.findall(r"<tr>.*?</tr>", page)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


async def sizes(browser: Browser, path: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for coding in ("gzip", "br", ""):
        answer = await browser.get(path, accept_encoding=coding)
        assert answer.header("content-encoding") == coding
        unpack: Any = {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}[coding]
        assert b"</html>" in unpack(answer.body)
        found[coding] = answer.size
    return found


async def test_tables_by_place_language_and_collector(place: Room) -> None:
    async with place.services.database.write() as tx:
        for name, code in (("Ana Diaz", "ANA7"), ("Bo Lee", "BOB7")):
            await collectors.add(tx, 1, "US", name=name, code=code, taken=(), now=place.now)
    await place.services.directory.refresh()
    await texts(place, 7)
    await texts(place, 3, "60601", first=20)
    async with place.services.database.write() as tx:
        await tx.execute("UPDATE signatures SET collector = 1 WHERE postcode = '59801'")
        await tx.execute("UPDATE signatures SET collector = 2 WHERE postcode = '60601'")
    browser = await place.signed_in()
    page = (await browser.get(f"{LAKE}/figures")).text
    rows = cells(page)
    assert ["All others", "10"] in rows  # 598 stands with 606, which is too few
    assert ["English", "10"] in rows
    assert ["Ana Diaz", "7"] in rows
    assert "Bo Lee" not in page
    await texts(place, 3, "60601", first=40)
    assert ["598", "7"] in (rows := cells((await browser.get(f"{LAKE}/figures")).text))
    assert ["606", "6"] in rows


async def test_the_same_figures_for_programs(place: Room) -> None:
    await texts(place, 6)
    await place.world.web("Bo Lee", "60601", email="bo@example.org")
    browser = await place.signed_in()
    answer = await browser.get(f"{LAKE}/figures.json")
    assert answer.header("content-type") == "application/json"
    assert answer.header("cache-control") == "no-store"
    said = json.loads(answer.body)
    assert said["total"] == {"verified": 6, "unverified": 1, "held": 0}
    assert said["class"]["sms"]["verified"] == 6
    assert said["day"] == {"2027-01-15": {"verified": 6, "unverified": 1}}
    assert said["place"] == {"598": {"verified": 6}}
    assert said["mail"]["all"] == {"signed": 1, "sent": 0, "came_back": 0, "verified": 0}
    assert "example.org" not in answer.text
    answer = await browser.get(f"{LAKE}/figures.csv")
    assert answer.header("content-type") == "text/csv;charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert {"table": "place", "label": "598", "figure": "verified", "n": "6"} in lines
    assert {"table": "total", "label": "", "figure": "held", "n": "0"} in lines


async def test_of_very_many_the_tables_come_from_the_worker(
    place: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "COUNTED_AT_ONCE", 4)
    await texts(place, 6)
    browser = await place.signed_in()
    page = (await browser.get(f"{LAKE}/figures")).text
    assert "are being counted" in page
    assert "place" not in json.loads((await browser.get(f"{LAKE}/figures.json")).body)
    assert await _count(place.services) is False
    page = (await browser.get(f"{LAKE}/figures")).text
    assert ["598", "6"] in cells(page)
    place.now += 600
    assert "Counted: Jan 15, 2027 08:00." in (await browser.get(f"{LAKE}/figures")).text


def test_a_chart_begins_with_a_line_for_nothing_and_labels_what_is_highest() -> None:
    chart = Chart([Bar("Monday", 0, 0), Bar("Tuesday", 900, 100), Bar("Wednesday", 1, 0)])
    assert chart.letters == "▁█▁"
    assert (chart.highest.label, chart.most) == ("Tuesday", 1000)
    assert chart.verified == "M11 60v-52h8v52zM21 60v-1h8v1z"
    assert chart.unverified == "M11 8v-6h8v6z"
    assert Chart([]).most == 0


def test_a_petition_is_on_its_way_to_its_goal_or_its_next_step() -> None:
    steps = Extras(thresholds={"en": (Threshold(100, "a"), Threshold(500, "b"))})
    for changes, verified, wanted in (
        ({}, 7, None),
        ({"goal": 500}, 700, 500),
        ({"extras": steps}, 7, 100),
        ({"extras": steps}, 100, 500),
        ({"extras": steps}, 900, 500),
    ):
        assert aim_of(draft(**changes), verified) == wanted  # type: ignore[arg-type]


# Sharing.


async def test_what_can_be_copied(place: Room) -> None:
    browser = await place.signed_in()
    page = (await browser.get(f"{LAKE}/share")).text
    assert "petition.example.org/p/lake" in page
    assert "Please sign: Keep the lake clean https://petition.example.org/p/lake" in page
    assert "&lt;form method=&#34;post&#34; action=&#34;https://petition.example.org/p/lake" in page
    assert "/p/lake/badge.svg&#34; alt=&#34;Keep the lake clean&#34;" in page
    assert "No other site may carry the form yet" in page
    assert "No internet?" not in page  # there is no number to text to
    assert (await (await place.signed_in("bo")).get("/organizer/p/river/share")).status == 303


async def test_of_a_petition_that_is_closed_nothing_asks_for_signatures(place: Room) -> None:
    browser = await place.signed_in()
    await browser.press(f"{LAKE}/close", f"{LAKE}/close")
    page = (await browser.get(f"{LAKE}/share")).text
    assert "Keep the lake clean https://petition.example.org/p/lake" in page
    assert "/p/lake/badge.svg" in page
    for asking in ("Please sign", "&lt;form", "/p/lake/poster", "may carry the form"):
        assert asking not in page, asking


async def test_the_form_that_is_copied_signs_from_a_site_that_is_listed(place: Room) -> None:
    site = "https://friends.example"
    async with place.services.database.write() as tx:
        await tx.execute(
            "UPDATE petitions SET origins = :site, version = version + 1 WHERE id = 1", site=site
        )
    await place.services.directory.refresh()
    page = (await (await place.signed_in()).get(f"{LAKE}/share")).text
    assert site in page
    [copied] = re.findall(r"&lt;form.*?&lt;/form&gt;", page, re.DOTALL)
    form = Fields(html.unescape(copied), "https://petition.example.org/p/lake").values
    assert {"name", "postcode", "email", "phone", "comment", "url"} == form.keys()
    form |= {"name": "Ana Diaz", "postcode": "59801"}
    for origin, status in ((site, 200), ("https://x.example", 403)):
        answer = await place.browser().post("/p/lake", form, origin=origin)
        assert answer.status == status
    assert [row["name"] for row in await place.world.rows("name")] == ["Ana Diaz"]


# Bytes.


async def test_the_pages_of_a_petition_stay_within_their_bytes(
    place: Room, show: Callable[[str], None]
) -> None:
    async with place.services.database.write() as tx:
        opened = place.now - 40 * DAY
        await tx.execute(
            "UPDATE petitions SET opened_at = :at, version = version + 1 WHERE id = 1", at=opened
        )
    await place.services.directory.refresh()
    start = place.world.now
    for day in range(40):
        place.world.now = start - day * DAY
        await texts(place, 1 + day * 7 % 5, "59801", first=day * 5)
    browser = await place.signed_in()
    for path, (packed, brotlied, plain) in DESK_BUDGETS.items():
        found = await sizes(browser, f"{LAKE}{path}")
        show(f"{path or '(dashboard)'}: {found}")
        assert found["gzip"] <= packed, (path, found)
        assert found["br"] <= brotlied, (path, found)
        assert found[""] <= plain, (path, found)


async def test_the_dashboard_and_the_figures_say_it_until_it_is_over(place: Room) -> None:
    browser = await place.signed_in()
    way, said = WayOut(place.services), "No mail can be sent since"
    assert said not in (await browser.get("/organizer/p/lake")).text
    way.ended(way.through, fault="ConnectionRefusedError")
    async with place.services.database.write() as tx:
        await way.note(tx, "email")
    assert not way.goes
    assert said in (await browser.get("/organizer/p/lake")).text
    async with place.services.database.read() as tx:
        assert await outages.all_shut(tx) == {outages.BY_MAIL: place.services.now()}
    way.ended(way.through)
    async with place.services.database.write() as tx:
        await way.note(tx, "email")
    assert said not in (await browser.get("/organizer/p/lake")).text

"""The organizer's room, asked as a browser without script asks it."""

from __future__ import annotations

import asyncio
import base64
import gzip
import html
import re
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import brotli
import pytest

from server import metrics
from server.config import LANGUAGES
from server.core.counting.counts import DAY
from server.core.desk.people import organizers, teams
from server.core.desk.signers import moderation
from server.core.floods.alarms import ALARM_SECONDS, Alarm
from server.core.petitions import petitions
from server.core.petitions.wording.draft import WORDING_LIMIT, DecisionMaker, Wording
from server.core.upkeep import ending
from server.errors import StoreFull
from server.web.desk.form import petition_form
from tests.harness.people import land
from tests.harness.web.budgets import DESK_BUDGETS
from tests.harness.world import NOW, draft
from tests.web.desk.room import PASSWORD, Answer, Browser, Room, settings_of

LONG = "x" * 121


def problems(answer: Answer) -> dict[str, str]:
    """Field id -> sentence, from the summary; each must stand beside its field as well."""
    assert answer.title.startswith("Error: ")
    summary = answer.text.partition('<form method="post" action="/organizer/p')[0]
    found = dict(re.findall(r'<li><a href="#([^"]+)">(.*?)</a></li>', summary))
    for id_, sentence in found.items():
        assert f'<strong id="{id_}-e">{sentence}</strong>' in answer.text
        assert re.search(
            rf'id="{id_}"[^>]* aria-invalid="true" aria-describedby="{id_}-e', answer.text
        )
    return found


# Signing in and out.


async def test_who_is_not_signed_in_is_asked_to(place: Room) -> None:
    browser = place.browser()
    answer = await browser.get("/organizer/")
    assert (answer.status, answer.header("location")) == (303, "/organizer/sign-in")
    answer = await browser.get("/organizer/p/lake/edit")
    assert answer.header("location") == "/organizer/sign-in?next=/organizer/p/lake/edit"


async def test_signing_in_leads_to_the_page_that_was_wanted(place: Room) -> None:
    browser = place.browser()
    page = await browser.get("/organizer/sign-in?next=/organizer/p/lake")
    form = await browser.fill(page, "/organizer/sign-in", name="Ana", password=PASSWORD)
    answer = await browser.post("/organizer/sign-in", form)
    assert (answer.status, answer.header("location")) == (303, "/organizer/p/lake")
    assert (await browser.get("/organizer/p/lake")).title == "Keep the lake clean"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example",
        "//evil.example",
        "/organizer/../x",
        "/organizer/p/a\r\nx: y",
        "/organizer/p/a/edit\n",
        "",
    ],
)
async def test_signing_in_leads_nowhere_else(place: Room, path: str) -> None:
    form = {"name": "ana", "password": PASSWORD, "next": path}
    answer = await place.browser().post("/organizer/sign-in", form)
    assert (answer.status, answer.header("location")) == (303, "/organizer/")


async def test_the_cookie_is_bound_to_this_host_over_tls(place: Room) -> None:
    answer = await place.browser().sign_in()
    cookies = [v for k, v in answer.headers if k == "set-cookie"]
    assert [c.partition("=")[0] for c in cookies] == [
        "__Host-organizer",
        "__Host-organizer-browser",
    ]
    for cookie in cookies:
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


async def test_without_tls_the_cookie_has_a_plain_name(tmp_path: Path, place: Room) -> None:
    place.services.settings = settings_of(
        tmp_path / "x.db", UNDERSIGNED_PUBLIC_URL="http://127.0.0.1:8000"
    )
    browser = place.browser()
    answer = await browser.sign_in()
    assert answer.header("set-cookie").startswith("organizer=")
    assert "Secure" not in answer.header("set-cookie")
    assert (await browser.get("/organizer/")).status == 200


async def test_a_wrong_password_says_so_and_keeps_the_name(place: Room) -> None:
    answer = await place.browser().sign_in("ana", "wrong")
    assert answer.status == 200
    assert answer.title == "Error: Sign in as an organizer"
    assert answer.text.count("The name or the password is wrong. Check both.") == 2
    assert 'name="name" value="ana"' in answer.text
    assert "wrong" not in re.findall('value="([^"]*)"', answer.text)


async def test_too_many_tries_say_how_long_to_wait(place: Room) -> None:
    browser = place.browser()
    for _ in range(organizers.SIGN_IN_TRIES):
        await browser.sign_in("ana", "wrong")
    answer = await browser.sign_in()
    assert answer.status == 429
    assert int(answer.header("retry-after")) <= organizers.SIGN_IN_SECONDS
    assert "Please wait" in answer.text


async def test_the_browser_that_the_owner_uses_is_not_locked_out(place: Room) -> None:
    owner = await place.signed_in()
    stranger = place.browser("198.51.100.1")
    for _ in range(organizers.SIGN_IN_TRIES):
        await stranger.sign_in("ana", "wrong")
    assert (await place.browser("203.0.113.1").sign_in()).status == 429
    assert (await owner.sign_in()).status == 303


async def test_a_trusted_proxy_tells_the_address_and_nobody_else_does(
    place: Room, tmp_path: Path
) -> None:
    for i in range(organizers.NETWORK_TRIES):
        form = {"name": f"x{i}", "password": "wrong"}
        await place.browser().post("/organizer/sign-in", form, x_forwarded_for=f"10.{i}.0.1")
    assert (await place.browser().sign_in("bo")).status == 429
    place.services.settings = settings_of(
        tmp_path / "x.db", UNDERSIGNED_TRUSTED_PROXIES="192.0.2.7"
    )
    form = {"name": "bo", "password": PASSWORD}
    answer = await place.browser().post(
        "/organizer/sign-in", form, x_forwarded_for="192.0.2.7, 203.0.113.5"
    )
    assert answer.status == 303


async def test_signing_out_ends_the_session_and_a_second_press_is_no_error(place: Room) -> None:
    browser = await place.signed_in()
    page = await browser.get("/organizer/")
    before = dict(browser.cookies)
    form = await browser.fill(page, "/organizer/sign-out")
    answer = await browser.post("/organizer/sign-out", form)
    assert answer.header("location") == "/organizer/sign-in"
    assert "__Host-organizer" not in browser.cookies
    browser.cookies = before
    assert (await browser.get("/organizer/")).status == 303
    assert (await browser.post("/organizer/sign-out", form)).status == 303


async def test_a_mangled_cookie_is_no_session(place: Room) -> None:
    for value in ("", "!", "é", "a", "=" * 9, "AAAA"):
        browser = place.browser()
        browser.cookies["__Host-organizer"] = value
        assert (await browser.get("/organizer/")).status == 303


# Forms from elsewhere.


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}]
)
async def test_a_form_from_another_site_changes_nothing(
    place: Room, headers: dict[str, str]
) -> None:
    browser = await place.signed_in()
    form = await browser.fill(
        await browser.get("/organizer/p/lake/close"), "/organizer/p/lake/close"
    )
    answer = await browser.post("/organizer/p/lake/close", form, **headers)
    assert answer.status == 403
    assert (await place.services.directory.refresh()).by_slug["lake"].state == "open"
    assert (await browser.post("/organizer/sign-in", {}, **headers)).status == 403


@pytest.mark.parametrize("csrf", ["", "0" * 32, "é"])
@pytest.mark.parametrize("path", ["/organizer/p/lake/close", "/organizer/sign-out"])
async def test_a_form_without_the_sessions_token_changes_nothing(
    place: Room, path: str, csrf: str
) -> None:
    browser = await place.signed_in()
    assert (await browser.post(path, {"csrf": csrf})).status == 403
    assert (await browser.get("/organizer/")).status == 200
    assert (await place.services.directory.refresh()).by_slug["lake"].state == "open"


async def test_an_edit_without_the_token_comes_back_with_what_was_typed(place: Room) -> None:
    browser = await place.signed_in()
    page = await browser.get("/organizer/p/lake/edit")
    form = await browser.fill(page, "/organizer/p/lake/edit", title_en="Typed", csrf="old")
    answer = await browser.post("/organizer/p/lake/edit", form)
    assert answer.title.startswith("Error: ")
    again = await browser.fill(answer, "/organizer/p/lake/edit")
    assert again["title_en"] == "Typed"
    assert (await place.services.directory.refresh()).by_slug["lake"].wording("en").title != "Typed"
    assert (await browser.post("/organizer/p/lake/edit", again)).status == 303


async def test_what_was_typed_survives_a_sign_in_that_ended(place: Room) -> None:
    browser = await place.signed_in()
    edit = "/organizer/p/lake/edit"
    body = "One <b>&\r\n\r\n  two\r\n- é “three” 💧"
    typed = await browser.fill(
        await browser.get(edit), edit, title_en='A "new" title', body_en=body
    )
    place.now += organizers.SESSION_SECONDS
    answer = await browser.post(edit, typed)
    assert (answer.status, answer.title) == (200, "Error: Sign in as an organizer")
    form = await browser.fill(answer, "/organizer/sign-in", name="ana", password="wrong")
    answer = await browser.post("/organizer/sign-in", form)
    form = await browser.fill(answer, "/organizer/sign-in", name="ana", password=PASSWORD)
    answer = await browser.post("/organizer/sign-in", form)
    assert answer.status == 200
    again = await browser.fill(answer, edit)
    assert {k: v for k, v in again.items() if k != "csrf"} == {
        k: v for k, v in typed.items() if k != "csrf"
    }
    assert (await browser.post(edit, again)).status == 303
    stored = (await place.services.directory.refresh()).by_slug["lake"].wording("en")
    assert (stored.title, stored.body) == ('A "new" title', "One <b>&\n\ntwo\n- é “three” 💧")


async def test_a_long_draft_survives_a_sign_in_that_ended_and_one_that_was_given_up(
    place: Room,
) -> None:
    edit = "/organizer/p/lake/edit"
    body = "अ" * WORDING_LIMIT  # of 180 KB as browsers write it
    for ended in (True, False):
        browser = await place.signed_in()
        typed = await browser.fill(await browser.get(edit), edit, body_hi=body, title_hi="झील")
        if ended:
            place.now += organizers.SESSION_SECONDS
        else:
            await browser.press("/organizer/", "/organizer/sign-out")
        answer = await browser.post(edit, typed)
        form = await browser.fill(answer, "/organizer/sign-in", name="ana", password=PASSWORD)
        answer = await browser.post("/organizer/sign-in", form)
        assert (await browser.fill(answer, edit))["body_hi"] == body


@pytest.mark.parametrize("path", ["p/lake/edit", "petitions/new", "sign-in", "sign-out"])
async def test_of_a_stranger_no_long_form_is_read(place: Room, path: str) -> None:
    forged = base64.urlsafe_b64encode(b"m" * 32).decode()
    for mark in ("", forged):
        browser = place.browser()
        browser.cookies |= {"__Host-organizer": forged, "__Host-organizer-browser": mark}
        length = {"content_length": "70000"}  # what is said is believed before a byte is read
        answer = await browser.post(f"/organizer/{path}", {"body_en": "x"}, **length)
        assert (answer.status, answer.title) == (413, "That was too much")
        answer = await browser.post(f"/organizer/{path}", {"body_en": "x" * 70_000})
        assert (answer.status, answer.title) == (413, "That was too much")


async def test_a_short_draft_of_a_browser_that_we_do_not_know_is_kept_through_its_sign_in(
    place: Room,
) -> None:
    browser = place.browser()
    new = "/organizer/petitions/new"
    answer = await browser.post(new, {"title_en": "Mine", "body_en": "x" * 20_000})
    form = await browser.fill(answer, "/organizer/sign-in", name="ana", password=PASSWORD)
    answer = await browser.post("/organizer/sign-in", form)
    assert (await browser.fill(answer, new))["body_en"] == "x" * 20_000


@pytest.mark.parametrize(
    ("pressed", "page"), [("close", "/close"), ("pause", "/pause"), ("stop-mail", "")]
)
async def test_a_button_pressed_after_the_sign_in_ended_leads_back_to_its_page(
    place: Room, pressed: str, page: str
) -> None:
    browser = await place.signed_in()
    form = await browser.fill(
        await browser.get("/organizer/p/lake/close"), "/organizer/p/lake/close"
    )
    place.now += organizers.SESSION_SECONDS
    answer = await browser.post(f"/organizer/p/lake/{pressed}", form)
    form = await browser.fill(answer, "/organizer/sign-in", name="ana", password=PASSWORD)
    answer = await browser.post("/organizer/sign-in", form)
    assert answer.header("location") == f"/organizer/p/lake{page}"
    assert (await browser.get(answer.header("location"))).status == 200
    assert place.services.directory.by_slug["lake"].state == "open"


HALF_A_LETTER = base64.urlsafe_b64encode(zlib.compress(rb'{"title_en": "\ud800"}')).decode()


@pytest.mark.parametrize(
    "typed",
    ["", "x", "é", "eNo", "eJyrVgIAAHUANQ==", "eJyLjgUAARUAuQ==", HALF_A_LETTER],
)
async def test_a_forged_bundle_of_typed_values_is_ignored(place: Room, typed: str) -> None:
    form = {"name": "ana", "password": PASSWORD, "typed": typed, "next": "/organizer/p/lake/edit"}
    answer = await place.browser().post("/organizer/sign-in", form)
    assert answer.header("location") == "/organizer/p/lake/edit"


# Whose petition.


@pytest.mark.parametrize("slug", ["river", "nowhere", "LAKE", "%00"])
async def test_another_organizers_petition_is_not_found(place: Room, slug: str) -> None:
    browser = await place.signed_in()
    csrf = (await browser.fill(await browser.get("/organizer/"), "/organizer/sign-out"))["csrf"]
    for path in ("", "/edit", "/export.csv"):
        answer = await browser.get(f"/organizer/p/{slug}{path}")
        assert (answer.status, answer.title) == (404, "There is nothing at this address")
    for path in ("/edit", "/open", "/pause", "/close", "/stop-mail", "/resume-mail"):
        answer = await browser.post(f"/organizer/p/{slug}{path}", {"csrf": csrf})
        assert answer.status == 404
    river = (await place.services.directory.refresh()).by_slug["river"]
    assert (river.state, river.version) == ("draft", 1)


async def test_the_list_has_the_figures_of_ones_own_petitions(place: Room) -> None:
    await place.world.text()
    await place.world.web("Bo Lee")
    place.world.now -= 3 * DAY
    await place.world.web("Cy Day")
    text = (await (await place.signed_in()).get("/organizer/")).text
    assert "Open. Verified: 1. Not verified: 2. Signed today: 2." in text
    assert "river" not in text


# The dashboard.


async def opened_before(place: Room, days: int) -> None:
    async with place.services.database.write() as tx:
        opened = NOW - days * DAY
        await tx.execute(
            "UPDATE petitions SET opened_at = :at, version = version + 1 WHERE id = 1", at=opened
        )
    await place.services.directory.refresh()


async def test_the_dashboard_shows_who_signed_on_the_web_and_by_text(place: Room) -> None:
    await opened_before(place, 4)
    await place.world.text()
    await place.world.web("Bo Lee")
    await place.world.web("Cy Day", email="cy@example.org")
    place.world.now -= 3 * DAY
    await place.world.web("Di Fox")
    browser = await place.signed_in()
    text = (await browser.get("/organizer/p/lake")).text
    assert "<b>1</b> verified" in text
    assert "Not verified: 3. Held: 0." in text
    assert "Signed today: 3. In the last 7 days: 4." in text
    text = (await browser.get("/organizer/p/lake/figures")).text
    rows = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>.*?</tr>", text)
    ]
    assert ["On the web", "0", "3", "0"] in rows
    assert ["with e-mail", "0", "1", "0"] in rows
    assert ["with no contact", "0", "2", "0"] in rows
    assert ["By text", "1", "0", "0"] in rows
    assert ["Jan 15, 2027", "1", "2"] in rows
    assert ["Jan 12, 2027", "0", "1"] in rows
    assert "cy@example.org" not in text


async def test_the_trend_is_a_drawing_that_text_browsers_show_too(place: Room) -> None:
    await opened_before(place, 2)
    await place.world.text()
    place.world.now -= DAY
    await place.world.text("Bo Lee", phone="+14065550124")
    await place.world.text("Cy Day", phone="+14065550125")
    text = (await (await place.signed_in()).get("/organizer/p/lake/figures")).text
    [drawing] = re.findall(r"<svg role=\"img\" aria-label=\"[^\"]+\".*?</svg>", text)
    assert "<desc>▁█▄</desc>" in drawing
    # The highest bar fills the drawing but for two units; the next is half as high.
    assert 'd="M11 60v-58h8v58zM21 60v-29h8v29z"' in drawing
    assert "The most: <b>2</b>, Jan 14, 2027" in text
    assert '<p class="x"><span>Jan 13, 2027</span> <span>Jan 15, 2027</span></p>' in text


async def put_texts(place: Room, *bodies: str, kind: str = "sign") -> None:
    async with place.services.database.write() as tx:
        for i, body in enumerate(bodies):
            await tx.execute(
                "INSERT INTO inbound (gateway, message_id, phone_key, petition_id, sender, body,"
                " reply, kind, segments, received_at) VALUES ('twilio', :id, :key, :petition,"
                " '+14065550123', :body, :reply, :kind, :segments, :now)",
                id=f"SM{NOW + i}",
                key=b"p" * 16,
                petition=place.world.petition.id,
                body=body,
                reply="Thank you" if i % 2 == 0 else None,
                kind=kind,
                segments=1 - i % 2,
                now=NOW + 60 * i,
            )


async def test_recent_texts_are_shown_without_who_sent_them(place: Room) -> None:
    await put_texts(place, "SIGN lake Ana Díaz 59801", "ana@x.org <i>4065550199</i>")
    page = (await (await place.signed_in()).get("/organizer/p/lake/figures")).text
    assert "SIGN lake A•• D••• 5••••" in page
    assert "a••@•.o•• &lt;•&gt;4•••••••••&lt;/•&gt;" in page
    assert "+1406…23, Sign: " in page
    assert "Answered, 1 segment." in page
    assert "Not answered." in page
    assert page.index("a••") < page.index("A••")
    for hidden in ("Díaz", "59801", "5550123", "5550199"):
        assert hidden not in page


async def test_texts_that_were_erased_are_shown_as_such(place: Room) -> None:
    await put_texts(place, "SIGN LAKE Ana", kind="something new")
    async with place.services.database.write() as tx:
        await tx.execute("UPDATE inbound SET sender = NULL, body = NULL, reply = NULL")
    answer = await (await place.signed_in()).get("/organizer/p/lake/figures")
    assert answer.status == 200
    assert "something new" in answer.text


@pytest.mark.parametrize(
    ("before", "button", "done"),
    [
        ("", "close", "closed"),
        ("", "pause", "paused"),
        ("close", "open", "opened"),
        ("pause", "open", "opened"),
        ("pause", "close", "closed"),
    ],
)
async def test_a_petition_is_opened_paused_and_closed_by_buttons(
    place: Room, before: str, button: str, done: str
) -> None:
    browser = await place.signed_in()
    for action in filter(None, (before, button)):
        path = f"/organizer/p/lake/{action}"
        answer = await browser.press("/organizer/p/lake" if action == "open" else path, path)
    assert answer.header("location") == f"/organizer/p/lake?done={done}"
    page = await browser.get(answer.header("location"))
    assert 'role="status"' in page.text
    wanted = {"opened": "open"}.get(done, done)
    assert place.services.directory.by_slug["lake"].state == wanted


async def test_a_petition_that_has_ended_is_shown_with_no_way_to_change_it(place: Room) -> None:
    await place.world.text()
    browser = await place.signed_in()
    typed = await browser.fill(
        await browser.get("/organizer/p/lake/edit"), "/organizer/p/lake/edit"
    )
    form = await browser.fill(
        await browser.get("/organizer/p/lake/close"), "/organizer/p/lake/close"
    )
    async with place.services.database.write() as tx:
        await ending.end(tx, place.services.keys, place.world.petition, NOW)
    await ending.empty(place.services.database, NOW)
    await place.services.directory.refresh()
    page = await browser.get("/organizer/p/lake")
    assert "<b>Ended</b>" in page.text
    assert "<b>1</b> verified" in page.text
    assert "Open the petition" not in page.text
    assert "/edit" not in page.text
    page = await browser.get("/organizer/p/lake/moderation")
    assert page.text.count("<form") == 1  # to sign out
    assert "/invalidate" not in page.text
    chosen = {"c1": "show", "people": "59801 5", "reason": "x", "class": "sms"}
    for path in (
        *("open", "pause", "close", "stop-mail", "resume-mail", "text-codes", "invalidate"),
        *("moderation/comments", "moderation/populations"),
    ):
        answer = await browser.post(f"/organizer/p/lake/{path}", form | chosen)
        assert answer.status == 409, path
        assert "It cannot be changed any more." in answer.text
    assert (await browser.post("/organizer/p/lake/edit", typed)).status == 409
    assert (await browser.get("/organizer/p/lake/invalidate")).status == 409
    for path in ("moderation", "audit", "export.csv"):
        assert (await browser.get(f"/organizer/p/lake/{path}")).status == 200


@pytest.mark.parametrize(
    ("button", "done"), [("open", "opened"), ("pause", "paused"), ("stop-mail", "mail_stopped")]
)
async def test_what_is_pressed_twice_is_done_and_logged_once(
    place: Room, button: str, done: str
) -> None:
    browser = await place.signed_in()
    await browser.press("/organizer/p/lake/close", "/organizer/p/lake/close")
    page = await browser.get("/organizer/p/lake")
    form = await browser.fill(page, "/organizer/p/lake/open")
    for _ in range(2):
        answer = await browser.post(f"/organizer/p/lake/{button}", form)
        assert answer.header("location") == f"/organizer/p/lake?done={done}"
    log = await browser.get("/organizer/p/lake/audit.jsonl")
    assert log.text.count(f'"{done}"') == 1


@pytest.mark.parametrize("done", ["created", "paused", "closed", "mail_stopped"])
async def test_what_the_address_says_was_done_is_believed_only_if_it_is_so(
    place: Room, done: str
) -> None:
    page = await (await place.signed_in()).get(f"/organizer/p/lake?done={done}")
    assert 'role="status"' not in page.text


async def test_what_the_address_says_was_done_is_shown_only_from_a_fixed_list(place: Room) -> None:
    page = await (await place.signed_in()).get("/organizer/p/lake?done=<b>x</b>")
    assert 'role="status"' not in page.text
    assert "<b>x</b>" not in page.text


async def test_the_export_is_a_file_that_no_cache_keeps(place: Room) -> None:
    await place.world.web(comment="=1+1")
    answer = await (await place.signed_in()).get("/organizer/p/lake/export.csv")
    assert answer.header("content-type") == "text/csv;charset=utf-8"
    assert answer.header("content-disposition") == 'attachment; filename="lake-signatures.csv"'
    assert answer.header("cache-control") == "no-store"
    assert b'"Ana Diaz"' in answer.body
    assert b'"\'=1+1"' in answer.body


async def fill_dashboard(place: Room) -> None:
    """A busy month of a petition, as large as the page gets."""
    world, start = place.world, place.world.now
    for day in range(30):
        world.now = start - day * DAY
        for i in range(1 + day * 7 % 5):
            await world.web(f"Ana {'abcdefghij'[i]}{'abcdefghij'[day % 10]}{day}x")
            await world.text(f"Bo {'abcdefghij'[i]}", phone=f"+1406555{day:02}{i:02}")
    world.now = start
    names = ["Ana Diaz", "Bo Lee", "Chidi Okafor", "Dolores Huerta", "Eun-ji Park"] * 2
    await put_texts(place, *(f"SIGN LAKE {n} {59801 + i}" for i, n in enumerate(names)))


async def test_alarms_stand_on_the_dashboard(place: Room) -> None:
    browser = await place.signed_in()
    assert "where" not in (await browser.get("/organizer/p/lake")).text
    for name in ("Ana Diaz", "Bo Lee"):
        await place.world.web(name, "59801")
    async with place.services.database.write() as tx:
        await moderation.set_populations(tx, place.world.petition.id, {"59801": 1})
    alarm = "2 signatures are from 59801, where 1 people live."
    assert alarm not in (await browser.get("/organizer/p/lake")).text  # looked for once a minute
    place.now += ALARM_SECONDS
    assert alarm in (await browser.get("/organizer/p/lake")).text
    found = [Alarm("class", "web", 90, 100)]
    place.services.alarms._found[place.world.petition.id] = (place.now, found)
    page = (await browser.get("/organizer/p/lake")).text
    assert "90 of the last 100 signatures came in one way (On the web, with no contact)" in page


async def test_all_mail_of_a_petition_is_stopped_and_resumed_by_one_button(place: Room) -> None:
    browser = await place.signed_in()
    decisions = "/organizer/p/lake/moderation"
    csrf = (await browser.fill(await browser.get("/organizer/"), "/organizer/sign-out"))["csrf"]
    assert "Stop all mail" not in (await browser.get("/organizer/p/lake")).text
    for action, shown, done in (
        ("stop", "Send mail again", "No mail of this petition goes out any more."),
        ("resume", "Stop all mail", "Mail of this petition goes out again."),
    ):
        answer = await browser.post(f"/organizer/p/lake/{action}-mail", {"csrf": csrf})
        page = (await browser.get(answer.header("location"))).text
        assert done in page
        assert shown in (await browser.get(decisions)).text
        assert ("All mail of this petition is stopped." in page) == (action == "stop")
    log = (await browser.get("/organizer/p/lake/audit")).text
    assert "stopped all mail of the petition" in log
    assert "let mail of the petition go out again" in log
    alarms = [Alarm("mail_network", "", 400, 3)]
    place.services.alarms._found[place.world.petition.id] = (place.now, alarms)
    page = (await browser.get("/organizer/p/lake")).text
    assert "mails to 400 people" in page
    assert "Stop all mail" in page


async def test_a_dashboard_stays_within_its_bytes(place: Room) -> None:
    await fill_dashboard(place)
    browser = await place.signed_in()
    alarms = [Alarm("domain", "catchall.example.org", 9_876 + i, 12_345) for i in range(3)]
    place.services.alarms._found[place.world.petition.id] = (place.now, alarms)
    sizes = {}
    for coding in ("gzip", "br", ""):
        answer = await browser.get("/organizer/p/lake", accept_encoding=coding)
        assert answer.header("content-encoding") == coding
        unpack: Any = {"gzip": gzip.decompress, "br": brotli.decompress, "": bytes}[coding]
        assert b"</html>" in unpack(answer.body)
        sizes[coding] = answer.size
    gzipped, brotlied, plain = DESK_BUDGETS[""]
    assert sizes["gzip"] <= gzipped - 800, sizes  # there is room for more
    assert sizes["br"] <= brotlied - 500, sizes
    assert sizes[""] <= plain - 2000, sizes


# The form.


async def save(browser: Browser, path: str, **changes: str) -> Answer:
    form = await browser.fill(await browser.get(path), path, **changes)
    return await browser.post(path, form)


NEW = {
    "title_en": "Keep the bridge",
    "body_en": "Please.\r\n\r\n- one\r\n- two",
    "slug": "bridge",
    "keyword": "bridge",
    "started_by": "Friends of the bridge",
    "goal": "5,000",
    "origins": "https://a.example\r\nhttps://b.example",
    "maker0_name": "Jo Marsh",
    "maker0_email": "Jo@Example.org",
    "maker1_name": "Kit Vale",
}


async def test_a_new_petition_is_a_draft_that_its_maker_runs(place: Room) -> None:
    browser = await place.signed_in()
    answer = await save(browser, "/organizer/petitions/new", **NEW)
    assert answer.header("location") == "/organizer/p/bridge?done=created"
    stored = place.services.directory.by_slug["bridge"]
    assert stored.state == "draft"
    assert stored.wordings == {"en": Wording("Keep the bridge", "Please.\n\n- one\n- two")}
    assert (stored.keyword, stored.goal, stored.country) == ("BRIDGE", 5000, "US")
    assert stored.origins == ("https://a.example", "https://b.example")
    assert [m.name for m in stored.decision_makers] == ["Jo Marsh", "Kit Vale"]
    assert stored.started_by == "Friends of the bridge"
    assert stored.postcode_required
    assert not stored.contact_required
    assert (await browser.get("/organizer/p/bridge")).status == 200
    assert (await (await place.signed_in("bo")).get("/organizer/p/bridge")).status == 404


async def test_a_second_press_on_save_shows_the_petition_that_the_first_has_made(
    place: Room,
) -> None:
    browser, new = await place.signed_in(), "/organizer/petitions/new"
    form = await browser.fill(await browser.get(new), new, **NEW)
    at_once = await asyncio.gather(browser.post(new, form), browser.post(new, form))
    for answer in (*at_once, await browser.post(new, form)):
        assert (answer.status, answer.header("location")) == (
            303,
            "/organizer/p/bridge?done=created",
        )
    made = [p for p in place.services.directory.by_id.values() if p.slug == "bridge"]
    log = (await browser.get("/organizer/p/bridge/audit")).text
    assert (len(made), log.count("created the petition")) == (1, 1)
    changed = await browser.post(new, form | {"title_en": "Keep both bridges"})
    assert problems(changed)["slug"] == "Another petition has this address. Choose a different one."
    other = await place.signed_in("bo")
    form = await other.fill(await other.get(new), new, **NEW)
    assert "slug" in problems(await other.post(new, form))


async def test_a_petition_opens_once_its_form_says_who_asks(place: Room) -> None:
    browser = await place.signed_in()
    await save(browser, "/organizer/petitions/new", **NEW | {"started_by": ""})
    path = "/organizer/p/bridge/open"
    press = await browser.fill(await browser.get("/organizer/p/bridge"), path)
    asked = await browser.post(path, press)
    assert list(problems(asked)) == ["started_by"]
    edit = "/organizer/p/bridge/edit"
    form = await browser.fill(asked, edit, started_by="Friends of the bridge")
    assert (await browser.post(edit, form)).status == 303
    assert place.services.directory.by_slug["bridge"].opened_at is None
    assert (await browser.post(path, press)).header("location") == "/organizer/p/bridge?done=opened"
    assert place.services.directory.by_slug["bridge"].opened_at


async def test_saving_a_form_as_it_is_changes_nothing(place: Room) -> None:
    browser = await place.signed_in()
    await save(browser, "/organizer/petitions/new", **NEW)
    before = place.services.directory.by_slug["bridge"]
    answer = await save(browser, "/organizer/p/bridge/edit")
    assert answer.header("location") == "/organizer/p/bridge?done=saved"
    after = place.services.directory.by_slug["bridge"]
    assert after.version == before.version
    assert petition_form.values_of(after) == petition_form.values_of(before)


EDIT = "/organizer/p/lake/edit"


async def test_two_who_edit_at_once_overwrite_nothing_of_each_other(place: Room) -> None:
    browser = await place.signed_in()
    first = await browser.fill(await browser.get(EDIT), EDIT, title_en="Save the lake", goal="500")
    second = await browser.fill(await browser.get(EDIT), EDIT, title_en="Our lake", keyword="POND")
    assert (await browser.post(EDIT, first)).header("location") == "/organizer/p/lake?done=saved"
    asked = await browser.post(EDIT, second)
    assert asked.title.startswith("Error:")
    assert "ana has changed this petition since you opened this form" in asked.text
    assert "Taken over from ana:<br>Goal (optional)" in asked.text
    lake = place.services.directory.by_slug["lake"]
    assert (lake.wordings["en"].title, lake.keyword, lake.goal) == ("Save the lake", "LAKE", 500)
    assert re.findall(r'<div dir="auto">(.*?)</div>', asked.text) == ["Our lake", "Save the lake"]
    mine = await browser.fill(asked, EDIT, keep_title_en="mine")
    assert (await browser.post(EDIT, mine)).header("location") == "/organizer/p/lake?done=saved"
    lake = place.services.directory.by_slug["lake"]
    assert (lake.wordings["en"].title, lake.keyword, lake.goal) == ("Our lake", "POND", 500)
    asked = await browser.post(EDIT, first)
    theirs = await browser.fill(asked, EDIT, keep_title_en="theirs")
    assert (await browser.post(EDIT, theirs)).header("location") == "/organizer/p/lake?done=saved"
    lake = place.services.directory.by_slug["lake"]
    assert (lake.wordings["en"].title, lake.keyword, lake.goal) == ("Our lake", "POND", 500)


async def test_saving_twice_what_is_stored_asks_nothing(place: Room) -> None:
    browser = await place.signed_in()
    form = await browser.fill(await browser.get(EDIT), EDIT, goal="700")
    for _ in range(2):
        answer = await browser.post(EDIT, form)
        assert answer.header("location") == "/organizer/p/lake?done=saved"


async def test_the_log_says_what_was_and_what_is(place: Room) -> None:
    browser = await place.signed_in()
    form = await browser.fill(await browser.get(EDIT), EDIT, goal="700", contact_required="1")
    form |= {
        "body_en": form["body_en"] + "\r\n\r\nKeep it clean for all.",
        "maker0_name": "Jo Banks",
    }
    await browser.post(EDIT, form)
    log = (await browser.get("/organizer/p/lake/audit")).text
    said = [html.unescape(line) for line in re.findall(r"<br><bdi>(.*?)</bdi>", log, re.DOTALL)]
    assert "Goal (optional): before “nothing”, now “700”" in said
    assert any(line.startswith("Text (English): before “") for line in said), said
    assert any(line.endswith("Keep it clean for all.”") for line in said)
    assert (
        "People must give an e-mail or a phone. Fewer people sign then.: before “No”, now “Yes”"
        in said
    )
    assert any("now “Jo Banks" in line for line in said), said


async def test_an_edit_is_seen_at_once_and_may_move_the_page(place: Room) -> None:
    browser = await place.signed_in()
    form = await browser.fill(
        await browser.get("/organizer/p/lake/edit"),
        "/organizer/p/lake/edit",
        slug="Clean-Lake",
        title_es="Lago limpio",
        body_es="Por favor.",
        contact_required="1",
    )
    del form["postcode_required"]
    answer = await browser.post("/organizer/p/lake/edit", form)
    assert answer.header("location") == "/organizer/p/clean-lake?done=saved"
    stored = place.services.directory.by_slug["clean-lake"]
    assert stored.wordings["es"] == Wording("Lago limpio", "Por favor.")
    assert (stored.postcode_required, stored.contact_required) == (False, True)
    assert stored.state == "open"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_en": ""}, "title_en"),
        ({"title_en": LONG}, "title_en"),
        ({"body_en": " \r\n "}, "body_en"),
        ({"title_es": "Solo el título"}, "body_es"),
        ({"body_es": "Solo el texto", "title_es": ""}, "title_es"),
        ({"slug": ""}, "slug"),
        ({"slug": "Ö"}, "slug"),
        ({"slug": "river"}, "slug"),
        ({"keyword": ""}, "keyword"),
        ({"keyword": "Ñ"}, "keyword"),
        ({"keyword": "stop"}, "keyword"),
        ({"keyword": "ayuda"}, "keyword"),
        ({"keyword": "RIVER"}, "keyword"),
        ({"country": "USA"}, "country"),
        ({"country": "ZZ"}, "country"),
        ({"country": "XX"}, "country"),
        ({"started_by": LONG}, "started_by"),
        ({"goal": "many"}, "goal"),
        ({"goal": "-5"}, "goal"),
        ({"goal": "12.5"}, "goal"),
        ({"goal": "1,50"}, "goal"),
        ({"goal": "1.2.3"}, "goal"),
        ({"goal": "9" * 5000}, "goal"),
        ({"goal": "²"}, "goal"),
        ({"origins": "evil"}, "origins"),
        ({"maker0_name": ""}, "maker0_name"),
        ({"maker1_title": "Mayor"}, "maker1_name"),
        ({"maker1_name": LONG}, "maker1_name"),
        ({"maker2_name": "Kit", "maker2_phone": "call me"}, "maker2_phone"),
        ({"maker1_name": "Kit", "maker1_email": "kit@"}, "maker1_email"),
        ({"maker1_name": "Kit", "maker1_form": "javascript:alert(1)"}, "maker1_form"),
    ],
)
async def test_each_fault_is_told_above_and_beside_its_field(
    place: Room, changes: dict[str, str], field: str
) -> None:
    browser = await place.signed_in()
    answer = await save(browser, "/organizer/p/lake/edit", **changes)
    assert answer.status == 200
    assert list(problems(answer)) == [field]
    kept = await browser.fill(answer, "/organizer/p/lake/edit")
    assert {k: kept[k] for k in changes} == changes
    assert (await place.services.directory.refresh()).by_slug["lake"].version == 2


@pytest.mark.parametrize(
    ("typed", "goal"),
    [("12500", 12_500), ("12.500", 12_500), ("1 234 567", 1_234_567), ("1,00,000", 100_000)],
)
async def test_a_goal_is_read_however_it_groups_its_digits(
    place: Room, typed: str, goal: int
) -> None:
    await save(await place.signed_in(), "/organizer/p/lake/edit", goal=typed)
    assert (await place.services.directory.refresh()).by_slug["lake"].goal == goal


async def test_every_fault_is_told_at_once_in_the_order_of_the_form(place: Room) -> None:
    browser = await place.signed_in()
    changes = {
        "title_en": "", "body_es": "x", "slug": "", "keyword": "HELP", "goal": "x",
        "maker0_phone": "x", "maker1_email": "x",
    }  # fmt: skip
    found = problems(await save(browser, "/organizer/p/lake/edit", **changes))
    assert list(found) == [
        "title_en", "title_es", "slug", "keyword", "goal", "maker0_phone",
        "maker1_email", "maker1_name",
    ]  # fmt: skip


async def test_the_main_language_may_change_and_its_text_must_be_there(place: Room) -> None:
    browser = await place.signed_in()
    answer = await save(browser, "/organizer/p/lake/edit", language="es")
    assert "title_es" in problems(answer)
    answer = await save(browser, "/organizer/p/lake/edit", language="xx")
    assert answer.status == 303
    assert place.services.directory.by_slug["lake"].language == "en"


async def test_what_the_form_cannot_show_is_kept(place: Room) -> None:
    makers = tuple(DecisionMaker(f"Person {i}") for i in range(11))
    texts = {"en": Wording("Lake", "Text"), "vi": Wording("Hồ", "Chữ")}
    async with place.services.database.write() as tx:
        new = draft(decision_makers=makers, wordings=texts)
        await petitions.edit(tx, place.world.petition, new, frozenset(), now=NOW)
    await place.services.directory.refresh()
    browser = await place.signed_in()
    page = await browser.get("/organizer/p/lake/edit")
    assert "3 more decision makers are stored" in page.text
    assert (await save(browser, "/organizer/p/lake/edit", maker0_name="")).status == 303
    stored = place.services.directory.by_slug["lake"]
    assert stored.decision_makers == makers[1:]
    assert stored.wordings["vi"] == texts["vi"]


async def test_the_roles_of_the_country_are_offered_and_kept(place: Room) -> None:
    browser, path = await place.signed_in(), "/organizer/p/lake/edit"
    assert "We do not know yet who decides" in (await browser.get(path)).text
    await land.us(place.services.database)
    page = await browser.get(path)
    assert '<input type="checkbox" name="role_senator" value="1"> Senator<' in page.text
    assert "We do not know yet who decides" not in page.text
    answer = await save(browser, path, role_senator="1", title_en="")
    assert (await browser.fill(answer, path))["role_senator"] == "1"
    assert (await save(browser, path, role_senator="1")).status == 303
    stored = place.services.directory.by_slug["lake"]
    assert (stored.roles, len(stored.decision_makers)) == (("senator",), 1)
    assert (await save(browser, path, keyword="LAKES")).status == 303
    assert place.services.directory.by_slug["lake"].roles == ("senator",)
    answer = await save(browser, path, **{"role_<b>": "1"})
    assert "Choose only from the list" in answer.text
    page = await save(browser, path, country="CA", title_en="")
    assert '<input type="checkbox" name="role_senator" value="1" checked> senator (' in page.text


async def test_a_form_has_one_empty_row_and_what_was_typed_in_a_far_one(place: Room) -> None:
    browser = await place.signed_in()
    page = await browser.get("/organizer/p/lake/edit")
    assert 'name="maker1_name"' in page.text
    assert 'name="maker2_name"' not in page.text
    assert page.text.count("<button>Save</button>") == 2
    answer = await save(browser, "/organizer/p/lake/edit", maker7_phone="1", title_en="")
    assert (await browser.fill(answer, "/organizer/p/lake/edit"))["maker7_phone"] == "1"


async def test_markup_in_a_petition_is_shown_and_not_run(place: Room) -> None:
    browser = await place.signed_in()
    evil = '"><script>x</script>'
    answer = await save(
        browser, "/organizer/p/lake/edit", title_en=evil, body_en=f"</textarea>{evil}"
    )
    assert answer.status == 303
    for path in ("/organizer/", "/organizer/p/lake", "/organizer/p/lake/edit"):
        page = await browser.get(path)
        assert "<script" not in page.text
    kept = await browser.fill(page, "/organizer/p/lake/edit")
    assert (kept["title_en"], kept["body_en"]) == (evil, f"</textarea>{evil}")


async def test_a_longest_petition_in_every_language_is_stored(place: Room) -> None:
    browser = await place.signed_in()
    texts = {f"title_{code}": "अ" * 120 for code in LANGUAGES}
    texts |= {f"body_{code}": "अ" * WORDING_LIMIT for code in LANGUAGES}
    answer = await save(browser, "/organizer/p/lake/edit", **texts)
    assert answer.status == 303
    stored = place.services.directory.by_slug["lake"]
    assert set(stored.wordings) == set(LANGUAGES)


async def test_a_language_is_added_without_losing_what_was_typed(place: Room) -> None:
    browser = await place.signed_in()
    path = "/organizer/p/lake/edit"
    assert "title_ar" not in (await browser.get(path)).text
    answer = await save(browser, path, title_en="Typed, not stored", add="ar")
    assert (answer.status, answer.title) == (200, "Error: Edit the petition")
    form = await browser.fill(answer, path, title_ar="بحيرة نظيفة", body_ar="من فضلكم.")
    assert form["title_en"] == "Typed, not stored"
    assert not form.get("add")
    assert place.services.directory.by_slug["lake"].wordings["en"].title != "Typed, not stored"
    assert (await browser.post(path, form)).status == 303
    stored = place.services.directory.by_slug["lake"].wordings
    assert (stored["en"].title, stored["ar"].title) == ("Typed, not stored", "بحيرة نظيفة")


# Bad requests, and a store that fails.


async def test_a_form_that_is_far_too_large_is_refused(place: Room) -> None:
    browser = await place.signed_in()
    answer = await browser.post("/organizer/p/lake/edit", {"body_en": "x" * 1_600_000})
    assert (answer.status, answer.title) == (413, "That was too much")


async def test_an_unknown_kind_of_form_is_refused(place: Room) -> None:
    browser = await place.signed_in()
    answer = await browser.post("/organizer/p/lake/edit", {}, content_type="text/xml")
    assert (answer.status, answer.title) == (415, "We could not read the form")


async def test_too_many_fields_are_refused(place: Room) -> None:
    browser = await place.signed_in()
    answer = await browser.post("/organizer/p/lake/edit", {f"f{i}": "x" for i in range(201)})
    assert answer.status == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_an_unknown_method_is_refused(place: Room, method: str) -> None:
    answer = await place.browser()._ask(method, "/organizer/sign-in", b"", {})
    assert answer.status == 405


async def test_the_answer_to_head_has_no_body(place: Room) -> None:
    browser = await place.signed_in()
    for path in ("/organizer/", "/organizer/p/lake", "/organizer/p/lake/export.csv"):
        answer = await browser._ask("HEAD", path, b"", {})
        assert (answer.status, answer.body) == (200, b"")


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, place: Room) -> Any:
    """Calling it makes the store unable to write, or to read as well."""

    def fail(*methods: str) -> None:
        def failing(*_: Any) -> Any:
            raise StoreFull("no room on the disk")

        for method in methods:
            monkeypatch.setattr(type(place.services.database), method, failing)

    return fail


async def test_a_full_disk_loses_nothing_of_what_was_typed(place: Room, full: Any) -> None:
    browser = await place.signed_in()
    page = await browser.get("/organizer/p/lake/edit")
    form = await browser.fill(page, "/organizer/p/lake/edit", title_en="Typed")
    full("write")
    answer = await browser.post("/organizer/p/lake/edit", form)
    assert (answer.status, answer.header("retry-after")) == (503, "60")
    assert answer.title.startswith("Error: ")
    assert await browser.fill(answer, "/organizer/p/lake/edit") == form
    assert (await browser.get("/organizer/p/lake")).status == 200


async def test_without_a_store_every_page_says_so_plainly(place: Room, full: Any) -> None:
    browser = await place.signed_in()
    full("read", "write")
    for path in ("/organizer/", "/organizer/p/lake", "/organizer/p/lake/export.csv"):
        answer = await browser.get(path)
        assert (answer.status, answer.title) == (503, "Please come back in a minute")
        assert answer.header("retry-after") == "60"
    answer = await browser.sign_in()
    assert (answer.status, answer.header("retry-after")) == (503, "60")
    assert 'value="ana"' in answer.text


async def test_what_fails_at_the_desk_is_counted_and_logged(
    place: Room, full: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def counted(kind: str) -> float:
        return float(metrics.ERRORS.labels(kind)._value.get())

    browser = await place.signed_in()
    form = await browser.fill(await browser.get("/organizer/p/lake/edit"), "/organizer/p/lake/edit")
    before = counted("unexpected"), counted("StoreFull")
    with monkeypatch.context() as broken:
        broken.setattr(teams, "memberships", lambda *_: 1 / 0)
        answer = await browser.get("/organizer/")
    assert (answer.status, answer.title) == (500, "Something went wrong on our side")
    assert 'href="/organizer/"' in answer.text
    assert [r.exc_info and r.exc_info[0] for r in caplog.records] == [ZeroDivisionError]
    full("write")
    assert (await browser.press("/organizer/p/lake/pause", "/organizer/p/lake/pause")).status == 503
    assert (await browser.post("/organizer/p/lake/edit", form)).status == 503
    assert (await browser.sign_in()).status == 503
    assert (counted("unexpected"), counted("StoreFull")) == (before[0] + 1, before[1] + 3)


async def test_an_address_that_leads_nowhere_leads_back_to_the_desk(place: Room) -> None:
    browser = await place.signed_in()
    for path, status in (("/organizer/nothing", 404), ("/organizer/p/lake/stop-mail", 405)):
        answer = await browser.get(path)
        assert (answer.status, '<a href="/organizer/">' in answer.text) == (status, True)


# Every page.


async def test_every_page_is_guarded_and_readable(place: Room) -> None:
    await fill_dashboard(place)
    browser = await place.signed_in()
    pages = [
        await browser.get(path)
        for path in (
            *("/organizer/", "/organizer/petitions/new", "/organizer/p/lake"),
            *("/organizer/p/lake/figures", "/organizer/p/lake/share", "/organizer/p/lake/close"),
        )
    ]
    pages.append(await browser.get("/organizer/p/nowhere"))
    pages.append(await save(browser, "/organizer/p/lake/edit", slug=""))
    pages.append(await place.browser().get("/organizer/sign-in"))
    for page in pages:
        assert page.header("cache-control") == "private,no-cache"
        assert "default-src 'none'" in page.header("content-security-policy")
        assert page.text.startswith('<!DOCTYPE html>\n<html lang="en">')
        assert "<script" not in page.text
        assert " style=" not in page.text
        levels = [int(n) for n in re.findall(r"<h([1-6])", page.text)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b <= a + 1 for a, b in pairwise(levels))
        assert "!" not in re.sub(r"<!DOCTYPE|<style>.*?</style>|<!--", "", page.text)
        controls = re.findall(r"<(?:input|select|textarea)[^>]*>", page.text)
        for control in controls:
            if 'type="hidden"' in control or 'type="checkbox"' in control:
                continue
            [id_] = re.findall(r' id="([^"]+)"', control)
            assert f'<label for="{id_}">' in page.text
        ids = re.findall(r' id="([^"]+)"', page.text)
        assert len(ids) == len(set(ids))


async def test_pages_of_a_spanish_server_say_so(place: Room, tmp_path: Path) -> None:
    place.services.settings = settings_of(tmp_path / "x.db", UNDERSIGNED_LANGUAGE="es")
    browser = await place.signed_in()
    for path in ("/organizer/", *(f"/organizer/p/lake{p}" for p in ("", "/edit", "/figures"))):
        answer = await browser.get(path)
        assert answer.status == 200
        assert '<html lang="es">' in answer.text

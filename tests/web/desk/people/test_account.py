"""The pages of an account: their bytes, and what outlives the second step."""

from __future__ import annotations

import re

import pytest

from server.core.desk.people import organizers
from server.core.values import totp
from tests.web.desk.room import PASSWORD, Answer, Browser, Room

PAGE_BYTES = 4096  # on the wire, gzip
SECOND = "/organizer/account/second-step"


async def turned_on(place: Room, browser: Browser) -> tuple[bytes, Answer]:
    """Ana's secret, and the page with her recovery codes."""
    form = await browser.fill(await browser.get(SECOND), SECOND)
    key = place.services.keys.server("second step")
    secret = totp.secret_of(key, bytes.fromhex(form["salt"]))
    form["code"] = totp.code_at(secret, place.now // totp.STEP_SECONDS)
    form["old"] = PASSWORD
    page = await browser.post(SECOND, form)
    assert "Write these recovery codes down" in page.text
    return secret, page


async def test_each_page_of_an_account_is_small(place: Room) -> None:
    browser = await place.signed_in()
    for n in range(4):
        await place.signed_in()
        await place.browser().sign_in("ana", f"wrong {n}")
    for path in ("account", "account/password", "account/email", "account/second-step"):
        page = await browser.get(f"/organizer/{path}", accept_encoding="gzip")
        assert page.size <= PAGE_BYTES, path


async def test_a_draft_outlives_the_second_step(place: Room) -> None:
    browser = await place.signed_in()
    secret, _ = await turned_on(place, browser)
    page = await browser.get("/organizer/p/lake/edit")
    form = await browser.fill(page, "/organizer/p/lake/edit", title_en="A new title")
    place.now += organizers.SESSION_SECONDS
    ended = await browser.post("/organizer/p/lake/edit", form)
    form = await browser.fill(ended, "/organizer/sign-in", name="ana", password=PASSWORD)
    asked = await browser.post("/organizer/sign-in", form)
    assert asked.title == "Type the code from your phone"
    assert PASSWORD not in asked.text
    code = totp.code_at(secret, place.now // totp.STEP_SECONDS)
    form = await browser.fill(asked, "/organizer/prove", code=code)
    kept = await browser.post("/organizer/prove", form)
    assert 'value="A new title"' in kept.text


@pytest.mark.parametrize("path", ["/organizer/", "/organizer/p/lake", "/organizer/account"])
async def test_a_password_alone_opens_nothing(place: Room, path: str) -> None:
    await turned_on(place, await place.signed_in())
    thief = place.browser("198.51.100.9")
    assert (await thief.sign_in()).title == "Type the code from your phone"
    page = await thief.get(path)
    assert page.title == "Type the code from your phone"
    token = re.findall('name="csrf" value="([^"]+)"', page.text)[0]
    refused = await thief.post("/organizer/account/sessions/end-others", {"csrf": token})
    assert refused.title == "Type the code from your phone"
    async with place.services.database.read() as tx:
        assert len(await tx.fetch("SELECT * FROM organizer_sessions")) == 2


async def test_guessing_codes_ends_soon(place: Room) -> None:
    await turned_on(place, await place.signed_in())
    thief = place.browser("198.51.100.9")
    page = await thief.sign_in()
    for _ in range(organizers.SIGN_IN_TRIES + 1):
        form = await thief.fill(page, "/organizer/prove", code="000000")
        page = await thief.post("/organizer/prove", form)
    assert page.status == 429
    assert "Too many tries" in page.text


async def test_no_other_site_turns_it_off(place: Room) -> None:
    browser = await place.signed_in()
    secret, _ = await turned_on(place, browser)
    code = totp.code_at(secret, place.now // totp.STEP_SECONDS + 1)
    assert (await browser.post(f"{SECOND}/off", {"code": code})).status == 403
    async with place.services.database.read() as tx:
        row = await tx.fetch_one("SELECT factor_salt FROM organizers WHERE id = 1")
    assert row
    assert row["factor_salt"]

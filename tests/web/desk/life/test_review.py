"""Review through the doors: a draft is handed in, read, accepted or rejected, and mended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.config import LANGUAGES
from server.core.desk.people import organizers, reviewers
from server.core.petitions import petitions
from server.core.petitions.wording.draft import Wording
from tests.harness.databases.stores import Blanks
from tests.harness.world import NOW, draft
from tests.web.desk.room import PASSWORD, Answer, Browser, Room, opened

RIVER = "/organizer/p/river"
REVIEW = "/organizer/review/river"
WHY = "It names a private person.\n\n- <b>Leave her out"
PAGE_BYTES = 4096  # on the wire, gzip


@pytest.fixture
async def reviewed(blanks: Blanks, tmp_path: Path) -> AsyncIterator[Room]:
    """Bo's draft of the river, on a server that demands review; Rev reviews."""
    await blanks.sqlite(tmp_path / "room.db")
    async with opened(tmp_path, UNDERSIGNED_REVIEW="1") as room:
        async with room.services.database.write() as tx:
            rev = await organizers.add(tx, "rev", PASSWORD, salt=b"s" * 16, now=NOW)
            await reviewers.appoint(tx, rev, NOW)
        yield room


async def handed_in(place: Room) -> tuple[Browser, Browser]:
    """Bo, who has handed it in, and Rev."""
    bo = await place.signed_in("bo")
    answer = await bo.press(RIVER, f"{RIVER}/hand-in")
    assert answer.header("location") == f"{RIVER}?done=handed_in"
    return bo, await place.signed_in("rev")


async def decide(rev: Browser, decision: str, **typed: str) -> Answer:
    form = await rev.fill(await rev.get(REVIEW), REVIEW, **typed)
    return await rev.post(REVIEW, form | {"decide": decision})


async def edit(place: Room, **changes: object) -> None:
    said = draft(slug="river", keyword="RIVER", **changes)
    river = place.services.directory.by_slug["river"]
    async with place.services.database.write() as tx:
        await petitions.edit(tx, river, said, frozenset(), now=place.now, actor="bo")
    await place.services.directory.refresh()


async def state(place: Room) -> str:
    return (await place.services.directory.refresh()).by_slug["river"].state


async def test_it_is_read_whole_and_opens_once_it_is_accepted(reviewed: Room) -> None:
    spanish = Wording("Limpien el río", "Por favor.")
    words = {"en": Wording("Clean the river", "Please.\n\nNow."), "es": spanish}
    await edit(reviewed, wordings=words)
    bo = await reviewed.signed_in("bo")
    page = (await bo.get(RIVER)).text
    assert f"{RIVER}/open" not in page
    forged = await bo.fill(await bo.get(RIVER), f"{RIVER}/hand-in")
    late = await bo.post(f"{RIVER}/open", forged)
    assert late.header("location") == f"{RIVER}?done=not_accepted"
    assert "has to accept the petition" in (await bo.get(f"{RIVER}?done=not_accepted")).text
    bo, rev = await handed_in(reviewed)
    assert "It has waited for a reviewer since" in (await bo.get(RIVER)).text
    assert "/hand-in" not in (await bo.get(RIVER)).text
    assert f'href="{REVIEW}"' in (await rev.get("/organizer/")).text
    shown = (await rev.get(REVIEW)).text
    for said in (
        *("Clean the river", "<p>Now.</p>", "Limpien el río", "Por favor.", "Jo Marsh, Mayor"),
        *("+1 406 555 0140", "Friends of the lake", "RIVER", "/es/preview/"),
    ):
        assert said in shown, said
    done = await decide(rev, "accept")
    assert done.header("location") == "/organizer/?done=accepted"
    assert "You have accepted the petition" in (await rev.get("/organizer/?done=accepted")).text
    assert REVIEW not in (await rev.get("/organizer/")).text
    assert "It was accepted on" in (await bo.get(RIVER)).text
    await bo.press(RIVER, f"{RIVER}/open")
    assert await state(reviewed) == "open"
    log = (await bo.get(f"{RIVER}/audit")).text
    assert "<bdi>bo</bdi>: handed it in for review" in log
    assert "<bdi>rev</bdi>: accepted it" in log
    # Later it is its owners' alone, and reviewers see what they change.
    await bo.press(f"{RIVER}/close", f"{RIVER}/close")
    await bo.press(RIVER, f"{RIVER}/open")
    assert await state(reviewed) == "open"
    await edit(reviewed, wordings={"en": Wording("Drain the river", "Please.")})
    first = (await rev.get("/organizer/")).text
    assert "Changed after a review" in first
    assert 'href="/p/river"' in first


async def test_a_rejection_is_public_with_its_reasons_and_not_with_its_text(reviewed: Room) -> None:
    bo, rev = await handed_in(reviewed)
    reader = reviewed.browser()
    assert (await reader.get("/p/river")).status == 404
    answer = await decide(rev, "reject", reasons=WHY)
    assert answer.header("location") == "/organizer/?done=rejected"
    await edit(reviewed, wordings={"en": Wording("Clean the river", "Please.")})
    for language in LANGUAGES:
        page = await reader.get(f"/{language}/p/river", accept_encoding="gzip")
        assert (page.status, page.size < 1400) == (200, True), (language, page.size)
    page = await reader.get("/p/river")
    assert page.title == "Keep the lake clean"  # as it was rejected
    for said in ("not accepted on Jan 15, 2027", "a private person", "<li>&lt;b&gt;Leave her out"):
        assert said in page.text, said
    for hidden in ("Keep it clean", "<form", "Clean the river", "Friends of"):
        assert hidden not in page.text, hidden
    assert "handed in again" not in page.text
    for path in ("/p/river.txt", "/p/river/count", "/p/river/poster", "/p/river/names"):
        assert (await reader.get(path)).status == 404, path
    assert (await reader.post("/p/river", {"name": "Ana"})).status == 404
    assert "Clean the river" not in (await reader.get("/")).text
    # Its owners read why, and hand it in again.
    own = (await bo.get(RIVER)).text
    assert "It was not accepted on" in own
    assert "a private person" in own
    log = (await bo.get(f"{RIVER}/audit")).text
    assert "<bdi>rev</bdi>: rejected it<br>" in log
    assert "reason: It names a private person." in log
    await bo.press(RIVER, f"{RIVER}/hand-in")
    waits = (await reader.get("/p/river")).text
    assert "It was handed in again" in waits
    assert "a private person" in waits
    await decide(rev, "accept")
    assert (await reader.get("/p/river")).status == 404
    await bo.press(RIVER, f"{RIVER}/open")
    assert "a private person" not in (await reader.get("/p/river")).text


async def test_a_rejected_draft_that_is_deleted_leaves_no_page(reviewed: Room) -> None:
    bo, rev = await handed_in(reviewed)
    await decide(rev, "reject", reasons=WHY)
    assert (await reviewed.browser().get("/p/river")).status == 200
    await bo.press(f"{RIVER}/delete", f"{RIVER}/delete")
    assert (await reviewed.browser().get("/p/river")).status == 404


async def test_what_was_changed_meanwhile_is_shown_again(reviewed: Room) -> None:
    _, rev = await handed_in(reviewed)
    form = await rev.fill(await rev.get(REVIEW), REVIEW, reasons="Nobody may read this.")
    await edit(reviewed, wordings={"en": Wording("Burn the river", "Please.")})
    for decision in ("accept", "reject"):
        page = await rev.post(REVIEW, form | {"decide": decision})
        assert page.title == "Error: Review: Burn the river"
        assert "The petition was changed while you read it." in page.text
        assert "Nobody may read this." in page.text  # what was typed stays
    assert "reviewer since" in (await (await reviewed.signed_in("bo")).get(RIVER)).text
    form = await rev.fill(page, REVIEW)
    assert (await rev.post(REVIEW, form | {"decide": "accept"})).status == 303
    for answer in (await rev.post(REVIEW, form | {"decide": "reject"}), await rev.get(REVIEW)):
        assert answer.header("location") == "/organizer/?done=decided"
    assert "does not wait" in (await rev.get("/organizer/?done=decided")).text


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ("", "Write your reasons."),
        ("No.", "Write your reasons with 10 letters or more."),
        ("x" * 1001, "Write shorter reasons, at most 1000 letters."),
    ],
)
async def test_who_rejects_says_why(reviewed: Room, reasons: str, said: str) -> None:
    _, rev = await handed_in(reviewed)
    page = await decide(rev, "reject", reasons=reasons)
    assert page.title.startswith("Error:")
    assert said in page.text
    assert (await reviewed.browser().get("/p/river")).status == 404


async def test_nobody_reviews_for_their_own_organization(reviewed: Room) -> None:
    async with reviewed.services.database.write() as tx:
        await reviewers.appoint(tx, organizers.Organizer(2, "bo"), NOW)
    bo, rev = await handed_in(reviewed)
    form = await rev.fill(await rev.get(REVIEW), REVIEW)
    own = await bo.fill(await bo.get(RIVER), "/organizer/sign-out")
    assert REVIEW not in (await bo.get("/organizer/")).text
    assert (await bo.get(REVIEW)).status == 404
    assert (await bo.post(REVIEW, form | own | {"decide": "accept"})).status == 404
    ana = await reviewed.signed_in("ana")  # no reviewer
    assert (await ana.get(REVIEW)).status == 404


async def test_who_asks_has_to_be_named_first(reviewed: Room) -> None:
    await edit(reviewed, started_by="")
    bo = await reviewed.signed_in("bo")
    page = await bo.press(RIVER, f"{RIVER}/hand-in")
    assert "Write who asks." in page.text


async def test_the_clock_of_a_draft_that_waits_is_told_at_the_desk(reviewed: Room) -> None:
    bo = await reviewed.signed_in("bo")
    times = {"opens": "2027-01-16 09:00", "zone": "Etc/UTC"}
    form = await bo.fill(await bo.get(f"{RIVER}/edit"), f"{RIVER}/edit", **times)
    assert (await bo.post(f"{RIVER}/edit", form)).status == 303
    assert "But only once a reviewer has accepted it." in (await bo.get(RIVER)).text
    _, rev = await handed_in(reviewed)
    await decide(rev, "accept")
    assert "But only once" not in (await bo.get(RIVER)).text


async def test_each_page_of_a_review_is_small(reviewed: Room) -> None:
    _, rev = await handed_in(reviewed)
    for path in ("/organizer/", REVIEW):
        page = await rev.get(path, accept_encoding="gzip")
        assert page.size <= PAGE_BYTES, path
    await decide(rev, "reject", reasons="x " * 500)
    bo = await reviewed.signed_in("bo")
    assert (await bo.get(RIVER, accept_encoding="gzip")).size <= PAGE_BYTES


async def test_without_the_setting_all_is_as_before(place: Room) -> None:
    async with place.services.database.write() as tx:
        rev = await organizers.add(tx, "rev", PASSWORD, salt=b"s" * 16, now=NOW)
        await reviewers.appoint(tx, rev, NOW)
    bo, reviewer = await place.signed_in("bo"), await place.signed_in("rev")
    assert "/hand-in" not in (await bo.get(RIVER)).text
    assert (await reviewer.get(REVIEW)).status == 404
    await bo.press(RIVER, f"{RIVER}/open")
    assert await state(place) == "open"

"""A petition is changed that people have signed: who does it is asked once, and all can see it."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from server.core.petitions import petitions
from server.core.petitions.wording.draft import DecisionMaker, Draft, Wording
from server.web.http import pages
from server.web.http.compress import Coding, encoded
from server.words.render import template_folder
from tests.harness.world import draft
from tests.web.desk.room import Answer, Browser, Room


@pytest.fixture(autouse=True)
def _pages_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to wait until a page in memory is looked at again."""
    monkeypatch.setattr(pages, "FRESH_SECONDS", -1)


EDIT = "/organizer/p/lake/edit"
SIGNED_BEFORE = "signed before this change"


async def change(browser: Browser, **values: str) -> Answer:
    return await browser.post(EDIT, await browser.fill(await browser.get(EDIT), EDIT, **values))


async def changed(place: Room, browser: Browser, **values: str) -> None:
    """Changed as it is asked: once, and then once more."""
    asked = await change(browser, **values)
    if asked.status == 200:
        assert (await browser.post(EDIT, await browser.fill(asked, EDIT))).status == 303
    await renew(place)


async def renew(place: Room) -> None:
    directory = await place.services.directory.refresh()
    place.world.petition = directory.by_slug["lake"]


async def store(place: Room, new: Draft) -> None:
    async with place.services.database.write() as tx:
        await petitions.edit(tx, place.world.petition, new, frozenset(), now=place.now)
    await renew(place)


async def sign(browser: Browser, page: str = "", **values: str) -> Answer:
    """By the form of that page, or of the petition's page as it is now."""
    page = page or (await browser.get("/p/lake")).text
    fields = await browser.fill(Answer(200, [], page.encode()), "/p/lake")
    typed = {"name": "Ana Diaz", "postcode": "59801", "email": "ana@example.org"}
    return await browser.post("/p/lake", fields | typed | values)


def words(page: Answer) -> str:
    """What is read on it, with what screen readers are told."""
    body = page.text.partition("</style>")[2]
    return " ".join(html.unescape(re.sub("<br>|<[^>]*>", " ", body)).split())


async def test_whoever_changes_what_people_have_signed_is_asked_once(place: Room) -> None:
    browser = await place.signed_in()
    for n in range(3):
        await place.world.web(f"Ana {'ABC'[n]}lvarez", email=f"ana{n}@example.org")
    asked = await change(browser, title_en="Keep the lake clean, please")
    assert f"3 people {SIGNED_BEFORE}" in asked.text
    assert "Keep the lake clean, please" not in (await browser.get("/p/lake")).text
    form = await browser.fill(asked, EDIT)
    assert form["title_en"] == "Keep the lake clean, please"
    wrong = await browser.post(EDIT, form | {"slug": "Not an address"})
    assert "Use only small letters" in wrong.text
    mended = await browser.fill(wrong, EDIT, slug="lake")  # it is not asked again
    assert (await browser.post(EDIT, mended)).status == 303
    assert "Keep the lake clean, please" in (await browser.get("/p/lake")).text
    again = await change(browser, title_en="Keep it clean")
    assert f"3 people {SIGNED_BEFORE}" in again.text  # of the next change, once more


@pytest.mark.parametrize("values", [{"goal": "500"}, {"maker0_phone": "+1 406 555 0199"}, {}])
async def test_what_signers_do_not_read_is_changed_without_a_question(
    place: Room, values: dict[str, str]
) -> None:
    browser = await place.signed_in()
    await place.world.web()
    assert (await change(browser, **values)).status == 303
    assert "what changed" not in (await browser.get("/p/lake")).text


async def test_before_anybody_signed_nothing_is_asked_and_nothing_told(place: Room) -> None:
    browser = await place.signed_in()
    assert (await change(browser, title_en="Another title")).status == 303
    assert "what changed" not in (await browser.get("/p/lake")).text
    page = await browser.get("/p/lake/changes")
    assert (page.status, "Nothing was changed since people signed." in page.text) == (200, True)


async def test_the_page_says_when_it_was_changed_and_leads_to_what(place: Room) -> None:
    browser = await place.signed_in()
    before = await browser.get("/p/lake")
    assert 'name="v"' not in before.text
    await place.world.web()
    place.now += 3600
    await changed(place, browser, body_en="Please, now.\n\nKeep it clean.", maker0_name="Jo Mersh")
    page = await browser.get("/p/lake")
    assert '<a href="/p/lake/changes">Changed on Jan 15, 2027: see what changed</a>' in page.text
    assert page.text.count('<input type="hidden" name="v" value="2">') == 1
    plain = (await browser.get("/p/lake.txt")).text
    assert "Changed on Jan 15, 2027" in plain
    assert "https://petition.example.org/p/lake/changes" in plain
    changes = await browser.get("/p/lake/changes")
    said = words(changes)
    assert "Version 2, since Jan 15, 2027 Text" in said
    assert "[removed: Please. ] [added: Please, now. ] …" in said
    assert "Decision makers Jo [removed: Marsh, ] [added: Mersh, ] Mayor" in said
    assert "Version 1, 2: 0 verified signatures" in said


async def test_a_page_that_was_changed_is_larger_by_what_an_optional_field_may_cost(
    place: Room,
) -> None:
    browser = await place.signed_in()
    await place.world.web()
    sample = (template_folder() / "sample" / "face.en.txt").read_text("utf-8")
    await store(place, draft(wordings={"en": Wording("Stop it now", sample)}))
    page = (await browser.get("/p/lake")).body
    async with place.services.database.write() as tx:
        await tx.execute("UPDATE petitions SET wording_number = 1, version = version + 1")
    await renew(place)
    plain = (await browser.get("/p/lake")).body
    hidden = b'<input type="hidden" name="v" value="2">\n'
    codings: tuple[Coding, ...] = ("gzip", "br")
    for coding in codings:
        sizes = [len(encoded(each, coding)) for each in (plain, page.replace(hidden, b""), page)]
        assert sizes[1] - sizes[0] <= 60, (coding, sizes)  # the line
        assert sizes[2] - sizes[1] <= 60, (coding, sizes)  # the number of the form


async def test_each_signature_has_the_wording_of_its_form(place: Room) -> None:
    browser = await place.signed_in()
    await sign(browser)
    loaded_before = (await browser.get("/p/lake")).text
    await changed(place, browser, title_en="Another title")
    await sign(browser, loaded_before, name="Bo Diaz", email="bo@example.org")
    await sign(browser, name="Cy Diaz", email="cy@example.org")
    for n, v in enumerate(("0", "-1", "99", "abc", "", "2;3")):
        answer = await sign(browser, name=f"Di {'ABCDEF'[n]}rnold", email=f"{n}@example.org", v=v)
        assert "Thanks for signing" in answer.text, v
    stored = [row["wording"] for row in await place.world.rows("wording")]
    assert stored == [1, 1, 2, 2, 2, 2, 2, 1, 2]


async def test_the_form_with_errors_keeps_the_wording_that_was_read(place: Room) -> None:
    browser = await place.signed_in()
    await sign(browser)
    loaded_before = (await browser.get("/p/lake")).text
    await changed(place, browser, title_en="Another title")
    for page, wording in ((loaded_before, 1), ("", 2)):
        wrong = await sign(browser, page, postcode="")
        assert "You have not signed yet" in wrong.text
        name = f"Bo {'xDE'[wording]}rnold"
        await sign(browser, wrong.text, name=name, email=f"bo{wording}@example.org")
        assert (await place.world.rows("wording"))[-1]["wording"] == wording


async def test_a_form_of_before_the_first_signature_makes_its_wording_known(place: Room) -> None:
    browser = await place.signed_in()
    loaded_before = (await browser.get("/p/lake")).text
    await changed(place, browser, title_en="Another title")
    assert "what changed" not in (await browser.get("/p/lake")).text
    await sign(browser, loaded_before)
    await renew(place)
    assert "what changed" in (await browser.get("/p/lake")).text
    assert "[added: Another title ]" in words(await browser.get("/p/lake/changes"))


async def test_a_wording_of_five_is_told_by_itself(place: Room) -> None:
    browser = await place.signed_in()
    for n in range(5):
        await place.world.text(f"Ana {'ABCDE'[n]}lvarez", phone=f"+140655501{n:02}")
    await changed(place, browser, title_en="Another title")
    for n in range(5):
        said = words(await browser.get("/p/lake/changes"))
        assert f"Version 1, 2: {5 + n} verified signature" in said
        assert "we count it with the next one" in said
        await place.world.text(f"Ana {'FGHIJ'[n]}lvarez", phone=f"+140655502{n:02}")
        place.now += 60
    said = words(await browser.get("/p/lake/changes"))
    assert "Version 1: 5 verified signatures Version 2: 5 verified signatures" in said
    assert "we count it with the next one" not in said


async def test_each_language_tells_its_own_change_and_names_the_others(place: Room) -> None:
    browser = await place.signed_in()
    await place.world.web()
    english, spanish = draft().wordings["en"], Wording("Cuiden el lago", "Por favor.")
    three = {"en": english, "es": spanish, "ar": Wording("احموا البحيرة", "من فضلكم.")}
    await store(place, draft(wordings=three))
    said = words(await browser.get("/p/lake/changes"))
    assert "Languages added: Español added: العربية" in said
    other = Wording("Cuiden el río", "Por favor.")
    await store(place, draft(wordings=three | {"es": other, "ar": Wording("احموا النهر", "شكرا.")}))
    page = await browser.get("/p/lake/changes")
    assert "changed: Español changed: العربية" in words(page)
    assert '<a href="/es/p/lake/changes" lang="es">Español</a>' in page.text
    assert "[quitado: lago ] [agregado: río ]" in words(await browser.get("/es/p/lake/changes"))
    arabic = await browser.get("/ar/p/lake/changes")
    assert '<html lang="ar" dir="rtl">' in arabic.text
    assert '<del><span class="h">[حُذف: </span>البحيرة' in arabic.text
    french = words(await browser.get("/fr/p/lake/changes"))  # it was never written in that
    assert "ajouté : Español" in french
    await store(place, draft())
    assert "removed: Español removed: العربية" in words(await browser.get("/p/lake/changes"))


async def test_what_was_written_is_text_on_the_page(place: Room) -> None:
    browser = await place.signed_in()
    await place.world.web()
    evil = Wording("<script>alert(1)</script>", 'Please. <img src=x onerror="1">\n\nKeep it clean.')
    makers = (DecisionMaker("<b>Jo</b>"),)
    await store(place, replace(draft(), wordings={"en": evil}, decision_makers=makers))
    page = (await browser.get("/p/lake/changes")).text
    assert "<script>" not in page
    assert "<img" not in page
    assert "<b>Jo" not in page
    assert "&lt;script&gt;" in page


async def test_who_may_sign_is_part_of_what_was_signed(place: Room) -> None:
    browser = await place.signed_in()
    await changed(place, browser, eligibility_en="I live in Springfield and am 16 or over")
    await sign(browser, eligible="1")
    await changed(place, browser, eligibility_en="I live in Springfield and am 18 or over")
    page = words(await browser.get("/p/lake/changes"))
    assert "Who may sign I live in Springfield and am [removed: 16 ] [added: 18 ] or over" in page

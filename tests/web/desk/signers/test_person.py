"""One signer at the desk: found, looked at, corrected, erased, handed out; and who may."""

from __future__ import annotations

import json

import pytest

from server.core.desk import audit
from server.core.person import search
from tests.web.desk.room import Answer, Browser, Room

OWN = "/organizer/p/lake"
SIGNERS = f"{OWN}/signers"


async def search_for(browser: Browser, by: str, words: str) -> Answer:
    form = await browser.fill(await browser.get(SIGNERS), SIGNERS)
    return await browser.post(SIGNERS, form | {"by": by, "words": words})


async def log(place: Room) -> list[tuple[str, dict[str, object]]]:
    async with place.services.database.read() as tx:
        found = await audit.entries(tx, 1)
    return [(e.action, e.detail) for e in reversed(found) if e.action != "opened"]


async def last_id(place: Room) -> int:
    return (await place.world.signature_ids())[-1]


async def test_a_signer_is_found_and_what_is_looked_for_is_in_no_log(place: Room) -> None:
    await place.world.web("Ana Díaz", email="ana.diaz@gmail.com")
    ana = await place.signed_in()
    for by, words in (
        ("name", "diaz"),
        ("contact", "anadiaz@gmail.com"),
        ("postcode", "598"),
    ):
        page = await search_for(ana, by, words)
        assert f"{SIGNERS}/{await last_id(place)}" in page.text
    assert "Nobody is found." in (await search_for(ana, "name", "zoe")).text
    assert "whole e-mail address" in (await search_for(ana, "contact", "diaz")).text
    assert "two letters" in (await search_for(ana, "name", "d")).text
    said = await log(place)
    assert [action for action, _ in said] == ["searched"] * 4
    assert "diaz" not in json.dumps(said).lower()


async def test_what_is_kept_is_shown_with_its_contact_masked_and_noted(place: Room) -> None:
    await place.world.web("Ana Diaz", email="ana.diaz@gmail.com", comment="Keep it", news="1")
    ana, id_ = await place.signed_in(), await last_id(place)
    page = (await ana.get(f"{SIGNERS}/{id_}")).text
    for words in ("Ana Diaz", "59801", "a…@gmail.com", "Keep it", "Wants news since"):
        assert words in page, words
    assert "ana.diaz" not in page
    [(action, detail)] = await log(place)
    assert action == "saw"
    assert str(id_) not in str(detail)


async def test_a_name_is_corrected_and_nobody_becomes_another(place: Room) -> None:
    await place.world.web("Ana Dias")
    await place.world.web("Bo Lee")
    ana, (first, _) = await place.signed_in(), await place.world.signature_ids()
    mine, action = f"{SIGNERS}/{first}", f"{SIGNERS}/{first}/correct"
    form = await ana.fill(await ana.get(mine), action)
    page = await ana.post(action, form | {"name": "Bo Lee"})
    assert "has signed already" in page.text
    assert 'value="Bo Lee"' in page.text
    for field, wrong, words in (
        ("name", "x" * 90, "at most 80"),
        ("postcode", "?", "as it is written"),
        ("comment", "x" * 501, "at most 500"),
    ):
        page = await ana.post(action, form | {field: wrong})
        assert words in page.text
        assert page.title.startswith("Error:")
    done = await ana.post(action, form | {"name": "Ana Diaz"})
    assert "It is corrected" in (await ana.get(done.header("location"))).text
    done = await ana.post(action, form | {"name": "Ana Diaz"})
    assert "Nothing was changed" in (await ana.get(done.header("location"))).text
    assert [r["name"] for r in await place.world.rows()] == ["Ana Diaz", "Bo Lee"]
    said = str(await log(place))
    assert "mended" in said
    assert "Dias" not in said


async def test_it_is_erased_with_a_reason_and_cannot_be_found_again(place: Room) -> None:
    await place.world.web("Ana Diaz")
    ana, id_ = await place.signed_in(), await last_id(place)
    action = f"{SIGNERS}/{id_}/erase"
    form = await ana.fill(await ana.get(action), action)
    assert "Choose why" in (await ana.post(action, form | {"reason": "because"})).text
    done = await ana.post(action, form | {"reason": "wish"})
    assert "It is erased" in (await ana.get(done.header("location"))).text
    again = await ana.post(action, form | {"reason": "wish"})
    assert "not there any more" in (await ana.get(again.header("location"))).text
    assert "Nobody is found." in (await search_for(ana, "name", "ana")).text
    assert [r["name"] for r in await place.world.rows()] == [None]
    said = dict(await log(place))
    assert said["erased_signature"]["reason"] == "They ask us to erase it"


async def test_looking_for_many_contacts_is_slowed(
    place: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CONTACT_LOOKS", 1)
    ana = await place.signed_in()
    assert (await search_for(ana, "contact", "a@gmail.com")).status == 200
    page = await search_for(ana, "contact", "b@gmail.com")
    assert (page.status, "Too many tries" in page.text) == (429, True)


async def test_all_of_it_is_handed_out(place: Room) -> None:
    await place.world.web("Ana Diaz", email="ana.diaz@gmail.com")
    ana, id_ = await place.signed_in(), await last_id(place)
    data = await ana.get(f"{SIGNERS}/{id_}/data")
    assert data.header("content-disposition") == f'attachment; filename="lake-{id_}.json"'
    [said] = json.loads(data.body)
    assert said["signature"][0]["contact"] == "ana.diaz@gmail.com"
    text = (await ana.get(f"{SIGNERS}/{id_}/text")).text
    assert "Contact: ana.diaz@gmail.com" in text
    assert [action for action, _ in await log(place)] == ["handed_out"] * 2


async def test_other_petitions_signers_are_not_found_under_this_address(place: Room) -> None:
    await place.world.web("Ana Diaz")
    bo, id_ = await place.signed_in("bo"), await last_id(place)
    assert (await bo.get(f"{SIGNERS}/{id_}")).status == 404
    answer = await bo.get(f"/organizer/p/river/signers/{id_}")
    assert answer.header("location").endswith("/signers?done=gone")


@pytest.mark.parametrize("id_", ["0", "1" * 19, "9" * 19, "x", "9" * 40])
async def test_an_id_of_nobody_leads_back_to_the_search(place: Room, id_: str) -> None:
    ana = await place.signed_in()
    for path in (id_, f"{id_}/erase", f"{id_}/data", f"{id_}/text"):
        answer = await ana.get(f"{SIGNERS}/{path}")
        assert (answer.status, answer.header("location")) == (303, f"{SIGNERS}?done=gone")

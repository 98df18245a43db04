"""What a petition may have besides: typed at the desk, and read where signers meet it."""

from __future__ import annotations

import pytest

from tests.web.desk.room import Answer, Browser, Room

EDIT = "/organizer/p/lake/edit"


async def save(place: Room, **changes: str) -> Answer:
    """The answer of the desk to the petition's form with these changes."""
    browser = await place.signed_in()
    return await browser.post(EDIT, await browser.fill(await browser.get(EDIT), EDIT, **changes))


async def read(place: Room, path: str = "/p/lake") -> str:
    """The public page at that path, by somebody who has never been here."""
    answer = await Browser(place.app, "192.0.2.9").get(path)
    assert answer.status == 200
    return answer.text


async def typed(place: Room) -> dict[str, str]:
    """What the petition's form shows now."""
    browser = await place.signed_in()
    return await browser.fill(await browser.get(EDIT), EDIT)


async def test_the_page_says_what_they_are_who_ask_and_how_to_reach_them(place: Room) -> None:
    await save(place, asker_kind="an association", asker_contact="hello@lake.example")
    page = await read(place)
    assert "Started by Friends of the lake (an association), " in page
    assert 'Contact: <a href="mailto:hello@lake.example">hello@lake.example</a>' in page
    assert 'href="/p/lake/privacy"' in page
    privacy = await read(place, "/p/lake/privacy")
    assert "Who is responsible for your data" in privacy
    assert "Friends of the lake (an association)" in privacy
    assert 'mailto:hello@lake.example"' in privacy
    shown = await typed(place)
    assert shown["asker_kind"] == "an association"
    assert shown["asker_contact"] == "hello@lake.example"


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("+1 (406) 555-0140", '<a href="tel:+14065550140">+1 (406) 555-0140</a>'),
        ("1 Lake Street, Springfield", "1 Lake Street, Springfield"),
        ("javascript:alert(1)//@x.example", "javascript:alert(1)//@x.example"),
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
    ],
)
async def test_a_contact_is_a_link_only_if_it_is_a_mail_or_a_phone(
    place: Room, contact: str, shown: str
) -> None:
    await save(place, asker_contact=contact)
    page = await read(place)
    assert f"Contact: {shown}</p>" in page or f'<a href="mailto:{shown}">' in page
    assert 'href="javascript' not in page


async def test_the_privacy_of_a_petition_without_extras_names_who_asks(place: Room) -> None:
    page = await read(place)
    assert "Contact:" not in page
    assert 'href="/privacy"' in page
    assert "Friends of the lake" in await read(place, "/p/lake/privacy")
    assert "Who is responsible" not in await read(place, "/privacy")


async def test_what_is_too_long_is_told_beside_its_field(place: Room) -> None:
    answer = await save(place, asker_kind="k" * 61)
    assert "“What you are (optional)” is too long. Write at most 60 letters." in answer.text
    assert "k" * 61 in answer.text

"""Writing the petition of the room, and reading it where signers meet it."""

from __future__ import annotations

from tests.web.desk.room import Answer, Browser, Room

EDIT = "/organizer/p/lake/edit"
FORM = {"name": "Ana Diaz", "postcode": "59801"}


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

"""The menus of the real Congress by text: of every ZIP code and in every language they fit."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from server.config import LANGUAGES
from server.core.places import divisions, finding
from server.core.places.outcomes import NOTHING_CHOSEN, Addressing, Choose, Chosen, Option
from server.db import Database
from server.texting.letters.place import MenuPage, Names, menu_page
from server.texting.replies import whole
from sms.segments import measure
from tests.harness.people import land
from tests.harness.people.land import TODAY, take_map, take_people
from tests.texting.conversations.talked import RENDERER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CONGRESS = Addressing("US", ("senator", "representative"))


async def every_menu(database: Database) -> list[Choose]:
    """What is asked of the ZIP codes that lie in several districts, also by whoever is not sure."""
    with land.ZIPS.open(newline="") as file:
        zips = {row["zcta"] for row in csv.DictReader(file)}
    unsure = Chosen(unsure=frozenset({"cd"}))
    async with database.read() as tx:
        found = [
            outcome
            for chosen in (NOTHING_CHOSEN, unsure)
            for outcome in (
                await finding.find_many(tx, CONGRESS, dict.fromkeys(zips, chosen), TODAY)
            ).values()
        ]
    assert len(zips) == 33_774
    menus = [outcome for outcome in found if isinstance(outcome, Choose)]
    return [*{tuple(o.division for o in menu.options): menu for menu in menus}.values()]


def pages(language: str, menu: Choose, names: Names) -> Iterator[MenuPage]:
    first: int | None = 0
    while first is not None:
        page = menu_page(RENDERER, language, menu, names, first)
        yield page
        first = page.goes_on_at


@pytest.mark.seldom_postgres
@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.full)])
async def test_the_menu_of_every_zip_code_fits_two_segments_in_every_language(
    database: Database, step: int
) -> None:
    await take_people(database, land.MEMBERS.read_bytes())
    await take_map(database, land.ZIPS.read_bytes())
    menus = await every_menu(database)
    async with database.read() as tx:
        wanted = {option.division for menu in menus for option in menu.options}
        names = await divisions.names(tx, wanted)
    assert len(menus) > 300, len(menus)
    for language in LANGUAGES:
        for menu in menus[::step]:
            shown: list[Option] = []
            for page in pages(language, menu, names):
                reply = "letter_which_region" if menu.level == "region" else "letter_which"
                said = whole(RENDERER.text(language, reply), {"menu": page.text})
                assert measure(said).segments <= 2, said
                shown += page.shown
            assert shown == [*menu.options, *menu.other], menu

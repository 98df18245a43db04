"""A site with thousands of petitions: as different from each other as people's are."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from random import Random

from server.core.counting import counts
from server.core.counting.counts import DAY, Tally
from server.core.petitions import petitions
from server.core.petitions.wording.draft import Draft, Wording
from server.db import Database, open_database
from tests.harness import product
from tests.harness.people.signers import letters
from tests.harness.product import Server
from tests.harness.world import NOW, draft

_WISHES = "Keep Save Stop Build Open Fund Protect Repair Lower Bring_back Clean Widen".split()
_THINGS = (
    "the_lake the_night_bus our_library school_meals the_old_bridge rents_in the_clinic"
    " facial_scans pesticides the_footpath the_swimming_pool street_lights"
    " the_market clean_water the_ferry"
).split()
_PLACES = (
    "Missoula Springfield Ashford Newbury Riverside Kalispell Norwich Dunmore Alder_Creek"
    " Polson Hamilton Lowell Fairview Cedar_Falls Millbrook Havre Whitefish Butte"
).split()
_WHENS = ("", "before winter", "for everybody", "this year", "now", "and keep it free")
_FILLING = (
    "We who live here ask you to act. Every week families travel further, pay more and wait longer,"
    " and nobody has told them why. The council promised an answer in spring. "
)
#: Of one petition: which classes sign, and in which state they are.
_STATES = (("web-email", "verified"), ("sms", "verified"), ("web", "unverified"))


def wording(number: int) -> Wording:
    """The wording of the petition of that number, like no other's."""
    chance = Random(number)
    said = [chance.choice(_WISHES), chance.choice(_THINGS), "in", chance.choice(_PLACES)]
    title = " ".join([*said, chance.choice(_WHENS)]).replace("_", " ").strip()
    title = f"{title} ({letters(number)})" if number % 7 == 0 else title
    return Wording(title, f"{_FILLING * 8}\n\nCase {letters(number)}.")


def petition(number: int) -> Draft:
    """As an organizer would have written it, with an address made of its title."""
    said = wording(number)
    slug = "-".join(said.title.lower().replace("(", "").replace(")", "").split()[1:5])
    return draft(
        slug=f"{slug[:40].strip('-')}-{number}",
        keyword=f"{said.title.split()[1].upper()[:6]}{number}",
        wordings={"en": said},
    )


@contextmanager
def running(data: Path, number: int) -> Iterator[Server]:
    """The demo with so many petitions more."""
    with product.running(data) as server:
        url = f"sqlite:///{(server.data / 'undersigned.db').resolve()}"
        with ThreadPoolExecutor(1) as pool:  # beside a browser's loop, if there is one
            pool.submit(asyncio.run, _fill(url, number)).result()
        last = f"-{number}"
        product.eventually(lambda: last in server.get("/").text)
        yield server


async def _fill(url: str, number: int) -> None:
    database = await open_database(url)
    try:
        await petitions_in(database, number, days=2)
    finally:
        await database.close()


async def petitions_in(database: Database, number: int, *, days: int = 30) -> None:
    """So many further petitions, open, each with the counters of so many days."""
    async with database.write() as tx:
        for n in range(1, number + 1):
            id_ = await petitions.create(
                tx, petition(n), reserved=frozenset(), salt=n.to_bytes(32, "big"), now=NOW
            )
            await petitions.open_(tx, id_, NOW + n)
            chance, today = Random(n), NOW // DAY
            tallies = {
                Tally(id_, today - day, *state): int(chance.paretovariate(0.9))
                for day in range(days)
                for state in _STATES
            }
            await counts.add(tx, Counter(tallies))
        await tx.execute(
            "UPDATE petitions SET shown_unverified = 10 * (id % 90), shown_at = :now", now=NOW
        )

"""Every form and button of every page, found in the pages, pressed, and its effect read back.

`tests/web/presses/` has the presses. A button, field, form or link of a page that none of them
covers fails here, and so does a press whose button is found nowhere.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.harness import product
from tests.harness.databases.postgres import Cluster
from tests.harness.mail.smtp import post_office
from tests.harness.people import land
from tests.harness.web.pages import ROUTES, Control, Met, crawl, ours, pattern
from tests.harness.web.site import Site
from tests.web.presses.desk import (
    account,
    congress,
    decisions,
    life,
    news,
    offices,
    persons,
    petitions,
    printing,
    reviewing,
    team,
    texts,
)
from tests.web.presses.public import answers, collectors, letters, readers, signers
from tests.web.presses.table import PRESSES, Press, known, walk

AT_ONCE = 4  # presses
#: Who presses what; read, they fill the table.
PRESSING = (
    *(readers, signers, letters, answers, offices, petitions, collectors, life, news, reviewing),
    *(decisions, persons, team, account, texts, printing, congress),
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Walked:
    met: Met
    faults: dict[str, str]  # of each press
    broken_links: list[str]


@contextmanager
def site_of(folder: Path, url: str = "") -> Iterator[Site]:
    """The running product on that database, by default one of its own, with its mail."""
    settings = {"UNDERSIGNED_DATABASE_URL": url} if url else {}
    with (
        post_office() as office,
        product.running(
            folder / "data",
            **office.settings,
            UNDERSIGNED_TRUSTED_PROXIES="127.0.0.1",
            UNDERSIGNED_SMS_CODES_DAILY="100",
            **settings,
        ) as server,
    ):
        land.bring(server)
        yield Site(server, office, url or f"sqlite:///{server.store.resolve()}")


def walk_all(site: Site, presses: Mapping[str, Press]) -> dict[str, str]:
    """What went wrong with each; the site has met all that they met."""
    faults = {}
    with ThreadPoolExecutor(AT_ONCE) as pool:  # they wait for mail, most of the time
        walks = pool.map(partial(walk, site), presses.values())
        for name, (fault, met) in zip(presses, walks, strict=True):
            faults[name] = fault
            site.met.add(met)
    return faults


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.full)])
def walked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Walked]:
    """Every press once, and then every page that links lead to."""
    url = ""
    if request.param == "postgres":
        url = asyncio.run(request.getfixturevalue("postgres").create())
    with site_of(tmp_path_factory.mktemp("controls"), url) as site:
        faults = walk_all(site, PRESSES)
        yield Walked(site.met, faults, list(broken(site)))


def broken(site: Site) -> Iterator[str]:
    """Links of ours that lead nowhere, wherever they were met."""
    for browser in (site.stranger(), site.desk):
        for page in crawl(browser, "/", "/es/", "/organizer/"):
            if page.status >= 400:
                yield f"{page.path}: {page.status}"
    seen: set[str] = set()
    for link, (base, browser) in list(site.met.links.items()):
        path = "" if link.startswith("#") else ours(link, base, site.server)
        shape = f"{pattern(path)}?{path.partition('?')[2][:5]}"
        if path and shape not in seen:
            seen.add(shape)
            if (status := browser.get(path).status) >= 400:
                yield f"{link} of {base}: {status}"


def all_of(table: Sequence[Press]) -> dict[Control, set[str]]:
    found: dict[Control, set[str]] = defaultdict(set)
    for each in table:
        for control, reads in each.controls.items():
            found[control] |= reads
    return found


@pytest.mark.parametrize("name", PRESSES)
def test_a_press_does_what_its_button_says(walked: Walked, name: str) -> None:
    if fault := walked.faults[name]:
        pytest.fail(fault, pytrace=False)


def test_decisions_are_the_same_on_postgres(postgres: Cluster, tmp_path: Path) -> None:
    """Some of the presses that lean on the database most; `full` has all the others there."""
    with site_of(tmp_path, asyncio.run(postgres.create())) as site:
        named = [n for n, each in PRESSES.items() if each.run.__module__ == decisions.__name__]
        mine = {name: PRESSES[name] for name in named[::5]}
        assert not [fault for fault in walk_all(site, mine).values() if fault]


def test_every_button_that_is_found_is_pressed_and_every_press_is_found(walked: Walked) -> None:
    found = {known(control) for control in walked.met.found}
    table = all_of(list(PRESSES.values())).keys()
    assert sorted(map(str, found - table)) == [], "no press"
    assert sorted(map(str, table - found)) == [], "found nowhere"


def test_every_field_that_is_found_is_typed_into(walked: Walked) -> None:
    table = all_of(list(PRESSES.values()))
    untyped: dict[str, set[str]] = defaultdict(set)
    for control, seen in walked.met.found.items():
        untyped[control.action] |= seen
    for control, reads in table.items():
        untyped[control.action] -= reads
    assert {action: fields for action, fields in untyped.items() if fields} == {}


def test_every_door_for_forms_has_a_form(walked: Walked) -> None:
    doors = {
        re.sub(r":\w+(?=})", "", route.path)
        for route in ROUTES
        if "POST" in getattr(route.endpoint, "_endpoints", {})
    }
    led = {control.action for control in walked.met.found}
    gateways = {door for door in doors if door.startswith("/sms/")}
    assert doors - gateways - led == set()


def test_every_link_leads_somewhere(walked: Walked) -> None:
    assert walked.broken_links == []

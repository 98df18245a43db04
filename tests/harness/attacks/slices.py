"""An organizer who takes signatures out alone, a few at a time, though there is a second one."""

from __future__ import annotations

import time

from tests.harness.product import eventually
from tests.harness.web.pages import Page
from tests.harness.web.site import OWN, Site

WEEK = 8 * 86_400  # and a day


def slices(site: Site, people: int, tries: int) -> int:
    """One postcode after the other is taken out, held groups are rejected, what waits for consent
    is cancelled and asked for again, and what was done is put back for another; how many are out in
    the end without the other organizer."""
    slug = site.petition()
    site.add_organizer("second", "--petition", slug)
    site.move_joining(slug, -WEEK)
    for i in range(people):
        site.crowd(slug, 1, postcode=f"{59000 + i}")
    site.crowd(slug, 2, "names", "trap")
    _reject(site, slug)
    for i in range(tries):
        page = _take_out(site, slug, {"postcode": f"{59000 + i % people}"})
        if "It waits for another organizer to agree" in page.text:
            _undo(site, slug)
    _take_out(site, slug, {"name": "*"})
    _undo(site, slug)  # what waits; then the last that was done, for another in its place
    _undo(site, slug)
    _take_out(site, slug, {"postcode": f"{59000 + people - 1}"})
    eventually(lambda: _is_done(site, slug))
    time.sleep(0.5)  # a page may be a moment older than what was asked for last
    found = site.statuses(slug)
    return found.get("taken-out", 0) + found.get("rejected", 0)


def _take_out(site: Site, slug: str, condition: dict[str, str]) -> Page:
    """The page that follows when it is asked for, and what it shows is agreed to."""
    form = site.own(slug, "/invalidate").form(f"{OWN}/invalidate")
    seen = site.desk.press(form, "", condition | {"reason": "Made by a program"})
    again = seen.form(f"{OWN}/invalidate")
    if not any(button.word == "sure" for button in again.buttons):
        return seen  # nobody is left
    return site.desk.press(again, "sure")


def _reject(site: Site, slug: str) -> None:
    form = site.own(slug, "/moderation").form(f"{OWN}/moderation/decide")
    sure = site.desk.press(form, "accept=0")
    site.desk.press(sure.form(f"{OWN}/moderation/decide"))


def _undo(site: Site, slug: str) -> None:
    """Put back the newest that can be, or cancel it."""
    site.desk.press(site.own(slug, "/moderation").form(f"{OWN}/invalidate/{{id}}/undo"))


def _is_done(site: Site, slug: str) -> bool:
    text = site.own(slug, "/moderation").text
    return "It is under way" not in text and "are being put back" not in text

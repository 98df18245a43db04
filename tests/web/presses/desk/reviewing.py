"""What organizers and reviewers press on a server that demands review, which is one of its own."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.harness import product
from tests.harness.web.pages import Browser, Page
from tests.harness.web.site import OWN, Site
from tests.web.presses.desk.life import new_draft
from tests.web.presses.table import press

REVIEW = "/organizer/review/{draft}"


def reviewer(site: Site) -> Browser:
    """Somebody with an organization of their own, named by the operator."""
    name, browser = site.owner()
    named = site.server.command("organizer", "reviewer", name)
    assert named.returncode == 0, named.stderr
    return browser


def hand_in(site: Site, page: Page) -> Page:
    """The dashboard of a draft, once its button was pressed."""
    return site.desk.press(page.form(f"{OWN}/hand-in"))


@press(OWN, f"{OWN}/hand-in")
@press(REVIEW, REVIEW, "decide=accept")
@press(REVIEW, REVIEW, "decide=reject", reads="reasons")
@press(f"POST {REVIEW}", REVIEW, "decide=accept")
@press(f"POST {REVIEW}", REVIEW, "decide=reject", reads="reasons")
def deciding_on_drafts(site: Site) -> None:
    with (
        TemporaryDirectory() as folder,
        product.running(Path(folder) / "data", UNDERSIGNED_REVIEW="1") as server,
    ):
        _decide(Site(server, site.office, f"sqlite:///{server.store.resolve()}", met=site.met))
    links = site.met.links  # that server is gone when they are followed
    for link in [each for each, (_, browser) in links.items() if browser.server is server]:
        del links[link]


def _decide(site: Site) -> None:
    rev = reviewer(site)
    for again in (False, True):
        slug, page = new_draft(site)
        assert f"/organizer/p/{slug}/open" not in {form.action for form in page.forms}
        assert "It waits for a reviewer now" in hand_in(site, page).text
        path = f"/organizer/review/{slug}"
        assert path in rev.get("/organizer/").links
        shown = rev.get(path)
        faulty = rev.press(shown.form(REVIEW), "decide=reject", {"reasons": "No."})
        assert "with 10 letters or more" in faulty.text
        why = {"reasons": "It names a private person."}
        form = (faulty if again else shown).form(REVIEW)
        done = rev.press(form, "decide=reject", why)
        assert "Everybody can read your reasons" in done.text
        site.shows(f"/p/{slug}", "was not accepted", "It names a private person.")
        assert "It waits for a reviewer now" in hand_in(site, site.own(slug)).text
        site.shows(f"/p/{slug}", "It was handed in again")
        shown = rev.get(path)
        faulty = rev.press(shown.form(REVIEW), "decide=reject", {"reasons": ""})
        form = (faulty if again else shown).form(REVIEW)
        assert "You have accepted the petition" in rev.press(form, "decide=accept").text
        assert "is open" in site.desk.press(site.own(slug).form(f"{OWN}/open")).text
        site.shows(f"/p/{slug}", "Sign this petition")
        assert site.actions(slug) == [
            *("created", "handed_in", "review_rejected", "handed_in", "review_accepted", "opened")
        ]

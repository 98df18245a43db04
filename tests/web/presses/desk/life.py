"""What organizers press in a petition's life: deleting a draft, the end."""

from __future__ import annotations

import time

from tests.harness.web.pages import Browser, Page
from tests.harness.web.site import OWN, PASSWORD, Site
from tests.web.presses.desk.news import subscriber
from tests.web.presses.table import press

WEEK = 7 * 86_400


def new_draft(site: Site, **typed: str | bool) -> tuple[str, Page]:
    """The slug of a new draft, and its dashboard."""
    path = "/organizer/petitions/new"
    draft = site.draft() | typed
    page = site.desk.press(site.desk.get(path).form(path), "", draft)
    assert "stored as a draft" in page.text, page.text
    return str(draft["slug"]), page


@press(f"{OWN}/delete", f"{OWN}/delete")
def deleting_a_draft(site: Site) -> None:
    slug, page = new_draft(site)
    assert f"/organizer/p/{slug}/delete" in page.links
    question = site.own(slug, "/delete")
    done = site.desk.press(question.form(f"{OWN}/delete"))
    assert "The draft is deleted" in done.text
    assert f"/organizer/p/{slug}" not in done.links
    assert site.own(slug).status == 404
    assert site.desk.press(question.form(f"{OWN}/delete")).status == 404  # pressed twice
    again, _ = new_draft(site, slug=slug)
    assert site.actions(again) == ["created"]
    kept = site.own(site.petition(), "/delete")
    assert "Only a draft that was never open can be deleted" in kept.text


def second(site: Site, slug: str, role: str = "moderator") -> Browser:
    """Somebody who has been in the team for longer than a week."""
    name = f"second-{int(time.time_ns())}"
    site.add_organizer(name, "--petition", slug, "--role", role)
    site.move_joining(slug, -WEEK - 60)
    return site.signed_in(name, PASSWORD)


@press(f"{OWN}/end", f"{OWN}/end", reads="reason sure")
@press(f"POST {OWN}/end", f"{OWN}/end", reads="reason sure")
def ending_a_petition(site: Site) -> None:
    slug = site.petition()
    site.sign(slug, name="Ana Gone", postcode="59801")
    form = site.own(slug, "/end").form(f"{OWN}/end")
    faulty = site.desk.press(form, "", {"reason": "over", "sure": "yes"})
    assert "Type this, so that nothing ends by mistake" in faulty.text
    form = faulty.form(f"{OWN}/end")
    assert form.fields["reason"].value == "over"
    faulty = site.desk.press(form, "", {"reason": "", "sure": slug})
    assert "Write the reason" in faulty.text
    done = site.desk.press(faulty.form(f"{OWN}/end"), "", {"reason": "over", "sure": slug})
    assert "The petition has ended" in done.text
    assert site.desk.press(form, "", {"reason": "over", "sure": slug}).path.endswith(slug)
    site.shows(f"/p/{slug}", "This petition has ended", "erased")
    assert site.actions(slug).count("ended") == 1


@press(f"{OWN}/end/agree", f"{OWN}/end/agree")
@press(f"{OWN}/end/agree", f"{OWN}/end/keep")
@press(f"POST {OWN}/end/agree", f"{OWN}/end/agree")
@press(f"POST {OWN}/end/agree", f"{OWN}/end/keep")
def agreeing_to_an_end(site: Site) -> None:
    _, site.desk = site.owner()
    slug = site.petition()
    other = second(site, slug)
    site.crowd(slug, 5)
    ask = site.own(slug, "/end")
    assert "Another organizer has to agree" in ask.text
    typed: dict[str, str | bool] = {"reason": "the vote is over", "sure": slug}
    asked = site.desk.press(ask.form(f"{OWN}/end"), "", typed)
    assert "It waits for another organizer to agree" in asked.text
    assert "asks to end this petition for good" in asked.text
    own = site.own(slug, "/end/agree")
    assert f"/organizer/p/{slug}/end/agree" not in {form.action for form in own.forms}
    page = other.get(f"/organizer/p/{slug}/end/agree")
    assert "the vote is over" in page.text
    assert "It has 5 signatures" in page.text
    kept = other.press(page.form(f"{OWN}/end/keep"))
    assert "The petition does not end" in kept.text
    gone = other.press(page.form(f"{OWN}/end/agree"))
    assert "Nobody asks to end this petition any more" in gone.text
    # One who has been there for less than a week may look, and not agree.
    site.desk.press(ask.form(f"{OWN}/end"), "", typed)
    site.move_joining(slug, WEEK + 60)
    young = other.press(page.form(f"{OWN}/end/agree"))
    assert "who has been one for a week" in young.text
    other.press(young.form(f"{OWN}/end/keep"))
    site.move_joining(slug, -WEEK - 60)
    site.desk.press(ask.form(f"{OWN}/end"), "", typed)
    done = other.press(young.form(f"{OWN}/end/agree"))
    assert "The petition has ended" in done.text
    site.shows(f"/p/{slug}", "This petition has ended")
    log = [(e["action"], e["actor"]) for e in site.log(slug) if e["action"].startswith("end")]
    assert [action for action, _ in log] == [
        *("end_asked", "end_cancelled", "end_asked", "end_cancelled", "end_asked", "ended")
    ]
    assert log[-1][1].startswith("second-")


ANSWER = "answer_by answer_on answer_promised answer_{language} mail"


@press(f"{OWN}/answer", f"{OWN}/answer", reads=ANSWER)
@press(f"POST {OWN}/answer", f"{OWN}/answer", reads=ANSWER)
def writing_what_was_answered(site: Site) -> None:
    slug = site.petition()
    reader = subscriber(site, slug)
    page = site.desk.press(site.own(slug, "/close").form(f"{OWN}/close"))
    assert f"/organizer/p/{slug}/answer" in page.links
    blank = site.own(slug, "/answer").form(f"{OWN}/answer")
    faulty = site.desk.press(blank, "", {"mail": True})
    assert "Write who answered" in faulty.text
    for n, first in enumerate((faulty, None)):
        form = first or site.own(slug, "/answer")
        typed: dict[str, str | bool] = {
            "answer_by": f"Council {n}",
            "answer_on": f"2026-01-1{n}",
            "answer_promised": f"2030-03-1{n}",
            "answer_en": f"We will do it {n}.",
        }
        typed |= {"mail": True} if first else {}
        done = site.desk.press(form.form(f"{OWN}/answer"), "", typed)
        assert "The answer is stored" in done.text
        site.shows(f"/p/{slug}", f"Answer from Council {n}", f"Jan 1{n}, 2026", "was answered")
        site.shows(f"/p/{slug}", f"They promise to act by Mar 1{n}, 2030", f"We will do it {n}.")
    assert site.actions(slug)[-3:] == ["answered", "news_sent", "corrected_answer"]
    assert site.office.wait_for(reader, 2)["Subject"] == "The answer of Council 0"
    site.shows(f"/p/{slug}/feed.atom", "Answer from Council 1")
    site.desk.press(site.own(slug).form(f"{OWN}/open"))
    site.shows(f"/p/{slug}", "Answer from Council 1", "Sign this petition")
    again = site.own(slug, "/answer").form(f"{OWN}/answer")
    site.desk.press(again, "", {"answer_by": "Council 2"})
    site.shows(f"/p/{slug}", "Answer from Council 2", "Sign this petition")

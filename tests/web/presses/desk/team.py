"""What owners press to let others in, and what those press who come."""

from __future__ import annotations

import html
import re

from tests.harness.people.signers import letters
from tests.harness.web.pages import Browser, Page
from tests.harness.web.site import PASSWORD, Site
from tests.web.presses.table import press

TEAM = "/organizer/o/{organization}"
JOIN = "/organizer/join/{token}"
ROLES = "viewer moderator editor owner"


def team_of(browser: Browser) -> Page:
    """The page of the first organization."""
    [path] = {
        li for li in browser.get("/organizer/").links if re.fullmatch(r"/organizer/o/\d+", li)
    }
    return browser.get(path)


def link_on(page: Page) -> str:
    """The address of the link that was made, without the site's own."""
    found = re.search(r"/organizer/join/[0-9a-f]{32}", page.text)
    assert found, page.text
    return found[0]


def said(page: Page) -> str:
    """The page, without the marks that keep names apart from what stands beside them."""
    return html.unescape(re.sub("[\u2066-\u2069]|</?bdi[^>]*>", "", page.text))


@press(TEAM, f"{TEAM}/invite", reads=f"whom {ROLES}")
@press(f"POST {TEAM}/invite", f"{TEAM}/invite", reads=f"whom {ROLES}")
@press(JOIN, JOIN, reads="name password")
@press(f"POST {JOIN}", JOIN, reads="name password")
def letting_somebody_in_by_a_link(site: Site) -> None:
    owner, desk = site.owner()
    form = team_of(desk).form(f"{TEAM}/invite")
    faulty = desk.press(form, "", {"viewer": True})
    assert "Write for whom the link is" in faulty.text
    again = faulty.form(f"{TEAM}/invite")
    assert again.fields["viewer"].value
    for n, page in enumerate((form, again)):
        name = f"member-{letters(next(site._numbers))}"
        whom = site.name()
        may = {"viewer": True, "moderator": True, "editor": n == 1, "owner": False}
        link = link_on(desk.press(page, "", {"whom": whom, **may}))
        assert link_on(desk.press(page, "", {"whom": whom, **may})) == link  # pressed twice
        assert whom in team_of(desk).text
        browser = site.stranger()
        for _ in range(2):  # looking changes nothing
            opened = browser.get(link)
            assert f"{owner} lets you into" in opened.text.replace("\u2068", "").replace(
                "\u2069", ""
            )
        short = browser.press(opened.form(JOIN), "", {"name": name, "password": "short"})
        assert "Choose a longer password" in short.text
        form_ = (short if n else opened).form(JOIN)
        inside = browser.press(form_, "", {"name": name, "password": PASSWORD})
        assert "You are in the team now" in inside.text
        assert whom not in team_of(desk).text  # erased with the link
        assert "lets nobody in any more" in site.stranger().get(link).text
        roles = "viewer, moderator, editor" if n else "viewer, moderator"
        assert f"{name}: joined as {roles}<" in said(inside)


@press(TEAM, f"{TEAM}/invitations/{{id}}/revoke")
@press(JOIN, JOIN)
@press(JOIN, "/organizer/sign-in", "?next")
@press(f"POST {JOIN}", "/organizer/sign-in", "?next")
def joining_with_an_account_or_too_late(site: Site) -> None:
    _, desk = site.owner()
    name, member = site.owner()
    for taken_back in (True, False):
        form = team_of(desk).form(f"{TEAM}/invite")
        link = link_on(desk.press(form, "", {"whom": "Mo", "moderator": True}))
        opened = member.get(link)
        if taken_back:
            gone = desk.press(team_of(desk).form(f"{TEAM}/invitations/{{id}}/revoke"))
            assert "That link lets nobody in any more" in gone.text
            assert "lets nobody in any more" in member.press(opened.form(JOIN)).text
            assert member.get("/organizer/").text.count("/organizer/o/") == 1
        else:
            anew = site.stranger()
            fresh = anew.get(link)
            for page in (fresh, anew.press(fresh.form(JOIN))):
                form = anew.turn(page, "?next").form("/organizer/sign-in")
                opened = anew.press(form, "", {"name": name, "password": PASSWORD})
                assert f"Join as {name}" in said(opened)
                anew.cookies.clear()
            opened = member.get(link)
            for _ in range(2):  # pressed twice it is the same
                assert "You are in the team now" in member.press(opened.form(JOIN)).text
            assert member.get("/organizer/").text.count("/organizer/o/") == 2
    assert f"{name}: joined as moderator<" in said(team_of(desk))
    assert team_of(desk).form(f"{TEAM}/members/{{id}}", was="moderator")


@press(TEAM, f"{TEAM}/members/{{id}}", reads=ROLES)
@press(TEAM, f"{TEAM}/members/{{id}}/remove")
@press(TEAM, f"{TEAM}/name", reads="name")
@press(TEAM, f"{TEAM}/leave")
def changing_who_may_do_what(site: Site) -> None:
    owner, site.desk = site.owner()
    slug, desk = site.petition(), site.desk
    name = f"member-{letters(next(site._numbers))}"
    site.add_organizer(name, "--petition", slug, "--role", "viewer")
    member = site.signed_in(name, PASSWORD)
    assert member.get(f"/organizer/p/{slug}/edit").status == 403
    shown = team_of(desk).form(f"{TEAM}/members/{{id}}", was="viewer")
    more = {"viewer": False, "editor": True, "moderator": True, "owner": False}
    assert "The roles are stored" in desk.press(shown, "", more).text
    assert member.get(f"/organizer/p/{slug}/edit").status == 200
    assert member.get(f"/organizer/p/{slug}/export.csv").status == 403
    stale = desk.press(shown, "", {"owner": True})  # the form shows what no longer is
    assert "Their roles were changed while you looked" in stale.text
    assert member.get(f"/organizer/p/{slug}/export.csv").status == 403
    mine = team_of(desk).form(f"{TEAM}/members/{{id}}", was="owner")
    last = desk.press(mine, "", {"owner": False, "viewer": True})
    assert "A team needs an owner" in last.text
    assert "A team needs an owner" in desk.press(team_of(desk).form(f"{TEAM}/leave")).text
    called = f"Friends of {site.name()}"
    renamed = desk.press(team_of(desk).form(f"{TEAM}/name"), "", {"name": called})
    assert called in renamed.text
    assert called in member.get("/organizer/").text
    remove = team_of(desk).form(f"{TEAM}/members/{{id}}/remove")
    for said_ in ("They are no longer in the team", "They had left the team already"):
        assert said_ in desk.press(remove).text
    assert member.get(f"/organizer/p/{slug}").status == 404
    site.add_organizer(f"{name}-2", "--petition", slug, "--role", "viewer")
    second = site.signed_in(f"{name}-2", PASSWORD)
    second.press(team_of(second).form(f"{TEAM}/leave"))
    assert second.get(f"/organizer/p/{slug}").status == 404
    log = said(team_of(desk))
    for done in (
        f"changed what {name} is from viewer to moderator, editor",
        f"changed its name from {owner} to {called}",
        f"removed {name}, who was moderator, editor",
        "left, and was viewer",
    ):
        assert done in log.replace("\u2068", "").replace("\u2069", ""), log


@press("/organizer/petitions/new", "/organizer/petitions/new", reads="organization")
@press("POST /organizer/petitions/new", "/organizer/petitions/new", reads="organization")
def writing_for_one_of_two_organizations(site: Site) -> None:
    _, desk = site.owner()
    _, site.desk = site.owner()
    invite = team_of(desk).form(f"{TEAM}/invite")
    link = link_on(desk.press(invite, "", {"whom": "Ed", "editor": True}))
    site.desk.press(site.desk.get(link).form(JOIN))
    theirs = team_of(desk).path.rpartition("/")[2]
    new = "/organizer/petitions/new"
    fresh = site.desk.get(new).form(new)
    for form in (fresh, site.desk.press(fresh).form(new)):
        draft = site.draft()
        site.desk.press(form, "", draft | {"organization": theirs})
        assert str(draft["title_en"]) in desk.get("/organizer/").text
        assert site.own(str(draft["slug"])).status == 200
        assert site.own(str(draft["slug"]), "/export.csv").status == 403  # an editor there

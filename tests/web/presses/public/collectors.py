"""What is pressed to let people collect signatures, and by those whom they bring."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.harness.mail.smtp import codes_in
from tests.harness.product import eventually
from tests.harness.web.site import Site, texts
from tests.web.presses.table import press

BROUGHT = "name postcode email phone comment public news url nobody"
COLLECTORS = "/organizer/p/{slug}/collectors"


@press(COLLECTORS, f"{COLLECTORS}/add", reads="collector code")
@press(f"POST {COLLECTORS}/add", f"{COLLECTORS}/add", reads="collector code")
@press("/p/{slug}/by/{collector}", "/p/{slug}/by/{collector}", reads=BROUGHT)
@press("POST /p/{slug}/by/{collector}", "/p/{slug}/by/{collector}", reads=BROUGHT)
@press("POST /p/{slug}/by/{collector}", "/p/{slug}/verify", reads="code")
def whoever_collects_has_a_link(site: Site) -> None:
    slug, browser = site.petition(), site.stranger()
    form = site.own(slug, "/collectors").form(f"{COLLECTORS}/add")
    faulty = site.desk.press(form, "", {"collector": "Ana", "code": "ANA"})
    assert "Use 3 to 9 letters" in faulty.text
    again = faulty.form(f"{COLLECTORS}/add")
    page = site.desk.press(again, "", {"collector": "Ana", "code": "ANA7"})
    [link] = {urlsplit(link).path for link in page.links if link.endswith("/ana7")}
    for refuses in (True, False):
        name = site.name()
        typed: dict[str, str | bool] = {"name": name, "postcode": "59801", "comment": "Why"}
        typed |= {"nobody": refuses}
        typed |= {"phone": "", "url": "", "public": True, "news": True}
        shown = browser.get(link)
        assert "You came by Ana. Leave this out" in shown.text
        wrong = browser.press(shown.form("/p/{slug}/by/{collector}"), "", {**typed, "email": "x"})
        assert "You have not signed yet" in wrong.text
        right = wrong.form("/p/{slug}/by/{collector}")
        address = site.address()
        thanks = browser.press(right, "", {**typed, "email": address})
        [code] = codes_in(site.office.wait_for(address))
        browser.press(thanks.form("/p/{slug}/verify"), "", {"code": code})
        row = site.row(slug, name)
        assert (row["status"], row["comment"]) == ("verified", "Why")
    for n in range(4):
        phone = site.phone()
        form = browser.get(link).form("/p/{slug}/by/{collector}")
        one: dict[str, str | bool] = {"name": site.name(), "postcode": "59801", "phone": phone}
        texts(site, browser.press(form, "", one), phone)
        said = "fewer than 5" if n < 3 else "Verified signatures: 5."
        assert said in site.own(slug, "/collectors").text
    assert f"{link}</" in browser.get(f"{link}/poster").text


@press(COLLECTORS, f"{COLLECTORS}/{{id}}/rename", reads="collector")
@press(f"POST {COLLECTORS}/{{id}}/rename", f"{COLLECTORS}/{{id}}/rename", reads="collector")
@press(f"POST {COLLECTORS}/{{id}}/rename", f"{COLLECTORS}/add", reads="collector code")
@press(f"POST {COLLECTORS}/{{id}}/rename", f"{COLLECTORS}/{{id}}/end")
@press(COLLECTORS, f"{COLLECTORS}/{{id}}/end")
@press(COLLECTORS, f"{COLLECTORS}/{{id}}/resume")
def a_collector_is_renamed_ends_and_goes_on(site: Site) -> None:
    slug, read = site.petition(), site.stranger()
    form = site.own(slug, "/collectors").form(f"{COLLECTORS}/add")
    page = site.desk.press(form, "", {"collector": "Zoe"})
    link = f"/p/{slug}/by/zoe1"
    faulty = site.desk.press(page.form(f"{COLLECTORS}/{{id}}/rename"), "", {"collector": ""})
    assert "Write the name of the collector." in faulty.text
    more = {"collector": "Bo", "code": "BOB2"}
    assert "BOB2" in site.desk.press(faulty.form(f"{COLLECTORS}/add"), "", more).text
    ended = site.desk.press(faulty.form(f"{COLLECTORS}/{{id}}/end"))
    site.desk.press(ended.form(f"{COLLECTORS}/{{id}}/resume"))
    again = faulty.form(f"{COLLECTORS}/{{id}}/rename")
    page = site.desk.press(again, "", {"collector": "Zoe of the lake"})
    site.shows(link, "You came by Zoe of the lake")
    page = site.desk.press(page.form(f"{COLLECTORS}/{{id}}/end"))
    eventually(lambda: read.get(link).path == f"/p/{slug}")
    site.desk.press(page.form(f"{COLLECTORS}/{{id}}/resume"))
    site.shows(link, "You came by Zoe of the lake")
    assert "added a collector" in site.own(slug, "/audit").text

"""What is pressed to write news, see it, test it, send it, stop it."""

from __future__ import annotations

from tests.harness.mail.smtp import codes_in
from tests.harness.product import eventually
from tests.harness.web.pages import Page
from tests.harness.web.site import OWN, PASSWORD, Site
from tests.web.presses.table import press

NEWS = f"{OWN}/news"
PIECE = f"{NEWS}/{{number}}"
WORDS = "title_{language} body_{language} text_{language} place"


def subscriber(site: Site, slug: str) -> str:
    """The address of somebody who wants news by mail."""
    address = site.address()
    thanks = site.sign(slug, email=address, news=True)
    [code] = codes_in(site.office.wait_for(address))
    site.stranger().press(thanks.form("/p/{slug}/verify"), "", {"code": code})
    return address


def written(site: Site, slug: str, **typed: str | bool) -> Page:
    words: dict[str, str | bool] = {"title_en": "We won", "body_en": "The lake stays."}
    form = site.own(slug, "/news/new").form(f"{NEWS}/new")
    return site.desk.press(form, "", words | typed)


@press(f"{NEWS}/new", f"{NEWS}/new", reads=WORDS)
@press(f"POST {NEWS}/new", f"{NEWS}/new", reads=WORDS)
@press(f"{PIECE}/edit", f"{PIECE}/edit", reads=WORDS)
@press(f"POST {PIECE}/edit", f"{PIECE}/edit", reads=WORDS)
@press(PIECE, f"{PIECE}/delete")
def news_is_written_edited_and_deleted(site: Site) -> None:
    slug = site.petition()
    assert f"/organizer/p/{slug}/news" in site.own(slug).links
    assert f"/organizer/p/{slug}/news/new" in site.own(slug, "/news").links
    typed: dict[str, str | bool] = {"text_en": "Won.", "place": "5%", "title_en": "A"}
    faulty = written(site, slug, **typed)
    assert "Write how the postcodes begin" in faulty.text
    mended = typed | {"place": "598", "body_en": "It stays."}
    page = site.desk.press(faulty.form(f"{NEWS}/new"), "", mended)
    assert "stored as a draft" in page.text
    assert "begin with 598" in page.text
    edit = site.own(slug, "/news/1/edit").form(f"{PIECE}/edit")
    stale = site.own(slug, "/news/1/edit").form(f"{PIECE}/edit")
    changed: dict[str, str | bool] = {"body_en": "Theirs.", "title_en": "B", "text_en": "C"}
    site.desk.press(edit, "", changed | {"place": "59"})
    mine: dict[str, str | bool] = {"body_en": "Mine.", "title_en": "D", "text_en": "E"}
    both = site.desk.press(stale, "", mine | {"place": ""})
    assert "Somebody has changed this news" in both.text
    assert "Theirs." in both.text
    page = site.desk.press(both.form(f"{PIECE}/edit"), "", mine | {"place": ""})
    for said in ("Mine.", "D", ": E No more news?", "To all who want news."):
        assert said in page.text, said
    gone = site.desk.press(page.form(f"{PIECE}/delete"))
    assert "The draft is deleted" in gone.text
    assert site.own(slug, "/news/1").status == 404


@press(PIECE, f"{PIECE}/test", "language=en")
@press(f"{PIECE}/send", f"{PIECE}/send")
@press(f"POST {PIECE}/send", f"{PIECE}/send")
def news_is_tested_and_sent(site: Site) -> None:
    name, site.desk = site.owner()
    slug = site.petition()
    reader = subscriber(site, slug)
    own = shown_address(site, name)
    page = written(site, slug, text_en="We won.", place="598")
    tested = site.desk.press(page.form(f"{PIECE}/test"), "language=en")
    assert "The test is sent" in tested.text
    assert site.office.wait_for(own, 2)["Subject"] == "Test: We won"
    few = site.own(slug, "/news/1/send")
    assert "Fewer than 20 people" in few.text
    assert "Yes, send it" not in few.text
    edit = site.own(slug, "/news/1/edit").form(f"{PIECE}/edit")
    site.desk.press(edit, "", {"place": "", "title_en": "We have won"})
    first = site.own(slug, "/news/1/send")
    edit = site.own(slug, "/news/1/edit").form(f"{PIECE}/edit")
    site.desk.press(edit, "", {"title_en": "We won"})
    changed = site.desk.press(first.form(f"{PIECE}/send"))
    assert "was changed since you opened" in changed.text
    assert "Yes, send it to 1 person" in changed.text
    sent = site.desk.press(changed.form(f"{PIECE}/send"))
    assert "on its way" in sent.text
    mail = site.office.wait_for(reader, 2)
    assert mail["Subject"] == "We won"
    assert f"/p/{slug}/news/1" in mail.get_content()
    eventually(lambda: "Sent to 1 person" in site.own(slug, "/news").text)
    assert "news_sent" in site.actions(slug)


def shown_address(site: Site, name: str) -> str:
    """The address of the organizer at the desk, who shows it to be theirs."""
    address = site.address()
    path = "/organizer/account/email"
    typed: dict[str, str | bool] = {"email": address, "old": PASSWORD}
    asked = site.desk.press(site.desk.get(path).form(path), "", typed)
    [code] = codes_in(site.office.wait_for(address))
    done = site.desk.press(asked.form(path), "", {"code": code})
    assert done.status == 200, name
    return address


@press(PIECE, f"{PIECE}/stop")
@press(PIECE, f"{PIECE}/go-on")
def news_is_stopped_and_goes_on(site: Site) -> None:
    slug = site.petition()
    readers = [subscriber(site, slug) for _ in range(2)]
    stop = "UPDATE petitions SET mail_stopped_at = nullif(:seconds, 0)"
    site.change(stop, slug, 1, "WHERE slug = :slug")
    written(site, slug)
    page = site.desk.press(site.own(slug, "/news/1/send").form(f"{PIECE}/send"))
    assert "Being sent: 0 of 2" in page.text
    stopped = site.desk.press(page.form(f"{PIECE}/stop"))
    assert "Stopped: 0 of 2" in stopped.text
    edit = site.own(slug, "/news/1/edit").form(f"{PIECE}/edit")
    assert "Draft." in site.desk.press(edit, "", {"body_en": "The lake stays, and the shore."}).text
    page = site.desk.press(site.own(slug, "/news/1/send").form(f"{PIECE}/send"))
    stopped = site.desk.press(page.form(f"{PIECE}/stop"))
    site.change(stop, slug, 0, "WHERE slug = :slug")
    going = site.desk.press(stopped.form(f"{PIECE}/go-on"))
    assert "It goes to the others now" in going.text
    for reader in readers:
        assert site.office.wait_for(reader, 2)["Subject"] == "We won"
    again = site.desk.press(page.form(f"{PIECE}/stop"))
    assert "nothing to stop" in again.text or "Nobody more gets it" in again.text

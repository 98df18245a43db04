"""What organizers press to come in, to write a petition and to run it."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from server.web.desk.figures.petition_list import LISTED_AT_DESK
from tests.harness.web.pages import Browser, Form, pattern
from tests.harness.web.site import OWN, PASSWORD, Site
from tests.web.presses.table import press

ROLES = "role_senator role_representative"
MAKER = "maker{n}_name maker{n}_title maker{n}_phone maker{n}_email maker{n}_form"
MAKER += " maker{n}_post"
DRAFT = (
    "title_{language} body_{language} started_by asker_kind asker_contact add language slug"
    " thanks_{language} thresholds_{language} eligibility_{language}"
    " question_{language} organizations partners topics"
    f" keyword country postcode_required contact_required goal origins {MAKER} {ROLES}"
    " opens closes zone"
)
#: What a petition may have besides.
EXTRAS: dict[str, str | bool] = {
    "asker_kind": "an association",
    "asker_contact": "hello@lake.example",
    "eligibility_en": "I live in Springfield",
    "eligibility_es": "Vivo en Springfield",
    "question_en": "Since when do you live here?",
    "question_es": "¿Desde cuándo vive aquí?",
    "organizations": True,
    "topics": "Water, Schools",
    "partners": "Lake Watch\nClean Water",
    "thanks_en": "Come to the lake on Saturday.",
    "thanks_es": "Vengan al lago el sábado.",
    "thresholds_en": "1 The council hears us.\n10000 The council must debate it.",
    "thresholds_es": "1 El concejo nos oye.\n10000 El concejo debe debatirla.",
}


@press("/organizer/sign-in", "/organizer/sign-in", reads="name password")
@press("POST /organizer/sign-in", "/organizer/sign-in", reads="name password")
@press("*", "/organizer/sign-out")
def the_way_in_and_out(site: Site) -> None:
    browser = site.stranger()
    form = browser.get("/organizer/p/face/audit").form("/organizer/sign-in")
    faulty = browser.press(form, "", {"name": "organizer", "password": "wrong"})
    assert "The name or the password is wrong" in faulty.text
    again = faulty.form("/organizer/sign-in")
    inside = browser.press(again, "", {"name": "organizer", "password": site.server.password})
    assert "Who did what" in inside.text
    outside = browser.press(inside.form("/organizer/sign-out"))
    assert "Sign in as an organizer" in outside.text
    assert "Sign in as an organizer" in browser.get("/organizer/").text


@press(f"POST {OWN}/edit", "/organizer/sign-in", reads="name password")
@press("POST /organizer/sign-in", f"{OWN}/edit")
def what_was_typed_outlives_a_sign_in(site: Site) -> None:
    slug, browser = site.petition(), site.signed_in("organizer", site.server.password)
    page = browser.get(f"/organizer/p/{slug}/edit")
    kept = browser.cookies.pop("organizer")
    title = f"Mend {site.name()}"
    ended = browser.press(page.form(f"{OWN}/edit"), "", {"title_en": title})
    assert "Your sign-in has ended" in ended.text
    who = {"name": "organizer", "password": site.server.password}
    back = browser.press(ended.form("/organizer/sign-in"), "", who)
    assert browser.cookies["organizer"] != kept
    form = back.form(f"{OWN}/edit")
    assert form.fields["title_en"].value == title
    assert title in browser.press(form).text


# Writing a petition.


def write(site: Site, browser: Browser, form: Form) -> None:
    """Fill in all that the form has, and read it back where signers meet it."""
    form = browser.press(form, "", {"add": "es"}).form(pattern(form.action))
    draft = site.draft()
    maker = {
        "maker0_name": "Jo Marsh",
        "maker0_title": "Mayor",
        "maker0_phone": "+1 406 555 0140",
        "maker0_email": "jo.marsh@example.org",
        "maker0_form": "https://example.org/write-to-jo",
        "maker0_post": "1 Main St\r\n\r\nHelena",
    }
    more: dict[str, str | bool] = {
        "title_es": f"Cuiden el lago {site.name()}",
        "body_es": "Por favor.",
        "language": "es",
        "country": "CA",
        "goal": "4,321",
        "postcode_required": False,
        "contact_required": True,
        "origins": "https://friends.example.org\nhttps://others.example.org",
        "opens": "2098-12-31 09:00",
        "closes": "2099-01-31 18:00",
        "zone": "America/New_York",
    }
    roles: dict[str, str | bool] = {"role_senator": True, "role_representative": False}
    page = browser.press(form, "", draft | maker | more | roles | EXTRAS)
    slug, keyword = str(draft["slug"]), str(draft["keyword"])
    assert keyword in page.text
    assert "4 321" in page.text or "4,321" in page.text.replace("\u202f", ",").replace("\xa0", ",")
    if "stored as a draft" in page.text:
        browser.press(page.form(f"{OWN}/open"))
    stored = site.own(slug, "/edit").form(f"{OWN}/edit")
    assert stored.fields["origins"].value == more["origins"]
    assert (stored.fields["maker0_post"].value or "").split() == ["1", "Main", "St", "Helena"]
    assert stored.fields["role_senator"].value == "1"
    assert "role_representative" not in stored.fields  # nobody is known in that country
    read = site.stranger()
    asks = str(draft["started_by"])
    site.shows(f"/en/p/{slug}", str(draft["title_en"]), f"Started by {asks} (", "Keep it clean.")
    site.shows(f"/en/p/{slug}", str(EXTRAS["asker_kind"]), str(EXTRAS["asker_contact"]))
    site.shows(f"/en/p/{slug}", "those who decide where you live")
    site.shows(f"/en/p/{slug}", "You can sign until Jan 31, 2099, 6:00\xa0PM (Eastern Time).")
    site.shows(f"/en/p/{slug}", "The council hears us.")
    site.shows(f"/es/p/{slug}", str(EXTRAS["question_es"]), 'name="organization"', "Lake Watch")
    site.shows("/en/?topic=water", f"/p/{slug}")
    site.shows(f"/es/p/{slug}", str(more["title_es"]), "El concejo nos oye.")
    site.shows(f"/fr/p/{slug}", str(more["body_es"]))  # the main language
    name = site.name()
    bare = read.get(f"/en/p/{slug}").form("/p/{slug}")
    faulty = read.press(bare, "", {"name": name})
    assert "You have not signed yet" in faulty.text
    signed: dict[str, str | bool] = {"name": name, "email": site.address(), "eligible": True}
    thanks = read.press(bare, "", signed | {"postcode": "K1A 0B1"})
    assert site.row(slug, name)["postcode"] == "K1A 0B1"
    for said in ("Jo Marsh", "Mayor", "jo.marsh@example.org", "https://example.org/write-to-jo"):
        assert said in thanks.text
    assert "tel:+14065550140" in thanks.text
    assert str(EXTRAS["thanks_en"]) in thanks.text
    name = site.name()
    site.sign(slug, "/en", name=name, email=site.address(), postcode="", eligible=True)
    assert site.row(slug, name)["postcode"] == ""
    sent = {"name": site.name(), "email": site.address(), "eligible": "on"}
    for origin, status in (("https://friends.example.org", 200), ("https://x.example", 403)):
        assert site.server.post(f"/p/{slug}", sent, Origin=origin).status == status


def saved_twice(site: Site) -> None:
    """A double press, as two at once and as one after the other, makes one petition."""
    path = "/organizer/petitions/new"
    draft, form = site.draft(), site.desk.get(path).form(path)
    with ThreadPoolExecutor(2) as both:
        pressed = list(both.map(lambda _: site.desk.press(form, "", draft), range(2)))
    for page in (*pressed, site.desk.press(form, "", draft)):
        assert page.path == f"/organizer/p/{draft['slug']}?done=created"
        assert str(draft["title_en"]) in page.text
        assert "stored as a draft" in page.text
    assert site.actions(str(draft["slug"])) == ["created"]


@press("/organizer/petitions/new", "/organizer/petitions/new", reads="add")
@press("POST /organizer/petitions/new", "/organizer/petitions/new", reads=DRAFT)
def writing_a_petition(site: Site) -> None:
    path = "/organizer/petitions/new"
    form = site.desk.get(path).form(path)
    faulty = site.desk.press(form)
    assert "Write a title" in faulty.text
    write(site, site.desk, form)
    write(site, site.desk, faulty.form(path))
    saved_twice(site)


@press("/organizer/p/{slug}/edit", "/organizer/p/{slug}/edit", reads="add")
@press("POST /organizer/p/{slug}/edit", "/organizer/p/{slug}/edit", reads=DRAFT)
def editing_a_petition(site: Site) -> None:
    form = site.own(site.petition(), "/edit").form(f"{OWN}/edit")
    write(site, site.desk, form)
    form = site.own(site.petition(), "/edit").form(f"{OWN}/edit")
    faulty = site.desk.press(form, "", {"slug": "Not an address"})
    assert "Use only small letters" in faulty.text
    write(site, site.desk, faulty.form(f"{OWN}/edit"))


@press(
    "POST /organizer/p/{slug}/edit",
    "/organizer/p/{slug}/edit",
    reads="keep_title_{language} body_{language}",
)
def two_who_edit_one_petition(site: Site) -> None:
    slug = site.petition()
    site.add_organizer("other", "--petition", slug, "--role", "editor")
    other = site.signed_in("other", PASSWORD)
    pages = [who.get(f"/organizer/p/{slug}/edit") for who in (site.desk, other)]
    first, late = (page.form(f"{OWN}/edit") for page in pages)
    site.desk.press(first, "", {"title_en": "The title of the first", "goal": "500"})
    asked = other.press(late, "", {"title_en": "The title of the second"})
    assert "organizer has changed this petition since you opened this form" in asked.text
    assert "The title of the first" in asked.text
    other.press(asked.form(f"{OWN}/edit"), "", {"keep_title_en": "theirs", "body_en": "New words."})
    stored = site.own(slug, "/edit").form(f"{OWN}/edit").fields
    said = [stored[name].value for name in ("title_en", "goal", "body_en")]
    assert said == ["The title of the first", "500", "New words."]
    log = site.own(slug, "/audit").text
    assert "now “The title of the first”" in html.unescape(log)
    assert "other</bdi>: edited the petition" in log


@press("POST /organizer/p/{slug}/edit", "/organizer/p/{slug}/edit", reads="title_{language}")
def changing_what_people_have_signed(site: Site) -> None:
    slug, read = site.petition(), site.stranger()
    before = read.get(f"/p/{slug}").form("/p/{slug}")
    site.sign(slug, name=site.name(), email=site.address())
    form = site.own(slug, "/edit").form(f"{OWN}/edit")
    asked = site.desk.press(form, "", {"title_en": "Never stored"})
    assert "1 person signed before this change" in asked.text
    assert "Never stored" not in read.get(f"/p/{slug}").text
    title = f"Mend {site.name()}"
    site.desk.press(asked.form(f"{OWN}/edit"), "", {"title_en": title})
    site.shows(f"/p/{slug}", title, "see what changed")
    told = html.unescape(read.get(f"/p/{slug}/changes").text)
    assert f"added: </span>{title}" in told
    late, new = site.name(), site.name()
    read.press(before, "", {"name": late, "email": site.address(), "postcode": "59801"})
    site.sign(slug, name=new, email=site.address())
    assert [site.row(slug, name)["wording"] for name in (late, new)] == ["1", "2"]
    assert "What was changed" in site.own(slug).text


SIGNING = "name postcode email phone comment public news url"


@press("/preview/{ref}", "/preview/{ref}", reads=SIGNING)
def a_draft_is_read_before_it_opens(site: Site) -> None:
    draft = site.draft() | {"title_es": "Cuiden el lago", "body_es": "Por favor."}
    slug = str(draft["slug"])
    new = site.desk.get("/organizer/petitions/new").form("/organizer/petitions/new")
    form = site.desk.press(new, "", {"add": "es"}).form("/organizer/petitions/new")
    site.desk.press(form, "", draft)
    page, read = site.own(slug, "/preview"), site.stranger()
    links = [link for link in page.links if "/preview/" in link]
    assert [urlsplit(link).path[:4] for link in links] == ["/pre", "/es/"]
    for link, said in zip(links, (str(draft["title_en"]), "Cuiden el lago"), strict=True):
        shown = read.get(urlsplit(link).path)
        assert said in shown.text
        assert shown.headers["x-robots-tag"] == "noindex"
        typed: dict[str, str | bool] = dict.fromkeys(SIGNING.split(), "x")
        typed |= {"public": True, "news": True}
        answer = read.press(shown.form("/preview/{ref}"), "", typed)
        assert answer.status == 200
    pressed = read.press(read.get(urlsplit(links[0]).path).form("/preview/{ref}"))
    assert "Nothing was stored" in pressed.text
    assert "This is a preview" in read.get(f"{urlsplit(links[0]).path}/names").text
    assert not site.rows(slug)
    assert re.search(r"The page has [12],\d{3} bytes", page.text)
    assert "Thank you, Ana Diaz. You signed" in page.text
    forged = urlsplit(links[0]).path[:-1] + ("0" if links[0][-1] != "0" else "1")
    assert read.get(forged).status == 404
    site.desk.press(site.own(slug).form(f"{OWN}/open"))
    opened = read.get(urlsplit(links[1]).path)
    assert opened.path == f"/es/p/{slug}"


# The list.


@press("/organizer/", "/organizer/", reads="q")
@press("/organizer/", "/organizer/", "?q?after")
def looking_through_many_petitions(site: Site) -> None:
    _, site.desk = site.owner()
    path = "/organizer/petitions/new"
    slugs = []
    for _ in range(LISTED_AT_DESK + 3):
        draft = site.draft()
        slugs.append(str(draft["slug"]))
        site.desk.press(site.desk.get(path).form(path), "", draft)
    first = site.desk.get("/organizer/")
    second = site.desk.turn(first, "?q?after")
    for page, wanted in ((first, slugs[3:]), (second, slugs[:3])):
        shown = [link.rpartition("/")[2] for link in page.links if "/p/" in link]
        assert shown == wanted[::-1]  # the newest first
    for typed in (slugs[0], slugs[0].upper()):
        found = site.desk.press(first.form("/organizer/"), "", {"q": typed})
        links = [link for link in found.links if "/p/" in link]
        assert f"/organizer/p/{slugs[0]}" in links
        assert len(links) < LISTED_AT_DESK
        assert found.form("/organizer/").fields["q"].value == typed
    none = site.desk.press(found.form("/organizer/"), "", {"q": "no petition of ours"})
    assert "No petition has these words" in none.text


# The states of a petition.


@press(OWN, f"{OWN}/open")
@press(f"{OWN}/pause", f"{OWN}/pause")
@press(f"{OWN}/close", f"{OWN}/close")
def opening_pausing_closing(site: Site) -> None:
    draft = site.draft()
    slug = str(draft["slug"])
    new = site.desk.get("/organizer/petitions/new").form("/organizer/petitions/new")
    page = site.desk.press(new, "", draft)
    read = site.stranger()
    assert read.get(f"/p/{slug}").status == 404  # a draft is nobody's business
    open_form: Form | None = None
    paused = False
    for action, words in (
        ("open", "Sign this petition"),
        ("pause", "This petition is paused"),
        ("open", "Sign this petition"),
        ("close", "This petition is closed"),
        ("open", "Sign this petition"),
        ("pause", "This petition is paused"),
        ("close", "This petition is closed"),
    ):
        if action != "open":  # a question comes first, and changes nothing
            assert f"/organizer/p/{slug}/{action}" in page.links
            page = site.own(slug, f"/{action}")
            assert f"{action.title()} the petition?" in page.text
            site.shows(f"/p/{slug}", "This petition is paused" if paused else "Sign this petition")
        page = site.desk.press(page.form(f"{OWN}/{action}"))
        site.shows(f"/p/{slug}", words)
        paused = action == "pause"
        if action == "open":
            open_form = read.get(f"/p/{slug}").form("/p/{slug}")
            continue
        assert open_form
        name = site.name()
        read.press(open_form, "", {"name": name, "postcode": "59801"})
        assert name not in {row["name"] for row in site.rows(slug)}
    done = ["opened", "paused", "opened", "closed", "opened", "paused", "closed"]
    assert [a for a in site.actions(slug) if a in {"opened", "paused", "closed"}] == done

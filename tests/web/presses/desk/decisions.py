"""What organizers press to decide: on mail, held signatures, comments, and what to take out."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import partial

from tests.harness.mail.smtp import codes_in
from tests.harness.people.signers import letters
from tests.harness.product import eventually
from tests.harness.web.pages import Browser, Form, Page
from tests.harness.web.site import OWN, PASSWORD, Site
from tests.web.presses.table import press

CONDITION = "domain postcode name class prefix since until reason"


@press(OWN, f"{OWN}/stop-mail")
@press(OWN, f"{OWN}/resume-mail")
def mail_is_stopped_where_an_alarm_says_so(site: Site) -> None:
    slug, browser = "face", site.stranger()
    form = browser.get(f"/p/{slug}").form("/p/{slug}")
    for _ in range(55):
        typed = {"name": site.name(), "postcode": "59801", "email": site.address()}
        browser.press(form, "", typed)
    page = site.own(slug)
    assert "mails to 55 people were asked for" in page.text
    stop_and_resume(site, slug, lambda: site.own(slug))


@press(f"{OWN}/moderation", f"{OWN}/stop-mail")
@press(f"{OWN}/moderation", f"{OWN}/resume-mail")
def mail_is_stopped_on_the_page_of_decisions(site: Site) -> None:
    slug = site.petition()
    stop_and_resume(site, slug, lambda: site.own(slug, "/moderation"))


@press(f"POST {OWN}/moderation/populations", f"{OWN}/stop-mail")
@press(f"POST {OWN}/moderation/populations", f"{OWN}/resume-mail")
def mail_is_stopped_beside_lines_that_are_none(site: Site) -> None:
    slug = site.petition()

    def beside() -> Page:
        form = site.own(slug, "/moderation").form(f"{OWN}/moderation/populations")
        return site.desk.press(form, "", {"people": "nonsense"})

    stop_and_resume(site, slug, beside)


def stop_and_resume(site: Site, slug: str, page: Callable[[], Page]) -> None:
    """No mail leaves between the two buttons; that of the time between leaves after the second."""
    site.desk.press(page().form(f"{OWN}/stop-mail"))
    email = site.address()
    site.sign(slug, email=email)
    assert "Waiting: 0" not in site.own(slug, "/figures").text
    other, elsewhere = site.petition(), site.address()
    site.sign(other, email=elsewhere)
    site.office.wait_for(elsewhere)  # mails go out in order
    assert not site.office.to(email)
    site.desk.press(page().form(f"{OWN}/resume-mail"))
    site.office.wait_for(email)
    assert site.actions(slug)[-2:] == ["mail_stopped", "mail_resumed"]


@press(f"{OWN}/figures", f"{OWN}/text-codes", "on=1")
@press(f"{OWN}/figures", f"{OWN}/text-codes", "on=0")
def codes_by_text(site: Site) -> None:
    slug = site.petition()
    for word, seen in (("on=1", True), ("on=0", False)):
        site.desk.press(site.own(slug, "/figures").form(f"{OWN}/text-codes"), word)
        thanks = site.sign(slug, phone=site.phone())
        assert ("Or type the code that we text to you" in thanks.text) is seen
    assert site.actions(slug)[-2:] == ["text_codes", "text_codes"]


# Decisions.


@press(f"{OWN}/moderation", f"{OWN}/moderation/decide", "accept=1")
@press(f"{OWN}/moderation", f"{OWN}/moderation/decide", "accept=0")
@press(f"POST {OWN}/moderation/decide", f"{OWN}/moderation/decide")
def groups_of_held_signatures(site: Site) -> None:
    slug = site.petition()
    site.crowd(slug, 1000, "names", "trap")
    site.crowd(slug, 25, "names", "burst")
    assert site.statuses(slug) == {"held": 1025}
    for why, word, left in (
        ("names trap", "accept=1", {"unverified": 1000, "held": 25}),
        ("burst names", "accept=0", {"unverified": 1000}),
    ):
        before = site.statuses(slug)
        form = site.own(slug, "/moderation").form(f"{OWN}/moderation/decide", why=why)
        sure = site.desk.press(form, word)
        assert site.statuses(slug) == before
        done = site.desk.press(sure.form(f"{OWN}/moderation/decide"))
        assert 'role="status"' in done.text
        eventually(partial(has, site, slug, {"unverified": 0, "held": 0} | left))
    eventually(lambda: "None are held" in site.own(slug, "/moderation").text)


def has(site: Site, slug: str, wanted: dict[str, int]) -> bool:
    return figures(site, slug) == wanted


def figures(site: Site, slug: str) -> dict[str, int]:
    """Those that count, as the CSV has them."""
    found = site.statuses(slug)
    return {state: found.get(state, 0) for state in ("unverified", "held")}


@press(f"{OWN}/moderation", f"{OWN}/moderation/comments", reads="c{n}")
@press(f"{OWN}/moderation", f"{OWN}/moderation", "?after")
@press("/p/{slug}/names", "/p/{slug}/names/{page}", "page")
def comments_are_shown_or_erased_on_every_page(site: Site) -> None:
    slug, shown, erased = site.petition(), set[str](), set[str]()
    for n in range(55):
        site.verified(slug, comment=f"Comment {letters(n)}", public=True)

    def decide(page: Page, wanted: int) -> None:
        """Show a third of its comments and erase the rest: these, and no others, are decided."""
        form, said = page.form(f"{OWN}/moderation/comments"), comments_on(page)
        ids = [name for name in form.fields if re.fullmatch(r"c\d{19}", name)]
        assert len(ids) == len(said) == wanted, f"{wanted} ids of 19 digits: {list(form.fields)}"
        choices = {id_: "erase" if n % 3 else "show" for n, id_ in enumerate(ids)}
        assert "are stored" in site.desk.press(form, "", choices).text
        shown.update(said[::3])
        erased.update(set(said) - set(said[::3]))
        assert {row["comment"] for row in site.rows(slug)} >= shown
        assert not {row["comment"] for row in site.rows(slug)} & erased

    first = site.own(slug, "/moderation")
    second = site.desk.turn(first, "?after")
    third = site.desk.turn(second, "?after")
    assert len({*comments_on(first), *comments_on(second), *comments_on(third)}) == 55
    assert not third.turns()
    decide(second, 20)  # before those of the first page
    assert comments_on(site.own(slug, "/moderation")) == comments_on(first)
    decide(site.desk.turn(site.own(slug, "/moderation"), "?after"), 15)
    decide(first, 20)
    assert "None wait" in site.own(slug, "/moderation").text
    assert {row["comment"] for row in site.rows(slug)} == shown | {""}
    decided = [e["detail"] for e in site.log(slug) if e["action"] == "comments"]
    assert sum(each["shown"] + each["erased"] for each in decided) == 55
    eventually(lambda: {word for page in named(site, slug) for word in comments_on(page)} == shown)
    newest, older = (listed(page) for page in named(site, slug))
    assert {html.unescape(name) for name in newest + older} == {r["name"] for r in site.rows(slug)}
    assert len(older) == 5


@press(f"{OWN}/moderation", f"{OWN}/moderation/hide", reads="h{n}")
@press(f"{OWN}/moderation", f"{OWN}/moderation", "?before")
def a_shown_comment_is_hidden_again(site: Site) -> None:
    slug = site.petition()
    for n in range(22):
        site.verified(slug, comment=f"Comment {letters(n)}", public=True)
    for _ in range(2):  # pages of 20
        form = site.own(slug, "/moderation").form(f"{OWN}/moderation/comments")
        ids = (name for name in form.fields if re.fullmatch(r"c\d{19}", name))
        site.desk.press(form, "", dict.fromkeys(ids, "show"))
    oldest = site.desk.turn(site.own(slug, "/moderation"), "?before")
    hide, read = oldest.form(f"{OWN}/moderation/hide"), site.stranger()
    first, second = (name for name in hide.fields if name[0] == "h")
    hidden, kept = re.findall(COMMENT, oldest.text)
    site.desk.press(hide, "", {first: True})
    eventually(lambda: hidden not in read.get(f"/p/{slug}/names").text)
    assert kept in read.get(f"/p/{slug}/names").text
    assert comments_on(site.own(slug, "/moderation")) == [hidden]
    assert site.log(slug)[-1]["detail"] == {"hidden": 1}
    assert "Tick a comment" in site.desk.press(hide).text
    assert second in site.own(slug, "/moderation?before=" + str(int(second[1:]) + 1)).text


@press(f"{OWN}/organizations", f"{OWN}/organizations", reads="s{n}")
@press(f"{OWN}/organizations", f"{OWN}/organizations", "?after")
def who_signed_for_an_organization_is_shown(site: Site) -> None:
    slug = site.petition(organizations=True)
    for n in range(22):  # pages of 20
        site.verified(slug, organization=f"Club {letters(n)}", public=True)
    first = site.own(slug, "/organizations")
    assert "Verified signatures for an organization: 22." in first.text
    for page in (site.desk.turn(first, "?after"), first):
        form = page.form(f"{OWN}/organizations")
        ticks = [name for name in form.fields if re.fullmatch(r"s\d+", name)]
        assert "are stored" in site.desk.press(form, "", dict.fromkeys(ticks[1:], True)).text
    read = site.stranger()
    shown = read.get(f"/p/{slug}/organizations").text
    assert len(re.findall(r"<li><bdi>Club ", shown)) == 20
    form = site.own(slug, "/organizations").form(f"{OWN}/organizations")
    assert "Nothing was changed" in site.desk.press(form).text
    hidden = next(name for name, f in form.fields.items() if name[0] == "s" and f.value)
    site.desk.press(form, "", {hidden: False})
    eventually(lambda: read.get(f"/p/{slug}/organizations").text.count("<li>") < 20)
    assert site.log(slug)[-1]["action"] == "organizations"


@press(f"{OWN}/partners", f"{OWN}/partners", "?with")
def a_partner_gets_its_own_file(site: Site) -> None:
    slug, name, email = site.petition(partners="Lake Watch"), site.name(), site.address()
    thanks = site.sign(slug, name=name, email=email, share0=True)
    page = site.own(slug, "/partners")
    assert "0 people share" in page.text
    [code] = codes_in(site.office.wait_for(email))
    site.stranger().press(thanks.form("/p/{slug}/verify"), "", {"code": code})
    file = site.desk.turn(site.own(slug, "/partners"), "?with")
    assert f'"{name}","{email}","20' in file.text
    assert site.log(slug)[-1]["detail"] == {"partner": "Lake Watch"}


def named(site: Site, slug: str) -> tuple[Page, Page]:
    """Both pages of those who want to be named."""
    browser = site.stranger()
    newest = browser.get(f"/p/{slug}/names")
    return newest, browser.turn(newest, "page")


COMMENT = r"Comment [a-j]{8}"


def comments_on(page: Page) -> list[str]:
    """Those that wait, or are shown to everybody."""
    return re.findall(COMMENT, page.text.partition("Comments that everybody can read")[0])


def listed(page: Page) -> list[str]:
    return re.findall(r"<li><bdi>(.*?)</bdi>", page.text)


@press(f"{OWN}/audit", f"{OWN}/audit", "?before")
def who_did_what_is_read_to_its_beginning(site: Site) -> None:
    slug = site.petition()
    for n in range(55):
        site.desk.press(site.own(slug, "/figures").form(f"{OWN}/text-codes"), f"on={(n + 1) % 2}")
    newest = site.own(slug, "/audit")
    assert "created the petition" not in newest.text
    oldest = site.desk.turn(newest, "?before")
    assert "created the petition" in oldest.text
    assert not oldest.turns()
    entries = [int(n) for page in (newest, oldest) for n in re.findall(r"<li>(\d+)\. ", page.text)]
    assert entries == [entry["n"] for entry in reversed(site.log(slug))]
    assert len(entries) == 57


@press(f"{OWN}/moderation", f"{OWN}/moderation/populations", reads="people")
@press(f"POST {OWN}/moderation/populations", f"{OWN}/moderation/populations", reads="people")
def people_in_each_postcode(site: Site) -> None:
    slug = site.petition()
    form = site.own(slug, "/moderation").form(f"{OWN}/moderation/populations")
    many = "".join(f"{59000 + n} {n + 1}\n" for n in range(1000))
    site.desk.press(form, "", {"people": many})
    stored = site.own(slug, "/moderation").form(f"{OWN}/moderation/populations")
    assert stored.fields["people"].value == many
    faulty = site.desk.press(stored, "", {"people": "59801 1\nnonsense"})
    assert "nonsense" in faulty.text
    again = faulty.form(f"{OWN}/moderation/populations")
    site.desk.press(again, "", {"people": "59801 1"})
    for _ in range(2):
        site.sign(slug)
    assert "2 signatures are from 59801, where 1 people live" in site.own(slug, "/moderation").text


# Taking out.


@press(f"{OWN}/invalidate", f"{OWN}/invalidate", reads=CONDITION)
@press(f"POST {OWN}/invalidate", f"{OWN}/invalidate", reads=CONDITION)
def each_condition_finds_its_own(site: Site) -> None:
    slug, browser = site.petition(), site.stranger()
    form = browser.get(f"/p/{slug}").form("/p/{slug}")
    for _ in range(3):  # from one place
        browser.press(form, "", {"name": site.name(), "postcode": "59801"})
    site.sign(slug, postcode="59888")
    site.sign(slug, name="Zelda Quist", email="zelda@example.org")
    empty = site.own(slug, "/invalidate").form(f"{OWN}/invalidate")
    prefix = empty.fields["prefix"].choices[1]
    faulty = site.desk.press(empty).form(f"{OWN}/invalidate")
    for page in (empty, faulty):
        for typed, n in (
            ({"domain": "example.org"}, 1),
            ({"postcode": "59888"}, 1),
            ({"name": "zelda*"}, 1),
            ({"class": "web-email"}, 1),
            ({"prefix": prefix}, 3),
            ({"since": "2020-01-01 00:00"}, 5),
            ({"until": "2020-01-01"}, 0),
            ({"postcode": "59801", "since": "2020-01-01"}, 4),
        ):
            asked = typed | {"reason": "Made by a program"}
            found = site.desk.press(page, "", asked)
            words = "1 signature." if n == 1 else f"{n} signatures."
            assert f"This takes out {words}" in found.text, (typed, found.text)
            kept = found.form(f"{OWN}/invalidate").fields
            assert {name: kept[name].value for name in asked} == asked
    assert len(site.rows(slug)) == 5


@press(f"POST {OWN}/invalidate", f"{OWN}/invalidate", "sure")
@press(f"{OWN}/moderation", f"{OWN}/invalidate/{{id}}/confirm")
@press(f"{OWN}/moderation", f"{OWN}/invalidate/{{id}}/undo")
def taken_out_with_another_and_put_back(site: Site) -> None:
    _, site.desk = site.owner()  # or the second would be one for all that is taken out meanwhile
    slug = site.petition()
    site.add_organizer("second", "--petition", slug, "--role", "moderator")
    site.move_joining(slug, -8 * 86_400)
    second, read = site.signed_in("second", PASSWORD), site.stranger()
    site.crowd(slug, 1100)
    for _ in range(12):
        site.sign(slug, postcode="59888")

    def ask() -> Page:
        form = site.own(slug, "/invalidate").form(f"{OWN}/invalidate")
        asked = {"postcode": "59888", "reason": "Made by a program"}
        seen = site.desk.press(form, "", asked)
        assert "This takes out 12 signatures" in seen.text
        return site.desk.press(seen.form(f"{OWN}/invalidate"), "sure")

    def in_force() -> int:
        return figures(site, slug)["unverified"]

    def undo_form(browser: Browser) -> Form:
        return browser.get(f"/organizer/p/{slug}/moderation").form(f"{OWN}/invalidate/{{id}}/undo")

    waits = ask()
    assert "It waits for another organizer to agree" in waits.text
    assert not any("/confirm" in f.action for f in waits.forms)
    assert in_force() == 1112
    site.desk.press(undo_form(site.desk))  # cancelled before anybody agreed
    ask()
    agree = second.get(f"/organizer/p/{slug}/moderation").form(f"{OWN}/invalidate/{{id}}/confirm")
    for _ in range(2):  # what is pressed twice is done and logged once
        second.press(agree)
    eventually(lambda: "It is done" in site.own(slug, "/moderation").text)
    assert in_force() == 1100
    site.shows(f"/p/{slug}", "Made by a program")
    put_back = undo_form(second)
    for _ in range(2):
        second.press(put_back)
    eventually(lambda: in_force() == 1112)
    eventually(lambda: "Made by a program" not in read.get(f"/p/{slug}").text)
    actions = site.actions(slug)
    assert actions.count("invalidation_asked") == 2
    assert actions.count("invalidation_confirmed") == 1
    assert actions.count("invalidation_undone") == 2

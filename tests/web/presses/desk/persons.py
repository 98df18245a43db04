"""What organizers press about one signer, and signers about all that they have signed."""

from __future__ import annotations

import json
import re

from tests.harness.mail.smtp import codes_in, link_in
from tests.harness.web.pages import Browser, Form, Page
from tests.harness.web.site import OWN, PASSWORD, Site
from tests.web.presses.table import press

SIGNERS = f"{OWN}/signers"
ONE = f"{SIGNERS}/{{id}}"
RIGHT = "name postcode comment"
MINE = "/mine"


def found(site: Site, slug: str, words: str, by: str = "name") -> Page:
    form = site.own(slug, "/signers").form(SIGNERS)
    return site.desk.press(form, "", {"by": by, "words": words})


def seen(site: Site, slug: str, words: str) -> Page:
    """What is kept of the one signer whom these words find."""
    [link] = [li for li in found(site, slug, words).links if re.search(r"/signers/\d+$", li)]
    return site.desk.get(link)


@press(SIGNERS, SIGNERS, reads="by words")
@press(f"POST {SIGNERS}", SIGNERS, reads="by words")
@press(f"POST {SIGNERS}", SIGNERS, "before")
def signers_are_found_page_by_page(site: Site) -> None:
    slug, name = site.petition(), site.name()
    site.sign(slug, name=name, postcode="59801")
    site.crowd(slug, 30)
    assert name in found(site, slug, name.split()[-1]).text
    page = found(site, slug, "598", "postcode")
    again = site.desk.press(page.form(SIGNERS), "", {"by": "name", "words": name})
    assert name in again.text
    forms = [form for form in page.forms if form.buttons[0].word == "before"]
    older = site.desk.press(forms[0], "before")
    assert (page.text + older.text).count("/signers/") == 31
    assert not any(form.buttons[0].word == "before" for form in older.forms)
    assert site.actions(slug).count("searched") == 4


@press(ONE, f"{ONE}/correct", reads=RIGHT)
@press(f"POST {ONE}/correct", f"{ONE}/correct", reads=RIGHT)
def a_signature_is_corrected(site: Site) -> None:
    slug, name, right = site.petition(), site.name(), site.name()
    site.sign(slug, name=name, comment="Keep")
    form = seen(site, slug, name).form(f"{ONE}/correct")
    faulty = site.desk.press(form, "", {"name": "", "postcode": "", "comment": "x" * 600})
    assert "Write the full name" in faulty.text
    said: dict[str, str | bool] = {"name": right, "postcode": "59803", "comment": "Keep it"}
    assert "It is corrected" in site.desk.press(faulty.form(f"{ONE}/correct"), "", said).text
    row = site.row(slug, right)
    assert (row["postcode"], row["comment"]) == ("59803", "Keep it")
    done = [action for action in site.actions(slug) if action != "exported"]
    assert done[-2:] == ["mended", "saw"]


@press(ONE, f"{ONE}/silence")
@press(ONE, f"{ONE}/hide")
@press(f"POST {ONE}/correct", f"{ONE}/silence")
@press(f"POST {ONE}/correct", f"{ONE}/hide")
def news_and_name_end(site: Site) -> None:
    slug = site.petition()
    for faulty in (False, True):
        name, email = site.name(), site.address()
        thanks = site.sign(slug, name=name, email=email, public=True, news=True)
        code = codes_in(site.office.wait_for(email))[0]
        site.stranger().press(thanks.forms[0], "", {"code": code})
        page = seen(site, slug, name)
        if faulty:
            page = site.desk.press(page.form(f"{ONE}/correct"), "", {"name": ""})
        row = site.row(slug, name)
        assert (row["public"], row["news"], row["contact"]) == ("yes", "yes", email)
        site.desk.press(page.form(f"{ONE}/silence"))
        assert "is not shown any more" in site.desk.press(page.form(f"{ONE}/hide")).text
        row = site.row(slug, name)
        assert (row["public"], row["news"], row["contact"]) == ("no", "no", "")


@press(f"{ONE}/erase", f"{ONE}/erase", reads="reason")
@press(f"POST {ONE}/erase", f"{ONE}/erase", reads="reason")
@press(SIGNERS, f"{SIGNERS}/erasures/{{id}}/agree")
@press(SIGNERS, f"{SIGNERS}/erasures/{{id}}/off")
@press(f"POST {SIGNERS}", f"{SIGNERS}/erasures/{{id}}/agree")
@press(f"POST {SIGNERS}", f"{SIGNERS}/erasures/{{id}}/off")
def signatures_are_erased_alone_and_by_two(site: Site) -> None:
    _, site.desk = site.owner()
    slug = site.petition()
    site.add_organizer("agrees", "--petition", slug, "--role", "moderator")
    site.move_joining(slug, -8 * 86_400)
    second = site.signed_in("agrees", PASSWORD)
    names = [site.name() for _ in range(9)]
    for name in names:
        site.sign(slug, name=name)

    def erase(name: str) -> Page:
        link = f"{seen(site, slug, name).path}/erase"
        question = site.desk.get(link).form(f"{ONE}/erase")
        faulty = site.desk.press(question)
        assert "Choose why." in faulty.text
        form = question if name in names[:1] else faulty.form(f"{ONE}/erase")
        return site.desk.press(form, "", {"reason": "wish"})

    def asked(browser: Browser, what: str, searched: bool) -> Form:
        page = browser.get(f"/organizer/p/{slug}/signers")
        if searched:
            page = browser.press(page.form(SIGNERS), "", {"by": "name", "words": "zz"})
        return page.form(f"{SIGNERS}/erasures/{{id}}/{what}")

    for name in names[:3]:
        assert "It is erased" in erase(name).text
    for n, name in enumerate(names[3:5]):
        assert "another organizer" in erase(name).text
        assert "It is erased" in second.press(asked(second, "agree", bool(n))).text
    for n, name in enumerate(names[5:7]):
        erase(name)
        assert "Nothing is erased" in site.desk.press(asked(site.desk, "off", bool(n))).text
    assert site.statuses(slug) == {"withdrawn": 5, "unverified": 4}
    assert site.actions(slug).count("erased_signature") == 5


# Signers.


@press(MINE, MINE, reads="contact code")
@press(f"POST {MINE}", MINE, reads="contact code")
@press(f"POST {MINE}", MINE, "news_off")
@press(f"POST {MINE}", MINE, "withdraw")
@press(f"POST {MINE}", MINE, "file=txt")
@press(f"POST {MINE}", MINE, "file=json")
def all_that_one_has_signed(site: Site) -> None:
    slugs, email, name = [site.petition(), site.petition()], site.address(), site.name()
    for n, slug in enumerate(slugs, 1):
        thanks = site.sign(slug, name=name, email=email, news=True)
        code = codes_in(site.office.wait_for(email, n))[0]
        site.stranger().press(thanks.forms[0], "", {"code": code})
    browser = site.stranger()
    faulty = browser.press(browser.get(MINE).form(MINE), "", {"contact": "nobody"})
    asked = browser.press(faulty.form(MINE), "", {"contact": email})
    mail = site.office.wait_for(email, 3)
    wrong = browser.press(asked.form(MINE), "", {"code": "1"})
    assert "wrong or has expired" in wrong.text
    shown = browser.press(wrong.form(MINE), "", {"code": codes_in(mail)[0]})
    assert shown.text.count("Remove my signature") == 2
    text = browser.press(shown.form(MINE), "file=txt").text
    assert name in text
    assert len(json.loads(browser.press(shown.form(MINE), "file=json").body)) == 2
    quiet = browser.press(shown.form(MINE), "news_off")
    assert "You get no news" in quiet.text
    assert sorted(site.row(slug, name)["news"] for slug in slugs) == ["no", "yes"]
    for left in (1, 0):
        quiet = browser.press(quiet.form(MINE), "withdraw")
        assert quiet.text.count("Remove my signature") == left
    assert [site.statuses(slug) for slug in slugs] == [{"withdrawn": 1}] * 2
    linked = browser.get(link_in(mail)).form(MINE)
    nothing = browser.press(linked, "", {"contact": email, "code": codes_in(mail)[0]})
    assert "We keep nothing of this address" in nothing.text

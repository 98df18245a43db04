"""What organizers press about their own account."""

from __future__ import annotations

import base64
import re
import time

from server.core.values import totp
from tests.harness.mail.smtp import codes_in, link_in
from tests.harness.web.pages import Browser, Field, Page
from tests.harness.web.site import PASSWORD, Site
from tests.web.presses.desk.team import TEAM, said, team_of
from tests.web.presses.table import press

ACCOUNT = "/organizer/account"
SECOND = f"{ACCOUNT}/second-step"
PROVE = "/organizer/prove"
NEW_PASSWORD = "seven tin boats drift"


def account(browser: Browser) -> Page:
    return browser.get(ACCOUNT)


@press(f"{ACCOUNT}/password", f"{ACCOUNT}/password", reads="old password")
@press(f"POST {ACCOUNT}/password", f"{ACCOUNT}/password", reads="old password")
def another_password(site: Site) -> None:
    name, browser = site.owner()
    other = site.signed_in(name, PASSWORD)
    form = browser.get(f"{ACCOUNT}/password").form(f"{ACCOUNT}/password")
    for typed, words in (
        ({"old": "wrong", "password": NEW_PASSWORD}, "The old password is wrong"),
        ({"old": PASSWORD, "password": "passwordpassword"}, "Others would guess this password"),
        ({"old": PASSWORD, "password": f"{name}-{name}"}, "Others would guess this password"),
        ({"old": PASSWORD, "password": "short"}, "Choose a longer password"),
    ):
        faulty = browser.press(form, "", typed)
        assert words in faulty.text
        form = faulty.form(f"{ACCOUNT}/password")
    done = browser.press(form, "", {"old": PASSWORD, "password": NEW_PASSWORD})
    assert "The new password is stored" in done.text
    assert "the password was changed" in done.text
    assert "Sign in as an organizer" in account(other).text
    fresh = site.stranger()
    way_in = fresh.get("/organizer/sign-in").form("/organizer/sign-in")
    assert "is wrong" in fresh.press(way_in, "", {"name": name, "password": PASSWORD}).text
    site.signed_in(name, NEW_PASSWORD)
    assert "somebody tried a wrong password" in account(browser).text
    direct = browser.get(f"{ACCOUNT}/password").form(f"{ACCOUNT}/password")
    back = browser.press(direct, "", {"old": NEW_PASSWORD, "password": PASSWORD})
    assert "The new password is stored" in back.text


@press(ACCOUNT, f"{ACCOUNT}/sessions/{{id}}/end")
@press(ACCOUNT, f"{ACCOUNT}/sessions/end-others")
def signing_other_browsers_out(site: Site) -> None:
    name, browser = site.owner()
    second, third = (site.signed_in(name, PASSWORD) for _ in range(2))
    page = account(browser)
    assert page.text.count("this browser") == 1
    end = page.form(f"{ACCOUNT}/sessions/{{id}}/end")
    for _ in range(2):  # pressed twice it is the same
        assert "That browser is signed out" in browser.press(end).text
    out = ["Sign in as an organizer" in account(each).text for each in (second, third)]
    assert sorted(out) == [False, True]
    done = browser.press(account(browser).form(f"{ACCOUNT}/sessions/end-others"))
    assert "All other browsers are signed out" in done.text
    for each in (second, third):
        assert "Sign in as an organizer" in account(each).text
    assert "this browser" in account(browser).text


def code_of(secret: bytes, later: int = 0) -> str:
    """What the phone shows, so many steps later."""
    return totp.code_at(secret, int(time.time()) // totp.STEP_SECONDS + later)


@press(SECOND, SECOND, reads="code old")
@press(f"POST {SECOND}", SECOND, reads="code old")
@press(SECOND, f"{SECOND}/off", reads="code")
@press(f"POST {SECOND}/off", f"{SECOND}/off", reads="code")
@press("*", PROVE, reads="code")
def signing_in_with_a_second_step(site: Site) -> None:
    name, site.desk = site.owner()
    slug, browser = site.petition(), site.desk
    waiting = site.signed_in(name, PASSWORD)
    page = browser.get(SECOND)
    letters = re.search(r"<code dir=.ltr.>([A-Z2-7 ]{39})</code>", page.text)
    assert letters, page.text
    secret = base64.b32decode(letters[1].replace(" ", ""))
    typed = {"code": code_of(secret, -1), "old": "wrong"}
    assert "The password is wrong" in browser.press(page.form(SECOND), "", typed).text
    faulty = browser.press(page.form(SECOND), "", {"code": "000000", "old": PASSWORD})
    assert "This code is wrong" in faulty.text
    assert letters[1] in faulty.text  # the phone need not be pointed at it again
    typed["old"] = PASSWORD
    on = browser.press(faulty.form(SECOND), "", typed)
    codes = re.findall(r"<code>([0-9a-f]{5}-[0-9a-f]{5})</code>", on.text)
    assert len(set(codes)) == 10
    again = browser.press(faulty.form(SECOND), "", typed)
    assert codes == re.findall(r"<code>([0-9a-f]{5}-[0-9a-f]{5})</code>", again.text)
    # The other browser waits, before all else; and a new one does.
    assert "Type the code from your phone" in waiting.get(f"/organizer/p/{slug}").text
    anew = site.stranger()
    form = anew.get("/organizer/sign-in").form("/organizer/sign-in")
    asked = anew.press(form, "", {"name": name, "password": PASSWORD})
    assert "Type the code from your phone" in asked.text
    wrong = anew.press(asked.form(PROVE), "", {"code": "000000"})
    assert "This code is wrong" in wrong.text
    assert "Type the code from your phone" in anew.get("/organizer/").text
    assert "Your petitions</h1>" in anew.press(wrong.form(PROVE), "", {"code": codes[0]}).text
    used = site.stranger().press(form, "", {"name": name, "password": PASSWORD})
    assert "Type the code" in used.text
    # What cannot be undone asks anew, once ten minutes are over.
    site.add_organizer(f"{name}-2", "--petition", slug, "--role", "viewer")
    assert browser.get(f"/organizer/p/{slug}/export.csv").headers["content-type"][:8] == "text/csv"
    remove = team_of(browser).form(f"{TEAM}/members/{{id}}/remove")
    site.move_second_steps(name, -601)
    asked = browser.press(remove)
    assert "Nothing was changed yet" in asked.text
    assert f"Remove {name}-2" in said(browser.press(asked.form(PROVE), "", {"code": codes[1]}))
    assert "They are no longer in the team" in browser.press(remove).text
    site.move_second_steps(name, -601)
    asked = browser.get(f"/organizer/p/{slug}/export.csv")
    file = browser.press(asked.form(PROVE), "", {"code": code_of(secret, 1)})
    assert file.headers["content-type"][:8] == "text/csv"
    log = account(browser).text
    for what in ("a recovery code was used", "somebody tried a wrong code", "turned on"):
        assert what in log
    off = browser.get(SECOND)
    assert "Recovery codes left: 8" in said(off)
    faulty = browser.press(off.form(f"{SECOND}/off"), "", {"code": codes[0]})  # used already
    done = browser.press(faulty.form(f"{SECOND}/off"), "", {"code": codes[2]})
    assert "The second step is off" in done.text
    site.signed_in(name, PASSWORD)


FORGOTTEN = "/organizer/forgotten"
ADDRESS = f"{ACCOUNT}/email"


def with_address(site: Site, browser: Browser, email: str) -> Page:
    """The account once its owner has shown that the address is theirs."""
    form = browser.get(ADDRESS).form(ADDRESS)
    sent = browser.press(form, "", {"email": email.upper(), "old": PASSWORD})
    assert f"sent eight digits to {email}" in said(sent).lower()
    [code] = codes_in(site.office.wait_for(email))
    return browser.press(sent.form(ADDRESS), "", {"code": code})


@press(ADDRESS, ADDRESS, reads="email old")
@press(f"POST {ADDRESS}", ADDRESS, reads="email old code")
def an_address_for_a_forgotten_password(site: Site) -> None:
    _, browser = site.owner()
    email = site.address()
    form = browser.get(ADDRESS).form(ADDRESS)
    for typed, words in (
        ({"email": "ana@", "old": PASSWORD}, "Write a whole e-mail address"),
        ({"email": email, "old": "wrong"}, "The password is wrong"),
    ):
        faulty = browser.press(form, "", typed)
        assert words in faulty.text
        form = faulty.form(ADDRESS)
    assert not site.office.to(email)
    sent = browser.press(form, "", {"email": email, "old": PASSWORD})
    [code] = codes_in(site.office.wait_for(email))
    wrong = browser.press(sent.form(ADDRESS), "", {"code": f"{(int(code) + 1) % 10**8:08}"})
    assert "This code is wrong" in wrong.text
    done = browser.press(wrong.form(ADDRESS), "", {"code": f"{code[:4]} {code[4:]}"})
    assert "The address is stored" in done.text
    assert "the address for a forgotten password was changed" in done.text
    assert f"A code goes to {email}" in said(browser.get(ADDRESS))
    empty = browser.press(browser.get(ADDRESS).form(ADDRESS), "", {"email": "", "old": PASSWORD})
    assert "No address is stored any more" in empty.text
    # The proof of one address is none for another, and none in another account.
    _, other = site.owner()
    for thief, to in ((browser, site.address()), (other, email)):
        forged = thief.get(ADDRESS).form(ADDRESS)
        for hidden, value in (("proof", sent.form(ADDRESS).fields["proof"].value), ("code", code)):
            forged.fields[hidden] = Field(hidden, "hidden", value)
        assert "The password is wrong" in thief.press(forged, "", {"email": to}).text


@press(ACCOUNT, f"{ACCOUNT}/notices", reads="held goal alarm week")
def mails_to_an_organizer(site: Site) -> None:
    _, site.desk = site.owner()
    assert f"{ACCOUNT}/notices" not in {form.action for form in account(site.desk).forms}
    email, slug = site.address(), site.petition(goal="1")
    form = with_address(site, site.desk, email).form(f"{ACCOUNT}/notices")
    kinds = ("held", "goal", "alarm", "week")
    done = site.desk.press(form, "", dict.fromkeys(kinds, True))
    assert "It is stored which mails you want" in done.text
    fields = account(site.desk).form(f"{ACCOUNT}/notices").fields
    assert [fields[kind].value for kind in kinds] == ["1"] * 4
    only: dict[str, str | bool] = {kind: kind == "goal" for kind in kinds}
    site.desk.press(account(site.desk).form(f"{ACCOUNT}/notices"), "", only)
    site.verified(slug)
    mail = site.office.wait_for(email, 2)
    assert str(mail["subject"]).startswith("The goal is reached: Keep the lake of ")
    assert f"/organizer/p/{slug}" in str(mail.get_content())


@press(FORGOTTEN, FORGOTTEN, reads="name")
@press(f"POST {FORGOTTEN}", FORGOTTEN, reads="name code password")
def a_new_password_by_mail(site: Site) -> None:
    name, browser = site.owner()
    email = site.address()
    assert "The address is stored" in with_address(site, browser, email).text
    anew = site.stranger()
    page = anew.get("/organizer/sign-in")
    assert f'href="{FORGOTTEN}"' in page.text
    empty = anew.press(anew.get(FORGOTTEN).form(FORGOTTEN), "", {"name": " "})
    assert "Write the name or the e-mail address" in empty.text
    sent = anew.press(empty.form(FORGOTTEN), "", {"name": name})
    mail = site.office.wait_for(email, 2)
    assert name in str(mail.get_content())
    assert link_in(mail) == FORGOTTEN
    [code] = codes_in(mail)
    # Nobody learns from the page whether there is such an account.
    nobody = site.stranger()
    other = nobody.press(nobody.get(FORGOTTEN).form(FORGOTTEN), "", {"name": "x" * len(name)})
    assert other.text == sent.text.replace(name, "x" * len(name))
    form = sent.form(FORGOTTEN)
    for typed, words in (
        ({"code": "12345678", "password": NEW_PASSWORD}, "This code is wrong"),
        ({"code": code, "password": "short"}, "Choose a longer password"),
        ({"code": code, "password": "passwordpassword"}, "Others would guess this password"),
    ):
        faulty = anew.press(form, "", typed)
        assert words in faulty.text
        form = faulty.form(FORGOTTEN)
    typed = {"code": code, "password": NEW_PASSWORD}
    done = anew.press(form, "", typed)
    assert "The new password is stored. Sign in with it." in done.text
    assert "This code is wrong, has expired or was used" in anew.press(form, "", typed).text
    assert "Sign in as an organizer" in account(browser).text  # all sessions have ended
    assert (
        "a new password was chosen, with a code by mail"
        in account(site.signed_in(name, NEW_PASSWORD)).text
    )
